"""``python -m barraiser``: the same as the command ``barraiser``."""

from __future__ import annotations

import sys


def _without_working_folder() -> None:
    """Take the working folder from the import path, where ``-m`` has put it: the linted repository's files are no modules."""
    import os

    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    first = sys.path[0] if sys.path else here
    if not sys.flags.safe_path and os.path.abspath(first) == os.getcwd() != here:
        del sys.path[0]


if __name__ == "__main__":
    _without_working_folder()
    from barraiser.cli.main import main

    main()
