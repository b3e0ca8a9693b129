"""Which environment an activity works on: the surest of what its job, its words, its variables and its names say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from barraiser.classify.hit import PLACE, TEXT, Aim, Hit
from barraiser.classify.hit import VALUE as VALUE_AIM
from barraiser.classify.names import (
    ENVIRONMENT,
    NAME,
    VALUE,
    Guess,
    class_in_text,
    class_in_value,
    environment_class,
    without_expressions,
    words_of,
)
from barraiser.classify.scenarios import Runs, values_of
from barraiser.classify.vocabulary import word_set
from barraiser.classify.vocabulary.environments import (
    BUILD_VARIABLES,
    CLEAR,
    ENVIRONMENT_VARIABLES,
    GITLAB_TIERS,
    ORDER,
    WEAK,
)
from barraiser.model.declarations import Declarations
from barraiser.model.environment import Environment
from barraiser.model.pipeline import Job, Pipeline, Step
from barraiser.model.tri import MAYBE, NO, YES, Tri
from barraiser.model.words import CODEPIPELINE, PREPROD_CLASSES

UNKNOWN: Final = "unknown"
MAX_AIMS: Final = 200
"""Words of a command that are looked at for its environment."""

Placed = tuple[Environment, "Runs | None"]

_ENDINGS: Final = word_set("test testing int stage acc demo")
"""Last words of a namespace, cluster or stack that name its environment although they are weak elsewhere."""

_SHARE: Final = re.compile(r"=(\d{1,3})%?$")
_MOST: Final = 50
"""Percent of the traffic that is no first share any more: half of the users or more."""

_WHOLE: Final = re.compile(r"\b100 ?%")

_VERBS: Final = frozenset({"release", "released", "releases"})
"""Words for an environment that are rather what a target or an action does."""

_STARTS: Final = word_set("test testing stage")
"""First words of such a name that name its environment."""

_REF: Final = re.compile(
    r"(?:refs/heads/|ref_name\s*==\s*'|CI_COMMIT_BRANCH\s*==\s*[\"']|CI_COMMIT_REF_NAME\s*==\s*[\"'])([\w./-]{1,60})"
)
_OF_PIPELINE: Final = re.compile(r"(?<=[A-Za-z])(?:Stage|[-_ /]+stage)$")
"""The word "stage" at the end of a pipeline stage's name, which names no environment (``Deploy-stage``)."""

_OUTPUT: Final = re.compile(r"\$\{\{\s*(?:steps|needs)\.[\w-]+\.outputs\.[\w-]+\s*\}\}")
"""What an earlier step or job made: its name says where that came from, not where it goes."""

_REQUESTS: Final = frozenset(("curl", "wget", "http", "https", "xh"))
"""Programs whose address says what they look at, whatever the environment of their job."""

_SEVERAL: Final = 0.5
"""What a text is believed at most that names several classes."""

_NO_NAME: Final = re.compile(r"[$=/?&,:]")
"""What no environment's name holds: of such a text, the word that tells the class is the name."""

_CHANGES: Final = frozenset(("deploy", "config-deploy"))
_CHANGING: Final = re.compile(r"sha\b|short_sha|run_id|run_number|digest|version", re.I)


_OTHER_WORK: Final = frozenset(
    (
        "build",
        "bundle",
        "check",
        "e2e",
        "image",
        "lint",
        "like",
        "not",
        "package",
        "plan",
        "smoke",
        "test",
        "tests",
        "verify",
    )
)
"""Words of a job's name that say that production is not where it deploys."""


