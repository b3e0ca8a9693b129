"""SRC003: a change is reviewed before it reaches the branch that deploys."""

from __future__ import annotations

from barraiser.api import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI, PIPELINE, Answer, Case, Parameter, Rule


class ReviewBeforeMerge(Rule):
    """Require at least one human review on the branch that deploys.

    Why:
        In a pipeline that deploys by itself, the review is the last time that a person looks at a change. A branch that takes pushes
        without one lets a mistake, or a stolen account, into production.

    Source:
        Liguori, "Automating safe, hands-off deployments": the pipeline enforces the review, the last manual check. AWS re:Invent 2025
        COP415: changes are reviewed.

    Decided by:
        What `review:` in the configuration declares: the platform keeps the branch's settings, and no file of the repository shows
        them.

    Fix:
        Protect the branch, require an approval, and declare it.

    Before (github-actions):
        # .barraiser.yml
        version: 1

    After (github-actions):
        # .barraiser.yml
        version: 1
        review: {required_approvals: 1, code_owners: true}

    Before (gitlab-ci):
        # .barraiser.yml
        version: 1

    After (gitlab-ci):
        # .barraiser.yml
        version: 1
        review: {required_approvals: 1}

    Before (codepipeline):
        # .barraiser.yml
        version: 1

    After (codepipeline):
        # .barraiser.yml
        version: 1
        review: {required_approvals: 1}
    """

    id = "SRC003"
    name = "review-before-merge"
    severity = "error"
    profile = "standard"
    asks = PIPELINE
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    parameters = (
        Parameter("min_approvals", 1, "how many people must approve a change", unit="approvals", minimum=1, maximum=10),
        Parameter("require_codeowner", False, "whether an owner of the code must be among them"),
    )
    fixes = {
        GITHUB_ACTIONS: "Require <wanted> in a ruleset of the branch `<branch>`, and declare it.",
        GITLAB_CI: "Require <wanted> in the merge request approval rules, protect the branch `<branch>`, and declare it.",
        CODEPIPELINE: "Require <wanted> by an approval rule of the source repository for the branch `<branch>`, and declare it.",
    }

    def decide(self, case: Case) -> Answer:
        """Compares the declared review with what is asked."""
        if not case.deploys:
            return case.not_applicable("It does not deploy to production.")
        wanted, owners = int(case.number("min_approvals")), bool(case.parameter("require_codeowner"))
        said = f"{wanted} approval{'s' if wanted > 1 else ''}{' of a code owner' if owners else ''}"
        line = f"review: {{required_approvals: {wanted}{', code_owners: true' if owners else ''}}}"
        given = case.declared.review.get("required_approvals")
        branch = case.pipeline.default_branch
        if not isinstance(given, int | float) or isinstance(given, bool):
            return case.unknown(
                f"Whether somebody reviews what reaches `{branch}` is a setting of the platform that no file shows.",
                settle=line,
                at=case.pipeline.place,
            )
        if given < wanted:
            return case.failed(
                f"`review:` declares {given:g} required approvals: a change can reach `{branch}`, and production, unseen.",
                fix=case.fix(wanted=said, branch=branch),
                at=case.pipeline.place,
            )
        if owners and case.declared.review.get("code_owners") is not True:
            return case.failed(
                f"`review:` declares no approval of a code owner for `{branch}`.",
                fix=case.fix(wanted=said, branch=branch),
                at=case.pipeline.place,
            )
        return case.passed(f"`review.required_approvals` is declared: {given:g}.")
