"""SEC002: what runs with production's rights is pinned."""

from __future__ import annotations

import re
from collections.abc import Iterator

from barraiser.api import (
    GITHUB_ACTIONS,
    GITLAB_CI,
    RELEASE_KINDS,
    Answer,
    Case,
    Job,
    Node,
    Parameter,
    Place,
    Rule,
    SourceError,
    Unresolved,
)
from barraiser_rules.hints import only_scans
from barraiser_rules.owners import own_organisations
from barraiser_rules.questions import job

SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
CALL = re.compile(r"([\w.-]{1,100})/[^@\s]{1,300}@(\S{1,200})")
PIPED = re.compile(r"\b(?:curl|wget)\b[^|\n;&]{1,400}\|\s{0,4}(?:sudo\s{1,4}(?:-\w{1,4}\s{1,4})?)?(?:ba|z|da)?sh\b")
MOVING_REFS = ("", "~latest", "latest", "main", "master", "HEAD", "develop", "trunk")
MOVING_TAGS = ("", "latest", "stable", "edge", "main", "master")
REF = re.compile(r"\bref[\"']?\s{0,9}:\s{0,9}[\"']?([^\s\"',}]{1,200})")
TRUSTED = ("actions", "aws-actions", "github", "own")
OWN_REPOSITORY = ("./", "../")


class DeployPathPinned(Rule):
    """Pin what runs with production rights.

    Why:
        A tag or a branch can be moved by whoever owns it. What the deploy job runs tomorrow under the same name then has production's
        credentials.

    Source:
        GitHub, "Secure use reference": a full commit hash is the only immutable reference to an action. GitLab, "CI/CD components": pin
        a version. OWASP CICD-SEC-3, dependency chain abuse, and CICD-SEC-8, ungoverned third-party services.

    Decided by:
        The actions, shared workflows, included definitions and images of the job that deploys to production, and scripts that it downloads
        and runs at once. Tags of trusted owners are fine, branches are not; `own` among these stands for the organisation that the git
        remotes and CODEOWNERS name. Other jobs are left to other tools.

    Fix:
        Name a commit, a version or a digest.

    Before (github-actions):
        - uses: acme-tools/deploy@v2

    After (github-actions):
        - uses: acme-tools/deploy@8f4b7f84864484a7bf31766abe9204da3cbe65b3  # v2.1.0

    Before (gitlab-ci):
        include: [{component: gitlab.example.com/ci/deploy@~latest}]

    After (gitlab-ci):
        include: [{component: gitlab.example.com/ci/deploy@1.4.2}]
    """

    id = "SEC002"
    name = "deploy-path-pinned"
    severity = "warning"
    profile = "strict"
    platforms = (GITHUB_ACTIONS, GITLAB_CI)
    kinds = RELEASE_KINDS
    parameters = (
        Parameter("trusted_owners", TRUSTED, "owners whose tags may be used; `own`: the repository's organisation"),
        Parameter("defer_to", (), "other tools that look at this; where one is named, the rule is silent"),
    )
    fixes = {
        GITHUB_ACTIONS: "Pin `<name>` to a full commit hash (an image to its digest), with the version in a comment.",
        GITLAB_CI: "Pin `<name>` to a version, a commit or a digest.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at the jobs that deploy, then at the definitions that the pipeline includes."""
        deferred = case.parameter("defer_to")
        if isinstance(deferred, tuple) and deferred:
            return case.not_applicable(f"It is left to {', '.join(deferred)}.")
        trusted = case.parameter("trusted_owners")
        owners = frozenset(name.lower() for name in trusted) if isinstance(trusted, tuple) else frozenset()
        if "own" in owners:
            owners |= case.remember(("own-organisations",), lambda: own_organisations(case.repository))
        for deploy in case.deploys:
            for name, place in self._loose(deploy.job, owners):
                return self._fails(case, deploy, name, place)
            for item in deploy.pipeline.unresolved:
                if (
                    (not item.jobs or deploy.job.id in item.jobs)
                    and not only_scans(item.name)
                    and self._moves(case, item)
                ):
                    return self._fails(case, deploy, item.name, item.place)
        return case.passed(f"What {job(case.deploy)} runs is pinned.")

    def _fails(self, case: Case, deploy: Node, name: str, place: Place) -> Answer:
        return case.failed(
            f"{job(deploy)} runs `{name}` with production's rights, and whoever owns it can change what that is.",
            fix=case.fix(name=name),
            at=place,
            key=name,
            rests_on=(deploy,),
        )

    def _loose(self, found: Job, owners: frozenset[str]) -> Iterator[tuple[str, Place]]:
        """What a job runs that is not pinned."""
        for step in found.steps:
            uses = step.uses
            if uses.startswith("docker://"):
                if self._image_moves(uses.removeprefix("docker://")):
                    yield uses, step.place
            elif uses and not uses.startswith(OWN_REPOSITORY):
                call = CALL.fullmatch(uses)
                trusted = call is not None and call[1].lower() in owners and call[2] not in MOVING_REFS
                if call and not trusted and not SHA.fullmatch(call[2]):
                    yield uses, step.place
            for fragment in step.script.fragments if step.script is not None else ():
                piped = PIPED.search(fragment.text)
                if piped:
                    line = 0 if fragment.folded else fragment.text.count("\n", 0, piped.start())
                    yield " ".join(piped[0].split())[:80], Place(fragment.path, fragment.line + line)
        image = found.tags.get("image", "")
        if image and self._image_moves(image):
            yield image, found.place

    def _image_moves(self, image: str) -> bool:
        """Whether an image's name stands for another image tomorrow; a name that a variable gives is not judged."""
        if "$" in image or "@sha256:" in image:
            return False
        return image.rpartition("/")[2].partition(":")[2] in MOVING_TAGS

    def _moves(self, case: Case, item: Unresolved) -> bool:
        """Whether an included definition is named without a version."""
        if item.what == "component":
            version = item.name.rpartition("@")[2] if "@" in item.name else ""
            return version in MOVING_REFS
        if item.what == "remote include":
            return "integrity" not in self._entry(case, item.place)
        if item.what == "project include":
            ref = REF.search(self._entry(case, item.place))
            return (ref[1] if ref else "") in MOVING_REFS
        return False

    def _entry(self, case: Case, place: Place) -> str:
        """The lines of the list's entry that a place lies in."""
        try:
            lines = case.repository.lines(place.path)
        except SourceError:
            return ""
        start = min(place.line, len(lines)) - 1
        while start > 0 and place.line - start < 20 and not lines[start].lstrip().startswith("-"):
            if lines[start].lstrip().startswith("include"):
                break
            start -= 1
        indent = len(lines[start]) - len(lines[start].lstrip()) if start >= 0 else 0
        taken = lines[max(start, 0) : start + 1]
        for line in lines[start + 1 : start + 20]:
            if line.strip() and len(line) - len(line.lstrip()) <= indent:
                break
            taken.append(line)
        return "\n".join(taken)
