"""What kind of pipeline a pipeline is, and what the configuration declares: both decide which rules are asked."""

from __future__ import annotations

import pytest

from barraiser.classify.rows import marks_of
from barraiser.classify.vocabulary import deploying, developing, operating
from barraiser.classify.vocabulary.actions import ACTIONS
from barraiser.classify.vocabulary.codepipeline import PROVIDERS
from barraiser.model.declarations import Declarations, DeclaredActivity, DeclaredEnvironment, DeclaredPipeline
from barraiser.model.pipeline import Job
from barraiser.model.words import ACTIVITY_KINDS, ENVIRONMENT_CLASSES, PIPELINE_KINDS
from classify.pipelines import action, classified, job, key, script


@pytest.mark.parametrize(
    ("jobs", "kind"),
    [
        ([job(script("kubectl apply -f k8s/"), environment=key("production"))], "service-deploy"),
        ([job(script("terraform apply plan.out"), environment=key("production"))], "iac-only"),
        ([job(script("docker build . && terraform apply plan.out"), environment=key("production"))], "service-deploy"),
        ([job(script("aws appconfig start-deployment --application-id a"), id="prod")], "config-flags"),
        ([job(script("databricks bundle deploy -t prod"))], "data-batch"),
        ([job(script("eas submit --profile production"))], "mobile-release"),
        ([job(action("actions/deploy-pages@v4"))], "static-site"),
        ([job(script("netlify deploy --prod"))], "static-site"),
        ([job(script("npm publish"))], "library-publish"),
        ([job(script("docker push acme/web:1"))], "library-publish"),
        ([job(script("npm publish")), job(action("actions/deploy-pages@v4"), id="docs")], "library-publish"),
        ([job(script("npm test"))], "pure-ci"),
        ([job(script("npm publish")), job(script("kubectl apply -f k8s/"), id="deploy-prod")], "service-deploy"),
    ],
)  # fmt: skip
def test_the_kind_of_a_pipeline(jobs: list[Job], kind: str) -> None:
    pipeline = classified(*jobs)
    assert pipeline.kind == kind
    assert pipeline.kind_reason


def test_a_declared_kind_wins() -> None:
    declared = Declarations(pipelines=[DeclaredPipeline(".github/workflows/*.yml", kind="data-batch")])
    assert classified(job(script("kubectl apply -f k8s/")), declared=declared).kind == "data-batch"


def test_a_declared_job_is_what_it_is_declared_to_be() -> None:
    declared = Declarations(activities=[DeclaredActivity("build-all", kinds=["build", "unit-test"])])
    one = job(script("./build.sh"), id="build-all")
    classified(one, declared=declared)
    assert [(each.kind, each.confidence, each.opaque) for each in one.activities] == [
        ("build", 1.0, False),
        ("unit-test", 1.0, False),
    ]


def test_a_declared_bake_has_its_minutes_and_is_no_longer_opaque() -> None:
    declared = Declarations(
        activities=[DeclaredActivity("Prod/BakeLambda", kinds=["bake"], minutes=720, monitored=True)]
    )
    one = job(action("Invoke/AWS/Lambda", name="BakeLambda"), id="Prod/BakeLambda", name="BakeLambda", stage="Prod")
    classified(one, declared=declared, platform="codepipeline")
    (bake,) = one.activities
    assert (bake.kind, bake.minutes, bake.opaque, bake.facts["monitored"]) == ("bake", 720, False, "yes")


def test_a_declared_step_leaves_the_others_as_they_are() -> None:
    declared = Declarations(activities=[DeclaredActivity("release/Check it", kinds=["smoke-test"])])
    one = job(script("kubectl apply -f k8s/"), script("./check", name="Check it"), id="release")
    classified(one, declared=declared)
    assert [each.kind for each in one.activities] == ["deploy", "smoke-test"]


def test_a_declared_deploy_goes_where_it_is_declared_to_go() -> None:
    declared = Declarations(
        environments=[DeclaredEnvironment("live", cls="prod")],
        activities=[DeclaredActivity("release", kinds=["deploy"], environment="live")],
    )
    one = job(script("./release"), id="release")
    classified(one, declared=declared)
    (deploy,) = one.activities
    assert deploy.environment is not None
    assert (deploy.environment.cls, deploy.environment.confidence) == ("prod", 1.0)


OWN = {"session", "test", "deploy?", "s3", "copy", "ssh", "dispatch", "gcloud", "wrapped"}
STEPS = {"script", "dispatch", "wait", "gitops", "gitcommit", "test", "by-name", "invoke", "cloudformation"}
KNOWN_MARKS = {
    "waits", "wait", "nowait", "back", "noback", "target", "def", "image", "env", "aim", "default", "destroys", "as", "also", "c", "opaque",
    "elsewhere", "named", "pushes", "unless",
    "watch", "untest", "untrusted", "key", "art", "hands", "sub", "script", "remote", "push", "prod", "bare", "sets", "time", "cli-publish",
}  # fmt: skip


def test_every_row_of_the_vocabulary_is_well_formed() -> None:
    rows = [
        (name, *row)
        for table in (deploying, developing, operating)
        for name, (_, own) in table.PROGRAMS.items()
        for row in own
    ]
    rows += [(name, "", *row) for name, row in [*ACTIONS.items(), *PROVIDERS.items()]]
    for name, _, kind, marks in rows:
        assert kind in ACTIVITY_KINDS or kind in OWN | STEPS or kind.startswith("cli:"), (name, kind)
        read = marks_of(marks)
        assert set(read) <= KNOWN_MARKS, (name, marks)
        assert 0 < float(read.get("c", "1")) <= 1
        assert read.get("as", "static-site") in PIPELINE_KINDS, (name, marks)
        assert read.get("default", "prod:1").split(":")[0] in ENVIRONMENT_CLASSES, (name, marks)


def test_every_program_names_its_documentation() -> None:
    for table in (deploying, developing, operating):
        for name, (source, own) in table.PROGRAMS.items():
            assert source.startswith(("https://", "http://")), name
            assert own, name
    for table_ in (deploying.SAME_AS, developing.SAME_AS):
        for name, same in table_.items():
            assert same in {**deploying.PROGRAMS, **developing.PROGRAMS, **operating.PROGRAMS}, name
