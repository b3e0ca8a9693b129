"""What the command line says about a run, as plain data that can be given to another process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class Settings:
    """The options that decide what is read and which rules are asked; see ``barraiser check --help``.

    ``stdin``: the bytes that stand for the file ``stdin_name``; None where standard input is not read.
    ``as_of``: an ISO date. ``policy_ref``: the git revision whose configuration and suppressions count.
    ``include_map``: include as written to the file that stands for it.
    """

    __slots__ = (
        "as_of", "config", "default_branch", "extend_select", "fail_on", "ignore", "include_map", "isolated", "jobs", "paths",
        "platform", "policy_ref", "profile", "root", "select", "stdin", "stdin_name",
    )  # fmt: skip

    def __init__(
        self,
        paths: Sequence[str] = (),
        *,
        as_of: str,
        config: str = "",
        isolated: bool = False,
        root: str = "",
        platform: str = "",
        policy_ref: str = "",
        default_branch: str = "",
        include_map: Mapping[str, str] | None = None,
        profile: str = "",
        select: Sequence[str] = (),
        extend_select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        fail_on: str = "error",
        jobs: int = 1,
        stdin: bytes | None = None,
        stdin_name: str = "",
    ) -> None:
        self.paths = tuple(paths)
        self.as_of = as_of
        self.config = config
        self.isolated = isolated
        self.root = root
        self.platform = platform
        self.policy_ref = policy_ref
        self.default_branch = default_branch
        self.include_map: Mapping[str, str] = include_map or {}
        self.profile = profile
        self.select = tuple(select)
        self.extend_select = tuple(extend_select)
        self.ignore = tuple(ignore)
        self.fail_on = fail_on
        self.jobs = jobs
        self.stdin = stdin
        self.stdin_name = stdin_name
