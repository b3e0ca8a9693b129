"""Recipes of Makefiles: a target's lines with those of what it needs first, simple variables put in."""

from __future__ import annotations

import re
from typing import Final

from barraiser.model.pipeline import Fragment, Script
from barraiser.model.tri import tri
from barraiser.shell.recipe import Recipe
from barraiser.source.errors import SourceError
from barraiser.source.repository import Repository

_NAMES: Final = ("GNUmakefile", "makefile", "Makefile")
_MAX_FILES: Final = 20
_MAX_LINES: Final = 50_000
_MAX_FRAGMENTS: Final = 400
_MAX_EXPANSION: Final = 2000
_MAX_PATTERNS: Final = 200

_ASSIGNMENT: Final = re.compile(
    r"[ ]*(?:(?:export|override|private)[ \t]+)*([A-Za-z_.][\w.-]*+)[ \t]*(\?=|\+=|:{1,3}=|=)[ \t]*(.*)", re.DOTALL
)
_RULE: Final = re.compile(r"([^:=#\t][^:=#]*+):{1,2}(?!=)([^;]*+)(;.*)?", re.DOTALL)
_DIRECTIVE: Final = re.compile(
    r"[ ]*(ifeq|ifneq|ifdef|ifndef|else|endif|define|endef|-?include|sinclude|export|unexport|vpath)\b[ \t]*(.*)"
)
_SAFE: Final = re.compile(r"[\w@%+=:,./ -]*+")
_IDENTIFIER: Final = re.compile(r"[A-Za-z_]\w*+")
_NAME: Final = re.compile(r"[\w.-]++")


class _Rule:
    """One rule for one target: the files it needs, the lines of its recipe with their numbers, variables of its own."""

    __slots__ = ("lines", "needs", "path")

    def __init__(self, path: str, needs: list[str]) -> None:
        self.path = path
        self.needs = needs
        self.lines: list[tuple[int, str]] = []


