"""Questions that the rules about bakes and waves share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from barraiser.api import DEPLOY_KINDS, FAILED, NO, PASSED, UNKNOWN, YES, Answer, Applied, Case, Node
from barraiser_rules.promotion import spot
from barraiser_rules.questions import does, job
from barraiser_rules.shares import slices_before

if TYPE_CHECKING:
    from barraiser.api import Bake, Waves

ONEBOX_MIN, FIRST_WAVE_MIN, LATER_WAVE_MIN, FINAL_MIN, ONLY_WAVE_MIN = 60, 720, 120, 60, 60
"""Minutes that the rules about bakes ask for where the configuration does not say otherwise."""

MAX_ONEBOX_PERCENT = 10.0
"""A first step of more traffic is no one-box."""

_ORDER = (FAILED, UNKNOWN, PASSED)


def worst(answers: Sequence[Answer], otherwise: Answer) -> Answer:
    """The answer for a subject of several deploys: the first failed one, else unknown, else passed; ``otherwise`` where there is none."""
    for verdict in _ORDER:
        for answer in answers:
            if answer.verdict == verdict:
                return answer
    return answers[0] if answers else otherwise


def lasting(minutes: float) -> str:
    """A time as a sentence has it."""
    if minutes >= 120 and minutes % 60 == 0:
        return f"{minutes / 60:g} hours"
    return "1 minute" if minutes == 1 else f"{minutes:g} minutes"


def oneboxes_before(case: Case, deploy: Node) -> list[Node]:
    """The one-box deploys that come before a deploy, with no other production deploy between."""
    ahead = case.graph.ahead_of(deploy, *DEPLOY_KINDS)
    full = [
        node
        for node in ahead
        if node.environment_class == "prod" and not (node.job is deploy.job and spot(node) == spot(deploy))
    ]
    return [
        node
        for node in ahead
        if node.environment_class == "onebox" and not any(case.graph.before(node, between) for between in full)
    ]


def first_slices_before(case: Case, deploy: Node) -> list[Node]:
    """The one-boxes directly before a deploy, or the first deploys to a share of the traffic (``rollout 10%``), with no other between."""
    boxes = oneboxes_before(case, deploy)
    if boxes or deploy.environment_class == "onebox":
        return boxes
    slices = slices_before(case, deploy)
    firsts = [each for each in slices if not slices_before(case, each) and each.job is not deploy.job]
    return firsts if len(firsts) == len(slices) else []


def earlier_in_wave(case: Case, deploy: Node) -> list[Node]:
    """The deploys of other jobs to production that come before a deploy in its own wave: what is asked before a wave is asked of them."""
    waves = case.waves()
    own = waves.number.get(deploy.index)
    return [
        each
        for each in case.graph.ahead_of(deploy, *DEPLOY_KINDS)
        if own is not None and each.job is not deploy.job and waves.number.get(each.index) == own
    ]


def ends_the_release(case: Case, deploy: Node) -> bool:
    """Whether a deploy stands in the last wave, and no other job's deploy of that wave follows it."""
    waves = case.waves()
    if waves.number.get(deploy.index) != len(waves.waves) - 1:
        return False
    return not any(deploy in earlier_in_wave(case, each) for each in waves.waves[-1])


def wave_before(case: Case, deploy: Node, waves: Waves) -> list[Node]:
    """The deploys of the wave before a deploy's own that it comes after; empty in the first wave."""
    wave = waves.number.get(deploy.index, 0)
    if not wave:
        return []
    return [node for node in waves.waves[wave - 1] if case.graph.before(node, deploy)]


def shortest_bake(case: Case, firsts: Sequence[Node], then: Node | None) -> tuple[Bake, Node]:
    """The shortest of the bakes from these deploys to a later one (None: to the end of the run), and from which it is."""
    found = [(case.bake(first, then), first) for first in firsts]
    return min(found, key=lambda each: (each[0].minutes, each[0].possible))


