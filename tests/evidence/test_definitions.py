"""Definition files hold anything: no shape of theirs may end a run, and none may turn into a pass by accident."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barraiser.evidence.definition import together
from barraiser.evidence.library import library_of
from barraiser.model.tri import MAYBE, NO, YES
from barraiser.source.repository import Repository

KEYS = st.sampled_from(
    ["Resources", "Type", "Properties", "DeploymentConfiguration", "DeploymentCircuitBreaker", "Enable", "Rollback", "Alarms",
     "AlarmNames", "AutoRollbackConfiguration", "Events", "Enabled", "Globals", "Function", "DeploymentPreference", "Hooks",
     "PreTraffic", "kind", "apiVersion", "spec", "strategy", "canary", "steps", "analysis", "Ref", "Fn::If", "UpdatePolicy",
     "items", "metadata", "name", "ServiceName"]
)  # fmt: skip
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(0, 3),
    st.sampled_from(
        ["AWS::ECS::Service", "AWS::CodeDeploy::DeploymentGroup", "AWS::Serverless::Function", "AWS::Lambda::Alias", "Rollout",
         "Canary", "Deployment", "List", "argoproj.io/v1alpha1", "flagger.app/v1beta1", "true", ""]
    ),
)  # fmt: skip
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=25
)


@given(TREES)
@settings(max_examples=50, deadline=None)
def test_any_document_is_read(tree: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.json").write_text(json.dumps({"Resources": {"One": tree}}))
        (Path(folder) / "b.json").write_text(json.dumps(tree))
        repository = Repository(folder)
        for path in ("a.json", "b.json", ""):
            for definition in library_of(repository).under(path, repository) or ():
                assert {definition.on_failure, definition.on_alarm, definition.validates} <= {NO, MAYBE, YES}


@pytest.mark.parametrize(
    ("values", "expected"), [([], NO), ([YES, YES], YES), ([NO], NO), ([YES, NO], MAYBE), ([YES, MAYBE], MAYBE)]
)
def test_resources_that_are_rolled_out_together_must_agree(values: list[int], expected: int) -> None:
    assert together(values) == expected


def test_each_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "service.yml").write_text("Resources:\n  S: {Type: AWS::ECS::Service, Properties: {}}\n")
    repository = Repository(str(tmp_path))
    library = library_of(repository)
    assert library is library_of(repository)
    first = library.search("ecs-service", repository)
    monkeypatch.setattr(Repository, "peek", lambda *_: pytest.fail("read again"))
    monkeypatch.setattr(Repository, "documents", lambda *_, **__: pytest.fail("read again"))
    assert library.search("ecs-service", repository) == first
    assert library.under("service.yml", repository) == first
    assert len(first) == 1
