"""Charts with literal values, assemblies, files of the Serverless Framework: how what they deploy is rolled out."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_applied import ask

from barraiser.evidence.chart import Values, rendered
from barraiser.source.nodes import Mapping
from barraiser.source.yaml_loader import load

DEPLOYMENT = """\
{{- $name := include "shop.name" . }}
{{/* a comment
over lines: strategy */}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "shop.fullname" . }}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicaCount }}
  {{- end }}
  {{- with .Values.strategy }}
  strategy:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  template:
    metadata:
      annotations:
        checksum/config: {{ include (print $.Template.BasePath "/configmap.yaml") . | sha256sum }}
        {{- with .Values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      containers:
        - name: {{ .Chart.Name }}
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          {{- range .Values.env }}
          - name: {{ .name }}
          {{- end }}
"""
CHART = {"chart/Chart.yaml": "name: shop\nversion: 1.0.0\n", "chart/templates/deployment.yaml": DEPLOYMENT}
VALUES = "replicaCount: 4\npodAnnotations: {a: b}\nautoscaling: {enabled: false}\nimage: {repository: shop, tag: ''}\n"
ROLLING = VALUES + "strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1}}\n"


def values(text: str, **given: str) -> Values:
    root = load(text.encode(), "values.yaml")[0].root
    assert isinstance(root, Mapping)
    return Values([root], given)


def test_the_strategy_of_a_chart_comes_from_its_values(tmp_path: Path) -> None:
    found = ask(tmp_path, "helm upgrade shop ./chart", files={**CHART, "chart/values.yaml": ROLLING})
    assert (found.strategy, found.batch_percent) == ("rolling", 25)
    assert str(found.places[0]) == "chart/templates/deployment.yaml:5"


def test_values_of_the_command_come_first(tmp_path: Path) -> None:
    files = {**CHART, "chart/values.yaml": ROLLING, "prod.yaml": "replicaCount: 10\n"}
    found = ask(tmp_path, "helm upgrade shop ./chart -f prod.yaml", files=files)
    assert found.batch_percent == 10
    found = ask(tmp_path, "helm upgrade shop ./chart -f prod.yaml --set replicaCount=2", files=files)
    assert found.batch_percent == 50
    found = ask(tmp_path, "helm upgrade shop ./chart --set replicaCount=$COUNT", files=files)
    assert found.batch_percent is None


def test_what_values_do_not_tell_stays_unknown(tmp_path: Path) -> None:
    files = {**CHART, "chart/values.yaml": ROLLING}
    assert ask(tmp_path, "helm upgrade shop ./chart -f gone.yaml", files=files).strategy == ""
    helper = DEPLOYMENT.replace("{{- toYaml . | nindent 4 }}", '{{- include "shop.strategy" . | nindent 4 }}')
    files["chart/templates/deployment.yaml"] = helper
    assert ask(tmp_path, "helm upgrade shop ./chart", files=files).strategy == ""


def test_a_rollout_of_a_chart_has_its_steps(tmp_path: Path) -> None:
    text = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: shop}\nspec:\n  strategy:\n    canary:\n"
        "      steps:\n        {{- toYaml .Values.steps | nindent 8 }}\n"
    )
    files = {**CHART, "chart/values.yaml": "steps: [{setWeight: 5}, {pause: {duration: 1h}}]\n"}
    files["chart/templates/deployment.yaml"] = text
    found = ask(tmp_path, "helm upgrade shop ./chart", files=files)
    assert (found.strategy, found.steps) == ("canary", ((5, 60),))


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("a: {{ .Values.image.repository | quote }}", 'a: shop'),
        ("{{- if eq .Values.mode \"x\" }}\na: 1\n{{- else if .Values.on }}\na: 2\n{{- else }}\na: 3\n{{- end }}", "\n\n\na: 2\n\n\n"),
        ("{{- if .Values.none }}\nreplicas: 1\n{{- else }}\nreplicas: 2\n{{- end }}", "\n\n\nreplicas: 2\n"),
        ("{{- if include \"x\" . }}\nname: 1\n{{- end }}", "\n\n"),
        ("{{- if include \"x\" . }}\nreplicas: 1\n{{- end }}", None),
        ("replicas: {{ include \"x\" . }}", None),
        ("{{- define \"x\" }}\nreplicas: 1\n{{- end }}\nb: 1", "\n\n\nb: 1"),
        ("a: {{ if .Values.on }}1{{ end }}", None),
        ("{{- if .Values.on }}\na: 1", None),
        ("labels:\n  a: b\n  {{- toYaml .Values.image | nindent 2 }}", "labels:\n  a: b\n"),
        ("strategy:\n  type: X\n  {{- toYaml .Values.strategy | nindent 2 }}", None),
        ("strategy:\n{{ toYaml .Values.image | indent 2 }}", 'strategy:\n  {"repository": "shop"}'),
        ("labels:\n  {{- include \"x\" (dict\n    \"a\" .b) | nindent 2 }}\nreplicas: 2", "labels:\n\n\nreplicas: 2"),
        ("{{- if and .Values.on .Values.mode -}}\na: 1\n{{- end }}\n{{- if or .Values.none .x }}\nb: 1\n{{- end }}", "\na: 1\n\n\n\n"),
    ],
)  # fmt: skip
def test_templates_line_by_line(template: str, shown: str | None) -> None:
    assert rendered(template, values("on: true\nmode: y\nimage: {repository: shop}\n")) == shown


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([*DEPLOYMENT.split("\n"), "{{- end }}", "{{- else }}", "{{", "}}", "{{- if"]), max_size=30)
)
def test_any_template_is_rendered_or_given_up(lines: list[str]) -> None:
    rendered("\n".join(lines), values(ROLLING))


def test_a_long_template_takes_little_time() -> None:
    started = time.perf_counter()
    rendered("{{ .Values.a | default " * 8000, values(VALUES))
    rendered("{{- if .Values.a }}\n" * 9000, values(VALUES))
    assert time.perf_counter() - started < 2


def test_an_assembly_names_the_templates_of_its_stacks(tmp_path: Path) -> None:
    def stack(file: str, name: str) -> dict[str, object]:
        return {"type": "aws:cloudformation:stack", "displayName": name, "properties": {"templateFile": file}}

    def service(strategy: str) -> str:
        how = {"Strategy": strategy, "BakeTimeInMinutes": 30}
        return json.dumps(
            {"Resources": {"S": {"Type": "AWS::ECS::Service", "Properties": {"DeploymentConfiguration": how}}}}
        )

    nested = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}}
    files = {
        "cdk.out/manifest.json": json.dumps(
            {"artifacts": {"Dev": stack("Dev.template.json", "Dev"), "assembly-Prod": nested}}
        ),
        "cdk.out/Dev.template.json": service("BLUE_GREEN"),
        "cdk.out/assembly-Prod/manifest.json": json.dumps({"artifacts": {"P": stack("P.template.json", "Prod/Shop")}}),
        "cdk.out/assembly-Prod/P.template.json": service("LINEAR"),
    }
    assert ask(tmp_path, "cdk deploy Prod/* --require-approval never", files=files).strategy == "linear"
    assert ask(tmp_path, "npx cdk deploy --app cdk.out Dev", files=files).strategy == "blue-green"
    assert ask(tmp_path, "cdk deploy Other", files=files).strategy == ""


def test_functions_of_the_serverless_framework_that_a_plugin_shifts(tmp_path: Path) -> None:
    text = (
        "service: s\nprovider: {name: aws}\nplugins: [serverless-plugin-canary-deployments]\n"
        "functions: {f: {handler: a.b, deploymentSettings: {type: Canary10Percent30Minutes, alias: Live, alarms: [X]}}}\n"
    )
    found = ask(tmp_path, "serverless deploy --stage prod", files={"serverless.yml": text})
    assert (found.strategy, found.bake_minutes, found.alarms) == ("canary", 30, ("X",))
    plain = text.replace("plugins: [serverless-plugin-canary-deployments]\n", "")
    assert ask(tmp_path, "serverless deploy --stage prod", files={"serverless.yml": plain}).strategy == ""


def test_a_deployments_own_configuration_comes_before_its_groups(tmp_path: Path) -> None:
    group = (
        "Resources:\n  G:\n    Type: AWS::CodeDeploy::DeploymentGroup\n"
        "    Properties: {DeploymentGroupName: g, DeploymentConfigName: CodeDeployDefault.ECSAllAtOnce}\n"
    )
    command = "aws deploy create-deployment --application-name a --deployment-group-name g"
    assert ask(tmp_path, command, files={"t.yml": group}).strategy == "all-at-once"
    command += " --deployment-config-name CodeDeployDefault.ECSCanary10Percent15Minutes"
    assert ask(tmp_path, command, files={"t.yml": group}).strategy == "canary"


def test_flags_that_a_variable_may_hold_leave_the_values_open(tmp_path: Path) -> None:
    files = {**CHART, "chart/values.yaml": ROLLING}
    assert ask(tmp_path, "helm upgrade shop ./chart $HELM_FLAGS", files=files).strategy == ""
