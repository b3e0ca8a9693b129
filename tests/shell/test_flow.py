"""What runs, how often, under which condition, and with which values."""

from __future__ import annotations

import pytest
from shell_helpers import commands, lines, one


def test_known_variables_are_put_in() -> None:
    text = 'ENV=prod\nTARGET="$ENV-$REGION"\ndeploy $TARGET "${ENV}" ${ENV^^} ${X:-y} ${ENV:-dev} \'$ENV\''
    assert lines(text)[-1] == "deploy prod-$REGION prod PROD ${X:-y} prod $ENV"


def test_a_value_is_split_where_it_is_not_quoted() -> None:
    found = commands(
        'ARGS="--env prod"\nMORE=(-f "a b")\nMORE+=(-g)\nhelm $ARGS "$ARGS" "${MORE[@]}" $EMPTY "$NONE"',
        {"EMPTY": "", "NONE": ""},
    )
    assert found[-1].words == ("helm", "--env", "prod", "--env prod", "-f", "a b", "-g", "")


def test_prefixes_and_suffixes() -> None:
    assert lines("R=refs/heads/main\nx ${R##*/} ${R#refs/} ${R%/*} ${R/heads/tags} ${R%%/*}") == [
        "x main heads/main refs/heads refs/tags/main refs"
    ]


@pytest.mark.parametrize(
    "text",
    ["V=$(git describe)\nx $V", "if a; then V=1; else V=2; fi\nx $V", "V=1\nif [ $A ]; then V=2; fi\nx $V",
     "V=1\nread V\nx $V",
     "V=$((1+1))\nx $V", "V=1\nfor i in $(ls); do V=2; done\nx $V", "V=1\na && V=2\nx $V",
     "V=1\nunset V\nx $V", "case $A in b) V=1;; esac\nx $V"],
)  # fmt: skip
def test_what_cannot_be_told_stays_unresolved(text: str) -> None:
    assert lines(text)[-1] == "x $V"


def test_a_subshell_keeps_its_variables_to_itself() -> None:
    assert lines("V=1\n(V=2; x $V)\necho a | { V=3; }\nx $V") == ["x 2", "echo a", "x 1"]


def test_branches_that_agree() -> None:
    assert lines("if [ $A ]; then V=1; else V=1; fi\nx $V")[-1] == "x 1"
    assert lines("V=1\nif [ $A ]; then V=2; exit 1; fi\nx $V")[-1] == "x 1"


def test_known_conditions_are_decided() -> None:
    text = 'if [ "$ENV" = prod ]; then deploy prod; else deploy dev; fi\ncase $ENV in pr*) a;; *) b;; esac\n[[ $ENV != prod ]] && c'
    assert [line for line in lines(text, {"ENV": "prod"}) if line[0] != "["] == ["deploy prod", "a"]
    assert [line for line in lines(text, {"ENV": "dev"}) if line[0] != "["] == ["deploy dev", "b", "c"]
    assert [line for line in lines(text) if line[0] != "["] == ["deploy prod", "deploy dev", "a", "b", "c"]
    assert "deploy dev" in lines(f". ./env.sh\n{text}", {"ENV": "prod"})


@pytest.mark.parametrize(
    ("condition", "reached"),
    [
        ('[[ "$REF" == refs/heads/* ]]', True),
        ('[[ "$REF" != refs/tags/v* ]]', True),
        ('[[ "$REF" == refs/heads/release/* ]]', False),
        ('[ "$REF" = refs/heads/main ] && [ "$ENV" = test ]', False),
        ('[ "$REF" = refs/heads/main ] && [ "$UNKNOWN" = 1 ]', None),
        ('[ "$REF" = refs/heads/dev ] && [ "$UNKNOWN" = 1 ]', False),
        ('[ "$REF" = refs/heads/main ] || [ "$UNKNOWN" = 1 ]', True),
        ('[[ "$REF" == refs/heads/dev || "$ENV" == prod ]]', True),
        ('[[ "$REF" =~ main ]]', None),
    ],
)
def test_conditions_of_patterns_and_of_several_tests(condition: str, reached: bool | None) -> None:
    found = commands(f"if {condition}; then deploy; fi", {"REF": "refs/heads/main", "ENV": "prod"})
    deploys = [each.conditional for each in found if each.words == ("deploy",)]
    assert deploys == ([] if reached is False else [reached is None])


@pytest.mark.parametrize(
    ("text", "reached"),
    [
        ('if [ -n "$SKIP" ]; then exit 0; fi\ndeploy', None),
        ('[ -n "$SKIP" ] && exit 0\ndeploy', None),
        ('if [ -n "$SKIP" ]; then exit 1; fi\ndeploy', True),
        ('if [ "$ENV" != test ]; then exit 0; fi\ndeploy', False),
        ('[ "$ENV" = test ] || exit 0\ndeploy', False),
        ('if [ "$ENV" = test ]; then exit 0; fi\ndeploy', True),
    ],
)
def test_what_follows_a_branch_that_leaves(text: str, reached: bool | None) -> None:
    deploys = [each.conditional for each in commands(text, {"ENV": "prod"}) if each.words == ("deploy",)]
    assert deploys == ([] if reached is False else [reached is None])