def told_apart(first: Node, then: Node) -> tuple[str, str]:
    """Two activities as one sentence names them: by their jobs, or by what they do where both stand in one job."""
    return (does(first), does(then)) if first.job is then.job else (job(first), job(then))


def held_for(case: Case, firsts: Sequence[Node], then: Node, wanted: float, *, why: str, beside: float = 0.0) -> Answer:
    """Whether the way from these deploys to ``then`` waits so many minutes. ``beside``: minutes that something else surely takes."""
    bake, first = shortest_bake(case, firsts, then)
    answer = bake.enough(wanted - beside)
    one, other = told_apart(first, then)
    if answer == YES:
        return case.passed(f"{other} starts {lasting(bake.minutes + beside)} after {one}.", way=(first, then))
    if answer != NO:
        return case.unknown(_unsure(bake, first, then, wanted), settle=settle_bake(case, bake, first, wanted), at=then)
    found = bake.minutes + beside
    waits = f"There {'is' if found == 1 else 'are'} only {lasting(found)}" if found else "There is no bake time"
    return case.failed(
        f"{waits} between {one} and {other}, and {lasting(wanted)} are asked for: {why}.",
        fix=case.fix(job=job(then), first=job(first), minutes=f"{wanted:g}", time=lasting(wanted)),
        at=then,
        way=case.graph.way(first, then),
        rests_on=(first, then),
    )


def prod_bakes(case: Case, deploy: Node) -> list[tuple[Bake, Node, Node | None]]:
    """The bakes before and after a production deploy that wait at all, each with where it begins and ends (None: with the run)."""
    if deploy.environment_class == "onebox":
        return []
    waves = case.waves()
    earlier = [firsts for firsts in (first_slices_before(case, deploy), wave_before(case, deploy, waves)) if firsts]
    found: list[tuple[Bake, Node, Node | None]] = [(*shortest_bake(case, firsts, deploy), deploy) for firsts in earlier]
    if ends_the_release(case, deploy):
        found.append((case.bake(deploy), deploy, None))
    return [each for each in found if each[0].minutes or each[0].possible]


def _unsure(bake: Bake, first: Node, then: Node, wanted: float) -> str:
    why = bake.unread_why or "a wait between them may or may not hold it back"
    one, other = told_apart(first, then)
    return f"Whether {lasting(wanted)} lie between {one} and {other} cannot be told: {why}."


def settle_bake(case: Case, bake: Bake, first: Node, wanted: float) -> str:
    """The line of configuration that says how long a bake is."""
    node = bake.unread
    if node is not None and node.job.environment is not None and node.kind != "bake" and node.index != first.index:
        return f"environments: {{{node.job.environment.name}: {{github: {{wait_timer: {wanted:g}, custom_rules: [...]}}}}}}"
    if node is not None and node.index == first.index:
        return f"deployer: {{steps: [{{weight: 5, pause: {wanted:g}}}], alarms: [...], rollback: auto}}"
    name = node.job.id if node is not None else "JOB"
    return f'activities: {{"{name}": {{kind: bake, minutes: {wanted:g}, monitored: true}}}}'


def first_slice(applied: Applied, most: float = MAX_ONEBOX_PERCENT) -> float:
    """The minutes for which a canary holds no more than so many percent of the traffic."""
    total = 0.0
    for percent, minutes in applied.steps:
        if percent > most:
            break
        total += minutes
    return total


def each_deploy(case: Case, decide: Callable[[Node], Answer | None], otherwise: str) -> Answer:
    """The worst of the answers for the subject's deploys; ``otherwise`` says why the rule has nothing to ask of any."""
    answers = [found for found in (decide(deploy) for deploy in case.deploys) if found is not None]
    return worst(answers, case.not_applicable(otherwise))


def told(node: Node) -> str:
    """A deploy as a message names it."""
    return does(node)
