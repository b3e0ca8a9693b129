"""The compiled wheel: what it compiles, the compiler takes. `make test-compiled` builds it and runs all tests on it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
HOOK: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"][
    "wheel"
]["hooks"]["mypyc"]


def compiled_files() -> list[str]:
    left_out = {name.lstrip("/") for name in HOOK["exclude"]}
    found = []
    for folder in HOOK["include"]:
        path = ROOT / folder.strip("/")
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            name = file.relative_to(ROOT).as_posix()
            if file.name not in left_out and name not in left_out:
                found.append(name)
    return found


def test_what_is_named_exists() -> None:
    named = [name for name in HOOK["exclude"] if "/" in name]
    assert named
    assert [name for name in named if not (ROOT / name.lstrip("/")).is_file()] == []
    assert [name for name in HOOK["include"] if not (ROOT / name.strip("/")).exists()] == []


def test_the_compiler_takes_every_module(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from mypyc.build import mypycify\n"
        "target, *given = sys.argv[1:]\n"
        "mypycify(given, target_dir=target, multi_file=True, opt_level='0')\n"
    )
    arguments = [*HOOK["mypy-args"], f"--cache-dir={tmp_path / 'cache'}", *compiled_files()]
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "build"), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert list((tmp_path / "build").rglob("*.c"))


def test_constants_are_final() -> None:
    """The compiler reads a constant that is not by a look-up in its module's names, each time."""
    loose = []
    for name in compiled_files():
        tree = ast.parse((ROOT / name).read_text())
        written = Counter(
            node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        )
        for node in tree.body if "/vocabulary/" not in name else ():
            target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
            if not isinstance(target, ast.Name) or not re.fullmatch(r"_?[A-Z][A-Z0-9_]+", target.id):
                continue
            final = isinstance(node, ast.AnnAssign) and "Final" in ast.unparse(node.annotation)
            if written[target.id] == 1 and not final:
                loose.append(f"{name}:{node.lineno} {target.id}")
    assert loose == []
