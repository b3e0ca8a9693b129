"""Questions that several rules ask: what gates a deploy, and what may be there although the file does not show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from barraiser.api import (
    DEPLOY_KINDS,
    MAYBE,
    NO,
    PREPROD_CLASSES,
    YES,
    Answer,
    Case,
    Node,
    Scenario,
    Tri,
    Unresolved,
)
from barraiser_rules.hints import PREPROD_WORDS, WORDS, may_be, only_beside, only_scans, words

DEPLOYED_TESTS = ("integration-test", "e2e-test", "smoke-test")
"""Kinds that exercise something deployed."""


class Gate:
    """How well a deploy is gated: ``answer``, by which ``node`` (None: by nothing), for which ``deploy`` of the subject."""

    __slots__ = ("answer", "deploy", "node")

    def __init__(self, answer: Tri, node: Node | None, deploy: Node) -> None:
        self.answer = answer
        self.node = node
        self.deploy = deploy


def weakest_gate(
    case: Case,
    candidates: Callable[[Node], Sequence[Node]],
    kinds: Sequence[str] = (),
    *,
    target: Callable[[Node], Node] | None = None,
) -> Gate:
    """The best gate among a deploy's candidates, for the deploy of the subject that is gated worst.

    Steps that cannot be read count as maybe: candidates that are opaque, and opaque steps that sound like one of ``kinds``.
    ``target``: what must be gated in the place of a deploy of the subject.
    """
    targets = [target(deploy) if target else deploy for deploy in case.deploys]
    return min((_best_gate(case, candidates(each), each, kinds) for each in targets), key=lambda gate: gate.answer)


def _best_gate(case: Case, candidates: Sequence[Node], deploy: Node, kinds: Sequence[str]) -> Gate:
    answer, node = case.graph.best_gate([found for found in candidates if not _hidden(found, deploy)], deploy)
    if answer != NO:
        return Gate(answer, node, deploy)
    hidden = [found for found in candidates if _hidden(found, deploy)]
    hidden += [
        found
        for found in case.graph.ahead_of(deploy)
        if found.activity.opaque
        and found.kind not in kinds
        and found.job.tags.get("waits") != "no"
        and may_be(found, kinds)
    ]
    answer, node = case.graph.best_gate(hidden, deploy)
    return Gate(min(answer, MAYBE), node, deploy)


def _hidden(node: Node, deploy: Node) -> bool:
    """Whether nobody can tell that a node is what it looks like: a program that cannot be read, unless the platform itself records
    what its job does as a deployment to an environment, or the deploy that it may gate is made by the same program."""
    if not node.activity.opaque:
        return False
    recorded = node.kind in DEPLOY_KINDS and node.job.environment is not None
    alike = node.kind == deploy.kind and bool(node.activity.tool) and node.activity.tool == deploy.activity.tool
    return not (recorded or alike)


def preprod_deploys(case: Case, deploy: Node) -> list[Node]:
    """Deploys to pre-production that come before a deploy, by an edge of any strength; a preview or a sandbox is one where the deploy
    waits for its success: then it is no environment of a change under review, but a step on the way."""
    return [
        found
        for found in case.graph.ahead_of(deploy, *DEPLOY_KINDS)
        if found.environment_class in PREPROD_CLASSES
        or (found.environment_class == "ephemeral" and case.graph.gates(found, deploy) == YES)
    ]


def looks_at_preprod(case: Case, deploy: Node) -> Node | None:
    """A test that must succeed before a deploy and that looks at pre-production, by what it is called with: something deploys there,
    also where these files do not show it."""
    for node in case.graph.ahead_of(deploy, *DEPLOYED_TESTS):
        if node.environment_class in PREPROD_CLASSES and case.graph.gates(node, deploy) == YES:
            return node
    return None


def preprod_gates(case: Case, deploy: Node) -> list[Node]:
    """Deploys to pre-production that must, or may have to, succeed before a deploy starts."""
    return [found for found in preprod_deploys(case, deploy) if case.graph.gates(found, deploy) != NO]


def prod_name(node: Node) -> str:
    """How messages name what a deploy goes to: the environment as the file names it."""
    environment = node.environment
    return environment.name if environment and environment.name else "production"


def job(node: Node) -> str:
    """A node's job, quoted; with its file when that is another pipeline's."""
    return f'"{node.job.own_id}"'


def between(earlier: Node, deploy: Node) -> str:
    """Where something is missing between two deploys, as a message says it."""
    if earlier.job is deploy.job:
        return f"between the deploys to {prod_name(earlier)} and {prod_name(deploy)} in {job(deploy)}"
    return f"between {job(earlier)} and {job(deploy)}"


def does(node: Node) -> str:
    """An activity, as a message quotes it: the command or action, and the job."""
    text = node.activity.text
    return f"`{_short(text)}` in {job(node)}" if text else job(node)


def releases(node: Node) -> str:
    """A node's job and what it does to users, as a message says it."""
    return f"{job(node)} {'publishes' if node.kind == 'publish' else 'deploys to production'}"


