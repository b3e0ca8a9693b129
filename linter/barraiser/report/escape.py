"""Text of linted files as data: nothing in it may move a cursor, start a runner's command or be read as markup."""

from __future__ import annotations


def visible(text: str) -> str:
    """One line of text with every control, direction and invisible character written as an escape, and no runner's command in it."""
    if not text.isprintable():
        text = "".join(character if character.isprintable() else _escaped(character) for character in text)
    return text.replace("##", "#\\#") if "##[" in text or "##vso[" in text or "##teamcity[" in text else text


def visible_lines(text: str) -> list[str]:
    """The lines of a text of ours that may quote a file: each visible by itself, so that line ends stay."""
    return [visible(line.replace("\t", "    ")) for line in text.splitlines()]


def inert(line: str) -> str:
    """A whole line of output that no runner takes for a workflow command (``::set-output`` at its start, after blanks)."""
    body = line.lstrip()
    return line[: len(line) - len(body)] + "\\" + body if body.startswith("::") else line


def _escaped(character: str) -> str:
    code = ord(character)
    if character in "\t\u00a0":
        return " "
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
