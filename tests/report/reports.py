"""Reports by hand, for the tests of formats and of the policy."""

from __future__ import annotations

from collections.abc import Sequence

from barraiser.checks.registry import Registry, load
from barraiser.checks.result import Finding, PipelineResult, WitnessStep
from barraiser.model.pipeline import Job, Pipeline, Problem
from barraiser.model.place import Place
from barraiser.report.report import Report

PATH = ".github/workflows/deploy.yml"
REGISTRY: Registry = load()
RULE, OTHER = "TST001", "ENV001"


def finding(
    rule: str = RULE, verdict: str = "failed", severity: str = "error", line: int = 12, **more: object
) -> Finding:
    given: dict[str, object] = {
        "message": "Nothing tests what is deployed: a fault reaches every user.",
        "job": "deploy",
        "scenario": "push to main",
        "scenarios": ["push to main", "manual run"],
        "witness": [
            WitnessStep("build", "make build", Place(PATH, 5, 9)),
            WitnessStep("deploy", "make deploy", Place(PATH, line, 9)),
        ],
        "fix": "Add a test before it.",
        "fingerprint": "0" * 32,
        **more,
    }
    message = str(given.pop("message"))
    name = REGISTRY.rules[rule].name
    return Finding(rule, name, severity, verdict, message, Place(PATH, line, 9, line + 1), **given)  # type: ignore[arg-type]


def result(
    *findings: Finding,
    name: str = "Deploy",
    deploys: bool | None = True,
    problems: Sequence[Problem] = (),
    kind: str = "service-deploy",
    path: str = PATH,
    job_line: int = 10,
) -> PipelineResult:
    jobs = [Job("build", Place(path, 3)), Job("deploy", Place(path, job_line, 3))]
    pipeline = Pipeline(path, "github-actions", name=name, jobs=jobs, problems=problems)
    pipeline.kind = kind
    verdicts = {RULE: "passed", OTHER: "passed", "GOV002": "passed", "WIN004": "not-applicable"}
    verdicts.update((each.rule, each.verdict) for each in findings)
    return PipelineResult(
        pipeline, "/root", verdicts={} if problems else verdicts, reasons={OTHER: "staging comes first"},
        findings=list(findings), deploys_to_prod=deploys,
    )  # fmt: skip


def report(*results: PipelineResult, policy: Sequence[Finding] = ()) -> Report:
    return Report(
        results,
        rules={id: REGISTRY.rules[id] for id in (RULE, OTHER, "GOV002", "WIN004")},
        policy_path=".barraiser.yml" if policy else "",
        policy_origin="file" if policy else "none",
        policy_findings=policy,
    )
