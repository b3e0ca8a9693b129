"""The parser comes without the rest of PyYAML; whoever needs the rest gets it."""

from __future__ import annotations

import subprocess
import sys

import pytest

LOADED = "import sys\nfrom barraiser.source.yaml_loader import load\nfrom barraiser.source.errors import SourceError\n"


def python(program: str) -> str:
    result = subprocess.run(
        [sys.executable, "-I", "-c", LOADED + program], capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_reading_imports_no_more_than_the_parser() -> None:
    assert (
        python("load(b'a: 1', 'a.yml'); print({'yaml.constructor', 'yaml.reader', 'datetime'} & set(sys.modules))")
        == "set()\n"
    )


@pytest.mark.parametrize(
    "program",
    [
        "import yaml; assert yaml.safe_load('a: 2027-01-31')['a'].year == 2027",
        "from yaml import CSafeLoader, load as l; assert l('a: 1', CSafeLoader) == {'a': 1}",
        "import yaml.reader, yaml; assert yaml.reader.ReaderError.__mro__[1] is yaml.error.YAMLError is yaml.YAMLError",
        "import yaml; assert yaml.scanner.ScannerError and yaml.__with_libyaml__ and yaml.dump({'a': 1}) == 'a: 1\\n'",
        "import yaml\ntry: yaml.load('a: [', yaml.CSafeLoader)\nexcept yaml.parser.ParserError: print('told')",
        "from yaml.constructor import SafeConstructor",
    ],
)
def test_whoever_imports_pyyaml_later_gets_all_of_it(program: str) -> None:
    python(f"load(b'a: 1', 'a.yml')\n{program}\nload(b'b: 1', 'a.yml')")


@pytest.mark.parametrize("data", [b"a: [", b"a: b: c", b"a: \x01b", b"*a"])
def test_what_is_wrong_is_told_all_the_same(data: bytes) -> None:
    program = f"try: load({data!r}, 'a.yml')\nexcept SourceError as error: print(error.message, error.place)"
    assert python(program) == python(f"import yaml\n{program}") != ""
