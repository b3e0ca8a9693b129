"""Makes whole pipelines out of the fragments that a rule's documentation shows.

A fragment says little about what is around it. So there are several pipelines for each: the fragment stands as, before or after the
steps of one of the usual jobs, or as jobs, stages, or keys of them. An example is right when in one of these the Before fails the rule
and the After passes it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import yaml

from barraiser.model.words import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI
from examples.codepipeline_parts import template, templates, usual

Files = dict[str, str]
CONFIGURATION = ".barraiser.yml"
OTHER_FILE = re.compile(r"# ([\w./-]+\.[a-z]+|CODEOWNERS)\b.*")
WORKFLOW = ".github/workflows/release.yml"
PATHS = {GITHUB_ACTIONS: WORKFLOW, GITLAB_CI: ".gitlab-ci.yml", CODEPIPELINE: "pipeline.yml"}


class Loader(yaml.SafeLoader):
    """Templates' short functions become their long form; ``!reference`` stays a list."""


def _function(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> object:
    value: Any
    if isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_scalar(node)
    return {suffix if suffix == "Ref" else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", _function)
Loader.yaml_implicit_resolvers = {
    key: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
    ]
    for key, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), ["t", "f"])


def completed(platform: str, example: str, whole: str) -> Iterator[Files]:
    """The repositories that an example may be a part of. ``whole``: the other example of the pair, for the names that both use."""
    first = example.split("\n", 1)[0]
    other = OTHER_FILE.fullmatch(first)
    if other is not None:
        for pipeline in _around(platform):
            yield {
                PATHS[platform]: pipeline,
                other[1]: _with_version(example) if other[1] == CONFIGURATION else example + "\n",
            }
        return
    value, twin = (
        yaml.load(example, Loader),
        yaml.load(whole, Loader) if not OTHER_FILE.fullmatch(whole.split("\n", 1)[0]) else None,
    )
    if platform == GITHUB_ACTIONS:
        for made in _github(value, twin):
            yield {WORKFLOW: _dump(made), **_called(_dump(made))}
    elif platform == GITLAB_CI:
        for made in _gitlab(value, twin):
            yield {".gitlab-ci.yml": _dump(made), **_included(made)}
    elif platform == CODEPIPELINE:
        for made in templates(value):
            yield {"pipeline.yml": _dump(made)}


def _called(text: str) -> Files:
    """The workflows of the repository that a workflow uses or comes after."""
    files = {
        "." + path: _dump(_reusable())
        for path in re.findall(r"uses: \./(?P<path>\.github/workflows/[\w-]+\.yml)", text)
    }
    files = {path.removeprefix("."): content for path, content in files.items()}
    if "workflow_run" in text:
        tests = {"test": {"runs-on": "ubuntu-latest", "steps": STEPS["test"]}}
        files[".github/workflows/ci.yml"] = _dump({"name": "CI", "on": {"push": {"branches": ["main"]}}, "jobs": tests})
    return files


def _reusable() -> dict[str, Any]:
    place = "${{ inputs.environment }}"
    deploy = {"runs-on": "ubuntu-latest", "environment": place, "steps": [CHECKOUT, *_kubectl(place)]}
    inputs = {"environment": {"type": "string", "default": "production"}}
    return {"on": {"workflow_call": {"inputs": inputs}}, "jobs": {"deploy": deploy}}


def _included(made: dict[str, Any]) -> Files:
    """The files of the repository that a pipeline includes or starts."""
    included = [each.get("local") for each in made.get("include", []) if isinstance(each, dict)]
    files = {path: _dump({"deploy-prod": _gitlab_stock("deploy-prod")}) for path in included if path}
    for job in made.values():
        started = (
            job.get("trigger", {}).get("include")
            if isinstance(job, dict) and isinstance(job.get("trigger"), dict)
            else None
        )
        if isinstance(started, str):
            files[started] = _dump({"integration": {"script": SCRIPTS["e2e"]}})
    return files


def _with_version(example: str) -> str:
    return example + "\n" if "version:" in example else f"version: 1\n{example}\n"


def _dump(value: object) -> str:
    return yaml.safe_dump(value, sort_keys=False, width=200)