def on(scenario: Scenario) -> str:
    """A way in which the pipeline is started, as a message says it: "on a push to main", "after Build (push to main)"."""
    name = scenario.name
    if name.startswith("after "):
        return name
    if name == "called":
        return "when it is called"
    to = name.removeprefix("push to ")
    if to != name and not any(char.isalpha() for char in to):
        return f"on a push to branch {to}"
    return (
        f"on a {name}" if name.startswith(("push to ", "manual run", "pull request", "merge request")) else f"on {name}"
    )


def _short(text: str, limit: int = 60) -> str:
    return text if len(text) <= limit else text[: limit - 3].rstrip() + "..."


def unread_before(case: Case, deploy: Node, kinds: Sequence[str] = ()) -> Unresolved | None:
    """Something that cannot be read here and that may hold what should come before a deploy: something of these kinds."""
    found = _whole_pipeline(case.pipeline.unresolved)
    if found is not None:
        return found
    for node in case.graph.ahead_of(deploy):
        for item in node.pipeline.unresolved:
            if only_scans(item.name) or only_beside(item.name) or _does_other(item, kinds):
                continue
            if node.job.tags.get("waits") == "no":
                continue  # the job ends when what it starts has begun
            if node.job.id in item.jobs and case.graph.gates(node, deploy) != NO:
                return item
        if node.pipeline is not case.pipeline:
            found = _whole_pipeline(node.pipeline.unresolved)
            if found is not None:
                return found
    return _sender(case)


def caller_out_of_sight(case: Case) -> Unresolved | None:
    """What calls this file, where nothing in the repository does: what comes before and after its jobs stands there."""
    scenario = case.graph.scenario
    if scenario.event != "called":
        return None
    return Unresolved(CALLER, case.pipeline.path, scenario.place or case.pipeline.place)


def _sender(case: Case) -> Unresolved | None:
    """What starts this pipeline in this way, where nothing in the repository does: another repository, or whatever holds a token."""
    caller = caller_out_of_sight(case)
    if caller is not None:
        return caller
    scenario, index = case.graph.scenario, case.graph.index
    if scenario.event not in ("dispatch", "chained"):
        return None
    if any(not each.scenarios or index in each.scenarios for each in case.pipeline.handovers):
        return None
    place = scenario.place or case.pipeline.place
    return Unresolved(SENDER, scenario.name, place)


SENDER = "pipeline elsewhere that sends the"
"""``Unresolved.what`` of a way of starting that nothing in the repository brings about."""

CALLER = "pipeline that calls"
"""``Unresolved.what`` of what calls a file of the repository that nothing in the repository calls."""

_BUILT = frozenset((
    "unit-test", "lint", "sast", "sca", "secret-scan", "iac-scan", "build", "plan", "publish", "sign", "verify-signature", "other",
))  # fmt: skip
"""What a build may do besides building."""


