"""An alarm that is on stops a release only where the script acts on the answer."""

from __future__ import annotations

import pytest

from barraiser.classify.answered import asks, decides
from barraiser.model.pipeline import Fragment, Script
from barraiser.model.tri import MAYBE, NO, YES, Tri
from barraiser.shell.parser import commands_of

Q = "aws cloudwatch describe-alarms --state-value ALARM"

SCRIPTS: tuple[tuple[Tri, str], ...] = (
    (YES, f"{Q} | grep -q a && exit 1\necho"),
    (YES, f'test -z "$({Q})"\necho'),
    (YES, f'x=$({Q})\nif [ -n "$x" ]; then\n echo no\n exit 1\nfi\necho'),
    (YES, f"if {Q} | grep e; then exit 1; fi"),
    (YES, f'[ "$({Q} | jq length)" = 0 ] || exit 1'),
    (YES, f'[ "$({Q} | jq length)" = 0 ] || {{\n echo bad\n exit 1\n}}'),
    (YES, f"! {Q} | grep -q g"),
    (YES, f'{Q} | jq -e ".x==0"'),
    (YES, f'until [ "$({Q})" = "" ]; do sleep 5; done'),
    (YES, f'state=$({Q} \\\n --query x)\n[[ "$state" == OK ]]\n'),
    (YES, f'STATE=`{Q}`\ntest "$STATE" = OK || exit 1\n'),
    (YES, f"for i in 1 2 3; do\n  if [[ $({Q} --query x) != OK ]]; then\n   echo; exit 1\n  fi\n  sleep 60\ndone"),
    (YES, f"n=$({Q} | jq length)\nif (( n > 0 )); then exit 1; fi"),
    (YES, f"if [[ $({Q}) == *ALARM* ]]; then ./rollback.sh; exit 1; fi"),
    (MAYBE, f"{Q} > x.json\npython check.py x.json"),
    (MAYBE, f'./decide "$({Q})"'),
    (NO, f"{Q}\necho"),
    (NO, f'test -z "$({Q})" || true\necho'),
    (NO, f'x=$({Q})\nif [ -n "$x" ]; then\n echo no\nfi\necho'),
    (NO, f'x=$({Q})\necho "$x"\n'),
    (NO, f"if {Q} | grep e; then echo bad; fi"),
    (NO, f"! {Q} | grep -q g\necho"),
    (NO, f"{Q} | tee x.txt"),
    (NO, f"{Q} | jq ."),
    (NO, f"{Q} | grep x || echo fine"),
)


@pytest.mark.parametrize(("wanted", "script"), SCRIPTS, ids=[script for _, script in SCRIPTS])
def test_what_a_script_does_with_the_answer(wanted: Tri, script: str) -> None:
    commands = commands_of(Script([Fragment(script, "deploy.sh", 1)]), {})
    (asking,) = [each for each in commands if each.words[:1] == ("aws",)]
    assert decides(asking) == wanted


def test_programs_that_fail_by_themselves_are_no_mere_questions() -> None:
    assert asks("aws cloudwatch")
    assert not asks("datadog-ci")


def test_a_script_of_many_lines_is_read_in_no_time() -> None:
    script = f"x=$({Q})\n" + 'echo "$x$x$x"\n' * 5000
    (asking, *_) = [
        each for each in commands_of(Script([Fragment(script, "deploy.sh", 1)]), {}) if each.words[:1] == ("aws",)
    ]
    assert decides(asking) == NO
