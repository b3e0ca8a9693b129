"""CodePipeline templates around a fragment: the usual stages, actions and build projects."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import yaml

COMMANDS = {
    "Build": ["npm ci", "npm test", 'docker build -t "$REPOSITORY:$CODEBUILD_RESOLVED_SOURCE_VERSION" .'],
    "IntegrationTest": ["npx playwright test --config e2e/staging.config.ts"],
    "E2E": ["npx playwright test --config e2e/staging.config.ts"],
    "SmokeTest": ["curl --fail --retry 5 https://shop.example.com/health"],
    "UnitTest": ["npm test"],
    "LoadTest": ["k6 run load/checkout.js"],
    "ChaosTest": ["chaos run experiments/lose-a-node.json"],
    "Migrate": ["flyway migrate"],
    "MigrateAndDeploy": ["flyway migrate", "kubectl --context prod apply -f k8s/"],
    "Bake": ["sleep 3600"],
    "RollbackTest": ["helm rollback shop --wait"],
}
"""What the build project of an action of this name runs."""

PROPERTIES = {
    "PipelineType",
    "ExecutionMode",
    "Triggers",
    "Stages",
    "DisableInboundStageTransitions",
    "Name",
    "Variables",
}
STAGE = {"Name", "Actions", "BeforeEntry", "OnSuccess", "OnFailure"}
ACTION = {"Name", "ActionTypeId", "RunOrder", "Configuration", "InputArtifacts", "OutputArtifacts", "Region", "RoleArn",
          "TimeoutInMinutes"}  # fmt: skip


def _type(category: str, provider: str) -> dict[str, str]:
    return {"Category": category, "Owner": "AWS", "Provider": provider, "Version": "1"}


def _is_prod(name: str) -> bool:
    return any(word in name.lower() for word in ("prod", "onebox", "wave"))


def action(name: str, stage: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
    """An action of the usual kind for its name, with what the fragment says of it."""
    given = given or {}
    made: dict[str, Any] = {"Name": name}
    if name == "Source":
        made["ActionTypeId"] = _type("Source", "CodeStarSourceConnection")
        made["Configuration"] = {
            "ConnectionArn": {"Ref": "Connection"},
            "FullRepositoryId": "acme/shop",
            "BranchName": "main",
        }
        made["OutputArtifacts"] = [{"Name": "Source"}]
    elif name.startswith("Approve"):
        made["ActionTypeId"] = _type("Approval", "Manual")
    elif name in COMMANDS or name.startswith("Build"):
        made["ActionTypeId"] = _type("Test" if name.endswith("Test") or name == "E2E" else "Build", "CodeBuild")
        made["Configuration"] = {"ProjectName": {"Ref": name}}
        made["InputArtifacts"] = [{"Name": "Source"}]
        if name == "Build":
            made["OutputArtifacts"] = [{"Name": "BuildOutput"}]
    else:
        both = f"{name} {stage}"
        stack = "shop-onebox" if "onebox" in both.lower() else "shop-prod" if _is_prod(both) else "shop-staging"
        made["ActionTypeId"] = _type("Deploy", "CloudFormation")
        made["Configuration"] = {
            "ActionMode": "CREATE_UPDATE",
            "StackName": stack,
            "TemplatePath": "BuildOutput::packaged.yml",
        }
        made["InputArtifacts"] = [{"Name": "BuildOutput"}]
    return {**made, **copy.deepcopy(given)}


def stage(name: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
    """A stage of the usual kind for its name, with what the fragment says of it."""
    given = given or {}
    usual = {"Source": ["Source"], "Build": ["Build"], "Approve": ["Approve"]}.get(name, [f"Deploy{name}"])
    actions = [action(each["Name"], name, each) for each in given.get("Actions", [])]
    return {**copy.deepcopy(given), "Name": name, "Actions": actions or [action(each, name) for each in usual]}


def template(properties: dict[str, Any], resources: dict[str, Any] | None = None) -> dict[str, Any]:
    """A whole template: the pipeline, and a build project for every action that runs one."""
    pipeline = {
        "Name": "shop",
        "RoleArn": "arn:aws:iam::111111111111:role/pipeline",
        "PipelineType": "V2",
        **properties,
    }
    projects: dict[str, Any] = {}
    for each in pipeline["Stages"]:
        for one in each["Actions"]:
            project = one.get("Configuration", {}).get("ProjectName")
            if isinstance(project, dict):
                spec = one.pop("Spec", None) or {
                    "phases": {"build": {"commands": COMMANDS.get(one["Name"], ["npm run build"])}}
                }
                text = yaml.safe_dump({"version": 0.2, **spec}, sort_keys=False)
                source = {"Type": "CODEPIPELINE", "BuildSpec": text}
                projects[project["Ref"]] = {"Type": "AWS::CodeBuild::Project", "Properties": {"Source": source}}
    own = {"Type": "AWS::CodePipeline::Pipeline", "Properties": pipeline}
    return {"Resources": {"Pipeline": own, **projects, **(resources or {})}}


def usual(last: str = "Production") -> list[dict[str, Any]]:
    return [stage(name) for name in ("Source", "Build", "Staging", last)]


def _placed(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The usual stages, the given ones in the place of those of the same name or else, in their order, before production."""
    own = {each["Name"]: each for each in given}
    first = [stage(name, own.pop(name, None)) for name in ("Source", "Build", "Staging")]
    last = [stage(name, each) for name, each in own.items()]
    prod = any(_is_prod(name) and name != "OneBox" for name in own)
    return [*first, *last, *([] if prod else [stage("Production")])]


