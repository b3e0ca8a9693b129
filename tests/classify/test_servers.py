"""Texts that a cloud's command line runs on a server."""

from __future__ import annotations

import pytest

from barraiser.classify.servers import sent_to_server

AZ = ("az", "vm", "run-command", "invoke", "-g", "rg-prod", "-n", "vm-prod")
SEND = ("aws", "ssm", "send-command")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            [*AZ, "--command-id", "RunShellScript", "--scripts", "cd /opt", "up"],
            ("cd /opt ; up", "vm-prod"),
        ),
        (["az", "vm", "list", "-g", "x"], None),
        ([*["gcloud", "compute", "ssh", "web-1", "--zone=a"], "--command=systemctl restart web"], ("systemctl restart web", "web-1")),
        (["gcloud", "compute", "ssh", "web-1", "--", "ls", "-l"], ("ls -l", "web-1")),
        ([*SEND, "--instance-ids", "i-1", "--parameters", 'commands=["pull","up -d"]'], ("pull\nup -d", "i-1")),
        ([*SEND, "--parameters", '{"commands": ["a"]}', "--targets", "Key=env"], ("a", "Key=env")),
        ([*SEND, "--parameters", "file://x.json"], ("", "")),
    ],
)  # fmt: skip
def test_what_is_sent(words: list[str], expected: tuple[str, str] | None) -> None:
    assert sent_to_server(words) == expected
