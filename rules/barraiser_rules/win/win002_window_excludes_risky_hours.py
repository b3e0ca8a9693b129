"""WIN002: the window keeps nights, weekends and Friday afternoons out."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    NO,
    PASSED,
    UNKNOWN,
    Answer,
    Case,
    Node,
    Parameter,
    Place,
    Rule,
)
from barraiser_rules.bakes import worst
from barraiser_rules.clock import clocks_before, lets_through, windows_before
from barraiser_rules.questions import does, job
from barraiser_rules.week import (
    ALWAYS,
    EASTMOST,
    WESTMOST,
    Week,
    hours_of,
    of_cron,
    of_slot,
    of_window,
    shifted,
    zone_shifts,
)

RISKY = ("Fri 14:00-24:00", "Sat", "Sun", "18:00-08:00")

THIS_YEAR = 2026
"""Whose summer time counts where no day of the run is known."""


class Opening:
    """When a deploy may start. ``week``: on the clock of ``zone`` (empty: none is named); ``what``: how a message names it;
    ``scheduled``: a moment at which it starts, and no window; ``needs_zone``: the platform lets it name a zone."""

    __slots__ = ("needs_zone", "place", "scheduled", "week", "what", "zone")

    def __init__(
        self, week: Week, zone: str, what: str, place: Place, *, scheduled: bool = False, needs_zone: bool = False
    ) -> None:
        self.week = week
        self.zone = zone
        self.what = what
        self.place = place
        self.scheduled = scheduled
        self.needs_zone = needs_zone


class WindowExcludesRiskyHours(Rule):
    """Keep nights, weekends and Friday afternoons out of the window.

    Why:
        What is deployed on Friday at five breaks on Saturday, when whoever knows it is not there. And a window of a few hours a week
        lets changes pile up, so that each release is a big one.

    Source:
        Liguori, "Automating safe, hands-off deployments": windows keep nights, weekends, holidays and often Friday afternoons out, and
        a window that is too narrow makes changes pile up.

    Decided by:
        The half hours of the week at which a window of the platform, a comparison of `date` in a script, or the cron lines of a
        scheduled run let the deploy start, on the clock of `tz`, else of `timezone` in the configuration, in winter and in summer.
        Without either, only what is risky in every time zone fails, and a window that names no zone.

    Fix:
        Change the hours, name the time zone.

    Before (github-actions):
        on:
          schedule: [{cron: "0 3 * * *"}]

    After (github-actions):
        on:
          schedule: [{cron: "0 9 * * 1-4", timezone: Europe/Berlin}]

    Before (gitlab-ci):
        script: [test "$(date +%H)" -ge 9]

    After (gitlab-ci):
        variables: {TZ: Europe/Berlin}
        script: [test "$(date +%u)" -lt 5 && test "$(date +%H)" -ge 9 && test "$(date +%H)" -lt 16]

    Before (codepipeline):
        Name: Production
        BeforeEntry:
          Conditions:
            - Result: FAIL
              Rules:
                - Name: WorkingHours
                  RuleTypeId: {Category: Rule, Owner: AWS, Provider: DeploymentWindow, Version: "1"}
                  Configuration: {Cron: "* * * ? * *", TimeZone: Europe/Berlin}

    After (codepipeline):
        Name: Production
        BeforeEntry:
          Conditions:
            - Result: FAIL
              Rules:
                - Name: WorkingHours
                  RuleTypeId: {Category: Rule, Owner: AWS, Provider: DeploymentWindow, Version: "1"}
                  Configuration: {Cron: "* * 9-15 ? * MON-THU", TimeZone: Europe/Berlin}
    """

    id = "WIN002"
    name = "window-excludes-risky-hours"
    severity = "warning"
    profile = "strict"
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    after = ("WIN001",)
    parameters = (
        Parameter("risky_slots", RISKY, "when no deploy may start, as `Sat`, `Fri 14:00-24:00` or `18:00-08:00`"),
        Parameter("tz", "", "the team's time zone; empty: `timezone` of the configuration"),
        Parameter(
            "min_hours_per_week", 20, "how long a window is open at least", unit="hours a week", minimum=0, maximum=168
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Move <what> out of <slots>, e.g. to Monday to Thursday from 9 to 16.",
        GITLAB_CI: "Move <what> out of <slots>, e.g. to Monday to Thursday from 9 to 16.",
        CODEPIPELINE: 'Move <what> out of <slots>, e.g. `Cron: "* * 9-15 ? * MON-THU"` with `TimeZone`.',
    }

    def decide(self, case: Case) -> Answer:
        """Compares the hours at which each deploy of the subject may start with the risky ones."""
        risky: dict[str, Week] = {}
        given = case.parameter("risky_slots")
        for text in given if isinstance(given, tuple) else ():
            week = of_slot(text)
            if week is None:
                return case.unknown(
                    f"`{text}` in `risky_slots` is no slot.",
                    settle="rules: {WIN002: {risky_slots: [Sat, 18:00-08:00]}}",
                )
            risky[text] = week
        if case.graph.scenario.event == "schedule":
            return self._scheduled(case, risky)
        return self._window(case, risky)

    def _scheduled(self, case: Case, risky: dict[str, Week]) -> Answer:
        schedules = case.graph.scenario.schedules
        if not schedules:
            if self._starts_otherwise(case):
                return case.not_applicable("When it is scheduled does not stand in the file.")
            return case.unknown(
                f"{job(case.deploy)} starts on a schedule alone, and its times do not stand in the file.",
                settle=f'Let {job(case.deploy)} ask the day and the hour itself, as in `test "$(date +%u)" -lt 5`.',
            )
        answers = []
        for schedule in schedules:
            week = of_cron(schedule.cron)
            at = schedule.place or case.pipeline.place
            if week is None:
                return case.unknown(
                    f"When the schedule of {job(case.deploy)} starts it cannot be read here.",
                    settle="Write the schedule as a cron line in the file.",
                    at=at,
                )
            answers.append(
                self._judge(
                    case, Opening(week, schedule.zone, f"the schedule `{schedule.cron}`", at, scheduled=True), risky
                )
            )
        answer = worst(answers, answers[0])
        if answer.verdict in (FAILED, UNKNOWN):
            window = self._window(case, risky)
            return window if window.verdict == PASSED else answer
        return answer

    def _starts_otherwise(self, case: Case) -> bool:
        scenarios = enumerate(case.pipeline.scenarios)
        others = [index for index, each in scenarios if each.event not in ("schedule", "manual", "dispatch")]
        return any(case.stages.in_scenario(index).runs(deploy) != NO for index in others for deploy in case.deploys)

    def _window(self, case: Case, risky: dict[str, Week]) -> Answer:
        found: list[Opening] = []
        unread: Node | Place | None = None
        for node in windows_before(case, case.deploy):
            if case.graph.gates(node, case.deploy) == NO:
                continue
            week = of_window(node.activity.facts.get("hours", ""))
            if week is None:
                unread = node
            else:
                zone = node.activity.facts.get("time-zone", "")
                found.append(Opening(week, zone, f"the window of {does(node)}", node.place, needs_zone=True))
        for clock in clocks_before(case, case.deploy):
            if not clock.stops:
                continue
            read = lets_through(clock)
            if read is None:
                unread = clock.step.place
            else:
                found.append(Opening(read[0], read[1], f'the window in "{clock.job.own_id}"', clock.step.place))
        answers = [self._judge(case, opening, risky) for opening in found]
        good = [answer for answer in answers if answer.verdict not in (FAILED, UNKNOWN)]
        if good:
            return good[0]
        if unread is not None:
            return case.unknown(
                "The hours of the time window cannot be read here.",
                settle="Compare `date +%u` and `date +%H` with constants, or use the platform's own window.",
                at=unread,
            )
        if not found:
            return case.not_applicable("It has no time window whose hours the files show.", because="WIN001")
        if len({opening.zone for opening in found}) == 1 and len(found) > 1:
            joint = ALWAYS
            for opening in found:
                joint &= opening.week
            first = found[0]
            return self._judge(
                case, Opening(joint, first.zone, first.what, first.place, needs_zone=first.needs_zone), risky
            )
        return answers[0]

    def _judge(self, case: Case, opening: Opening, risky: dict[str, Week]) -> Answer:
        team = str(case.parameter("tz") or case.declared.timezone)
        if not team and not opening.zone:
            if opening.needs_zone:
                return case.failed(
                    f"{_capital(opening.what)} names no time zone, so that nobody can tell which hours are meant.",
                    fix="Add the time zone to the window, as in `TimeZone: Europe/Berlin`.",
                    at=opening.place,
                    key="zone",
                )
            shifts = list(range(WESTMOST, EASTMOST + 1, 30))
        else:
            year = int(case.declared.as_of[:4] or THIS_YEAR)
            known = zone_shifts(opening.zone, team or opening.zone, year)
            if known is None:
                return case.unknown(
                    f"The time zone of {opening.what} is not known: {opening.zone or 'UTC'} or {team}.",
                    settle="timezone: Europe/Berlin",
                    at=opening.place,
                )
            shifts = known
        weeks = [shifted(opening.week, minutes) for minutes in shifts]
        everywhere = team or opening.zone
        bad = [week for week in weeks if any(week & slot for slot in risky.values())]
        if bad and (everywhere or len(bad) == len(weeks)):
            hit = [text for text, slot in risky.items() if any(week & slot for week in weeks)]
            if not everywhere:
                hit = [text for text, slot in risky.items() if all(week & slot for week in weeks)] or hit[:1]
            return self._admits(case, opening, hit, everywhere)
        if bad:
            return case.unknown(
                f"{_capital(opening.what)} of {job(case.deploy)} is in UTC; whether it lies in working hours depends on where the team is.",
                settle="timezone: Europe/Berlin",
                at=opening.place,
            )
        if not opening.scheduled and hours_of(opening.week) < case.number("min_hours_per_week"):
            return case.failed(
                f"{_capital(opening.what)} is open {hours_of(opening.week):g} hours a week, and"
                f" {case.number('min_hours_per_week'):g} are asked for: changes pile up until it opens.",
                fix="Open the window on more days, or for longer.",
                at=opening.place,
                severity="info",
                key="narrow",
            )
        return case.passed(f"{_capital(opening.what)} ({opening.place}) keeps the risky hours out.")

    def _admits(self, case: Case, opening: Opening, hit: list[str], zone: str) -> Answer:
        slots = ", ".join(hit[:4])
        clock = f" ({zone})" if zone else ""
        does_it = f"starts {job(case.deploy)} at" if opening.scheduled else "admits"
        return case.failed(
            f"{_capital(opening.what)} {does_it} {slots}{clock}: nobody is there to repair what"
            f" {'it' if opening.scheduled else job(case.deploy)} breaks.",
            fix=case.fix(what=opening.what, slots=slots),
            at=opening.place,
        )


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