def _with_spec(spec: dict[str, Any], name: str, where: str) -> dict[str, Any]:
    """A build project's buildspec: of the build, or of an action that deploys production."""
    stages = usual()
    if name == "Build":
        stages[1]["Actions"][0]["Spec"] = spec
    else:
        runs = action("Build", where)
        runs.update({"Name": name, "Configuration": {"ProjectName": {"Ref": name}}, "Spec": spec})
        runs.pop("OutputArtifacts", None)
        stages[-1 if where == "Production" else 2]["Actions"] = [runs]
    return template({"Stages": stages})


def templates(value: Any) -> Iterator[dict[str, Any]]:
    """The templates that a fragment may be a part of."""
    if isinstance(value, list):
        if all(set(each) <= STAGE for each in value):
            yield template({"Stages": _placed(value)})
        if all("Configuration" in each and "Name" not in each for each in value):
            value = [{"Name": f"Deploy{number}", "RunOrder": number + 1, **each} for number, each in enumerate(value)]
        if all("Name" in each and set(each) <= ACTION for each in value):
            yield template({"Stages": [*usual()[:3], stage("Production", {"Actions": value})]})
    elif "Resources" in value or all(isinstance(each, dict) and "Type" in each for each in value.values()):
        resources = value.get("Resources", value)
        made = template({"Stages": usual()})
        made["Resources"].update({name: each for name, each in resources.items() if name != "Pipeline"})
        given = resources.get("Pipeline", {}).get("Properties", {})
        made["Resources"]["Pipeline"]["Properties"].update(given)
        yield made
    elif value.get("Type") == "AWS::CodePipeline::Pipeline":
        yield template({"Stages": usual(), **value.get("Properties", {})})
    elif "phases" in value or "commands" in value:
        spec = value if "phases" in value else {"phases": {"build": value}}
        for name, where in (("Build", "Build"), ("DeployProd", "Production"), ("Test", "Staging")):
            yield _with_spec(spec, name, where)
    elif "Name" in value and set(value) <= STAGE and set(value) & {"Actions", "BeforeEntry", "OnSuccess", "OnFailure"}:
        yield template({"Stages": _placed([value])})
    elif "Stages" in value:
        named = [each for each in value["Stages"] if isinstance(each["Name"], str)]
        yield template({**value, "Stages": [stage(each["Name"], each) for each in named]})
        yield template({**value, "Stages": _placed(named)})
    elif set(value) == {"Actions"}:
        yield template({"Stages": [*usual()[:3], stage("Production", value)]})
    elif set(value) <= STAGE - {"Name"}:
        yield template({"Stages": _placed([{"Name": "Production", **value}])})
    elif set(value) <= PROPERTIES - {"Name"}:
        yield template({"Stages": usual(), **value})
    elif set(value) <= ACTION:
        yield from _with_action(value)


def _with_action(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """An action on its own, or a part of one: as the source, as the deploy, as a further one before it, as a stage's name."""
    for number, at in ((0, 0), (3, 0)):
        stages = usual()
        stages[number]["Actions"][at].update(copy.deepcopy(value))
        yield template({"Stages": stages})
    if "Name" in value:
        stages = usual()
        stages.insert(3, stage("Check", {"Actions": [value]}))
        yield template({"Stages": stages})
        yield template({"Stages": _placed([{"Name": value["Name"]}])})