def _does_other(item: Unresolved, kinds: Sequence[str]) -> bool:
    """Whether something unread is known to do none of these kinds."""
    if item.name.startswith(_PROVENANCE):
        return bool(kinds) and {"sign", "verify-signature", "build", "publish"}.isdisjoint(kinds)
    return _only_builds(item, kinds)


_PROVENANCE = ("slsa-framework/slsa-github-generator/.github/workflows/generator_",)
"""https://github.com/slsa-framework/slsa-github-generator: workflows that make provenance of what is built elsewhere."""


def _only_builds(item: Unresolved, kinds: Sequence[str]) -> bool:
    """Whether something unread is a build project, or what one does, whose names speak of a build or of unit tests alone: it may test
    the code and scan it, but it neither deploys nor waits for anybody."""
    if item.what not in ("build project", "buildspec") or not kinds or not _BUILT.isdisjoint(kinds):
        return False
    own = words(" ".join((item.name.rsplit("/", 1)[-1], *item.jobs)))
    if "unit" in own or "unittest" in own:
        own -= {"test", "tests"}
    return not own.isdisjoint(_BUILDING) and own.isdisjoint(_MORE) and own.isdisjoint(PREPROD_WORDS)


_BUILDING = frozenset((
    "build", "builds", "builder", "package", "compile", "docker", "image", "synth", "asset", "assets", "unit", "unittest", "unittests",
    "lint",
))  # fmt: skip
_MORE = frozenset(
    word
    for kind in ("integration-test", "e2e-test", "smoke-test", "alarm-gate", "approval", "deploy", "rollback")
    for word in WORDS[kind].split()
)


def _whole_pipeline(items: Sequence[Unresolved]) -> Unresolved | None:
    for item in items:
        if not item.jobs and not only_scans(item.name) and not only_beside(item.name):
            return item
    return None


def stands_elsewhere(case: Case, *kinds: str, classes: Sequence[str] = ()) -> Node | None:
    """An activity of these kinds in another run: of another entry, or of this one when it is started in another way.

    What the same event starts at the same time is no earlier run, so it does not count.
    """
    here = case.graph.scenario
    for node in case.elsewhere.nodes(*kinds, classes=classes, when=lambda each: not _same_start(each, here)):
        if _runs_earlier(node, here):
            return node
    for index, scenario in enumerate(case.pipeline.scenarios):
        if index == case.graph.index or scenario.unmerged or scenario.event == here.event == "manual":
            continue
        if _same_start(scenario, here):
            continue
        graph = case.stages.in_scenario(index)
        for node in graph.nodes(*kinds, classes=classes):
            if node.pipeline is case.pipeline and graph.runs(node) != NO and case.graph.runs(node) == NO:
                return node
    return None


def instead(case: Case, one: Node, other: Node) -> bool:
    """Whether one is what the command of the other does in another run: it goes to staging or to production, never to both."""
    if one.job.own_id != other.job.own_id or one.activity.step != other.activity.step or case.graph.runs(one) == YES:
        return False
    return one.activity.text == other.activity.text and one.environment_class != other.environment_class


def _runs_earlier(node: Node, here: Scenario) -> bool:
    condition, scenarios = node.job.condition, node.pipeline.scenarios
    runs = [scenario for index, scenario in enumerate(scenarios) if condition.in_scenario(index) != NO]
    return not any(_same_start(scenario, here) for scenario in runs) and any(
        not run.unmerged and run.event != "merge-queue" for run in runs
    )


def _same_start(one: Scenario, other: Scenario) -> bool:
    if one.event != other.event or one.event not in ("push", "tag", "release"):
        return False
    return one.event != "push" or (one.branch == other.branch and one.ref == other.ref)


