"""Runs a command line in this process, for tests."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch

from barraiser.cli.main import run


class Result:
    """What a run wrote, and its exit status."""

    def __init__(self, exit_code: int, stdout: str, stderr: str) -> None:
        self.exit_code = exit_code
        self.stdout = stdout
        self.stderr = stderr


def invoke(arguments: Sequence[str], stdin: str | None = None) -> Result:
    written, told = io.BytesIO(), io.BytesIO()
    out, err = (io.TextIOWrapper(each, encoding="utf-8", write_through=True) for each in (written, told))
    given = io.TextIOWrapper(io.BytesIO((stdin or "").encode()), encoding="utf-8")
    status = 0
    with redirect_stdout(out), redirect_stderr(err), patch.object(sys, "stdin", given):
        try:
            run(list(arguments))
        except SystemExit as leaving:
            status = leaving.code if isinstance(leaving.code, int) else -1
    return Result(status, written.getvalue().decode(), told.getvalue().decode())
