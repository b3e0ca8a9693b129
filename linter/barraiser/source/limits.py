"""How much of anything is read. Each number is far above what real pipelines need and low enough to end within a second."""

from __future__ import annotations

from typing import Final

MAX_BYTES: Final = 4 * 1024 * 1024
"""Bytes of one file. The largest real workflow of 300 sampled has 56 KB; a template may have 1 MB at most."""

MAX_DEPTH: Final = 200
"""Open lists and mappings. Real files stay below 20; parsers that recurse crash at some ten thousand."""

MAX_NODES: Final = 250_000
"""Nodes of one file with every alias expanded: an alias bomb grows ninefold a line, a 1 MB workflow has some 60,000."""

MAX_FILES: Final = 100_000
"""Names looked at below one root by discovery and by patterns: a large monorepository, and a second of walking."""

MAX_FOLDER_DEPTH: Final = 40
"""Folders below each other: paths of real repositories end before 20."""

SKIPPED_FOLDERS: Final = frozenset((".git", "node_modules", ".terraform", "vendor"))
"""Folders of other people's or generated files (design section 5): never walked."""
