"""The parts of a shell program, as its grammar has them. ``start`` and ``end`` are offsets in the parsed text."""

from __future__ import annotations

from barraiser.shell.positions import Source


class Variable:
    """``$NAME`` or ``${NAME...}``. ``operator`` and ``argument``: what follows the name (``:-`` and its parts); ``raw``: as written."""

    __slots__ = ("argument", "name", "operator", "quoted", "raw")

    def __init__(self, name: str, raw: str, *, quoted: bool, operator: str = "", argument: Word | None = None) -> None:
        self.name = name
        self.raw = raw
        self.quoted = quoted
        self.operator = operator
        self.argument = argument


class Substitution:
    """``$(...)``, backticks or ``<(...)``: a program within a word. ``raw``: as written, cut when long."""

    __slots__ = ("program", "raw")

    def __init__(self, program: Program, raw: str) -> None:
        self.program = program
        self.raw = raw


Part = str | Variable | Substitution


class Word:
    """A word: literal text without its quotes, variables and substitutions. ``quoted``: some of it stood in quotes.

    ``inner``: offsets of the text between the quotes, where the word is one pair of quotes and nothing was unescaped.
    """

    __slots__ = ("end", "inner", "parts", "quoted", "start")

    def __init__(
        self, parts: list[Part], start: int, end: int, *, quoted: bool = False, inner: tuple[int, int] | None = None
    ) -> None:
        self.parts = parts
        self.start = start
        self.end = end
        self.quoted = quoted
        self.inner = inner

    @property
    def literal(self) -> str | None:
        """The text of a word without expansions, else None."""
        parts = self.parts
        if len(parts) == 1:
            part = parts[0]
            return part if isinstance(part, str) else None
        texts = [part for part in parts if isinstance(part, str)]
        return "".join(texts) if len(texts) == len(parts) else None


class Assignment:
    """``NAME=value``, ``NAME+=value`` (``append``) or ``NAME=(a b)`` (``array``). ``element``: one of an array is set."""

    __slots__ = ("append", "array", "element", "name", "value")

    def __init__(
        self, name: str, value: Word | None, array: list[Word] | None, *, append: bool = False, element: bool = False
    ) -> None:
        self.name = name
        self.value = value
        self.array = array
        self.append = append
        self.element = element


class Heredoc:
    """A here-document. ``expands``: variables in it are put in (its delimiter is not quoted). Its text is known once its line has ended."""

    __slots__ = ("delimiter", "end", "expands", "start", "tabs", "text")

    def __init__(self, delimiter: str, *, expands: bool, tabs: bool) -> None:
        self.delimiter = delimiter
        self.expands = expands
        self.tabs = tabs
        self.text = ""
        self.start = 0
        self.end = 0


class Redirections:
    """What a command's redirections hold: a here-document, a here-string, and words with programs in them."""

    __slots__ = ("heredoc", "herestring", "words")

    def __init__(self) -> None:
        self.heredoc: Heredoc | None = None
        self.herestring: Word | None = None
        self.words: list[Word] = []


class Simple:
    """Words with assignments before them; ``text`` caches the quotation of it."""

    __slots__ = ("assignments", "end", "redirections", "start", "text", "words")

    def __init__(
        self,
        words: list[Word],
        assignments: list[Assignment],
        redirections: Redirections | None,
        start: int,
        end: int,
    ) -> None:
        self.words = words
        self.assignments = assignments
        self.redirections = redirections
        self.start = start
        self.end = end
        self.text = ""


class Piped:
    """``a | b`` and ``! a``."""

    __slots__ = ("elements", "end", "negated", "start")

    def __init__(self, elements: list[Node], start: int, end: int, *, negated: bool) -> None:
        self.elements = elements
        self.start = start
        self.end = end
        self.negated = negated


