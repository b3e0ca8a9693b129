"""GOV001: the pipeline has an owner."""

from __future__ import annotations

from barraiser.api import FAILED, PIPELINE, RELEASE_KINDS, Answer, Case, Parameter, Rule
from barraiser_rules.owners import owner_of


class OwnerDeclared(Rule):
    """Name an owner for the pipeline.

    Why:
        When a release stops at night, somebody must know whom to call; when a rule is not met, somebody must answer for it.

    Source:
        AWS re:Invent 2025 COP415: teams answer for what the rules expect of their pipelines. AWS Deployment Pipeline Reference
        Architecture, component ownership.

    Decided by:
        `owner:` in the configuration, a line of CODEOWNERS that covers the pipeline's file, `spec.owner` of a Backstage catalogue file,
        or a tag of the pipeline. Where SRC004 is asked as well (strict) and fails, it speaks: the line that it asks for names an owner.

    Fix:
        Add `owner: TEAM` to `.barraiser.yml`, or the pipeline's file to CODEOWNERS.

    Before (github-actions):
        # CODEOWNERS
        /src/ @acme/shop

    After (github-actions):
        # CODEOWNERS
        /src/ @acme/shop
        /.github/workflows/ @acme/shop

    Before (gitlab-ci):
        # CODEOWNERS
        /src/ @acme/shop

    After (gitlab-ci):
        # CODEOWNERS
        /src/ @acme/shop
        /.gitlab-ci.yml @acme/shop

    Before (codepipeline):
        Type: AWS::CodePipeline::Pipeline

    After (codepipeline):
        Type: AWS::CodePipeline::Pipeline
        Properties:
          Tags: [{Key: owner, Value: team-shop}]
    """

    id = "GOV001"
    name = "owner-declared"
    severity = "warning"
    kinds = RELEASE_KINDS
    asks = PIPELINE
    after = ("SRC004",)
    parameters = (Parameter("tag_keys", ("owner", "team", "service"), "tags of a pipeline that name its owner"),)
    fixes = {"": "Add `owner: TEAM` to `.barraiser.yml`, or a line for `<path>` to CODEOWNERS."}

    def decide(self, case: Case) -> Answer:
        """Looks at the configuration, the pipeline's tags and the repository's files."""
        if case.declared.owner:
            return case.passed(f"The configuration names the owner: `{case.declared.owner}`.")
        keys = case.parameter("tag_keys")
        for key in keys if isinstance(keys, tuple) else ():
            for fact in (f"tag:{key}", key):
                if fact in case.pipeline.facts:
                    return case.passed(f"The pipeline's tag names the owner: `{case.pipeline.facts[fact][0]}`.")
        place = owner_of(case.pipeline.path, case.repository)
        if place:
            return case.passed(f"`{place}` names an owner of `{case.pipeline.path}`.")
        if case.verdict_of("SRC004") == FAILED:
            return case.not_applicable(
                "Nobody is named as its owner; the line of CODEOWNERS that is missing names one.", because="SRC004"
            )
        return case.failed(
            f"Nobody is named as the owner of {case.pipeline.path}: who is called when a release stops?",
            fix=case.fix(path=case.pipeline.path),
            at=case.pipeline.place,
        )
