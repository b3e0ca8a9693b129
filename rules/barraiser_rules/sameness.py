"""Whether two deploys get the same artifact: by what they name, and by the jobs that make what they name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from barraiser.api import DEPLOY_KINDS, Case, Node
from barraiser_rules.artifacts import FIXED, reference, repository, tag_of

SAME, OTHER, UNTOLD = "same", "other", "untold"

PRODUCERS = ("build", "publish")

MOVING_TAGS = ("latest", "stable", "main", "master", "develop", "dev", "edge", "nightly", "current")
"""Tags that a build may give to each of its images in turn."""

_PARAMETER = re.compile(r"(?:^|[.])[\w-]{0,40}image[_-]?(?:uri|url|ref|reference|name)?=(.+)$", re.IGNORECASE)
_TAG_PARAMETER = re.compile(r"(?:^|[.,])[\w-]{0,40}image[._-]?tag=([^,]+)$", re.IGNORECASE)
_NAME = re.compile(r"\$\{?(\w+)\}?")
_NEEDED = re.compile(r"\bneeds\.([\w-]{1,100})\.")
_VARIABLE = re.compile(r"\$|\{\{|#\{|<")
_ENVIRONMENT = re.compile(
    r"(?:^|[^a-z])(?:alpha|beta|gamma|dev|test|qa|uat|stag|stg|pre|int|prod|prd|live|cand|release|rc|snap)",
    re.IGNORECASE,
)
"""What a tag says that is given to an image for an environment, or on its way to a release: another tag may name the same image."""


class Sameness:
    """What a comparison shows: ``answer``, the two references that it rests on, and the jobs that make them (empty: none that is seen)."""

    __slots__ = ("answer", "made_mine", "made_theirs", "mine", "theirs")

    def __init__(
        self, answer: str, mine: str, theirs: str, made_mine: Sequence[Node] = (), made_theirs: Sequence[Node] = ()
    ) -> None:
        self.answer = answer
        self.mine = mine
        self.theirs = theirs
        self.made_mine = tuple(made_mine)
        self.made_theirs = tuple(made_theirs)


def references_of(deploy: Node) -> tuple[str, ...]:
    """The images that the deploys of a deploy's job name for the same environment, with tag or digest as written, parameters of a
    definition among them."""
    found: list[str] = []
    for activity in deploy.job.activities:
        place = activity.environment.cls if activity.environment else ""
        if activity.kind not in DEPLOY_KINDS or place != deploy.environment_class:
            continue
        found += activity.images
        for word in activity.argv:
            match = _PARAMETER.search(word)
            value = match.group(1).strip("\"'") if match and not word.startswith("-") else ""
            if value.startswith("${{") or ":" in value or "@" in value:
                found.append(value)
            tag = _TAG_PARAMETER.search(word)
            if tag and not activity.images:
                found.append(f"image:{tag.group(1)}")
    return tuple(dict.fromkeys(found))


def compared(case: Case, deploy: Node, mine: Sequence[str], theirs: Sequence[str]) -> Sameness | None:
    """What the images of a production deploy and of an earlier one show; None where they name nothing that can be compared."""
    if not mine or not theirs:
        return None
    own, other = _pair(mine, theirs)
    if own == other:
        made = _makers(case, deploy, own)
        return Sameness(SAME, own, other, made, made)
    made, made_there = _makers(case, deploy, own), _makers(case, deploy, other)
    if _tagged_again(case, deploy, own, other):
        return Sameness(SAME, own, other, made, made_there)
    if made and made_there:
        shared = {node.job.id for node in made} & {node.job.id for node in made_there}
        return Sameness(SAME if shared else OTHER, own, other, made, made_there)
    clear = _clearly_apart(own, other) and _same_repository(own, other, made, made_there)
    return Sameness(OTHER if clear else UNTOLD, own, other, made, made_there)


def handed_on(image: str) -> bool:
    """Whether the whole of a reference, or its tag, is a variable that an earlier job may set: it means what that job said."""
    tag = tag_of(image) or image
    name = _NAME.fullmatch(tag)
    return name is not None and not name.group(1).upper().startswith(("CI_", "GITHUB_"))


def same_leg(one: Node, other: Node) -> bool:
    """Whether two jobs are the legs of their matrices for the same thing: what both matrices vary has the same value."""
    mine, theirs = one.job.matrix, other.job.matrix
    common = mine.keys() & theirs.keys()
    return bool(common) and all(mine[name] == theirs[name] for name in common)


def alike(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether two deploys name images of the same repository, by its last part."""
    return not {_short(each) for each in mine}.isdisjoint({_short(each) for each in theirs})


def _pair(mine: Sequence[str], theirs: Sequence[str]) -> tuple[str, str]:
    """The two references to compare: those of one repository that are written differently, before those that are the same."""
    for own in mine:
        if own not in theirs:
            for other in theirs:
                if _short(own) == _short(other):
                    return own, other
    common = next((each for each in mine if each in theirs), None)
    return (common, common) if common is not None else (mine[0], theirs[0])


def _short(image: str) -> str:
    return repository(image).rsplit("/", 1)[-1]


def _same_repository(own: str, other: str, made: Sequence[Node], made_there: Sequence[Node]) -> bool:
    """Whether both name one repository, or one is the output of a job that makes images of the other's repository."""
    if _short(own) == _short(other):
        return True
    for image, makers in ((other, made), (own, made_there)):
        if any(_short(image) == _short(each) for node in makers for each in node.activity.images):
            return True
    return False


def _clearly_apart(own: str, other: str) -> bool:
    """Whether two references that are written differently cannot mean the same image: one is a constant tag or digest, which no run
    makes anew, and the other a constant too, or what this run makes."""
    fixed = [image for image in (own, other) if _constant(image)]
    if len(fixed) == 2:
        return repository(own) == repository(other) and ("@" in own) == ("@" in other)
    return len(fixed) == 1 and all(image in fixed or _of_this_run(image) for image in (own, other))


def _constant(image: str) -> bool:
    tag = tag_of(image)
    return not (tag is None or _VARIABLE.search(tag) or tag.lower() in MOVING_TAGS or _ENVIRONMENT.search(tag))


def _of_this_run(image: str) -> bool:
    return bool(_NEEDED.search(image)) or (
        _VARIABLE.search(image) is not None and reference(image, MOVING_TAGS, on_tag=True) == FIXED
    )


def _makers(case: Case, deploy: Node, image: str) -> list[Node]:
    """The builds before a deploy that make what an image reference names: that write it, or whose job's output it is."""
    outputs = set(_NEEDED.findall(image))
    found = []
    for node in case.graph.ahead_of(deploy, *PRODUCERS):
        own = node.job.own_id
        if own in outputs or own.rpartition(" / ")[0] in outputs or image in node.activity.images:
            found.append(node)
    return found


def _tagged_again(case: Case, deploy: Node, own: str, other: str) -> bool:
    """Whether a command before a deploy gives one of the images the other's name too."""
    return any(
        any(own in word for word in node.activity.argv) and any(other in word for word in node.activity.argv)
        for node in case.graph.ahead_of(deploy)
        if node.kind not in DEPLOY_KINDS
    )
