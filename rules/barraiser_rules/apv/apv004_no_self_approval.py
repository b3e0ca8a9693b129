"""APV004: who made the change does not approve it."""

from __future__ import annotations

from collections.abc import Mapping

from barraiser.api import GITHUB_ACTIONS, GITLAB_CI, NO, PREPROD_CLASSES, Answer, Case, Job, Node, Parameter, Rule
from barraiser_rules.questions import declared_protection, job


class NoSelfApproval(Rule):
    """Let somebody else approve.

    Why:
        An approval by the person who wrote the change is a click, not a second pair of eyes.

    Source:
        GitHub Actions, "Managing environments for deployment": prevent self-review; administrators may bypass the protection unless that
        is switched off. GitLab, "Deployment approvals": self-approval is off by default.

    Decided by:
        The protections that the configuration declares for the deploy's environment: reviewers with self-review prevented, required
        approvals. The platform keeps them, and no file of the repository shows them.

    Fix:
        Prevent self-review on the platform, and declare it.

    Before (github-actions):
        # .barraiser.yml
        environments:
          production: {github: {reviewers: 1, prevent_self_review: false}}

    After (github-actions):
        # .barraiser.yml
        environments:
          production: {github: {reviewers: 1, prevent_self_review: true, admin_bypass: false}}

    Before (gitlab-ci):
        # .barraiser.yml
        environments:
          production: {gitlab: {protected: true, required_approvals: 0}}

    After (gitlab-ci):
        # .barraiser.yml
        environments:
          production: {gitlab: {protected: true, required_approvals: 1}}
    """

    id = "APV004"
    name = "no-self-approval"
    severity = "warning"
    profile = "strict"
    platforms = (GITHUB_ACTIONS, GITLAB_CI)
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    parameters = (Parameter("allow_admin_bypass", False, "whether administrators may go past the approval"),)
    fixes = {
        GITHUB_ACTIONS: "Prevent self-review for the environment `<name>`, and declare: github: {reviewers: 1, prevent_self_review: true}",
        GITLAB_CI: "Require an approval for the environment `<name>`, and declare: gitlab: {protected: true, required_approvals: 1}",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at the declared protections of each deploy of the subject."""
        unsure: Answer | None = None
        judged = False
        for deploy in case.deploys:
            key = deploy.job.environment
            asking = self._asking(case, deploy)
            for approval, given in asking:
                judged = True
                wrong, severity = self._wrong(given, bool(case.parameter("allow_admin_bypass")))
                if wrong:
                    return self._fails(case, approval, wrong, severity)
            if key is None:
                continue
            protection = declared_protection(case, deploy)
            if protection is None and asking:
                continue
            if protection is None:
                unsure = unsure or case.unknown(
                    f"Whether somebody else must approve {job(deploy)} is a setting of the environment `{key.name}` that no file shows.",
                    settle=case.fix(name=key.name),
                    at=key.place,
                )
                continue
            wrong, severity = self._wrong(protection, bool(case.parameter("allow_admin_bypass")))
            if wrong is None:
                continue
            judged = True
            if wrong:
                return self._fails(case, deploy.job, wrong, severity)
        if unsure is not None:
            return unsure
        if judged:
            return case.passed(f"The environment of {job(case.deploy)} is declared to ask somebody else.")
        return case.not_applicable("No approval is asked of its environment.", because="APV003")

    def _asking(self, case: Case, deploy: Node) -> list[tuple[Job, Mapping[str, object]]]:
        """The jobs that hold a deploy back and whose environment is declared to ask people, with its protections."""
        found: dict[str, tuple[Job, Mapping[str, object]]] = {}
        for node in case.graph.ahead_of(deploy):
            key = node.job.environment
            if key is None or key.name in found or node.job is deploy.job or node.environment_class in PREPROD_CLASSES:
                continue
            protection = declared_protection(case, node)
            asks = protection is not None and (protection.get("reviewers") or "required_approvals" in protection)
            if protection is not None and asks and case.graph.gates(node, deploy) != NO:
                found[key.name] = (node.job, protection)
        return list(found.values())

    def _fails(self, case: Case, asking: Job, wrong: str, severity: str) -> Answer:
        key = asking.environment
        assert key is not None
        return case.failed(
            f"The environment `{key.name}` is declared {wrong}.",
            fix=case.fix(name=key.name),
            at=key.place,
            severity=severity,
            key=key.name,
        )

    def _wrong(self, protection: Mapping[str, object], bypass_allowed: bool) -> tuple[str | None, str]:
        """What is wrong with declared protections, empty for nothing and None where no approval is asked; and the severity."""
        if "required_approvals" in protection:
            if protection["required_approvals"]:
                return "", ""
            return "to require no approval: who starts the deploy is alone with it", ""
        if not protection.get("reviewers"):
            return None, ""
        if protection.get("prevent_self_review") is not True:
            return "without `prevent_self_review`: who starts the deploy may approve it", ""
        if protection.get("admin_bypass") is True and not bypass_allowed:
            return "with `admin_bypass`: administrators go past the approval", "info"
        return "", ""
