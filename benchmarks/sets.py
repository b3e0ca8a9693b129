"""The files that the benchmarks run on: real pipelines where they are at hand, else the fixtures, multiplied to a fixed number."""

from __future__ import annotations

import os
import re

FIXTURES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "fixtures")
PER_REPOSITORY = 20
LARGEST = 200_000
"""Files beyond this many bytes are left out of the sets: one of them would be most of a set's time."""


class Sets:
    """Paths of what is measured. ``workflows``, ``gitlab``, ``templates``: (folder, its files). ``one``: a workflow of median size.

    ``alone``: a repository with that workflow and nothing else; ``configured``: the same with a configuration; ``among``: one of
    twenty workflows. ``originals``: every distinct file, for the longest time that one file takes.
    """

    def __init__(self, base: str) -> None:
        corpus = os.environ.get("BARRAISER_CORPUS", "")
        self.source = "real pipelines (BARRAISER_CORPUS)" if corpus else "the fixtures (BARRAISER_CORPUS is not set)"
        found = _real(corpus) if corpus else _fixtures()
        self.workflows = self._repositories(os.path.join(base, "workflows"), found["github"], 300, PER_REPOSITORY)
        self.gitlab = self._projects(os.path.join(base, "gitlab"), found["gitlab"], 50)
        self.templates = self._templates(os.path.join(base, "templates"), found["codepipeline"], 50)
        self.originals = self._originals(os.path.join(base, "each"), found)
        median = sorted(found["github"], key=lambda each: len(each[1]))[len(found["github"]) // 2][1]
        self.alone = self._one(os.path.join(base, "alone"), median)
        self.configured = self._one(os.path.join(base, "configured"), median)
        _write(
            os.path.join(base, "configured", ".barraiser.yml"),
            b"version: 1\nowner: team-shop\nenvironments:\n  production: {class: prod, github: {reviewers: 1}}\n",
        )
        self.among = self._one(os.path.join(base, "among"), median)
        for index, (_, content) in enumerate(found["github"][: PER_REPOSITORY - 1]):
            _write(os.path.join(base, "among", ".github", "workflows", f"other-{index}.yml"), content)

    def _one(self, folder: str, content: bytes) -> tuple[str, list[str]]:
        path = os.path.join(folder, ".github", "workflows", "deploy.yml")
        _write(path, content)
        return folder, [path]

    def _repositories(
        self, folder: str, files: list[tuple[str, bytes]], count: int, each: int
    ) -> tuple[str, list[str]]:
        paths = []
        for index, (name, content) in enumerate(_filled(files, count)):
            path = os.path.join(
                folder, f"repository-{index // each}", ".github", "workflows", f"{index}-{_plain(name)}"
            )
            _write(path, content)
            paths.append(path)
        return folder, paths

    def _projects(self, folder: str, files: list[tuple[str, bytes]], count: int) -> tuple[str, list[str]]:
        paths = []
        for index, (_, content) in enumerate(_filled(files, count)):
            path = os.path.join(folder, f"project-{index}", ".gitlab-ci.yml")
            _write(path, content)
            paths.append(path)
        return folder, paths

    def _templates(self, folder: str, files: list[tuple[str, bytes]], count: int) -> tuple[str, list[str]]:
        paths = []
        for index, (name, content) in enumerate(_filled(files, count)):
            path = os.path.join(folder, f"{index}-{_plain(name)}")
            _write(path, content)
            paths.append(path)
        return folder, paths

    def _originals(self, folder: str, found: dict[str, list[tuple[str, bytes]]]) -> list[str]:
        paths = []
        for platform, files in found.items():
            for index, (name, content) in enumerate(files):
                own = os.path.join(folder, platform, str(index))
                place = {"github": os.path.join(".github", "workflows", "w.yml"), "gitlab": ".gitlab-ci.yml"}
                path = os.path.join(own, place.get(platform, _plain(name)))
                _write(path, content)
                paths.append(path)
        return paths


def _plain(name: str) -> str:
    return re.sub(r"[^\w.-]", "_", os.path.basename(name))


def _write(path: str, content: bytes) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def _filled(files: list[tuple[str, bytes]], count: int) -> list[tuple[str, bytes]]:
    """The files, repeated up to a number; a copy differs in a comment line (JSON: in blanks at its end), so that no two are equal."""
    result = []
    for index in range(count):
        name, content = files[index % len(files)]
        turn = index // len(files)
        if turn:
            content += b" " * turn + b"\n" if name.endswith((".json", ".template")) else b"\n# copy %d\n" % turn
        result.append((name, content))
    return result


def _files(folder: str) -> list[tuple[str, bytes]]:
    found = []
    for where, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(where, name)
            if name.endswith((".yml", ".yaml", ".json", ".template")) and os.path.getsize(path) <= LARGEST:
                with open(path, "rb") as file:
                    found.append((path, file.read()))
    return found


def _is_workflow(content: bytes) -> bool:
    return bool(re.search(rb"^(on|'on'|\"on\"):", content, re.M) and re.search(rb"^jobs:", content, re.M))


def _is_gitlab(content: bytes) -> bool:
    return bool(re.search(rb"^ +script:", content, re.M)) and not re.search(rb"^(---|\.\.\.)\s*$", content, re.M)


def _is_template(content: bytes) -> bool:
    return b"AWS::" in content and b"Resources" in content


def _real(corpus: str) -> dict[str, list[tuple[str, bytes]]]:
    return {
        "github": [each for each in _files(os.path.join(corpus, "github")) if _is_workflow(each[1])],
        "gitlab": [each for each in _files(os.path.join(corpus, "gitlab")) if _is_gitlab(each[1])],
        "codepipeline": [each for each in _files(os.path.join(corpus, "codepipeline")) if _is_template(each[1])],
    }


def _fixtures() -> dict[str, list[tuple[str, bytes]]]:
    files = _files(FIXTURES)
    return {
        "github": [each for each in files if _is_workflow(each[1])],
        "gitlab": [each for each in files if "gitlab" in each[0] and _is_gitlab(each[1])],
        "codepipeline": [each for each in files if b"AWS::CodePipeline::Pipeline" in each[1]],
    }
