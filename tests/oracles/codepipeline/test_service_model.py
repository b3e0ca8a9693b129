"""The service's own model as judge: what the reader makes of real definitions is what the service would accept."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from barraiser.platforms.codepipeline.exported import is_exported, read_exported
from barraiser.platforms.codepipeline.structure import PipelineStructure, StageCondition, StageStructure
from barraiser.platforms.codepipeline.template import is_template, read_template
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping
from barraiser.source.repository import Repository

CORPUS = os.environ.get("BARRAISER_CORPUS", "")
pytestmark = pytest.mark.skipif(
    not CORPUS, reason="BARRAISER_CORPUS is not set: the corpus of real pipelines is not here"
)
botocore = pytest.importorskip("botocore")


def service() -> Any:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    return ServiceModel(Loader().load_service_model("codepipeline", "service-2"))


def definitions() -> Iterator[tuple[str, Mapping, PipelineStructure]]:
    """Every pipeline of the corpus that stands in a template or an export, and its variants, with the document's root."""
    repository = Repository(CORPUS)
    for path in repository.files("codepipeline"):
        if path.endswith((".yml", ".yaml", ".json", ".template")):
            data = repository.peek(path)
            if b"AWS::CodePipeline::Pipeline" not in data and b"actionTypeId" not in data:
                continue
            try:
                root = repository.documents(path)[0].root
            except SourceError:
                continue
            if isinstance(root, Mapping) and (is_template(root) or is_exported(root)):
                found = read_template(root, repository) if is_template(root) else read_exported(root)
                yield from ((path, root, each) for structure in found for each in (structure, *structure.variants))


def declared(structure: PipelineStructure) -> dict[str, Any]:
    """The structure as the service's ``PipelineDeclaration``; what is unknown in a text is told by its form."""
    given = {
        "name": structure.name,
        "roleArn": structure.role,
        "stages": [_stage(stage) for stage in structure.stages],
        "pipelineType": structure.pipeline_type,
        "executionMode": structure.execution_mode,
    }
    return {key: value for key, value in given.items() if value}


def _stage(stage: StageStructure) -> dict[str, Any]:
    given: dict[str, Any] = {
        "name": stage.name,
        "actions": [
            {
                key: value
                for key, value in {
                    "name": action.name,
                    "actionTypeId": dict(
                        zip(("category", "owner", "provider", "version"), (*action.type.split("/"), "1"), strict=True)
                    ),
                    "runOrder": action.run_order,
                    "configuration": dict(action.configuration),
                    "inputArtifacts": [{"name": name} for name in action.input_artifacts],
                    "outputArtifacts": [{"name": name} for name in action.output_artifacts],
                    "commands": [command.value for command in action.commands],
                    "region": action.region,
                    "roleArn": action.role,
                    "namespace": action.namespace,
                }.items()
                if value
            }
            for action in stage.actions
        ],
    }
    if stage.before_entry:
        given["beforeEntry"] = {"conditions": [_condition(each) for each in stage.before_entry]}
    if stage.on_success:
        given["onSuccess"] = {"conditions": [_condition(each) for each in stage.on_success]}
    return given


def _condition(condition: StageCondition) -> dict[str, Any]:
    rules = [
        {
            "name": rule.name,
            "ruleTypeId": {"category": "Rule", "owner": rule.owner, "provider": rule.provider},
            "configuration": dict(rule.configuration),
        }
        for rule in condition.rules
    ]
    return {"result": condition.result, "rules": rules}


def test_the_service_model_takes_every_structure() -> None:
    from botocore.validate import ParamValidator

    model = service()
    checked = 0
    for path, _, structure in definitions():
        if structure.problems:
            continue
        report = ParamValidator().validate(declared(structure), model.shape_for("PipelineDeclaration"))
        assert not report.has_errors(), f"{path}: {report.generate_report()}"
        _names_fit(path, structure, model)
        checked += 1
    assert checked


def _names_fit(path: str, structure: PipelineStructure, model: Any) -> None:
    """Enumerations and patterns, which the validator does not look at; texts that hold what is unknown are left out."""
    categories = model.shape_for("ActionCategory").enum
    owners = model.shape_for("ActionOwner").enum
    pattern = re.compile(model.shape_for("ActionName").metadata["pattern"])
    for stage in structure.stages:
        for action in stage.actions:
            assert action.category in categories, f"{path}: {action.name}"
            assert action.owner in owners, f"{path}: {action.name}"
            for name in (stage.name, action.name):
                assert "${" in name or "{{" in name or pattern.fullmatch(name), f"{path}: {name}"


def test_an_export_is_read_without_loss() -> None:
    """For exports the raw document is the answer: stages, actions, types, configurations and artifacts must come out as they went in."""
    checked = 0
    for path, root, structure in definitions():
        if not is_exported(root):
            continue
        text = (Path(CORPUS) / path).read_text(encoding="utf-8")
        raw = json.loads(text, object_hook=_without_wire_types)["pipeline"]
        assert declared(structure)["stages"] == [_raw_stage(stage) for stage in raw["stages"]], path
        assert structure.name == raw["name"]
        checked += 1
    assert checked


def _without_wire_types(given: dict[str, Any]) -> dict[str, Any]:
    """Older exports hold the wire format's own ``__type`` keys."""
    return {key: value for key, value in given.items() if not key.startswith("__")}


def _raw_stage(stage: dict[str, Any]) -> dict[str, Any]:
    actions = []
    for action in stage["actions"]:
        action = {key: value for key, value in action.items() if value}
        action["actionTypeId"] = {**action["actionTypeId"], "version": "1"}
        action.setdefault("runOrder", 1)
        actions.append(action)
    return {key: value for key, value in {**stage, "actions": actions}.items() if key != "blockers"}


def test_categories_are_those_of_the_service() -> None:
    from barraiser.platforms.codepipeline.definition import CATEGORIES

    assert set(CATEGORIES) == set(service().shape_for("ActionCategory").enum)
