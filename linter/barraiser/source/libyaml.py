"""PyYAML's binding to libyaml, without the parts of PyYAML that barraiser never uses: they take longer to import than files to read.

The binding asks for its package when it is loaded, only to take classes from it. So the package stays unexecuted until somebody (a
plugin) asks it for anything else, as with importlib's LazyLoader; three of its modules, whose patterns and imports are slow, are stood in
for while the binding loads.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any, Final

_REAL: Final = ("error", "tokens", "events", "nodes", "scanner", "parser", "composer", "serializer", "emitter")
_STOOD_IN: Final = {"reader": "ReaderError", "constructor": "ConstructorError", "representer": "RepresenterError"}
"""Module to the class that the binding takes from it."""


def _load() -> None:
    spec = find_spec("yaml")
    if spec is None or spec.loader is None:
        raise ImportError("there is no PyYAML")
    loader = spec.loader
    package: Any = module_from_spec(spec)

    def whole(name: str) -> Any:
        del package.__getattr__
        loader.exec_module(package)
        return getattr(package, name)

    sys.modules["yaml"] = package
    for name in _REAL:
        import_module(f"yaml.{name}")
    for name, error in _STOOD_IN.items():
        stand_in: Any = ModuleType(f"yaml.{name}")
        setattr(stand_in, error, type(error, (_Error, package.error.YAMLError), {}))
        setattr(package, name, stand_in)
    import_module("yaml._yaml")
    for name in _STOOD_IN:
        delattr(package, name)
    package.__getattr__ = whole


class _Error:
    """Takes what PyYAML's error takes: the last of it says what is wrong."""

    def __init__(self, *parts: object) -> None:
        self.parts = parts

    def __str__(self) -> str:
        return str(self.parts[-1])


def _begin() -> None:
    """Load the binding, unless somebody has imported the whole of PyYAML already."""
    if "yaml" in sys.modules:
        return
    try:
        _load()
    except Exception:
        # No binding, or another PyYAML than those that this was written for: the whole of it will do.
        for name in [name for name in sys.modules if name == "yaml" or name.startswith("yaml.")]:
            del sys.modules[name]


def parser() -> Any:
    """The class ``CParser``. Raises ImportError where PyYAML was built without libyaml."""
    return import_module("yaml._yaml").CParser


_begin()

from yaml.error import MarkedYAMLError, YAMLError  # noqa: E402
from yaml.events import (  # noqa: E402
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

__all__ = [
    "AliasEvent",
    "DocumentEndEvent",
    "DocumentStartEvent",
    "MappingEndEvent",
    "MappingStartEvent",
    "MarkedYAMLError",
    "ScalarEvent",
    "SequenceEndEvent",
    "SequenceStartEvent",
    "StreamEndEvent",
    "YAMLError",
    "parser",
]
