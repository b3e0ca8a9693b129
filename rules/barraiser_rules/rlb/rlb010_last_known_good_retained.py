"""RLB010: the version before can still be deployed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from barraiser.api import (
    CODEPIPELINE,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    PASSED,
    YES,
    Answer,
    Applied,
    Case,
    Node,
    Parameter,
    Place,
    Rule,
)
from barraiser_rules.artifacts import MOVING, names_of, reference
from barraiser_rules.bakes import each_deploy, lasting, worst
from barraiser_rules.hints import words
from barraiser_rules.lifecycles import expiries
from barraiser_rules.questions import job
from barraiser_rules.sameness import MOVING_TAGS

if TYPE_CHECKING:
    from barraiser.api import Kept

FROM_FILES = frozenset((
    "files", "ssh", "s3", "gcs", "lambda", "codedeploy", "ec2", "ansible", "azure-app-service", "cloud-functions", "app-engine",
    "elastic-beanstalk", "cloud-foundry", "workers", "firebase", "netlify", "vercel", "fly", "static-web-apps", "",
))  # fmt: skip
"""Deployers that take files which an earlier job made; the others take definitions of the commit, or images."""

HISTORY_INPUTS = frozenset(("historymax", "helmhistorymax", "maxhistory"))
"""How actions call Helm's limit of revisions, without hyphens."""

REPORTS = frozenset((
    "report", "reports", "coverage", "result", "results", "log", "logs", "screenshot", "screenshots", "trace", "traces", "junit",
    "sarif", "blob", "test", "tests", "plan", "tfplan", "sbom", "metadata", "changelog",
))  # fmt: skip
"""Words in the names of artifacts that nobody deploys."""

ALL_TAGS = frozenset(("--all-tags", "-a"))
"""Options of ``docker push`` that push each tag that the image has."""

DAY = 24 * 60


