"""A run that looks at too few files is green for nothing; one that looks at samples blocks for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from barraiser.model.pipeline import Pipeline
from barraiser.model.place import Place
from barraiser.platforms import selection
from barraiser.platforms.reader import ReadOptions
from barraiser.platforms.selection import Selected, entry_paths, platform_of, read_selected, select
from barraiser.source.discovery import root_of, roots_below
from barraiser.source.nodes import Mapping, Node
from barraiser.source.repository import Repository

ENTRY = "on: push\njobs: {}\n"
CALLED = "on: workflow_call\njobs: {}\n"
TEMPLATE = "Resources:\n  P:\n    Type: AWS::CodePipeline::Pipeline\n"


class FakeReader:
    """Follows ``uses: PATH`` lines; a file with ``workflow_call`` alone is an entry only when it is read as called."""

    markers: tuple[bytes, ...] = (b"AWS::CodePipeline::Pipeline", b"aws_codepipeline")
    suffixes: tuple[str, ...] = (".yml", ".yaml", ".json", ".template", ".tf")

    def __init__(self, platform: str) -> None:
        self.platform = platform

    def owns(self, path: str) -> bool:
        return False

    def entry_places(self, repository: Repository) -> list[str]:
        return []

    def recognises(self, root: Node | None) -> bool:
        key = {"github-actions": "jobs", "gitlab-ci": "job", "codepipeline": "pipeline"}[self.platform]
        return isinstance(root, Mapping) and key in root

    def read(self, path: str, repository: Repository, options: ReadOptions) -> list[Pipeline]:
        text = repository.read_text(path)
        if "workflow_call" in text and not options.called:
            return []
        files = [path] + [line.split()[1] for line in text.splitlines() if line.startswith("uses: ")]
        return [Pipeline(path, self.platform, place=Place(path, 1), files=files)]


@pytest.fixture(autouse=True)
def readers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "reader_for", FakeReader)


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def entries(selected: list[Selected]) -> list[str]:
    return [path for one in selected for path, _ in one.entries]


def reported(selected: list[Selected], *, show_called: bool = False) -> list[str]:
    results = [read_selected(one, ReadOptions(), show_called=show_called) for one in selected]
    return [pipeline.path for result in results for pipeline in result.pipelines]


def passed_over(selected: list[Selected]) -> list[str]:
    return [path for one in selected for path in read_selected(one, ReadOptions()).passed_over]


def test_entries_of_a_root(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            ".github/workflows/a.yml": ENTRY,
            ".github/workflows/b.yaml": ENTRY,
            ".github/workflows/c.txt": ENTRY,
            ".github/workflows/sub/d.yml": ENTRY,
            ".gitlab-ci.yml": "job: 1\n",
            "infra/p.yml": TEMPLATE,
            "infra/p.tf": 'resource "aws_codepipeline" "x" {}\n',
            "infra/q.yml": "Resources: {}\n",
            "node_modules/x/p.yml": TEMPLATE,
            "vendor/p.yml": TEMPLATE,
            ".terraform/p.tf": "aws_codepipeline",
        },
    )
    expected = [".github/workflows/a.yml", ".github/workflows/b.yaml", ".gitlab-ci.yml", "infra/p.tf", "infra/p.yml"]
    assert entry_paths(Repository(str(tmp_path))) == expected
    assert entries(select([str(tmp_path)])) == expected
    assert entries(select([], working_folder=str(tmp_path))) == expected
    assert entries(select([str(tmp_path)], exclude_of=lambda root: ["infra/**", "b.yaml"])) == [
        ".github/workflows/a.yml",
        ".gitlab-ci.yml",
    ]
    assert entries(select([str(tmp_path)], platform="gitlab-ci")) == [".gitlab-ci.yml"]


def test_roots_below_a_folder_but_no_samples(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "one/.github/workflows/a.yml": ENTRY,
            "two/deep/.gitlab-ci.yml": "job: 1\n",
            "three/.git/HEAD": "",
            "three/p.yml": TEMPLATE,
            "loose.yml": TEMPLATE,
            "fixtures/x/.github/workflows/a.yml": ENTRY,
            "fixtures/x/p.yml": TEMPLATE,
            "fixtures/plain/p.yml": TEMPLATE,
            "node_modules/x/.gitlab-ci.yml": "",
        },
    )
    assert [Path(root).name for root in roots_below(str(tmp_path))] == ["one", "three", "deep"]
    found = {Path(one.root).name: [path for path, _ in one.entries] for one in select([str(tmp_path)])}
    assert found == {
        tmp_path.name: ["fixtures/plain/p.yml", "loose.yml"],
        "one": [".github/workflows/a.yml"],
        "three": ["p.yml"],
        "deep": [".gitlab-ci.yml"],
    }
    assert roots_below(str(tmp_path), ["two"]) == [str(tmp_path / "one"), str(tmp_path / "three")]
    (named,) = select([str(tmp_path / "fixtures" / "x")])
    assert entries([named]) == [".github/workflows/a.yml", "p.yml"]


def test_root_of_a_file(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "r/.git/HEAD": "",
            "r/.github/workflows/a.yml": ENTRY,
            "r/sub/.gitlab-ci.yml": "",
            "r/sub/ci/x.yml": "",
            "r/infra/p.yml": "",
            "loose/p.yml": "",
        },
    )
    root = tmp_path / "r"
    assert root_of(str(root / ".github/workflows/a.yml")) == str(root)
    assert root_of(str(root / ".github/workflows")) == str(root)
    assert root_of(str(root / "sub/ci/x.yml")) == str(root / "sub")
    assert root_of(str(root / "infra/p.yml")) == str(root)
    assert root_of("loose/p.yml", str(tmp_path)) == str(tmp_path)


def test_a_folder_of_a_repository_keeps_its_root(tmp_path: Path) -> None:
    write(
        tmp_path, {".git/HEAD": "", "infra/p.yml": TEMPLATE, "other/p.yml": TEMPLATE, ".github/workflows/a.yml": ENTRY}
    )
    (selected,) = select([str(tmp_path / "infra")])
    assert (selected.root, entries([selected])) == (str(tmp_path), ["infra/p.yml"])
    (selected,) = select([str(tmp_path / ".github" / "workflows")])
    assert (selected.root, entries([selected])) == (str(tmp_path), [".github/workflows/a.yml"])


def test_a_called_file_is_reported_with_who_calls_it(tmp_path: Path) -> None:
    folder = ".github/workflows/"
    write(
        tmp_path,
        {
            folder + "main.yml": ENTRY + f"uses: {folder}shared.yml\nuses: .github/actions/x/action.yml\n",
            folder + "other.yml": ENTRY,
            folder + "shared.yml": CALLED,
            folder + "alone.yml": CALLED,
            ".github/actions/x/action.yml": "runs: {}\n",
            "notes.yml": "a: 1\n",
        },
    )
    place = str(tmp_path / folder)
    assert reported(select([str(tmp_path)])) == [folder + "alone.yml", folder + "main.yml", folder + "other.yml"]
    assert reported(select([place + "/shared.yml"])) == [folder + "main.yml"]
    assert reported(select([place + "/shared.yml"]), show_called=True) == [folder + "shared.yml"]
    assert reported(select([place + "/alone.yml"])) == [folder + "alone.yml"]
    assert reported(select([place + "/other.yml"])) == [folder + "other.yml"]
    assert reported(select([str(tmp_path / ".github/actions/x/action.yml")])) == [folder + "main.yml"]
    assert reported(select([str(tmp_path / "notes.yml")])) == []
    assert passed_over(select([str(tmp_path / "notes.yml"), place + "/other.yml"])) == ["notes.yml"]


def test_a_named_file_is_told_by_its_content(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            ".gitlab-ci.yml": "job: 1\nuses: ci/part.yml\n",
            "ci/part.yml": "job: 1\n",
            "ci/lone.yml": "job: 1\n",
            "pipeline.json": '{"pipeline": {}}',
            "broken.yml": "a: [\n",
            "broken-template.yml": "a: [\n# AWS::CodePipeline::Pipeline\n",
        },
    )
    repository = Repository(str(tmp_path))
    assert platform_of(".gitlab-ci.yml", repository) == "gitlab-ci"
    assert platform_of("pipeline.json", repository) == "codepipeline"
    assert platform_of("broken.yml", repository) == ""
    assert platform_of("broken-template.yml", repository) == "codepipeline"
    assert reported(select([str(tmp_path / "ci/part.yml")])) == [".gitlab-ci.yml"]
    assert reported(select([str(tmp_path / "ci/lone.yml")])) == ["ci/lone.yml"]
    assert entries(select([str(tmp_path / "broken.yml")], platform="gitlab-ci")) == ["broken.yml"]


def test_the_root_can_be_given(tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "a/b/p.yml": TEMPLATE})
    (selected,) = select([str(tmp_path / "a/b/p.yml")], root=str(tmp_path / "a"))
    assert (selected.root, entries([selected])) == (str(tmp_path / "a"), ["b/p.yml"])


def test_a_path_that_does_not_exist_is_no_empty_run(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        select(["nowhere.yml"], working_folder=str(tmp_path))
