"""SRC004: the files that define the pipeline have owners who are asked."""

from __future__ import annotations

from barraiser.api import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI, PIPELINE, Answer, Case, Parameter, Place, Rule
from barraiser_rules.owners import codeowners, must_agree

DEFINITIONS = (".yml", ".yaml", ".json", ".template", ".tf")
"""What files that define a pipeline are called; the scripts that they run belong to the code."""

CODE = ("package.json", "composer.json", "deno.json", "project.json")
POLICY = (".barraiser.yml", ".github/.barraiser.yml")
MAX_FILES, SHOWN = 50, 3


class PipelineDefinitionOwned(Rule):
    """Put the pipeline definition under owned review.

    Why:
        Whoever may change the pipeline may release without it: one line takes a test, an approval or a wait away, and in a large change
        nobody sees it. The people who answer for the releases have to be asked about that line.

    Source:
        GitLab documentation, "Deployment safety": protect the `.gitlab-ci.yml` file from change. OWASP Top 10 CI/CD Security Risks,
        CICD-SEC-4, poisoned pipeline execution.

    Decided by:
        A CODEOWNERS file of the repository that names owners for the pipeline's file, for each local file that it includes or calls
        (shared workflows and actions, includes, buildspecs, nested templates) and for `.barraiser.yml`. What lies in another project
        has that project's owners and is not asked about. Whether the branch demands the owners' approval, no file shows.

    Fix:
        Add lines to CODEOWNERS, and require the review of code owners for the branch.

    Before (github-actions):
        # CODEOWNERS
        /src/ @acme/shop

    After (github-actions):
        # CODEOWNERS
        /src/ @acme/shop
        /.github/ @acme/release
        /.barraiser.yml @acme/release

    Before (gitlab-ci):
        # CODEOWNERS
        /src/ @acme/shop

    After (gitlab-ci):
        # CODEOWNERS
        /src/ @acme/shop
        [Release] @acme/release
        /.gitlab-ci.yml
        /.gitlab/

    Before (codepipeline):
        # CODEOWNERS
        /src/ @acme/shop

    After (codepipeline):
        # CODEOWNERS
        /src/ @acme/shop
        /infra/pipeline.yml @acme/release
        /buildspec.yml @acme/release
    """

    id = "SRC004"
    name = "pipeline-definition-owned"
    severity = "warning"
    profile = "strict"
    asks = PIPELINE
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    parameters = (
        Parameter(
            "extra_paths", (), "further files that must have owners, as paths or patterns with `*`, `**` and `?`"
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Add to <place>: `<lines>`; and require the review of code owners in the branch's ruleset.",
        GITLAB_CI: "Add to <place>: `<lines>`; and require the approval of code owners for the protected branch.",
        CODEPIPELINE: "Add to <place>: `<lines>`; and require the review of code owners for the branch.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks for an owner of each file that defines the pipeline."""
        if not case.deploys:
            return case.not_applicable("It does not deploy to production.")
        places = codeowners(case.repository)
        wanted = self._wanted(case)
        bare = [path for path in wanted if not any(must_agree(path, place, case.repository) for place in places)]
        if not bare:
            return case.passed(f"{' and '.join(places)} names owners of what defines the pipeline.")
        if not places and _knows_no_owners(case):
            return self._without_files(case)
        if not places:
            message = f"No CODEOWNERS file names who must agree to a change of {bare[0]}"
        else:
            more = f" and {len(bare) - SHOWN} more" if len(bare) > SHOWN else ""
            message = f"{places[0]} names no owner of {', '.join(bare[:SHOWN])}{more}"
        lines = list(dict.fromkeys(f"{_line(path)} @OWNER" for path in bare))
        return case.failed(
            f"{message}: a line that takes a safety step away can be merged without them.",
            fix=case.fix(place=places[0] if places else "CODEOWNERS", lines="`, `".join(lines[:SHOWN])),
            at=case.pipeline.place if bare[0] == case.pipeline.path else Place(bare[0], 1),
        )

    def _wanted(self, case: Case) -> list[str]:
        """The files that must have owners: the pipeline's own, those that it includes or calls, the policy's, and the parameter's."""
        found = [
            path
            for path in case.pipeline.files
            if path == case.pipeline.path or (path.endswith(DEFINITIONS) and path.rsplit("/", 1)[-1] not in CODE)
        ]
        given = case.parameter("extra_paths")
        extra = (
            [path for pattern in given for path in case.repository.glob(pattern)] if isinstance(given, tuple) else []
        )
        return [
            path
            for path in list(dict.fromkeys([case.pipeline.path, *POLICY, *found, *extra]))[:MAX_FILES]
            if path == case.pipeline.path or case.repository.exists(path)
        ]

    def _without_files(self, case: Case) -> Answer:
        """The answer where the source's repository reads no CODEOWNERS: approval rules stand there in its settings."""
        if case.declared.review.get("code_owners") is True:
            return case.passed("The review of the owners is declared.")
        return case.unknown(
            f"Whether owners are asked about a change of {case.pipeline.path} stands in the approval rules of the source repository.",
            settle="review: {required_approvals: 1, code_owners: true}",
            at=case.pipeline.place,
        )


def _knows_no_owners(case: Case) -> bool:
    """Whether the source is in a repository of a kind that has no CODEOWNERS."""
    return any(
        step.uses.startswith("Source/") and step.uses.endswith("/CodeCommit")
        for job in case.pipeline.jobs
        for step in job.steps
    )


def _line(path: str) -> str:
    """The pattern to write for a file: its folder where that holds nothing but pipelines."""
    for folder in (".github/workflows/", ".github/actions/", ".gitlab/ci/"):
        if path.startswith(folder):
            return f"/{folder}"
    return f"/{path}"
