"""A test whose failure the script ignores is no gate; one that stops the script is."""

from __future__ import annotations

import random
import shutil
import subprocess

import pytest
from shell_helpers import commands, one

from barraiser.model.tri import MAYBE, NO, YES, Tri


@pytest.mark.parametrize(
    ("text", "soft", "reason"),
    [
        ("npm test", NO, ""),
        ("npm test\ndeploy", NO, ""),
        ("npm test || true\ndeploy", YES, "|| true"),
        ("npm test || :", YES, "|| :"),
        ("npm test || echo failed", YES, "|| echo failed"),
        ("npm test || exit 1\ndeploy", NO, ""),
        ("npm test || exit\ndeploy", NO, ""),
        ("npm test || exit 0\ndeploy", YES, "|| exit 0"),
        ("npm test || { echo no; exit 1; }\ndeploy", NO, ""),
        ("npm test || { rc=$?; echo no; exit $rc; }\ndeploy", NO, ""),
        ("npm test || (echo no; exit 1)\ndeploy", NO, ""),
        ("die() { echo $1; exit 1; }\nnpm test || die no\ndeploy", NO, ""),
        ("npm test || die no\ndeploy", MAYBE, "|| die no"),
        ("npm test || false\ndeploy", NO, ""),
        ("npm test || lint || exit 1", YES, "|| lint"),
        ("FAILED=0\nnpm test || FAILED=1\ndeploy\nexit $FAILED", NO, ""),
        ("npm test || FAILED=1\ndeploy", YES, "|| FAILED=1"),
        ("npm test && deploy", NO, ""),
        ("npm test && deploy\necho end", MAYBE, "&& deploy"),
        ("npm test && echo fine\ndeploy", YES, "&& echo fine"),
        ("cd app && npm test\ndeploy", NO, ""),
        ("npm test | tee log\ndeploy", YES, "| tee log"),
        ("set -o pipefail\nnpm test | tee log\ndeploy", NO, ""),
        ("npm test | tee log; exit ${PIPESTATUS[0]}", NO, ""),
        ("npm test &\ndeploy", YES, "&"),
        ("npm test & pid=$!\ndeploy\nwait $pid", MAYBE, "&"),
        ("set +e\nnpm test\ndeploy", YES, "set +e"),
        ("set +e\nnpm test\nset -e\ndeploy", YES, "set +e"),
        ("set +e\nnpm test\nrc=$?\nset -e\nreport\nexit $rc", NO, ""),
        ("set +e\nnpm test\nrc=$?\nif [ $rc -ne 0 ]; then\n  exit $rc\nfi\ndeploy", NO, ""),
        ("set +e\nnpm test\nif [ $? -ne 0 ]; then echo no; exit 1; fi\ndeploy", NO, ""),
        ("set +e\nnpm test\nif [ $? -ne 0 ]; then echo no; fi\ndeploy", YES, "set +e"),
        ("set +e\nnpm test\n[ $? -eq 0 ] || exit 1\ndeploy", NO, ""),
        ("set +e\nnpm test\nrc=$?\ndeploy", YES, "set +e"),
        ("if npm test; then echo fine; fi\ndeploy", YES, "if npm test"),
        ("if npm test; then deploy; fi", MAYBE, "if npm test"),
        ("if npm test; then echo fine; else exit 1; fi\ndeploy", NO, ""),
        ("if ! npm test; then echo no; exit 1; fi\ndeploy", NO, ""),
        ("if ! npm test; then echo no; fi\ndeploy", YES, "if ! npm test"),
        ("! npm test\ndeploy", YES, "!"),
        ("for i in {1..5}; do npm test && exit 0; sleep 5; done\nexit 1", NO, ""),
        ("for i in {1..5}; do npm test && break; sleep 5; done\ndeploy", YES, "&& break"),
        ("for i in {1..5}; do if npm test; then exit 0; fi; sleep 5; done\nexit 1", NO, ""),
        ("until npm test; do sleep 5; done\ndeploy", NO, ""),
        ("(cd app && npm test) || true", YES, "|| true"),
        ("(npm test; lint)\ndeploy", NO, ""),
        ("(npm test; lint) || exit 1", YES, "|| exit 1"),
        ("run() { npm test; lint; }\nrun || exit 1", YES, "|| exit 1"),
        ("run() { npm test; lint; }\nrun", NO, ""),
        ("run() { npm test || return 1; lint; }\nrun\ndeploy", NO, ""),
        ("bash -c 'npm test; lint'", YES, "no set -e"),
        ("bash -ec 'npm test; lint'", NO, ""),
        ("x=$(npm test)\ndeploy", NO, ""),
        ("echo $(npm test)\ndeploy", YES, "$(npm test)"),
        ("export X=$(npm test)\ndeploy", YES, "$(npm test)"),
        ("npm test; exit 0", NO, ""),
        ("npm test & pid=$!\necho started\nwait $pid", NO, ""),
        ('npm test &\nPID=$!\nwait "${PID}"', NO, ""),
        ("npm test & wait $!", NO, ""),
        ("npm test & pid=$!\nwait $pid || true", YES, "|| true"),
        ("npm test & pid=$!\nwait $pid || exit 1", NO, ""),
        ("npm test & pid=$!\nlint & other=$!\nwait $pid\nwait $other", NO, ""),
        ("npm test & pid=$!\nlint & other=$!\nwait $other $pid", NO, ""),
        ("npm test & pid=$!\nlint & other=$!\nwait $pid $other", YES, "wait $pid $other"),
        ("npm test &\nlint &\nwait -n\nwait -n", NO, ""),
        ("npm test &\nlint &\nwait -n", MAYBE, "&"),
        ("lint &\nnpm test &\nwait $(jobs -p)", NO, ""),
        ("npm test &\nlint &\nfor job in $(jobs -p); do wait $job; done", NO, ""),
        ('pids=()\nnpm test & pids+=($!)\nlint & pids+=($!)\nfor pid in "${pids[@]}"; do wait "$pid"; done', NO, ""),
        ('pids=()\nfor f in *; do npm test & pids+=($!); done\nfor pid in "${pids[@]}"; do wait "$pid"; done', NO, ""),
        ("pids=\nnpm test & pids=\"$pids $!\"\nbad=0\nfor p in $pids; do wait $p || bad=1; done\nexit $bad", NO, ""),
        ("pids=\nnpm test & pids=\"$pids $!\"\nfor p in $pids; do wait $p || true; done", YES, "|| true"),
        ("npm test & pid=$!\nwait", YES, "&"),
        ("npm test & pid=$!\nset +e\nwait $other", MAYBE, "&"),
        ("script -c 'npm test' /dev/null", YES, "script without -e"),
        ("script -q -c 'npm test'", YES, "script without -e"),
        ("script -qec 'npm test' /dev/null", NO, ""),
        ("script --return --command 'npm test' log", NO, ""),
        ("su app -c 'npm test'", NO, ""),
        ("find . -name t -exec npm test \\;", YES, "find -exec ... ;"),
        ("eval 'npm test || true'", YES, "|| true"),
        ("trap 'npm test' EXIT\ndeploy", YES, "trap ... EXIT"),
        ("trap 'exit 0' EXIT\nnpm test", YES, "trap 'exit 0' EXIT"),
        ("trap 'echo bye; exit 0' ERR\nnpm test", YES, "trap 'echo bye; exit 0' ERR"),
        ("set +e\ntrap 'echo bye; exit 1' ERR\nnpm test\ndeploy", NO, ""),
        ("set +e\nbye() { exit 1; }\ntrap bye ERR\nnpm test\ndeploy", NO, ""),
        ("set +e\ntrap 'echo bye' ERR\nnpm test\ndeploy", YES, "set +e"),
        ("bad=0\nif ! npm test; then bad=1; fi\ndeploy\nexit $bad", NO, ""),
        ('npm test || bad=1\nlint\n[ -z "$bad" ]', NO, ""),
        ("set +e\nnpm test; a=$?; lint; b=$?; [ $a -eq 0 ] && [ $b -eq 0 ]", NO, ""),
        ("set +e\nnpm test; a=$?; lint; b=$?; [ $b -eq 0 ]", YES, "set +e"),
        ("npm test || bad=1\n[ -z $bad ] || echo bad", YES, "|| bad=1"),
        ("bad=0\nif ! npm test; then bad=1; fi\ndeploy", YES, "if ! npm test"),
        ("done_() { echo bye; exit 0; }\ntrap done_ EXIT\nnpm test", YES, "trap 'done_' EXIT"),
        ("npm test\ntrap 'exit 0' EXIT\ndeploy", NO, ""),
        ("trap 'rm -rf tmp' EXIT\nnpm test", NO, ""),
        ("trap 'code=$?; rm -rf tmp; exit $code' EXIT\nnpm test", NO, ""),
    ],
)  # fmt: skip
def test_with_errexit(text: str, soft: Tri, reason: str) -> None:
    command = one(commands(text), "npm test")
    assert (command.soft, command.soft_reason) == (soft, reason)


