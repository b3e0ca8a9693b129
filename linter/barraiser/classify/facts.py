"""The names of an activity's neutral facts: what rules ask of a deploy without knowing its tool or platform.

A fact that is absent was not said by the command or action. Values are text; flags are ``yes`` or ``no``.
"""

from typing import Final

WAITS: Final = "waits"
"""``yes``: the deploy (or a later command of its job) waits for the outcome; ``no``: it fires and forgets; absent: cannot tell."""

ROLLBACK_DISABLED: Final = "rollback-disabled"
"""The flag that turns rollback of a failed deploy off, as written."""

ROLLS_BACK: Final = "rolls-back"
"""What brings the old version back when the deploy fails, as written (``--atomic``)."""

DESTRUCTIVE: Final = "destructive"
"""What a destructive operation destroys, in the reader's words (``the stack``, ``a database``)."""

STATIC_KEYS: Final = "static-keys"
"""The name of the long-lived credential that the deploy uses (``AWS_SECRET_ACCESS_KEY``)."""

REGION: Final = "region"
ACCOUNT: Final = "account"

TARGET: Final = "target"
"""What is deployed to, as the command names it: service, stack, application, namespace/name."""

HANDED_TO: Final = "handed-to"
"""The tool of another system to whose own pipeline a deploy is handed: what comes before it there cannot be read here."""

BY_HAND: Final = "by-hand"
"""``yes``: somebody starts the job to change what runs (a restart, a number of replicas); no version is brought."""

UNREAD: Final = "unread"
"""The script, target or package script of the repository that the command calls and that is not there to be read."""

PUSHES_TO: Final = "pushes-to"
"""For ``git push``: the branch, where it is called like an environment."""

DEFINITION: Final = "definition"
"""Path in the repository of what the deploy applies (template, chart, manifest folder), relative to the root."""

BRANCH_OR_TAG: Final = "checkout-ref"
"""For source activities: the ref that is checked out, as written; ``untrusted`` when it is the head of a pull request."""

ARTIFACTS: Final = "artifacts"
"""Comma-separated names of artifacts that the activity reads or writes (download, upload, image tags)."""

REPEATS: Final = "repeats"
"""For bakes and alarm gates: how often the loop around them runs (``unknown``: until something is so). Absent: once."""

ON_ALARM: Final = "on-alarm"
"""For an alarm gate that the platform itself evaluates: what it does when the alarm fires (``rollback``, ``fail``, ``nothing``)."""

ALARM_STATES: Final = "alarm-states"
"""The alarm's states that such a gate takes as a failure, as written."""

MONITORED: Final = "monitored"
"""For a declared bake: whether something watches it (``yes`` or ``no``)."""

HOURS, ZONE = "hours", "time-zone"
"""For a time window of the platform's own: when it is open, as five cron fields (Sunday is 0), and the zone that they are read in."""

BY_STAGE: Final = "by-stage"
"""``yes``: only the name of the job's stage says that what cannot be read is a deploy."""

PLACEHOLDER: Final = "placeholder"
"""``yes``: the job does nothing; its name or environment alone make it a deploy."""

HANDS: Final = "hands"
"""``out``: the activity hands files over to later jobs (an upload of artifacts); ``in``: it takes such files; their names are its
artifacts, and where it names none, it takes all."""

KEPT_DAYS: Final = "kept-days"
"""For an upload of artifacts: for how many days the platform keeps them, as written."""