APPLYING = (
    "kubectl --context prod apply -f k8s/",
    "sam deploy --template-file template.yaml --stack-name shop-prod",
    "aws deploy create-deployment --application-name shop --deployment-group-name shop-prod --s3-location bucket=shop,key=app.zip",
    "aws ecs update-service --cluster prod --service shop --task-definition shop",
)
"""Commands that apply a definition of the repository, which an example may show."""


def _around(platform: str) -> Iterator[str]:
    if platform == GITHUB_ACTIONS:
        yield _dump(_github_base())
        for command in APPLYING:
            made = _github_base()
            made["jobs"]["deploy-prod"]["steps"] = [CHECKOUT, {"run": command}]
            yield _dump(made)
    elif platform == GITLAB_CI:
        yield _dump(_gitlab_base())
        for command in APPLYING:
            yield _dump({**_gitlab_base(), "deploy-prod": {**_gitlab_stock("deploy-prod"), "script": [command]}})
        on_requests = [
            {"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'},
            {"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"},
        ]
        yield _dump({**_gitlab_base(), "unit-tests": {**_gitlab_stock("unit-tests"), "rules": on_requests}})
    elif platform == CODEPIPELINE:
        yield _dump(template({"Stages": usual()}))


# GitHub Actions

IMAGE = "ghcr.io/acme/shop:${{ github.sha }}"
CHECKOUT = {"uses": "actions/checkout@v4"}
BUILD = [
    CHECKOUT,
    {"run": "npm ci"},
    {"run": "npm test"},
    {"run": f"docker build -t {IMAGE} ."},
    {"run": f"docker push {IMAGE}"},
]


def _kubectl(context: str) -> list[Any]:
    return [
        {"run": f"kubectl --context {context} set image deployment/shop shop={IMAGE}"},
        {"run": f"kubectl --context {context} rollout status deployment/shop --timeout=10m"},
    ]


STEPS: dict[str, list[Any]] = {
    "build": BUILD,
    "test": [CHECKOUT, {"run": "npm test"}],
    "unit-tests": [CHECKOUT, {"run": "npm test"}],
    "e2e": [CHECKOUT, {"run": "npx playwright test --config e2e/staging.config.ts"}],
    "smoke": [{"run": "curl --fail https://shop.example.com/health"}],
    "approve": [{"run": "echo approved"}],
    "load-test": [CHECKOUT, {"run": "k6 run load/checkout.js"}],
}
STEPS["staging-tests"] = STEPS["smoke-test-staging"] = STEPS["test-staging"] = STEPS["smoke-test"] = STEPS["e2e"]
PROD = {"deploy", "deploy-prod", "deploy-eu", "deploy-us", "hotfix", "production", "deploy-rest"}
PLACES = {"deploy-staging": "staging", "staging": "staging", "deploy-onebox": "production-onebox"}
NEEDS = {"deploy-staging": ["build"], "staging": ["build"], "deploy-prod": ["deploy-staging"], "deploy-onebox": ["deploy-staging"],
         "deploy-eu": ["deploy-staging"], "smoke": ["deploy-prod"], "e2e": ["deploy-staging"], "staging-tests": ["deploy-staging"],
         "smoke-test-staging": ["deploy-staging"], "test-staging": ["deploy-staging"]}  # fmt: skip


def _stock(name: str) -> dict[str, Any]:
    job: dict[str, Any] = {"runs-on": "ubuntu-latest"}
    if NEEDS.get(name):
        job["needs"] = NEEDS[name]
    if name in PROD or name in PLACES:
        place = PLACES.get(name) or f"production{name.removeprefix('deploy').replace('-prod', '')}"
        job["environment"] = place if name in PLACES or name not in ("hotfix", "production") else "production"
        context = {"staging": "staging", "production-onebox": "prod-onebox"}.get(str(job["environment"]), "prod")
        job["steps"] = [CHECKOUT, *_kubectl(context)]
    else:
        job["steps"] = copy.deepcopy(STEPS.get(name, [{"run": f"./ci/{name}.sh"}]))
    return job


def _github_base() -> dict[str, Any]:
    names = ("build", "deploy-staging", "deploy-prod")
    return {"name": "Deploy", "on": {"push": {"branches": ["main"]}}, "jobs": {name: _stock(name) for name in names}}


TOP = {"on", "jobs", "env", "permissions", "concurrency", "name", "defaults"}
JOB = {"runs-on", "needs", "environment", "steps", "strategy", "if", "uses", "with", "concurrency", "timeout-minutes", "env",
       "permissions", "container", "continue-on-error", "secrets", "outputs"}  # fmt: skip


def _github(value: Any, twin: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for name in ("deploy-prod", "build", "deploy-staging", "e2e"):
            for where in ("instead", "before", "after"):
                made = _github_base()
                if name == "e2e":
                    made["jobs"]["e2e"] = _stock("e2e")
                    made["jobs"]["deploy-prod"]["needs"] = ["e2e"]
                own = made["jobs"][name]["steps"]
                kept = [] if where == "instead" else own
                made["jobs"][name]["steps"] = [*value, *kept] if where == "before" else [*kept, *value]
                yield made
        return
    if set(value) <= TOP and not set(value) <= JOB:
        top = {key: each for key, each in value.items() if key != "jobs"}
        yield from _with_jobs(value.get("jobs", {}), top, _jobs_of(twin))
        yield from _with_jobs(value.get("jobs", {}), top, _jobs_of(twin), tested=False)
    elif set(value) <= JOB:
        for name in ("deploy-prod", "build"):
            made = _github_base()
            made["jobs"][name].update(value)
            yield made
        made = _github_base()
        made.update(value)
        yield made
    else:
        yield from _with_jobs(value, {}, _jobs_of(twin))
        yield from _with_jobs(value, {}, _jobs_of(twin), tested=False)


def _jobs_of(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {}
    jobs = value.get("jobs", value)
    return {name: each for name, each in jobs.items() if isinstance(each, dict)}


def _without(stock: dict[str, Any], given: dict[str, Any], twin: dict[str, Any]) -> None:
    """What only the other example of the pair writes is what this one lacks."""
    for key in twin:
        if key not in given and key not in ("steps", "script", "stage"):
            stock.pop(key, None)


def _with_jobs(
    jobs: dict[str, Any], top: dict[str, Any], twins: dict[str, Any], *, tested: bool = True
) -> Iterator[dict[str, Any]]:
    """The fragment's jobs with the usual ones that it needs; then also with all the usual ones; then with none."""
    for base in (("build", "deploy-staging", "deploy-prod"), ("build", "deploy-staging"), ("build",), ()):
        if set(jobs) & (PROD - {"hotfix"}) and "deploy-prod" in base and "deploy-prod" not in jobs:
            continue
        made = {"name": "Deploy", "on": {"push": {"branches": ["main"]}}, **copy.deepcopy(top), "jobs": {}}
        waiting = [*base, *(name for name in jobs if name not in base)]
        while waiting:
            name = waiting.pop(0)
            if name in made["jobs"]:
                continue
            job = _stock(name)
            given = jobs.get(name) or {}
            if name in jobs and name not in PROD | set(PLACES):
                job.pop("needs", None)
            _without(job, given, twins.get(name, {}))
            if "uses" in given:
                job = {key: each for key, each in job.items() if key == "needs"}
            if name in jobs and name in PROD and "needs" not in given and len(base) < 2:
                job.pop("needs", None)
            job.update(copy.deepcopy(given))
            if not tested and name == "build":
                job["steps"] = [step for step in job["steps"] if step.get("run") != "npm test"]
            made["jobs"][name] = job
            needs = job.get("needs", [])
            waiting += [needs] if isinstance(needs, str) else needs
        yield made


# GitLab CI

KEYWORDS = {"stages", "include", "variables", "default", "workflow", "image", "services", "before_script", "cache"}
SCRIPTS = {
    "build": [
        "npm ci",
        "npm test",
        "docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA .",
        "docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA",
    ],
    "unit-tests": ["npm test"],
    "e2e": ["npx playwright test --config e2e/staging.config.ts"],
    "smoke": ["curl --fail https://shop.example.com/health"],
}
SCRIPTS["staging-tests"] = SCRIPTS["acceptance"] = SCRIPTS["acceptance-tests"] = SCRIPTS["e2e"]
STAGES = ["build", "test", "plan", "approve", "migrate", "deploy", "staging", "acceptance", "load", "resilience", "staging-alarms",
          "onebox", "production", "verify", "watch", "bake", "wave-1", "wave-2", "rollback"]  # fmt: skip
STAGE_OF = {"build": "build", "deploy-staging": "staging", "deploy-prod": "production", "unit-tests": "test", "e2e": "acceptance",
            "staging-tests": "acceptance", "smoke": "verify", "rollback": "rollback", "smoke-test-staging": "acceptance",
            "apply": "production"}  # fmt: skip


def _gitlab_script(context: str) -> list[str]:
    return [
        f"kubectl --context {context} set image deployment/shop shop=$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA",
        f"kubectl --context {context} rollout status deployment/shop --timeout=10m",
    ]


def _gitlab_stock(name: str) -> dict[str, Any]:
    job: dict[str, Any] = {"stage": STAGE_OF.get(name, "production" if name in PROD else "test")}
    if name in PROD or name in PLACES:
        place = PLACES.get(name) or f"production{name.removeprefix('deploy').replace('-prod', '')}"
        job["environment"] = place if name not in ("hotfix", "production") else "production"
        job["rules"] = [{"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"}]
        job["script"] = _gitlab_script(
            {"staging": "staging", "production-onebox": "prod-onebox"}.get(job["environment"], "prod")
        )
    else:
        job["script"] = SCRIPTS.get(name, [f"./ci/{name}.sh"])
    return job


def _gitlab_base() -> dict[str, Any]:
    return {"stages": STAGES, **{name: _gitlab_stock(name) for name in ("build", "deploy-staging", "deploy-prod")}}


def _gitlab(value: dict[str, Any], twin: Any) -> Iterator[dict[str, Any]]:
    names = [key for key in value if key not in KEYWORDS and isinstance(value[key], dict) and not key.startswith(".")]
    job_keys = {key for key in value if key not in KEYWORDS and key not in names}
    if job_keys and not names:
        for name in ("deploy-prod", "build", "deploy-staging"):
            for kind in ("instead", "before", "after"):
                made = _gitlab_base()
                job = made[name]
                script = value.get("script")
                job.update({key: each for key, each in value.items() if key != "script"})
                if isinstance(script, list):
                    kept = [] if kind == "instead" else job["script"]
                    job["script"] = [*script, *kept] if kind == "before" else [*kept, *script]
                yield made
        return
    bases = (
        ("build", "deploy-staging", "deploy-prod"),
        ("build", "deploy-staging"),
        ("build", "deploy-prod"),
        ("build",),
        (),
    )
    for base, tested in [*((base, True) for base in bases), *((base, False) for base in bases[:2])]:
        if set(names) & (PROD - {"hotfix"}) and "deploy-prod" in base and "deploy-prod" not in names:
            continue
        made = {
            "stages": STAGES,
            **{key: each for key, each in value.items() if key in KEYWORDS or key.startswith(".")},
        }
        waiting = [*base, *(name for name in names if name not in base)]
        while waiting:
            name = waiting.pop(0)
            if name in made:
                continue
            job, given = _gitlab_stock(name), value.get(name) or {}
            if "extends" in given and given["extends"] not in value:
                made[given["extends"]] = {
                    key: each for key, each in _gitlab_stock("deploy-prod").items() if key == "script"
                }
            if "trigger" in given or "extends" in given:
                job = {"stage": job["stage"]}
            _without(job, given, (_jobs_of(twin) if isinstance(twin, dict) else {}).get(name, {}))
            if "when" in given and given["when"] in ("manual", "on_failure", "delayed"):
                job.pop("rules", None)
            made[name] = {**job, **copy.deepcopy(given)}
            if not tested and name == "build":
                made[name]["script"] = [line for line in made[name]["script"] if line != "npm test"]
            waiting += [each for each in made[name].get("needs", []) if isinstance(each, str)]
        stages = [made[name].get("stage") for name in made if isinstance(made[name], dict)]
        further = [each for each in stages if each and each not in made["stages"] and not each.startswith(".")]
        made["stages"] = [*made["stages"], *dict.fromkeys(further)]
        yield made
