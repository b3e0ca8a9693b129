"""No script makes a run hang, whatever it nests or repeats."""

from __future__ import annotations

import time

import pytest
from shell_helpers import commands

MEGABYTE = 1_000_000
UNITS = [
    "npm test\n", "$(", "`", "`a`", '"', "'", "${", "${A:-", "$((", "((", "(", "{ ", "if a; then ", "if a; then b; elif ", "case x in a) ",
    "while a; do ", "for i in a b; do ", "<<A\n", "a <<A\n", "${{", "$x$",
    "a && ", "a | ", "! ", "f() { ", "\\", "[[ a ", "a=(", "x=$x$x\n",
    'eval "', 'bash -c "', "eval a\n", "@(", "<(", "set +e; a; if [ $? = 1 ]; then b; fi\n",
    "f() { f; }; f\n", "#", "\r\n", ";;", ")", "done ",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_a_repeated_megabyte(unit: str) -> None:
    start = time.process_time()
    found = commands(unit * (MEGABYTE // len(unit)))
    assert len(found) <= 5000
    assert time.process_time() - start < 8, "about a second on a quiet machine"


@pytest.mark.parametrize("unit", ["npm test\n", '"', "$(", "{", "a | ", "os.system('a')\n", "subprocess.run(["])
@pytest.mark.parametrize("shell", ["pwsh", "cmd", "python", "node"])
def test_a_repeated_megabyte_of_another_shell(unit: str, shell: str) -> None:
    start = time.process_time()
    assert len(commands(unit * (MEGABYTE // len(unit)), shell=shell)) <= 5000
    assert time.process_time() - start < 8


def test_what_multiplies_is_bounded() -> None:
    loops = "for a in v w x y z; do " * 12 + "run $a; " + "done; " * 12
    assert len(commands(loops)) == 5000
    calls = "".join(f"f{at}() {{ f{at + 1}; f{at + 1}; x=1; }}\n" for at in range(60)) + "f0"
    assert commands(calls) == []


def test_deep_nesting_is_read_to_a_bound() -> None:
    assert commands("( " * 40 + "deploy" + " )" * 40)[0].words == ("deploy",)
    assert commands("$(" * 300 + "deploy" + ")" * 300)
    assert commands("if a; then " * 300 + "deploy; " + "fi; " * 300)


def test_a_digit_that_is_no_number_is_a_word() -> None:
    assert [each.words[0] for each in commands("npm test ${²} $²\n")] == ["npm"]
