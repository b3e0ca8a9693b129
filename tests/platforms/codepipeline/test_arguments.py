"""Parameter files and nesting stacks: what the repository gives a template's parameters."""

from __future__ import annotations

from pathlib import Path

import pytest
from codepipeline_files import deploy, one, stage, template

from barraiser.testing import judged

ABOVE = "Parameters: {Env: {Type: String}, Size: {Type: Number, Default: 1}}\n"
ACTION = deploy("go").replace("ServiceName: go", "ServiceName: !Sub 'shop-${Env}'")
TEXT = template(stage("Deploy", ACTION), above=ABOVE)


def services(folder: Path, text: str = TEXT) -> list[str]:
    found = one(folder, text)
    return [each.jobs[-1].steps[0].inputs["ServiceName"] for each in (found.variants or (found,))]


@pytest.mark.parametrize(
    "text",
    [
        '[{"ParameterKey": "Env", "ParameterValue": "prod"}]',
        '{"Parameters": {"Env": "prod", "Size": "2"}, "Tags": {"a": "b"}}',
        '{"Env": "prod"}',
        '["Env=prod", "Size=3"]',
    ],
)
def test_one_parameter_file_says_what_the_parameters_are(tmp_path: Path, text: str) -> None:
    (tmp_path / "pipeline-parameters.json").write_text(text, encoding="utf-8")
    assert services(tmp_path) == ["shop-prod"]
    assert "pipeline-parameters.json" in one(tmp_path, TEXT).files


@pytest.mark.parametrize(
    "text",
    [
        '{"Env": "prod", "Unknown": "x"}',
        '{"Size": "2"}',
        '{"Resources": {}, "Env": "x"}',
        '{"Env": {"a": 1}}',
        "{",
        "[1]",
        '"Env"',
    ],
)
def test_a_file_that_the_service_would_refuse_is_for_something_else(tmp_path: Path, text: str) -> None:
    (tmp_path / "pipeline-parameters.json").write_text(text, encoding="utf-8")
    assert services(tmp_path) == ["shop-${Env}"]


def test_several_parameter_files_are_several_pipelines(tmp_path: Path) -> None:
    (tmp_path / "parameters").mkdir()
    for name in ("dev", "prod"):
        (tmp_path / f"parameters/{name}.json").write_text(f'{{"Parameters": {{"Env": "{name}"}}}}', encoding="utf-8")
    found = one(tmp_path, TEXT)
    assert [each.given for each in found.variants] == ["parameters/dev.json", "parameters/prod.json"]
    assert services(tmp_path) == ["shop-dev", "shop-prod"]


def test_what_one_of_them_fails_fails_for_sure(tmp_path: Path) -> None:
    (tmp_path / "params").mkdir()
    for name in ("production", "live"):
        text = f'{{"Env": "{name}", "Approve": "{"yes" if name == "live" else "no"}"}}'
        (tmp_path / f"params/{name}.json").write_text(text, encoding="utf-8")
    approval = (
        "- !If\n  - Approves\n  - Name: Approval\n    Actions:\n      - Name: Approve\n"
        '        ActionTypeId: {Category: Approval, Owner: AWS, Provider: Manual, Version: "1"}\n  - !Ref AWS::NoValue\n'
    )
    above = (
        ABOVE.replace("}}\n", "}, Approve: {Type: String}}\n")
        + 'Conditions: {Approves: !Equals [!Ref Approve, "yes"]}\n'
    )
    text = template(stage("Staging", "shop-staging"), approval, stage("Prod", "shop-production"), above=above)
    (tmp_path / "pipeline.yml").write_text(text, encoding="utf-8")
    (result,) = judged(tmp_path)
    (finding,) = [each for each in result.findings if each.rule == "APV001"]
    assert finding.severity == "error"
    assert "only with the parameters of params/production.json" in finding.message


def test_a_file_beside_two_templates_that_take_it_is_for_the_one_that_it_is_named_after(tmp_path: Path) -> None:
    (tmp_path / "service.yml").write_text("Parameters: {Env: {Type: String}}\nResources: {}\n", encoding="utf-8")
    (tmp_path / "service.parameters.json").write_text('{"Env": "prod"}', encoding="utf-8")
    assert services(tmp_path) == ["shop-${Env}"]
    (tmp_path / "pipeline.parameters.json").write_text('{"Env": "beta"}', encoding="utf-8")
    assert services(tmp_path) == ["shop-beta"]


def test_a_parameter_of_a_store_stays_unknown(tmp_path: Path) -> None:
    (tmp_path / "pipeline.parameters.json").write_text('{"Env": "/path/in/the/store"}', encoding="utf-8")
    assert services(
        tmp_path, TEXT.replace("Env: {Type: String}", "Env: {Type: 'AWS::SSM::Parameter::Value<String>'}")
    ) == ["shop-${Env}"]


def test_a_stack_that_nests_the_template_gives_its_parameters(tmp_path: Path) -> None:
    parent = (
        "Resources:\n  Prod:\n    Type: AWS::CloudFormation::Stack\n"
        "    Properties: {TemplateURL: ./pipeline.yml, Parameters: {Env: prod, Size: !Ref Unknown}}\n"
    )
    (tmp_path / "parent.yml").write_text(parent, encoding="utf-8")
    assert services(tmp_path) == ["shop-prod"]