class _Makefile:
    """The rules and variables of a Makefile and what it includes."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.rules: dict[str, list[_Rule]] = {}
        self.patterns: list[tuple[str, str, list[_Rule]]] = []
        self.variables: dict[str, str | None] = {}
        self.own: dict[str, dict[str, str]] = {}
        self.first = ""
        self.one_shell = False
        self.ignored: set[str] | None = set()
        self._files: set[str] = set()

    def read(self, path: str, folder: str) -> bool:
        """Take a file in. Whether it could be read."""
        if path in self._files or len(self._files) >= _MAX_FILES:
            return False
        self._files.add(path)
        try:
            lines = self.repository.lines(path)
        except SourceError:
            return False
        open_rules: list[_Rule] = []
        conditions = definitions = 0
        at = 0
        while at < min(len(lines), _MAX_LINES):
            number = at + 1
            line = lines[at]
            at += 1
            while line.endswith("\\") and at < len(lines):
                line += "\n" + lines[at]
                at += 1
            if line.startswith("\t"):
                if not definitions:
                    for rule in open_rules:
                        rule.lines.append((number, line))
                continue
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            joined = line.replace("\\\n", " ") if "\n" in line else line
            directive = _DIRECTIVE.match(joined)
            word = directive.group(1) if directive else ""
            if word in ("define", "endef"):
                definitions += 1 if word == "define" else -1
            elif definitions > 0:
                continue
            elif word.startswith("if"):
                conditions += 1
            elif word == "endif":
                conditions -= 1
            elif word.endswith("include") and directive is not None:
                self._include(directive.group(2), folder)
            elif word != "else" and not self._assignment(joined, conditions > 0):
                open_rules = self._rule(joined, number, path)
        return True

    def _include(self, names: str, folder: str) -> None:
        for name in names.split()[:_MAX_FILES]:
            if "$" in name or "*" in name:
                continue
            inside = self.repository.inside(name, folder)
            if inside and self.repository.exists(inside):
                self.read(inside, folder)

    def _assignment(self, line: str, conditional: bool) -> bool:
        match = _ASSIGNMENT.fullmatch(line)
        if match is None:
            return False
        self._set(self.variables, match, conditional)
        return True

    def _set(self, variables: dict[str, str | None], match: re.Match[str], conditional: bool) -> None:
        name, operator, value = match.group(1), match.group(2), match.group(3)
        value = value.partition(" #")[0].strip()
        old = variables.get(name, "")
        if operator == "?=" and name in variables:
            return
        if operator == "+=":
            value = f"{old} {value}".strip() if old is not None else ""
        # One of two branches, and which one is not known.
        unknown = (conditional and variables.get(name, value) != value) or (operator == "+=" and old is None)
        variables[name] = None if unknown or len(value) > _MAX_EXPANSION else value

    def _rule(self, line: str, number: int, path: str) -> list[_Rule]:
        match = _RULE.match(line)
        if match is None:
            return []
        targets, needs, rest = match.group(1).split(), match.group(2).partition("#")[0].strip(), match.group(3)
        own = _ASSIGNMENT.fullmatch(needs + (rest or ""))
        if own is not None or "=" in needs:
            for target in targets if own else ():
                held: dict[str, str | None] = {}
                self._set(held, own, False) if own else None
                self.own.setdefault(target, {}).update({key: value for key, value in held.items() if value is not None})
            return []
        made = []
        if ".ONESHELL" in targets:
            self.one_shell = True
        if ".IGNORE" in targets:
            # Without targets, the failures of all recipes are ignored.
            self.ignored = self.ignored | set(needs.split()) if needs and self.ignored is not None else None
        for target in targets[:100]:
            expanded = self.expand(target, {})
            rule = _Rule(path, needs.replace("|", " ").split()[:200])
            if rest and rest[1:].strip():
                rule.lines.append((number, " " * (line.index(";") + 1) + rest[1:]))
            self.rules.setdefault(expanded, []).append(rule)
            before, percent, after = expanded.partition("%")
            if percent and before + after and len(self.patterns) < _MAX_PATTERNS:
                self.patterns.append((before, after, self.rules[expanded]))
            made.append(rule)
            if not self.first and not expanded.startswith(".") and "%" not in expanded:
                self.first = expanded
        return made

    def found(self, target: str) -> tuple[list[_Rule], str]:
        """A target's rules and, for a pattern rule, its stem."""
        rules = self.rules.get(target)
        if rules is not None:
            return rules, ""
        for before, after, rules in self.patterns:
            fits = target.startswith(before) and target.endswith(after)
            if fits and len(target) > len(before) + len(after):
                return rules, target[len(before) : len(target) - len(after)]
        return [], ""

    def expand(self, text: str, automatic: dict[str, str], depth: int = 0) -> str:
        """Text for the shell: what make knows is put in or left to the shell as ``${NAME}``, so that a caller's value wins."""
        if "$" not in text:
            return text
        pieces: list[str] = []
        at, length = 0, 0
        while True:
            start = text.find("$", at)
            if start < 0 or start + 1 >= len(text) or length > 100_000:
                pieces.append(text[at:])
                return "".join(pieces)
            pieces.append(text[at:start])
            following = text[start + 1]
            if following == "$":
                piece, at = "$", start + 2
            elif following in "({":
                end = _closing(text, start + 1)
                piece, at = self._reference(text[start + 2 : end], automatic, depth), end + 1
            else:
                at = start + 2
                name = following
                piece = automatic.get(name) or (
                    self._reference(name, automatic, depth) if name.isalpha() else "$" + name
                )
            pieces.append(piece)
            length += len(piece) + start - at

    def _reference(self, body: str, automatic: dict[str, str], depth: int) -> str:
        if body in automatic:
            return automatic[body]
        if body == "MAKE":
            return "make"
        function, _, rest = body.partition(" ")
        if function == "shell":
            return f"$({self.expand(rest, automatic, depth + 1) if depth < 5 else ''})"
        if not _NAME.fullmatch(body):
            return "${" + re.sub(r"\W", "_", function)[:40] + "_}"
        value = self.variables.get(body)
        plain = _IDENTIFIER.fullmatch(body)
        if value is None or depth > 8:
            return "${" + body + "}" if plain else "${" + re.sub(r"\W", "_", body) + "}"
        if plain and self.default(body) is not None:
            return "${" + body + "}"
        return self.expand(value, automatic, depth + 1)[:_MAX_EXPANSION]

    def default(self, name: str) -> str | None:
        """A variable's value where the shell can be given it: text that means nothing else to a shell."""
        value = self.variables.get(name)
        return value if value is not None and _SAFE.fullmatch(value) else None


