"""SRC006: tests run before a change is merged, and in the merge queue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from barraiser.api import (
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    NO,
    PIPELINE,
    UNKNOWN,
    YES,
    Answer,
    Case,
    Node,
    Pipeline,
    Rule,
    Tri,
    Unresolved,
)
from barraiser_rules.hints import only_scans, sounds_like
from barraiser_rules.questions import declared_kind, does

TESTS = ("unit-test", "integration-test", "e2e-test")
FURTHER = {"iac-only": ("plan", "iac-scan"), "config-flags": ("lint",)}
"""What else looks at a change of such a pipeline before it is merged."""


OTHERS = (
    ".circleci/config.yml",
    "Jenkinsfile",
    "azure-pipelines.yml",
    ".azure-pipelines.yml",
    ".travis.yml",
    ".buildkite/pipeline.yml",
    "bitbucket-pipelines.yml",
    ".drone.yml",
    ".woodpecker.yml",
    ".cirrus.yml",
    "appveyor.yml",
    ".appveyor.yml",
    ".semaphore/semaphore.yml",
)
"""Files of systems that run tests as well and are not read here."""


_ABOUT_THE_CHANGE = re.compile(r"\bdraft\b|\bfork\b|\bhead\.repo\b|\bactor\b|\.outputs\.|\bchanges\b", re.IGNORECASE)
"""Conditions that ask what the change is: a draft cannot be merged, and what touches no code has nothing to test."""


class Run:
    """What runs tests before the merge: ``best`` says whether one does, by ``node``; ``soft``: a test that runs and cannot fail the
    run; ``unread``: something that may hold a test and cannot be read."""

    __slots__ = ("best", "node", "soft", "unread")

    def __init__(self) -> None:
        self.best: Tri = NO
        self.node: Node | None = None
        self.soft: Node | None = None
        self.unread: Unresolved | None = None


class PremergeVerification(Rule):
    """Run tests before merge, and on the merge queue when one is used.

    Why:
        A test that runs after the merge finds the defect when it already blocks everybody's next release. And two changes that are each
        good can break each other: what the merge queue joins has to be tested as it is joined.

    Source:
        AWS Deployment Pipeline Reference Architecture, application pipeline, "Build": the build and its unit tests run before the
        review. GitHub documentation, "Managing a merge queue": checks must run on the `merge_group` event.

    Decided by:
        A test that can fail and that any pipeline of the repository runs on pull or merge requests, or on a push to any branch; also
        where it leaves out drafts, or changes of files that it does not look at. Where
        one of the repository's pipelines runs in a merge queue, a test must run there too. For infrastructure a plan or a policy check
        counts, for configuration a check of its form. Where the file of another system (Jenkins, CircleCI ...) lies in the repository,
        its tests are not seen: unknown.

    Fix:
        Let the tests run on pull requests, and in the merge queue.

    Before (github-actions):
        on: {push: {branches: [main]}}
        jobs: {test: {steps: [{run: npm test}]}}

    After (github-actions):
        on: {push: {branches: [main]}, pull_request: {}, merge_group: {}}
        jobs: {test: {steps: [{run: npm test}]}}

    Before (gitlab-ci):
        unit-tests:
          rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]
          script: [npm test]

    After (gitlab-ci):
        unit-tests:
          rules:
            - if: $CI_PIPELINE_SOURCE == "merge_request_event"
            - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
          script: [npm test]
    """

    id = "SRC006"
    name = "premerge-verification"
    severity = "warning"
    profile = "strict"
    asks = PIPELINE
    platforms = (GITHUB_ACTIONS, GITLAB_CI)
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    after = ("TST001", "TST004")
    fixes = {
        GITHUB_ACTIONS: "Add `pull_request:` (and `merge_group:`, if a merge queue is used) to `on:` of <path>, and require the check.",
        GITLAB_CI: 'Let <job> run in merge request pipelines: rules: [{if: $CI_PIPELINE_SOURCE == "merge_request_event"}].',
    }

    def decide(self, case: Case) -> Answer:
        """Looks for a test that runs before the merge, then for one in the merge queue."""
        if not case.deploys:
            return case.not_applicable("It does not deploy to production.")
        kinds = (*TESTS, *FURTHER.get(case.pipeline.kind, ()))
        requests, queue = Run(), Run()
        queued: Pipeline | None = None
        for pipeline, on_requests, on_queue in case.elsewhere.before_merge():
            _look(requests, pipeline, on_requests, kinds)
            _look(queue, pipeline, on_queue, kinds)
            queued = queued or (pipeline if on_queue else None)
        answer = self._of(case, requests, kinds)
        if answer is not None:
            return answer
        if queued is not None and queue.best != YES:
            return self._of_queue(case, queue, queued, requests)
        assert requests.node is not None
        return case.passed(f"{does(requests.node)} runs before the merge.", way=(requests.node,))

    def _of(self, case: Case, run: Run, kinds: Sequence[str]) -> Answer | None:
        """What is to say about pull requests; None where tests run on them."""
        if run.best == YES:
            return None
        unsure = _unsure(case, run, "before the merge")
        if unsure is not None:
            return unsure
        if run.soft is not None:
            if run.soft.pipeline is case.pipeline and case.verdict_of("TST004") == FAILED:
                return case.not_applicable("The test runs before the merge, but does not block.", because="TST004")
            return case.failed(
                f"{does(run.soft)} runs before the merge and cannot fail: a change that breaks the code is merged.",
                fix=f"Let a failure of it fail the run: remove `{_softness(run.soft)}`.",
                at=run.soft,
                way=(run.soft,),
                rests_on=(run.soft,),
            )
        late = next(iter(case.stages.of_kinds(tuple(kinds))), None) or next(case.elsewhere.nodes(*kinds), None)
        if late is None and case.verdict_of("TST001") in (FAILED, UNKNOWN):
            return case.not_applicable("There is no test that could run before the merge.", because="TST001")
        other = next((path for path in OTHERS if case.repository.exists(path)), "")
        if other:
            return case.unknown(
                f"No test that is read here runs on a change before it is merged; {other} may run one.",
                settle="Run a test on pull requests here, or waive SRC006 with a link to the required check as the reason.",
                at=late or case.pipeline.place,
            )
        told = (
            f"{does(late)} runs on merged code alone"
            if late is not None
            else "no test is in the repository's pipelines"
        )
        return case.failed(
            f"No test runs on a change before it is merged ({told}): a broken change blocks everybody's next release.",
            fix=case.fix(
                path=late.pipeline.path if late is not None else case.pipeline.path,
                job=f'"{late.job.own_id}"' if late is not None else "a job with the tests",
            ),
            at=late or case.pipeline.place,
            way=(late,) if late is not None else (),
            rests_on=(late,) if late is not None else (),
        )

    def _of_queue(self, case: Case, queue: Run, queued: Pipeline, requests: Run) -> Answer:
        unsure = _unsure(case, queue, "in the merge queue")
        if unsure is not None:
            return unsure
        assert requests.node is not None
        return case.failed(
            f"{queued.path} runs in the merge queue, and no test does: changes that break each other are merged together.",
            fix=case.fix(path=requests.node.pipeline.path, job=f'"{requests.node.job.own_id}"'),
            at=requests.node,
            key="merge queue",
            way=(requests.node,),
            rests_on=(requests.node,),
        )


def _look(run: Run, pipeline: Pipeline, scenarios: Sequence[int], kinds: Sequence[str]) -> None:
    """Takes in what a pipeline runs in these scenarios."""
    if run.best == YES or not scenarios:
        return
    for node in _nodes(pipeline):
        tests = node.kind in kinds
        if not tests and not (node.activity.opaque and sounds_like(node, ("unit-test",))):
            continue
        runs = max(
            min(node.job.condition.in_scenario(number), node.activity.condition.in_scenario(number))
            for number in scenarios
        )
        if runs == MAYBE and _ABOUT_THE_CHANGE.search(f"{node.job.condition.text} {node.activity.condition.text}"):
            runs = YES
        if node.activity.opaque:
            runs = min(runs, MAYBE)
        if runs != NO and YES in (node.activity.soft, node.job.soft):
            run.soft = run.soft or (node if tests else None)
        elif runs > run.best:
            run.best, run.node = runs, node
    if run.unread is None:
        run.unread = next(
            (item for item in pipeline.unresolved if not only_scans(item.name) and _may_run(item, pipeline, scenarios)),
            None,
        )


def _nodes(pipeline: Pipeline) -> Iterator[Node]:
    for job in pipeline.jobs:
        for activity in job.activities:
            yield Node(0, job, activity, pipeline)


def _may_run(item: Unresolved, pipeline: Pipeline, scenarios: Sequence[int]) -> bool:
    """Whether something unread may be part of what runs in these scenarios."""
    jobs = [job for job in pipeline.jobs if job.id in item.jobs]
    return not jobs or any(job.condition.in_scenario(number) != NO for job in jobs for number in scenarios)


def _unsure(case: Case, run: Run, when: str) -> Answer | None:
    """``unknown``, where a test may run; None where none does."""
    node = run.node
    if node is not None:
        condition = node.job.condition.text or node.activity.condition.text
        if node.activity.opaque:
            why = "its program cannot be read here"
        else:
            why = f"that depends on `{condition[:60]}`" if condition else "the files do not tell"
        return case.unknown(
            f"Whether {does(node)} tests each change {when} cannot be told: {why}.",
            settle=declared_kind(node, "unit-test") if node.activity.opaque else "Let it run on every pull request.",
            at=node,
            way=(node,),
        )
    if run.unread is not None:
        return case.unknown(
            f"A test {when} may be part of the {run.unread.what} `{run.unread.name}`, which cannot be read here.",
            settle="Give the file with `--include-map`.",
            at=run.unread.place,
        )
    return None


def _softness(node: Node) -> str:
    return node.activity.soft_reason or node.job.soft_reason or "what lets it fail"