class Environments:
    """The environments of one job's activities."""

    def __init__(self, job: Job, pipeline: Pipeline, declared: Declarations) -> None:
        self.job = job
        self.pipeline = pipeline
        self.declared = declared
        self._job_guess: Guess | None = None
        self._job_name = ""
        self._asked = False
        self._for_all = False  # once a job has given all of production the new version, no more of it is the one-box

    def of_deploy(self, hit: Hit, step: Step, *, certain: bool = False) -> list[Placed]:
        """Where a deploy (or what goes with one) goes: one environment, or one for each value that a name takes. ``certain``: only
        what is surely meant, nothing from the names of the job, so that the answer may be empty."""
        if hit.default is not None and hit.default[0] == "static":
            name = self.job.environment.name if self.job.environment is not None else hit.tool
            return [(Environment(name, "static", hit.default[1], f"{hit.tool} publishes pages", step.place), None)]
        if hit.default is not None and hit.default[0] == "ephemeral" and hit.default[1] >= ENVIRONMENT:
            return [
                (Environment(hit.tool, "ephemeral", hit.default[1], f"{hit.tool} makes previews", step.place), None)
            ]
        aimed = self._aimed(hit, named=True) or self._thrown_away(hit)
        if certain and aimed is None and hit.tool in _REQUESTS:
            asked = self._aimed(hit, named=False)
            if asked is not None and asked.confidence >= VALUE:
                return [(asked, None)]
        key = self.job.environment
        if key is not None and (key.action in ("", "start") or certain or hit.kind not in ("deploy", "config-deploy")):
            placed = self._by_key(aimed, hit, step)
            if placed:
                return placed
        elif aimed is not None:
            return [(aimed, None)]
        if aimed is None:
            split = self._split_aims(hit)
            if split:
                return split
        found = aimed or self._clearer(self._aimed(hit, named=False), step) or self._by_variables(step.env, step)
        if found is None and certain:
            found = (
                self._by_text(step.name, step)
                or self._by_text(self.job.name.split(" (")[0], step)
                or self._by_text(self.job.id.split(" (")[0], step)
            )
            return [(found, None)] if found else []
        if found is None and self.pipeline.platform == CODEPIPELINE:
            found = next(self._from_stage(), None)
        found = found or self._by_text(step.name, step) or self._by_job()
        if found is None and hit.default is not None:
            found = Environment(
                hit.default[0], hit.default[0], hit.default[1], f"where {hit.tool} deploys by default", step.place
            )
        if found is None and step.uses.rstrip("/") == ".":
            found = Environment("tests", "beta", 0.5, "a repository that is an action tries itself out", step.place)
        found = found or self._by_start()
        if found is None:
            placed = self._by_branches(step)
            if placed:
                return placed

            name = key.name if key is not None else ""
            found = Environment(name, UNKNOWN, 1.0, "nothing names the environment", key.place if key else step.place)
        elif key is not None and key.name and key.resolved:
            found = Environment(key.name, found.cls, found.confidence, found.reason, found.place)
        return [(found, None)]

    def _clearer(self, found: Environment | None, step: Step) -> Environment | None:
        """What a command's words tell; where these name several classes, what the step or the job is named for, if that is clearer."""
        if found is None or found.confidence > _SEVERAL:
            return found
        named = self._by_text(step.name, step) or self._by_job()
        return named if named is not None and named.confidence > found.confidence else found

    def declared_as(self, name: str, place_of: Step) -> Environment | None:
        """The environment of that name as the configuration declares it, with a class."""
        declared = self.declared.environment(name) if name else None
        if declared is None or not declared.cls:
            return None
        return Environment(name, declared.cls, 1.0, "declared in the configuration", place_of.place)

    def _by_key(self, aimed: Environment | None, hit: Hit, step: Step) -> list[Placed]:
        key = self.job.environment
        assert key is not None
        placed: list[Placed] = []
        for name, runs in values_of(key.name, self.pipeline.scenarios):
            declared = self.declared.environment(name)
            if declared is not None and declared.cls:
                placed.append((Environment(name, declared.cls, 1.0, "declared in the configuration", key.place), runs))
                continue
            guess = environment_class(name, ENVIRONMENT)
            tier = GITLAB_TIERS.get(key.tier)
            if tier and not (guess is not None and guess.cls in ("ephemeral", "onebox") and tier == "prod"):
                placed.append((Environment(name, tier, 0.95, f"deployment_tier: {key.tier}", key.place), runs))
            elif guess is not None:
                placed.append(
                    (
                        self._unless_job_says(
                            Environment(name, guess.cls, guess.confidence, f"environment {name}", key.place), guess
                        ),
                        runs,
                    )
                )
            elif GITLAB_TIERS.get(key.counts_as):
                placed.append(
                    (
                        Environment(
                            name,
                            GITLAB_TIERS[key.counts_as],
                            NAME,
                            f"the platform counts it as {key.counts_as}",
                            key.place,
                        ),
                        runs,
                    )
                )
            elif runs is not None:
                placed.append((Environment(name, UNKNOWN, 1.0, "its name says no class", key.place), runs))
        if aimed is not None and len(placed) <= 1 and (not placed or self._overrides(aimed, placed[0][0])):
            return [(aimed, placed[0][1] if placed else None)]
        if placed and all(environment.cls == UNKNOWN for environment, _ in placed):
            return [] if len(placed) == 1 else placed
        if len(placed) == 1 and placed[0][0].cls == "prod":
            share = self._onebox()
            self._for_all = self._for_all or _for_all(hit, step)
            if share is not None and not self._for_all:
                return [(share, placed[0][1])]
        return placed

    def _against_job(self, environment: Environment) -> Environment:
        """A job named for production whose environment is named for something before it: one of the two is a mistake, so it counts as
        production, with little confidence."""
        for name in dict.fromkeys((self.job.id, self.job.name)):
            for part in name.split(" (")[0].split(" / "):
                other = class_in_text(part, NAME)
                clear = other is not None and other.cls == "prod" and other.word in CLEAR
                if clear and _OTHER_WORK.isdisjoint(words_of(part)):
                    reason = f"the job is named {part}, its environment {environment.name}"
                    return Environment(environment.name, "prod", 0.5, reason, environment.place)
        return environment

    def _unless_job_says(self, environment: Environment, guess: Guess) -> Environment:
        """The environment, unless only a weak word tells its class and the job's own name has a clear one for another."""
        if guess.word not in WEAK:
            return self._against_job(environment) if guess.cls in PREPROD_CLASSES else environment
        for name in dict.fromkeys((self.job.id, self.job.name)):
            other = class_in_text(name.split(" / ")[-1].split(" (")[0], NAME)
            if other is not None and other.cls != guess.cls and other.word in CLEAR:
                return Environment(environment.name, other.cls, other.confidence, f"job {name}", self.job.place)
        return environment

    def _onebox(self) -> Environment | None:
        """A job that names the first slice of production (``canary``) although its environment is production's."""
        for name in (self.job.id, self.job.name):
            words = words_of(name)
            if (
                words
                and (
                    words == ["canary"]
                    or ({"canary", "onebox"} & set(words) and {"deploy", "prod", "production"} & set(words))
                )
                and "test" not in words
            ):
                return Environment(
                    self.job.environment.name if self.job.environment else name,
                    "onebox",
                    0.7,
                    f"job {name}",
                    self.job.place,
                )
        return None

    def _overrides(self, aimed: Environment, key: Environment) -> bool:
        """Whether what the command names outright is believed before the job's environment: it says another one."""
        return (
            aimed.cls not in (key.cls, UNKNOWN)
            and key.confidence < 0.95
            and not (aimed.cls == "alpha" and aimed.confidence < VALUE)
        )

    def _aimed(self, hit: Hit, *, named: bool) -> Environment | None:
        """What the command's own words tell: names of environments alone, else the place it goes to before any other word (a file of
        values may serve several places)."""
        aims = hit.aims[:MAX_AIMS]
        for aim in aims if named else sorted(aims, key=lambda each: each.how != PLACE and not each.named):
            if aim.named is not named and named:
                continue
            if (
                aim.how == VALUE_AIM
                and ".outputs." in aim.text
                and _OUTPUT.fullmatch(aim.text)
                and hit.kind in _CHANGES
            ):
                continue
            values = values_of(aim.text, self.pipeline.scenarios)
            if len(values) > 1 and (aim.named or aim.how == TEXT):
                continue
            found = self._by_aim(aim, values[0][0]) if values else None
            if found is not None:
                return found
        return None

    def _thrown_away(self, hit: Hit) -> Environment | None:
        """A namespace, stack or application whose name is another one for each change: whatever the job calls its environment."""
        for aim in hit.aims[:MAX_AIMS]:
            if aim.how == PLACE:
                found = self._by_aim(aim, aim.text)
                if found is not None and found.cls == "ephemeral":
                    return found
        return None

    def _by_aim(self, aim: Aim, text: str) -> Environment | None:
        if not text or len(text) > 300:
            return None
        if aim.named and len(_listed(text)) > 1:
            return None
        if aim.named:
            declared = self.declared.environment(text)
            if declared is not None and declared.cls:
                return Environment(text, declared.cls, 1.0, "declared in the configuration", self.job.place)
            guess = environment_class(text, VALUE) or class_in_value(text, VALUE)
            if guess is not None and guess.word in _VERBS and text != guess.word:
                return None
        else:
            guess = class_in_text(text, VALUE) if aim.how == TEXT else None
            if guess is not None and guess.word in _VERBS:
                guess = None
            guess = guess or class_in_value(text, VALUE) or (_by_ending(text) if aim.how == PLACE else None)
            if (
                guess is not None
                and guess.cls == "ephemeral"
                and "$" in text
                and (aim.how != PLACE or _CHANGING.search(guess.word))
            ):
                guess = None
        if guess is None:
            return None
        said = aim.how == TEXT or text[:1] == "-" or (aim.how == VALUE_AIM and _NO_NAME.search(text) is not None)
        name = guess.word if said else text
        return Environment(name, guess.cls, guess.confidence, f"{text} in the command", self.job.place)

    def _split_aims(self, hit: Hit) -> list[Placed]:
        """A named argument that takes several values over the scenarios: an environment for each."""
        for aim in hit.aims[:MAX_AIMS]:
            if not (aim.named or aim.how == TEXT):
                continue
            several = _listed(aim.text) if aim.named else []
            if several:
                return self._in_no_order(several)
            if "$" not in aim.text:
                continue
            values = values_of(aim.text, self.pipeline.scenarios)
            if len(values) < 2:
                continue
            placed: list[Placed] = []
            for text, runs in values:
                found = self._by_aim(aim, text) or Environment(
                    text, UNKNOWN, 1.0, "its name says no class", self.job.place
                )
                placed.append((found, runs))
            if any(environment.cls != UNKNOWN for environment, _ in placed):
                return placed
        return []

    def _in_no_order(self, names: list[str]) -> list[Placed]:
        """The environments of one call that names several: in which order it deploys to them nobody can tell, so that only the last by
        class is sure, for what must come before it."""
        placed: list[Placed] = []
        maybe = (MAYBE,) * len(self.pipeline.scenarios)
        for name in names:
            guess = environment_class(name, VALUE)
            if guess is not None:
                place = self.job.place
                placed.append((Environment(name, guess.cls, guess.confidence, f"{name} in the command", place), maybe))
        last = max(range(len(placed)), key=lambda at: ORDER.index(placed[at][0].cls))
        placed[last] = (placed[last][0], None)
        return placed

    def _by_variables(self, variables: Mapping[str, str], step: Step) -> Environment | None:
        for name, value in variables.items():
            if name in BUILD_VARIABLES or not value or len(value) > 200:
                continue
            words = words_of(name)
            if not words or not (words[-1] in ENVIRONMENT_VARIABLES or "-".join(words[-2:]) in ENVIRONMENT_VARIABLES):
                continue
            named = words[-1] in ("env", "environment", "stage")
            declared = self.declared_as(value, step) if named else None
            if declared is not None:
                return declared
            guess = environment_class(value, VALUE) if named else class_in_value(value, VALUE)
            if guess is not None and not (guess.cls == "ephemeral" and _CHANGING.search(guess.word)):
                return Environment(value, guess.cls, guess.confidence, f"{name}={value}", step.place)
        return None

    def _by_text(self, text: str, step: Step) -> Environment | None:
        if not text:
            return None
        guess = class_in_text(text, NAME)
        if guess is None:
            return None
        return Environment(guess.word, guess.cls, guess.confidence, f"the name {text[:60]}", step.place)

    def _by_job(self) -> Environment | None:
        """What the job's variables, names, stage, matrix, file and condition say; asked once for each job."""
        if not self._asked:
            self._asked = True
            self._answer = next(self._from_job(), None)
        return self._answer

    _answer: Environment | None = None

    def _from_job(self) -> Iterator[Environment]:
        job, step = self.job, Step(self.job.place)
        found = self._by_variables(job.variables, step)
        if found:
            yield found
        for name in dict.fromkeys((job.id, job.name)):
            found = self.declared_as(name, step)
            if found:
                yield found
            guess = self._of_job_name(name if self.pipeline.platform != CODEPIPELINE else job.name)
            if guess:
                yield Environment(guess.word, guess.cls, guess.confidence, f"job {name}", job.place)
        yield from self._from_stage()
        for key, value in job.matrix.items():
            named = bool({"env", "environment", "stage", "envs", "target"} & set(words_of(key)))
            guess = environment_class(value, VALUE) if named else class_in_value(value, VALUE)
            if guess:
                yield Environment(value, guess.cls, guess.confidence, f"matrix {key}: {value}", job.place)
        for text in (job.tags.get("account", ""), job.tags.get("role", ""), job.tags.get("runs-on", "")):
            found = self._by_account(text)
            if found:
                yield found
        yield from self._from_pipeline()

    def _of_job_name(self, name: str) -> Guess | None:
        parts = [part.split(" (")[0].strip() for part in name.split(" / ")]
        for part in reversed(parts):
            words = words_of(part)
            guess = (
                environment_class(part, NAME)
                if len(words) == 1 and words[0] not in _ORDINARY
                else class_in_text(part, NAME)
            )
            if guess:
                return guess
        return None

    def _from_stage(self) -> Iterator[Environment]:
        stage = self.job.stage or ""
        if not stage:
            return
        words = words_of(stage)
        if self.pipeline.platform == CODEPIPELINE:
            literal = _OF_PIPELINE.sub("", without_expressions(stage)[0])
            guess = (
                environment_class(literal, ENVIRONMENT)
                if not (len(words) == 1 and words[0] in _ORDINARY - {"test"})
                else None
            )
        else:
            guess = (
                environment_class(stage, ENVIRONMENT)
                if len(words) == 1 and words[0] not in _ORDINARY
                else class_in_text(stage, NAME)
            )
        if guess:
            yield Environment(stage, guess.cls, guess.confidence, f"stage {stage}", self.job.place)

    def _by_account(self, text: str) -> Environment | None:
        if not text:
            return None
        for declared in self.declared.environments:
            if declared.account and declared.cls and declared.account in text:
                return Environment(
                    declared.name, declared.cls, 1.0, f"account {declared.account} is declared", self.job.place
                )
        guess = class_in_value(text, VALUE)
        if guess is None or guess.cls == "ephemeral":
            return None
        return Environment(
            guess.word, guess.cls, guess.confidence, f"account, role or runner {text[:80]}", self.job.place
        )

    def _from_pipeline(self) -> Iterator[Environment]:
        pipeline = self.pipeline
        stem = pipeline.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        for text in (pipeline.name, stem):
            guess = class_in_text(text, NAME) if text else None
            if guess:
                yield Environment(
                    guess.word, guess.cls, guess.confidence, f"the pipeline's name {text[:60]}", pipeline.place
                )
        branches = set(_REF.findall(self.job.condition.text[:1000]))
        for branch in branches if len(branches) == 1 else ():
            guess = (
                environment_class(branch, 0.5)
                if branch not in ("main", "master", "trunk", pipeline.default_branch)
                else None
            )
            if guess and not branch.startswith(("feature", "release")):
                yield Environment(
                    branch, guess.cls, min(guess.confidence, 0.5), f"it runs on branch {branch}", self.job.place
                )

    def _by_branches(self, step: Step) -> list[Placed]:
        """Branches that are named for environments, where a deploy runs on several and nothing else tells: one for each."""
        classes: dict[str, tuple[str, list[Tri]]] = {}
        scenarios = self.pipeline.scenarios
        for index, scenario in enumerate(scenarios):
            if not scenario.ref.startswith("refs/heads/") or not self.job.condition.in_scenario(index):
                continue
            branch = scenario.ref.removeprefix("refs/heads/")
            guess = environment_class(branch, _BRANCH) if scenario.branch == "named" or branch in CLEAR else None
            cls = guess.cls if guess is not None and guess.word in CLEAR else UNKNOWN
            name = branch if cls != UNKNOWN else ""
            classes.setdefault(name, (cls, [NO] * len(scenarios)))[1][index] = YES
        if len(classes) < 2:
            return []
        return [
            (Environment(name, cls, _BRANCH if name else 1.0, _by_branch(name), step.place), tuple(runs))
            for name, (cls, runs) in classes.items()
        ]

    def _by_start(self) -> Environment | None:
        """A deploy that only unmerged code starts goes to something that is thrown away."""
        runs = self.job.condition
        scenarios = [each for index, each in enumerate(self.pipeline.scenarios) if runs.in_scenario(index)]
        if scenarios and all(each.unmerged for each in scenarios):
            return Environment("pull request", "ephemeral", 0.5, "only unmerged changes start it", self.job.place)
        return None