def make_target(repository: Repository, folder: str, target: str) -> Script | None:
    """The recipe of a target (empty: the first) of ``folder``'s Makefile, those of its prerequisites first; None where there is none."""
    prefix = f"{folder}/" if folder else ""
    path = next((prefix + name for name in _NAMES if repository.exists(prefix + name)), "")
    makefile = _Makefile(repository)
    if not path or not makefile.read(path, folder):
        return None
    target = target or makefile.first
    fragments: list[Fragment] = []
    ignored: list[int] = []
    defaults = {name: value for name in makefile.variables if (value := makefile.default(name)) is not None}
    _collect(makefile, target, fragments, ignored, defaults)
    if not fragments:
        return None
    flags = f"{makefile.variables.get('.SHELLFLAGS') or ''} {makefile.variables.get('SHELL') or ''}"
    pipefail = "pipefail" in flags
    errexit = bool(re.search(r"(?:^|\s)-\w*e", flags))
    if makefile.one_shell and len({fragment.path for fragment in fragments}) == 1:
        return Script(fragments, shell="bash", errexit=errexit, pipefail=tri(pipefail), working_directory=folder)
    return Recipe(
        fragments,
        shell="bash",
        errexit=errexit,
        pipefail=pipefail,
        ignored=ignored,
        defaults=defaults,
        working_directory=folder,
    )


def _collect(
    makefile: _Makefile, target: str, fragments: list[Fragment], ignored: list[int], defaults: dict[str, str]
) -> None:
    """Recipes in the order in which make runs them, each once. Waiting targets are a stack: first what is needed, then the lines."""
    seen: set[str] = set()
    waiting: list[tuple[str, bool]] = [(target, False)]
    while waiting and len(fragments) < _MAX_FRAGMENTS:
        name, ready = waiting.pop()
        rules, stem = makefile.found(name)
        if not ready:
            if name in seen or not rules:
                continue
            seen.add(name)
            waiting.append((name, True))
            needs = [need.replace("%", stem) if stem else need for rule in rules for need in rule.needs]
            needs = [word for need in needs for word in makefile.expand(need, {"@": name, "*": stem}).split()]
            waiting += [(need, False) for need in reversed(needs[:200])]
            continue
        own = makefile.own.get(name, {})
        defaults.update({key: value for key, value in own.items() if _SAFE.fullmatch(value)})
        for rule in rules:
            first = rule.needs[0] if rule.needs else ""
            automatic = {
                "@": name,
                "<": first,
                "^": " ".join(rule.needs),
                "*": stem,
                "+": " ".join(rule.needs),
                "?": "${newer}",
            }
            for number, line in rule.lines:
                text = line.lstrip("\t @+-")
                marks = line[: len(line) - len(text)]
                if not text.strip() or text.startswith("#"):
                    continue
                if "-" in marks or makefile.ignored is None or name in makefile.ignored:
                    ignored.append(len(fragments))
                body = makefile.expand(text, automatic)
                end_line = number + line.count("\n")
                fragments.append(Fragment(" " * len(marks) + body, rule.path, number, end_line=end_line))


def _closing(text: str, start: int) -> int:
    """Where a bracket that opens there is closed; the text's end, or that of what is looked at, if nowhere."""
    opening = text[start]
    closing = ")" if opening == "(" else "}"
    depth = 0
    stop = min(len(text), start + _MAX_EXPANSION)
    for at in range(start, stop):
        if text[at] == opening:
            depth += 1
        elif text[at] == closing:
            depth -= 1
            if depth == 0:
                return at
    return stop