class LastKnownGoodRetained(Rule):
    """Keep the previous version deployable.

    Why:
        A rollback is a deploy of what ran yesterday. When yesterday's package has expired, it must be built again, during the incident,
        from sources and dependencies that may have moved.

    Source:
        AWS DevOps Guidance, DL.ADS.2: deploy the last successful artifact again. AWS re:Invent 2025 COP415: rolling back is the first
        question.

    Decided by:
        For how long the platform keeps the files that the deploy takes, where the file says it; how long a registry's lifecycle policy
        in the repository keeps released images, if the pipeline pushes images; for how long a blue/green deploy leaves the old version
        running, and how many revisions it remembers. A pushed image or package without such a policy is kept,
        unless the only tag that it has is one that the next push moves.

    Fix:
        Raise the retention, or push what is deployed to a registry.

    Before (github-actions):
        build:
          steps:
            - run: npm run build
            - uses: actions/upload-artifact@v4
              with: {name: app, path: dist, retention-days: 1}
        deploy-prod:
          needs: [build]
          steps:
            - uses: actions/download-artifact@v4
              with: {name: app}
            - run: rsync -a app/ deploy@shop.example.com:/srv/shop/

    After (github-actions):
        build:
          steps:
            - run: npm run build
            - uses: actions/upload-artifact@v4
              with: {name: app, path: dist, retention-days: 90}
        deploy-prod:
          needs: [build]
          steps:
            - uses: actions/download-artifact@v4
              with: {name: app}
            - run: rsync -a app/ deploy@shop.example.com:/srv/shop/

    Before (gitlab-ci):
        build:
          script: [npm ci, npm run build]
          artifacts: {paths: [dist], expire_in: 1 hour}
        deploy-prod:
          script: ["rsync -a dist/ deploy@shop.example.com:/srv/shop/"]

    After (gitlab-ci):
        build:
          script: [npm ci, npm run build]
          artifacts: {paths: [dist], expire_in: 90 days}
        deploy-prod:
          script: ["rsync -a dist/ deploy@shop.example.com:/srv/shop/"]

    Before (codepipeline):
        TerminateBlueInstancesOnDeploymentSuccess: {Action: TERMINATE, TerminationWaitTimeInMinutes: 5}

    After (codepipeline):
        TerminateBlueInstancesOnDeploymentSuccess: {Action: TERMINATE, TerminationWaitTimeInMinutes: 60}
    """

    id = "RLB010"
    name = "last-known-good-retained"
    severity = "warning"
    profile = "strict"
    kinds = ("service-deploy", "iac-only", "config-flags")
    after = ("BLD002",)
    parameters = (
        Parameter("min_days", 30, "how long a deployed artifact is kept", unit="days", minimum=0, maximum=3660),
        Parameter(
            "min_versions", 5, "how many released images a registry keeps", unit="versions", minimum=1, maximum=10000
        ),
        Parameter(
            "hold_min",
            30,
            "how long the old version runs on after a blue/green deploy",
            unit="minutes",
            minimum=0,
            maximum=10080,
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Keep it for <days> days or more (`retention-days`), or push it to a registry and deploy from there.",
        GITLAB_CI: "Keep it for <days> days or more (`expire_in: <days> days`), or push it to a registry and deploy from there.",
        CODEPIPELINE: "Keep it for <days> days or more (`ExpirationInDays`), or push it to a registry and deploy from there.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at what keeps the version before each deploy of the subject."""
        return each_deploy(
            case, lambda deploy: self._of(case, deploy), "No file says how long the version before is kept."
        )

    def _of(self, case: Case, deploy: Node) -> Answer | None:
        applied = case.applied(deploy)
        kept = [self._kept(case, deploy, each) for each in applied.kept]
        ways = (self._history(case, deploy), self._files(case, deploy, applied), self._images(case, deploy))
        answers = [*kept, *(answer for answer in ways if answer is not None)]
        if not answers and applied.keeps_releases == YES:
            return case.passed(f"The version before is kept: {applied.why}.", rests_on=(deploy,))
        return worst(answers, answers[0]) if answers else None

    def _history(self, case: Case, deploy: Node) -> Answer | None:
        option, value = "--history-max", _value(deploy.activity.argv, "--history-max")
        if not deploy.activity.argv and deploy.activity.step < len(deploy.job.steps):
            inputs = deploy.job.steps[deploy.activity.step].inputs
            option, value = next(((key, inputs[key]) for key in inputs if _plain(key) in HISTORY_INPUTS), ("", ""))
        if value.strip() != "1":
            return None
        return case.failed(
            f"{job(deploy)} keeps a single revision (`{option} 1`), so that there is none to go back to.",
            fix=f"Leave `{option}` out (it keeps 10), or set 5 or more.",
            at=deploy,
            key="history",
        )

    def _kept(self, case: Case, deploy: Node, kept: Kept) -> Answer:
        """What a key of the definition says."""
        hold = case.number("hold_min")
        if kept.days is not None:
            return self._overwritten(case, deploy, kept.days, kept)
        if kept.minutes is None and kept.versions is None:
            return case.unknown(
                f"For how long the version before {job(deploy)} runs on is computed (`{kept.key}`).",
                settle=f"Write `{kept.key}` as a number.",
                at=kept.place,
            )
        if kept.versions is not None:
            if kept.versions >= 1:
                return case.passed(f"`{kept.key}` keeps earlier revisions.", rests_on=(deploy,))
            return case.failed(
                f"{job(deploy)} remembers no earlier revision (`{kept.said}`), so that there is none to go back to.",
                fix=f"Leave `{kept.key}` out, or set 5 or more.",
                at=kept.place,
                key=kept.key,
            )
        minutes = kept.minutes or 0.0
        least = min(hold, 1.0) if kept.key == "BakeTimeInMinutes" else hold
        if minutes >= least:
            return case.passed(f"The version before runs on for {lasting(minutes)} (`{kept.key}`).", rests_on=(deploy,))
        held = lasting(minutes) if minutes >= 1 else f"{minutes * 60:g} seconds"
        return case.failed(
            f"The version before {job(deploy)} runs on for {held} (`{kept.key}`), and {lasting(hold)} are asked for:"
            " after that, going back is a whole deploy.",
            fix=f"Set `{kept.key}` to {lasting(hold)} or more.",
            at=kept.place,
            key=kept.key,
        )

    def _overwritten(self, case: Case, deploy: Node, days: float, kept: Kept) -> Answer:
        """A bucket that keeps what is overwritten for some days."""
        wanted = case.number("min_days")
        if days >= wanted:
            return case.passed(
                f"The bucket keeps what {job(deploy)} overwrites for {_lasting(days)}.", rests_on=(deploy,)
            )
        return case.failed(
            f"The bucket keeps what {job(deploy)} overwrites for {_lasting(days)}, and {wanted:g} days are asked for: after that, the"
            " version before has to be built again.",
            fix=f"Set `{kept.key}` of the lifecycle rule to {wanted:g} or more.",
            at=kept.place,
            key=kept.key,
        )

    def _files(self, case: Case, deploy: Node, applied: Applied) -> Answer | None:
        """What the platform's retention of the deployed files says."""
        held = case.pipeline.keeps
        if held is not None and deploy.activity.facts.get("artifacts"):
            return self._days(case, deploy, held.days, "the artifacts of the pipeline", held.place)
        if deploy.activity.images or applied.mechanism not in FROM_FILES:
            return None
        if any(node.kind == "publish" for node in case.graph.ahead_of(deploy)):
            return None
        for node in self._uploads(case, deploy):
            days = node.activity.facts.get("kept-days", "").strip()
            if days:
                what = (
                    f'the artifact "{", ".join(sorted(names_of(node)))}" of {job(node)}'
                    if names_of(node)
                    else f"the artifact of {job(node)}"
                )
                number = float(days) if days.isdecimal() and len(days) < 6 else None
                if number == 0:
                    return None  # the platform's default
                return self._days(case, deploy, number, what, node.place)
        wanted = {name.strip() for name in deploy.job.tags.get("dependencies", "").split(",") if name.strip()}
        for node in reversed(case.graph.ahead_of(deploy, "build")):
            own = node.job
            if (
                own is not deploy.job
                and own.keeps is not None
                and (not wanted or own.name in wanted or own.id in wanted)
            ):
                return self._days(case, deploy, own.keeps.days, f"what {job(node)} built", own.keeps.place)
        return None

    def _uploads(self, case: Case, deploy: Node) -> list[Node]:
        """The uploads of other jobs whose artifact the deploy's job takes: by name, or any where it takes all."""
        taken = [
            node
            for node in case.graph.ahead_of(deploy)
            if node.job is deploy.job and node.activity.facts.get("hands") == "in"
        ]
        if not taken:
            return []
        names = {name for node in taken for name in names_of(node)}
        whole = any(not names_of(node) for node in taken)
        return [
            node
            for node in case.graph.ahead_of(deploy)
            if node.job is not deploy.job
            and node.activity.facts.get("hands") == "out"
            and (whole or not names.isdisjoint(names_of(node) or {"artifact"}))
            and words(" ".join(names_of(node))).isdisjoint(REPORTS)
        ]

    def _days(self, case: Case, deploy: Node, days: float | None, what: str, place: Place) -> Answer:
        wanted = case.number("min_days")
        if days is None:
            return case.unknown(
                f"For how long {what} is kept, from which {job(deploy)} deploys, is computed.",
                settle="Write the retention as a number.",
                at=place,
            )
        if days >= wanted:
            return case.passed(f"{what[0].upper()}{what[1:]} is kept for {_lasting(days)}.", rests_on=(deploy,))
        return case.failed(
            f"{job(deploy)} deploys {what}, which is kept for {_lasting(days)}, and {wanted:g} days are asked for: after that, the"
            " version before has to be built again.",
            fix=case.fix(days=f"{wanted:g}"),
            at=place,
            key="days",
        )

    def _overwriting(self, case: Case, pushed: list[Node]) -> str:
        """One of the images that are pushed, where all have nothing but a moving tag; empty where one has another, or none is named."""
        on_tag = case.graph.scenario.event in ("tag", "release")
        names = [image for node in pushed for image in node.activity.images]
        named = all(node.activity.images and ALL_TAGS.isdisjoint(node.activity.argv) for node in pushed)
        if case.verdict_of("BLD002") == PASSED:
            return ""  # what is deployed has a name of its own
        moving = named and all(reference(image, MOVING_TAGS, on_tag=on_tag) == MOVING for image in names)
        return names[-1] if moving and names else ""

    def _images(self, case: Case, deploy: Node) -> Answer | None:
        """What lifecycle policies of the repository say of the images that the pipeline pushes."""
        pushed = [node for node in case.graph.ahead_of(deploy, "publish") if _pushes_image(node)]
        if not pushed:
            return None
        overwritten = self._overwriting(case, pushed)
        if overwritten and case.verdict_of("BLD002") == FAILED:
            return case.not_applicable("Each push overwrites the only tag.", because="BLD002")
        if overwritten:
            return case.failed(
                f"Each push overwrites `{overwritten}`, the only name of the image: the version before {job(deploy)} has none to go back"
                " to.",
                fix="Push the image under the commit's name as well.",
                at=pushed[-1],
                key="overwritten",
                rests_on=(pushed[-1],),
            )
        found = expiries(case.repository)
        if not found:
            return case.passed(
                "The images are in a registry, and no policy in the repository throws them away.",
                way=(pushed[-1], deploy),
            )
        versions, days = case.number("min_versions"), case.number("min_days")
        for expiry in found:
            if expiry.versions is not None and expiry.versions < versions:
                kept, asked = f"{expiry.versions} images", f"{versions:g}"
            elif expiry.days is not None and expiry.days < days:
                kept, asked = f"images for {_lasting(expiry.days)}", f"{days:g} days"
            else:
                continue
            return case.failed(
                f"The registry from which {job(deploy)} deploys keeps {kept}, and {asked} are asked for: an image to go back to may be"
                " gone.",
                fix=f"Let the lifecycle policy keep {asked} or more of the released images.",
                at=expiry.place,
                key="registry",
            )
        computed = next((each for each in found if each.versions is None and each.days is None), None)
        if computed is not None:
            return case.unknown(
                f"How many images the registry keeps, from which {job(deploy)} deploys, is computed.",
                settle="Write `countNumber` of the lifecycle policy as a number.",
                at=computed.place,
            )
        return case.passed("The registry's lifecycle policy keeps enough images.", way=(pushed[-1], deploy))


def _plain(key: str) -> str:
    return key.lower().replace("-", "").replace("_", "")


def _value(argv: Sequence[str], option: str) -> str:
    for at, word in enumerate(argv):
        head, equals, value = word.partition("=")
        if head == option:
            return value if equals else argv[at + 1] if at + 1 < len(argv) else ""
    return ""


def _pushes_image(node: Node) -> bool:
    """Whether a publish is of an image."""
    text, tool = node.activity.text, node.activity.tool
    return (
        bool(node.activity.images)
        or "docker" in tool
        or any(word in text for word in ("docker", "buildah", "podman", "kaniko", "ko "))
    )


def _lasting(days: float) -> str:
    return f"{days:g} days" if days >= 2 else "1 day" if days == 1 else lasting(round(days * DAY, 1))