def out_of_sight(
    case: Case, *kinds: str, what: str, classes: Sequence[str] = (), deploy: Node | None = None
) -> Answer | None:
    """``unknown``, where the missing thing may be in something that cannot be read, or in an earlier run; else None."""
    deploy = deploy or case.deploy
    unread = unread_before(case, deploy, kinds)
    if unread is not None and unread.what == CALLER:
        return case.unknown(
            f"{what} may be part of the {unread.what} `{unread.name}`, which is not in this repository.",
            settle=f"Check the pipeline that calls it; or declare what comes before it: {_declared_before(deploy, kinds)}",
            at=unread.place,
        )
    if unread is not None and unread.what == SENDER:
        return case.unknown(
            f"{what} may be part of the {unread.what} `{unread.name}`, which cannot be read here.",
            settle=f"Send it from a pipeline of this repository, or declare what comes before it: {_declared_before(deploy, kinds)}",
            at=unread.place,
        )
    if unread is not None:
        return case.unknown(
            f"{what} may be part of the {unread.what} `{unread.name}`, which cannot be read here.",
            settle=f'Give the file with `--include-map`, or declare: activities: {{"{_unread_job(unread)}": {{kind: {kinds[0]}}}}}',
            at=unread.place,
        )
    called = runs_out_of_sight(deploy)
    if called is not None and not only_scans(called.name):
        return case.unknown(
            f"{what} may be part of the {called.what} `{called.name}`, which cannot be read here.",
            settle="Give the file with `--include-map`.",
            at=called.place,
        )
    handed = deploy.activity.facts.get("handed-to", "")
    if handed:
        return case.unknown(
            f"{what} may be part of the pipeline that {does(deploy)} starts in another system, which cannot be read here.",
            settle=_settled_there(case, deploy, kinds),
        )
    other = stands_elsewhere(case, *kinds, classes=classes)
    if other is None and case.graph.scenario.event != "manual":
        here = case.graph.nodes(*kinds, classes=classes)
        other = next((node for node in here if instead(case, node, deploy)), None)
    if other is None:
        return _in_own_script(case, kinds, what, deploy)
    return case.unknown(
        f"{what} stands in another run ({does(other)}, {other.place}), and nothing in the files says that it hands over to this one.",
        settle=links_entry(case, other),
    )


def _in_own_script(case: Case, kinds: Sequence[str], what: str, deploy: Node) -> Answer | None:
    """``unknown``, where the deploy is a script of the repository that is not there: what a team's own script runs before it deploys,
    the file does not show. No script asks a person, and its deploys are the deploy that is asked about."""
    script = deploy.activity.facts.get("unread", "")
    if not script or "approval" in kinds or _IN_SCRIPTS.isdisjoint(kinds):
        return None
    return case.unknown(
        f"{what} may be part of `{script}`, which {job(deploy)} calls and which is not in the repository.",
        settle=_declared_before(deploy, kinds),
        at=deploy,
    )


_IN_SCRIPTS = _BUILT | {"integration-test", "e2e-test", "smoke-test", "load-test"}


def _declared_before(deploy: Node, kinds: Sequence[str]) -> str:
    """The declaration that a job also does something of these kinds before it deploys."""
    return f'activities: {{"{deploy.job.own_id}": {{kinds: [{kinds[0]}, {deploy.kind}]}}}}'


def _unread_job(unread: Unresolved) -> str:
    return unread.jobs[0] if unread.jobs else unread.name


def links_entry(case: Case, other: Node) -> str:
    """The configuration line that joins another pipeline to this one."""
    source, target, via = other.pipeline.path, case.pipeline.path, case.graph.scenario.event
    if source == target:
        return (
            f"Do it in the run that deploys to production as well, in front of {job(case.deploy)}; or waive {case.rule.id} with what"
            " makes sure that the same version ran there first as the reason."
        )
    return f"links: [{{from: {source}, to: {target}, via: {via}}}]"


