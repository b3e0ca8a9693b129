"""A job that asks for an output of a job that may have failed: what fails before the output is written leaves it empty."""

from __future__ import annotations

from collections.abc import Sequence

from barraiser.graph.node import Node
from barraiser.model.pipeline import Step
from barraiser.model.tri import MAYBE, NO, YES, Tri


def before_written(gate: Node, written: Sequence[str]) -> Tri:
    """Whether a gate's failure leaves an output of its job empty that a later job asks for: it comes before what writes it."""
    steps = gate.job.steps
    best = NO
    for each in written:
        template, key, name = each.rsplit("#", 2)
        if template != gate.job.template:
            continue
        number = next((number for number, step in enumerate(steps) if step.key.lower() == key), -1)
        if number < 0:
            return MAYBE
        writer = steps[number]
        if writer.condition.always or writer.condition.on_failure or gate.activity.step > number:
            continue
        if gate.activity.step < number:
            return YES
        best = max(best, _behind(gate, writer, name))
    return best


def _behind(gate: Node, writer: Step, name: str) -> Tri:
    """Whether a script writes an output only behind a command of its own: maybe where it is not written in a line by itself."""
    for fragment in writer.script.fragments if writer.script is not None else ():
        for number, line in enumerate(fragment.text.splitlines(), fragment.line):
            if f"{name}=" in line.lower() and ("GITHUB_OUTPUT" in line or "set-output" in line):
                behind = number > gate.place.line and fragment.path == gate.place.path
                return YES if behind and not fragment.folded else MAYBE
    return MAYBE
