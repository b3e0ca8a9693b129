"""A word that is split or quoted wrongly hides a deploy, or makes one of a message."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shell_helpers import commands, lines

from barraiser.model.pipeline import Fragment, Script
from barraiser.shell.parser import commands_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("npm test", ["npm", "test"]),
        ("  npm   test # and more", ["npm", "test"]),
        ("echo 'a  b' \"c d\"e", ["echo", "a  b", "c de"]),
        (r"echo a\ b \"c\"", ["echo", "a b", '"c"']),
        (r'echo "a \"b\" \$c \n"', ["echo", 'a "b" $c \\n']),
        ("echo $'a\\tb\\'c'", ["echo", "a\tb'c"]),
        ("aws ecs \\\n  update-service", ["aws", "ecs", "update-service"]),
        ("npm test > out.log 2>&1 < in", ["npm", "test"]),
        ("npm test &> out.log", ["npm", "test"]),
        (
            "deploy ${{ inputs.env == 'prod' && 'a b' || \"c\" }} x",
            ["deploy", "${{ inputs.env == 'prod' && 'a b' || \"c\" }}", "x"],
        ),
        ("deploy '${{ format('{0}', x) }}' y", ["deploy", "${{ format('{0}', x) }}", "y"]),
        ('deploy "${{ needs[\'a\'].outputs["b"] }}"', ["deploy", "${{ needs['a'].outputs[\"b\"] }}"]),
        ('deploy $ENV ${REGION} ${A:-b c} "${D}"', ["deploy", "$ENV", "${REGION}", "${A:-b c}", "${D}"]),
        ("echo a#b c#", ["echo", "a#b", "c#"]),
        ('echo ""', ["echo", ""]),
        ("echo $((1 + (2 * 3))) x", ["echo", "$((1 + (2 * 3)))", "x"]),
        ("ls !(a|b) @(c|d)", ["ls", "!(a|b)", "@(c|d)"]),
        ("[[ $A =~ ^(a|b)$ && -n $B ]]", ["[[", "$A", "=~", "^(a|b)$", "&&", "-n", "$B", "]]"]),
        ("sudo -E -u app timeout -k 5 10m env A=b nohup ./deploy prod", ["./deploy", "prod"]),
        ("command -v helm", ["command", "-v", "helm"]),
        ("time make all", ["make", "all"]),
        ("npm test\r\n", ["npm", "test"]),
        ("'if' x", ["if", "x"]),
    ],
)
def test_one_command(text: str, words: list[str]) -> None:
    assert [list(command.words) for command in commands(text)] == [words]


@pytest.mark.parametrize(
    "text",
    ["a; b", "a\nb", "a && b", "a || b", "a | b", "a |& b", "a & b", "a\n\n# c\nb", "{ a; b; }", "(a; b)", "if a; then b; fi", "! a; b",
     "while a; do b; done", "f() { b; }; a; f", "function f { b; }\na\nf",
     "case x in (y) c;; x) a; b;; esac", "a; echo >/dev/null $(b) | :"],
)  # fmt: skip
def test_separators(text: str) -> None:
    assert [line for line in lines(text) if line in ("a", "b")] == ["a", "b"]


def test_programs_in_words_run() -> None:
    assert lines('x=$(aws sts get) y=`git log`; echo "$(date) $(echo `uname`)"; diff <(a 1) <(b 2)') == [
        "aws sts get", "git log", "date", "uname", "echo `uname`", "echo $(date) $(echo `uname`)", "a 1", "b 2", "diff <(a 1) <(b 2)",
    ]  # fmt: skip


def test_here_documents_are_no_commands() -> None:
    found = commands(
        "cat <<-'EOF' > f; next <<<\"a $B\"\n\trm -rf '\n\tEOF\nkubectl apply -f - <<END\nimage: $TAG\nEND\nlast",
        {"TAG": "v1"},
    )
    assert [command.words[0] for command in found] == ["cat", "next", "kubectl", "last"]
    assert [command.heredoc for command in found] == ["rm -rf '\n", "a $B", "image: v1\n", ""]


def test_unterminated_text_is_one_word() -> None:
    assert lines("deploy 'a\nb; c") == ["deploy a\nb; c"]
    assert lines('deploy "a\nb') == ["deploy a\nb"]
    assert commands("cat <<EOF\nrm x\n")[0].heredoc == "rm x\n"


SIMPLE = st.text("ab -_./:=,%+@'\"\\", min_size=1, max_size=30)


@given(SIMPLE)
@settings(max_examples=50)
def test_quoting_as_shlex_has_it(text: str) -> None:
    try:
        expected = shlex.split(f"run {text}")
    except ValueError:
        return
    assert [list(command.words) for command in commands(f"run {text}")] == [expected]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=12), min_size=1, max_size=5))
@settings(max_examples=50)
def test_what_is_quoted_comes_back(words: list[str]) -> None:
    if any("${{" in word for word in words):
        return
    (command,) = commands("run " + shlex.join(words))
    assert list(command.words[1:]) == words


PIECES = [
    "if ", "then ", "fi\n", "else ", "for x in a b; do ", "done\n", "while ", "case $x in a) ", ";; ", "esac\n", "{ ", "}\n", "(", ")",
    "$(", "`", "'", '"', "${", "}", "${{", "}}", "<<EOF\n", "EOF\n", "\\", "\n", "&&", "||", "|", "&", ";", "$((", "))",
    "[[ ", "]]", "f() ",
    "f\n", "a b ", "x=1 ", "x=(", "$x ", "eval ", "bash -c ", "exit 1\n", "set +e\n", "trap 'a' EXIT\n", "# ", "\t", "é", "\r\n",
    "\0", "<(", "!",
]  # fmt: skip


@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=40),
    st.sampled_from(["bash", "pwsh", "cmd", "python", "node", "fish"]),
)
@settings(max_examples=50)
def test_never_raises(pieces: list[str], shell: str) -> None:
    half = len(pieces) // 2
    fragments = [Fragment("".join(pieces[:half]), "a", 3, 2), Fragment("".join(pieces[half:]), "a", 9, folded=True)]
    for command in commands_of(Script(fragments, shell=shell, errexit=half % 2 == 0), {"x": "a b"}):
        assert command.words
        assert command.place.line >= 3
        assert command.soft in (0, 1, 2)
        assert bool(command.soft) == bool(command.soft_reason)


def test_an_expression_in_a_variable_is_one_word() -> None:
    (command,) = commands(
        "deploy --to=$PLACE $MORE", {"PLACE": "pr${{ env.NUMBER }}", "MORE": "a  ${{ inputs.b || 'c d' }}"}
    )
    assert list(command.words) == ["deploy", "--to=pr${{ env.NUMBER }}", "a", "${{ inputs.b || 'c d' }}"]