def may_hold(gate: Gate, what: str) -> str:
    """The sentence for a gate that may or may not hold a deploy back."""
    node = gate.node
    assert node is not None
    if node.activity.facts.get("placeholder"):
        return f"{job(node)} is named for {what}, but nothing in it does more than write messages."
    if node.activity.opaque:
        return f"{does(node)} may be {what}, but the program cannot be read here."
    if node.activity.conditional:
        return f"{does(node)} is {what}, but only one branch of its script runs it."
    condition = node.job.condition.text or node.activity.condition.text or gate.deploy.job.condition.text
    if condition:
        return (
            f"{does(node)} is {what}, but whether it runs before {job(gate.deploy)} depends on `{_short(condition)}`."
        )
    return f"{does(node)} is {what}, but the files cannot tell whether it always runs before {job(gate.deploy)}."


def declared_kind(node: Node, kind: str) -> str:
    """The configuration line that says what a job is."""
    return f'activities: {{"{node.job.own_id}": {{kind: {kind}}}}}'


def _settled_there(case: Case, deploy: Node, kinds: Sequence[str]) -> str:
    """What to write where another system's pipeline may do the missing thing."""
    if kinds[0] in DEPLOY_KINDS:
        return f"Deploy to staging here first; or, if that pipeline does, waive {case.rule.id} with a link to it as the reason."
    return f'activities: {{"{deploy.job.own_id}": {{kinds: [{kinds[0]}, {deploy.kind}]}}}}'


def blocking_manual(node: Node) -> bool:
    """Whether a person must start the node's job before the pipeline goes on."""
    return node.job.manual and node.job.manual_blocks


def prod_peers(case: Case) -> list[Node]:
    """All prod deploys of this scenario, the subject's among them."""
    return case.graph.deploys("prod", "onebox")


def surely(answer: Tri) -> bool:
    """Whether an answer is yes."""
    return answer == YES


def runs_out_of_sight(deploy: Node) -> Unresolved | None:
    """What a deploy's job calls, where that is a pipeline that cannot be read here: environment, lock and limit stand in it."""
    for item in deploy.pipeline.unresolved:
        if item.what == "reusable workflow" and deploy.job.id in item.jobs:
            return item
    return None


def beside(case: Case, deploy: Node, *kinds: str) -> str:
    """The sentence for a gate of these kinds that runs, but that a deploy does not wait for; empty where there is none."""
    for node in case.graph.nodes(*kinds):
        own = node.pipeline is deploy.pipeline and node.job is not deploy.job
        if own and not case.graph.before(node, deploy) and not case.graph.before(deploy, node):
            return f" {does(node)} runs, but {job(deploy)} does not wait for it."
    return ""


def declared_protection(case: Case, node: Node) -> Mapping[str, object] | None:
    """The protections that the configuration declares for the environment of a node's job; None where it declares none."""
    names = [node.job.environment.name] if node.job.environment else []
    names += [node.environment.name] if node.environment else []
    for name in names:
        declared = case.declared.environment(name)
        protection = declared.protection(case.pipeline.platform) if declared else None
        if protection is not None:
            return protection
    return None


def demands_people(protection: Mapping[str, object]) -> bool:
    """Whether declared protections make the job wait for somebody, or something, to agree."""
    for key in ("reviewers", "required_approvals", "wait_timer"):
        number = protection.get(key)
        if isinstance(number, int | float) and number > 0:
            return True
        if isinstance(number, list | tuple) and number:
            return True
    return bool(protection.get("custom_rules"))


def expired(case: Case, key: str, what: str) -> Answer | None:
    """``unknown``, where ``evidence.key`` is declared and has expired: it was so once, and nobody can tell whether it still is."""
    given = case.declared.expired.get(key)
    if given is None:
        return None
    return case.unknown(
        f"{what} is declared, but the declaration expired on {given.get('expires')}: nobody has looked since.",
        settle=f"Look again, and set `evidence.{key}.date` to the day of it.",
        at=case.pipeline.place,
    )


def signed(given: object) -> str:
    """Who declared evidence and when, as a sentence has it after "is declared"; empty where it does not say."""
    if not isinstance(given, Mapping):
        return ""
    by, date = given.get("by"), given.get("date")
    return f"{f' by {by}' if by else ''}{f' on {date}' if date else ''}"