class Chain:
    """``a && b || c``; ``operators`` has one fewer than ``items``. ``background``: ended by ``&``."""

    __slots__ = ("background", "end", "items", "operators", "start")

    def __init__(self, items: list[Node], operators: list[str], start: int, end: int, *, background: bool) -> None:
        self.items = items
        self.operators = operators
        self.start = start
        self.end = end
        self.background = background


class Block:
    """Commands in sequence. ``outcome``: what they certainly end in, and ``failing``: the item that ends them with a failure; both
    cached by :mod:`barraiser.shell.outcome` once asked for."""

    __slots__ = ("end", "failing", "items", "outcome", "start")

    def __init__(self, items: list[Node], start: int, end: int) -> None:
        self.items = items
        self.start = start
        self.end = end
        self.failing = -1
        self.outcome: str | None = None


class Group:
    """``{ ...; }`` or, with ``subshell``, ``( ... )``."""

    __slots__ = ("body", "end", "redirections", "start", "subshell")

    def __init__(self, body: Block, start: int, *, subshell: bool) -> None:
        self.body = body
        self.subshell = subshell
        self.start = start
        self.end = start
        self.redirections: Redirections | None = None


class If:
    """``if``: conditions with what they guard, in order, and what ``else`` has."""

    __slots__ = ("branches", "end", "otherwise", "redirections", "start")

    def __init__(self, branches: list[tuple[Block, Block]], otherwise: Block | None, start: int) -> None:
        self.branches = branches
        self.otherwise = otherwise
        self.start = start
        self.end = start
        self.redirections: Redirections | None = None


class Loop:
    """``while``, ``until`` (with ``condition``), ``for`` and ``select`` (with ``name`` and ``words``, None for the arguments).

    ``header``: what stands in the double brackets of a C-style ``for``. ``assigned``: names that it sets, once asked for.
    """

    __slots__ = ("assigned", "body", "condition", "end", "header", "kind", "name", "redirections", "start", "words")

    def __init__(
        self,
        kind: str,
        start: int,
        *,
        condition: Block | None = None,
        name: str = "",
        words: list[Word] | None = None,
        header: str = "",
    ) -> None:
        self.kind = kind
        self.start = start
        self.end = start
        self.condition = condition
        self.name = name
        self.words = words
        self.header = header
        self.body = Block([], start, start)
        self.assigned: frozenset[str] | None = None
        self.redirections: Redirections | None = None


class Case:
    """``case``: for each clause its patterns and its commands."""

    __slots__ = ("clauses", "end", "redirections", "start", "word")

    def __init__(self, word: Word, start: int) -> None:
        self.word = word
        self.clauses: list[tuple[list[Word], Block]] = []
        self.start = start
        self.end = start
        self.redirections: Redirections | None = None


class Function:
    """A function's definition."""

    __slots__ = ("body", "end", "name", "start")

    def __init__(self, name: str, body: Node, start: int, end: int) -> None:
        self.name = name
        self.body = body
        self.start = start
        self.end = end


class Program:
    """A parsed text. ``incomplete``: it ended within a quote, a here-document or a compound command."""

    __slots__ = ("body", "end", "incomplete", "source", "start")

    def __init__(self, body: Block, source: Source, *, incomplete: bool = False) -> None:
        self.body = body
        self.source = source
        self.incomplete = incomplete
        self.start = body.start
        self.end = body.end


Compound = Group | If | Loop | Case
Node = Simple | Piped | Chain | Block | Group | If | Loop | Case | Function | Program


def parts_of(node: Node) -> list[Node]:
    """The nodes that a node directly consists of; programs in its words are none of them."""
    if isinstance(node, Piped):
        return node.elements
    if isinstance(node, Chain | Block):
        return node.items
    if isinstance(node, Group | Function | Program):
        return [node.body]
    if isinstance(node, If):
        blocks: list[Node] = [block for branch in node.branches for block in branch]
        return [*blocks, node.otherwise] if node.otherwise else blocks
    if isinstance(node, Loop):
        return [node.condition, node.body] if node.condition else [node.body]
    if isinstance(node, Case):
        return [body for _, body in node.clauses]
    return []