def test_conditions() -> None:
    found = commands(
        'build\nif [ "$B" = main ]; then\n  deploy prod\nelse\n  deploy dev\nfi\nlint && check || report\ncase $E in a|b) c;; esac'
    )
    assert not one(found, "build").conditional
    assert one(found, "deploy prod").condition == '[ "$B" = main ]'
    assert one(found, "deploy dev").condition == 'not ([ "$B" = main ])'
    assert one(found, "check").conditional
    assert one(found, "report").condition == "not (check)"
    assert one(found, "c").condition == "$E in a|b"


def test_what_follows_a_setup_command_is_not_conditional() -> None:
    assert not one(commands("cd app && npm test\nlint"), "npm test").conditional
    assert not one(commands("npm ci && npm test"), "npm test").conditional


def test_loops_over_literals() -> None:
    found = commands('for env in dev "pro"d; do\n  for r in eu us; do ./deploy.sh --env $env-$r; done\ndone')
    assert [command.words[-1] for command in found] == ["dev-eu", "dev-us", "prod-eu", "prod-us"]
    assert found[0].loop == {"env": "dev", "r": "eu"}
    assert lines("for f in {a,b}.tf; do plan $f; done") == ["plan a.tf", "plan b.tf"]
    assert lines('deploy() { for e in "$@"; do d $e; done; }\ndeploy x y') == ["d x", "d y"]


@pytest.mark.parametrize(
    "head", ["for e in $(ls)", "for e in *.sh", "for e in $ENVS", "for e in a $B", "for e in " + "v " * 21, "for e"]
)
def test_loops_over_what_is_not_known_have_one_pass(head: str) -> None:
    assert lines(f"{head}; do deploy $e; done")[-1] == "deploy $e"


@pytest.mark.parametrize(
    ("head", "passes"),
    [("for i in $(seq 1 30)", 30), ("for i in $(seq 5)", 5), ("for i in {1..10}", 10), ("for i in {0..20..5}", 5), ("for i in 1 2 3", 3),
     ("for ((i=0; i<12; i++))", 12), ("for ((i=1; i<=12; i+=2))", 6), ("while [ $i -lt 40 ]", 40),
     ("until [ $i -ge 7 ]", 7), ("while true", 1)],
)  # fmt: skip
def test_counted_loops(head: str, passes: int) -> None:
    assert one(commands(f"{head}; do sleep 30; done"), "sleep 30").repeats == passes


def test_nested_counts_multiply() -> None:
    assert one(commands("for i in {1..3}; do for j in {1..4}; do sleep 5; done; done"), "sleep 5").repeats == 12


@pytest.mark.parametrize(
    ("text", "polls"),
    [
        ("until curl x; do sleep 5; done", True),
        ("while ! curl x; do sleep 5; done", True),
        ("while true; do curl x && break; sleep 5; done", True),
        ('while true; do s=$(curl x); if [ "$s" = ok ]; then exit 0; fi; sleep 5; done', True),
        ("timeout 60 bash -c 'until curl x; do sleep 5; done'", True),
        ("for i in {1..3}; do curl x; done", False),
        ("while read -r line; do curl x; done < f", False),
        ("curl x", False),
    ],
)
def test_polling(text: str, polls: bool) -> None:
    assert one(commands(text), "curl x").polls is polls


def test_functions_run_where_they_are_called() -> None:
    found = commands(
        "deploy() {\n  kubectl apply -f $1\n}\nnever() { rm x; }\nbuild\ndeploy a\ndeploy b\nagain() { again; }\nagain"
    )
    assert [" ".join(command.words) for command in found] == ["build", "kubectl apply -f a", "kubectl apply -f b"]
    assert (found[1].place.line, found[1].function) == (2, "deploy")


def test_local_variables_end_with_their_function() -> None:
    assert lines("E=prod\nf() { local E=$1 F; E=${E}x; G=1; d $E; }\nf dev\nd $E $G") == [
        "local E=dev F",
        "d devx",
        "d prod 1",
    ]


def test_nothing_runs_behind_an_exit() -> None:
    assert lines("a\nexit 0\nb") == ["a", "exit 0"]
    assert lines("exec ./run\nb") == ["./run"]


def test_shells_within_the_shell() -> None:
    assert lines("bash -lc 'a && b'\nsh -c \"c $X\"\nbash <<'E'\nd\nE\nbash run.sh\ndocker run i sh -c 'e'", {"X": "1"}) == [
        "a", "b", "c 1", "d", "bash run.sh", "docker run i sh -c e",
    ]  # fmt: skip
    assert lines('eval "a $(b)"\neval "$(ssh-agent -s)"') == ["b", "a $(b)", "ssh-agent -s"]


def test_traps_run_at_the_end() -> None:
    found = commands("trap 'undo' ERR\ntrap clean EXIT\ndeploy")
    assert [command.words[0] for command in found] == ["trap", "trap", "deploy", "undo", "clean"]
    assert (found[3].conditional, found[4].conditional) == (True, False)


def test_pipes_know_what_feeds_them() -> None:
    found = commands("cat <<E | envsubst | kubectl apply -f -\nkind: x\nE")
    last = found[-1]
    assert last.stdin_from is not None
    assert last.stdin_from.words == ("envsubst",)
    assert last.stdin_from.stdin_from is not None
    assert last.stdin_from.stdin_from.heredoc == "kind: x\n"


def test_background_and_assignments() -> None:
    found = commands("A=b ./deploy &\nenv C=d ./other")
    assert found[0].background
    assert found[0].assignments == {"A": "b"}
    assert found[1].assignments == {"C": "d"}