@pytest.mark.parametrize(
    ("text", "soft"),
    [
        ("npm test", NO),
        ("npm test\ndeploy", YES),
        ("npm test; exit 0", YES),
        ("npm test; exit $?", NO),
        ("npm test\nexit", NO),
        ("npm test\nrc=$?\nexit $rc", NO),
        ("set -e\nnpm test\ndeploy", NO),
        ("set -euo pipefail\nnpm test | tee log\ndeploy", NO),
        ("npm test || exit 1\ndeploy", NO),
        ("npm ci && npm test && deploy", NO),
        ("exec npm test", NO),
    ],
)
def test_without_errexit(text: str, soft: Tri) -> None:
    assert one(commands(text, errexit=False), "npm test").soft == soft


def test_pipefail_that_nobody_told_of_is_a_maybe() -> None:
    assert one(commands("npm test | tee log", pipefail=MAYBE), "npm test").soft == MAYBE
    assert one(commands("npm test | tee log", shell="bash --noprofile --norc -eo pipefail {0}"), "npm test").soft == NO
    assert one(commands("npm test | tee log", shell="bash -e {0}"), "npm test").soft == YES


def generated(source: random.Random, depth: int, count: list[int]) -> str:
    """A script whose commands are t1, t2 ..., each of which can be made to fail."""

    def leaf() -> str:
        count[0] += 1
        return f"t{count[0]}"

    def part() -> str:
        return generated(source, depth - 1, count)

    forms = [
        leaf,
        lambda: f"{part()} && {part()}",
        lambda: (
            f"{leaf()} || {source.choice(['true', 'exit 1', 'echo x', '{ echo x; exit 1; }', 'false', 'exit 0', leaf()])}"
        ),
        lambda: f"( {part()}; {part()} )",
        lambda: f"{{ {part()}; {part()}; }}",
        lambda: f"if {part()}; then {part()}; fi",
        lambda: f"if ! {leaf()}; then {part()}; else {source.choice(['exit 1', 'echo x; exit 1', part()])}; fi",
        lambda: f"{leaf()} | {leaf()}",
        lambda: f"for i in a b; do {part()}; done",
        lambda: f"! {leaf()}",
        lambda: f"x=$({part()})",
    ]
    return leaf() if depth <= 0 else source.choice(forms)()


def run(text: str, count: int, failing: int, errexit: bool) -> tuple[int, str]:
    leaves = "".join(f't{at}() {{ echo "<{at}>" >&3; [ {at} != {failing} ]; }}\n' for at in range(1, count + 1))
    options = ["-e"] if errexit else []
    done = subprocess.run(
        ["bash", *options, "-c", f"exec 3>&2 2>/dev/null\n{leaves}{text}"],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize("seed", range(12))
def test_as_bash_has_it(seed: int) -> None:
    source = random.Random(seed)
    count = [0]
    text = "\n".join(generated(source, 2, count) for _ in range(3))
    errexit = seed % 3 > 0
    found = commands(text, errexit=errexit)
    status, ran = run(text, count[0], 0, errexit)
    for at in range(1, count[0] + 1):
        same = [command.soft for command in found if command.words == (f"t{at}",)]
        if f"<{at}>" not in ran:
            continue
        assert same, text
        if status == 0:
            assert min(same) != (YES if run(text, count[0], at, errexit)[0] else NO), f"t{at} in\n{text}"