def _for_all(hit: Hit, step: Step) -> bool:
    """Whether a command that shifts traffic gives the new version more than a first share, or its step says that it gives all."""
    shares = [int(share) for word in hit.argv for share in _SHARE.findall(word)] if "traffic" in hit.argv else []
    return max(shares[:1], default=0) >= _MOST or _WHOLE.search(step.name) is not None


def _by_ending(place: str) -> Guess | None:
    """The class that the last word of a place's own name tells (``orders-test``), or its first: a weak word there names its environment."""
    if "." in place or "/" in place:
        return None
    words = re.split(r"[-_]", place.lower())
    for word, among in ((words[-1], _ENDINGS), (words[0], _STARTS)):
        cls = WEAK.get(word, "") if word in among else ""
        if cls:
            return Guess(cls, word, NAME)
    return None


def _by_branch(name: str) -> str:
    return f"it runs on branch {name}" if name else "nothing names the environment"


_BRANCH: Final = 0.5
"""How far the name of a branch is believed."""


def _listed(text: str) -> list[str]:
    """The environments that a text names one after the other (``dev staging prod``, ``["qa","live"]``); one or none where it is no list."""
    if len(text) > 100 or not ("," in text or " " in text) or "$" in text:
        return []
    parts = [part for part in _SEPARATORS.split(text.strip("[] ")) if part]
    return parts if 1 < len(parts) <= _MAX_LISTED and all(environment_class(part) for part in parts) else []


_SEPARATORS: Final = re.compile(r"[\s,'\"]+")
_MAX_LISTED: Final = 8

_ORDINARY: Final = word_set(
    "test testing build deploy release ci local integration functional acceptance accept review feature branch pr mr pages public stage"
    " pull-request"
    " publish prepare check lint nightly sys int perf demo training dark shadow mirror acc customer customers live releases released"
)
"""Words that alone name a job's or stage's work, not an environment."""
