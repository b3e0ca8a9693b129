"""What a command of a pipeline calls in the repository, as scripts with places in their own files. Never raises."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from barraiser.model.pipeline import Fragment, Script
from barraiser.model.tri import NO, YES
from barraiser.shell.others import family_of
from barraiser.shell.recipe import Recipe
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping, Scalar
from barraiser.source.repository import Repository

MAX_SCRIPT: Final = 1_000_000
"""Characters of a script; what is larger holds an archive or data."""

_SUFFIXES: Final = {
    "sh": "bash", "bash": "bash", "zsh": "bash", "ksh": "bash", "ps1": "pwsh", "cmd": "cmd", "bat": "cmd", "py": "python",
    "rb": "ruby", "js": "node", "mjs": "node", "cjs": "node", "ts": "node", "pl": "perl", "": "sh",
}  # fmt: skip
_SHEBANG: Final = re.compile(r"#!\s*(\S+)([^\n]*)")


def script_of_file(repository: Repository, path: str) -> Script | None:
    """A script file, ``path`` relative to the root. Its first line, else its suffix, says which shell runs it.

    None when it is missing, outside the root, no text, too large, or no kind of script that is read.
    """
    inside = repository.inside(path)
    if not inside:
        return None
    try:
        text = repository.read_text(inside)
    except SourceError:
        return None
    if len(text) > MAX_SCRIPT:
        return None
    shell, options = _interpreter(inside, text)
    if not shell:
        return None
    errexit = any("e" in word for word in options if word.startswith("-") and not word.startswith("--"))
    return Script(
        [Fragment(text, inside, 1)],
        shell=shell,
        errexit=errexit or "errexit" in options,
        pipefail=YES if "pipefail" in options else NO,
    )


def make_target(repository: Repository, folder: str, target: str) -> Script | None:
    """A target of the folder's makefile; see :mod:`barraiser.shell.makefiles`, imported only where make is called."""
    from barraiser.shell.makefiles import make_target as found

    return found(repository, folder, target)


def just_recipe(repository: Repository, folder: str, name: str, arguments: Sequence[str] = ()) -> Script | None:
    """A recipe of the folder's justfile; see :mod:`barraiser.shell.justfiles`, imported only where just is called."""
    from barraiser.shell.justfiles import just_recipe as found

    return found(repository, folder, name, arguments)


def _interpreter(path: str, text: str) -> tuple[str, list[str]]:
    """The shell's name and its options; an empty name for what no shell runs."""
    match = _SHEBANG.match(text)
    if match is None:
        name = path.rpartition("/")[2]
        return _SUFFIXES.get(name.rpartition(".")[2].lower() if "." in name[1:] else "", ""), []
    words = [match.group(1), *match.group(2).split()]
    if words[0].rpartition("/")[2] == "env":
        words = [word for word in words[1:] if word != "-S" and "=" not in word]
    if not words:
        return "", []
    family = family_of(words[0])
    return (words[0].rpartition("/")[2] if family == "sh" else family), words[1:]


def package_script(repository: Repository, folder: str, name: str) -> Script | None:
    """A script of ``folder``'s package.json with its ``pre`` and ``post`` scripts; None when there is none of that name."""
    path = repository.inside(f"{folder}/package.json" if folder else "package.json")
    if not path or not repository.exists(path):
        return None
    try:
        documents = repository.documents(path)
    except SourceError:
        return None
    root = documents[0].root if documents else None
    scripts = root.mapping("scripts") if isinstance(root, Mapping) else None
    if scripts is None or not isinstance(scripts.get(name), Scalar):
        return None
    fragments = []
    for key in (f"pre{name}", name, f"post{name}"):
        value = scripts.get(key)
        if isinstance(value, Scalar) and len(value.value) <= MAX_SCRIPT:
            fragments.append(
                Fragment(
                    value.value, path, value.line, value.column, folded="\n" in value.value, end_line=value.end_line
                )
            )
    return Recipe(fragments, working_directory=folder) if fragments else None
