"""What a command of a script is: wrappers taken off, the program looked up, what it calls followed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from barraiser.classify.facts import HANDED_TO, UNREAD
from barraiser.classify.hit import NAMED, PLACE, Aim, Hit
from barraiser.classify.images import parameter_images, run_image
from barraiser.classify.inhouse import by_own_name, in_house, named_script
from barraiser.classify.requests import dispatched
from barraiser.classify.rows import Marks, Words, marks_of, matching
from barraiser.classify.servers import ONE_OFF, one_off, sent_to_server
from barraiser.classify.servers import PROGRAMS as SERVER_PROGRAMS
from barraiser.classify.special import SPECIAL, remote_script
from barraiser.classify.tests_kind import from_arguments
from barraiser.classify.transfers import copied, to_bucket
from barraiser.classify.tried import CHANGING, CHECKING, only_says, only_tried
from barraiser.classify.view import Found, View
from barraiser.classify.vocabulary import deploying, developing, operating, wrapping
from barraiser.classify.vocabulary.actions import IMAGES
from barraiser.classify.vocabulary.clouds import Rows
from barraiser.shell.command import Command

MAX_DEPTH: Final = 6
"""How deep wrappers in wrappers are taken off."""

_NONE: Final[frozenset[str]] = frozenset()
_EXTENSIONS: Final = (".exe", ".cmd", ".bat", ".phar", ".ps1")


def read(command: Command, view: View, depth: int = 0) -> list[Found]:
    """What a command does: a finding for each thing, in order; nothing for an empty one."""
    words = [word for word in command.words if word]
    if not words or depth > MAX_DEPTH:
        return []
    return read_words(words, command, view, depth)


def read_words(words: Sequence[str], command: Command, view: View, depth: int) -> list[Found]:
    """As :func:`read`, for these words in the command's place."""
    outer = words
    for _ in range(MAX_DEPTH):
        inner = _unwrapped(words) if words else None
        if inner is None:
            break
        words = inner
    if not words:
        return []
    if words is not outer and outer[0] in _CLUSTERS and depth < MAX_DEPTH:
        found = read_words(words, command, view, depth + 1)
        idle = all(each.hit.noise for each in found)
        return [Found(Hit("other", tool=outer[0], argv=outer), command)] if idle else found
    program = program_of(words[0])
    followed = _followed(program, words, command, view, depth)
    if followed is not None:
        return followed
    special = SPECIAL.get(program)
    if special is not None:
        return special(words, command, view, depth, read_words)
    if program in _RUN_BINARIES and depth < MAX_DEPTH:
        own = _binary(program, words)
        if own is not None:
            return read_words(own, command, view, depth + 1)
    sent = sent_to_server(words) if program in SERVER_PROGRAMS else None
    if sent is not None:
        return remote_script(*sent, command, view, depth, read_words)
    inside = (one_off(words) if program in ONE_OFF else None) or _inside(program, words)
    if inside is not None:
        return read_words(inside, command, view, depth + 1) if depth < MAX_DEPTH else []
    hits = _looked_up(program, words, view)
    if hits is None:
        hits = [in_house(program, words, view)]
        if hits[0].opaque and not view.remote:
            called = named_script(program, words)
            if called is not None and not view.depth and view.follow(called, command) is None:
                hits[0].facts[UNREAD] = called.name or program
    if program in ("kubectl", "oc"):
        _supporting(hits, command)
    if command.stdin_from is not None:
        for hit in hits:
            _fed(hit, command.stdin_from)
    for hit in hits:
        if hit.kind in CHANGING:
            only_tried(hit, words)
        elif hit.kind in CHECKING and only_says(words):
            hit.kind, hit.reason = "other", "it runs no test and no scan"
    return [Found(hit, command) for hit in hits]


_CLUSTERS: Final = frozenset(("kubectl", "oc"))
"""Programs that run a command in a cluster: what is no news on the runner (``rm``) changes something there."""

_RUN_BINARIES: Final = frozenset(("yarn", "pnpm", "bun"))
_SCRIPTS: Final = frozenset(("test", "build", "lint", "start", "deploy", "release", "format", "serve", "dev"))
"""Names that package scripts have, also where a program is called so."""


def _binary(program: str, words: Sequence[str]) -> Sequence[str] | None:
    """The command of a dependency that a package manager runs by its bare name (``yarn jest``), where no script is called so."""
    called = named_script(program, words)
    if called is None or called.name in _SCRIPTS or called.name not in words:
        return None
    known = program_of(called.name)
    return words[list(words).index(called.name) :] if known in _table() and known not in _RUN_BINARIES else None


_KINDS: Final = re.compile(r"^\s*kind:\s*[\"']?(\w+)", re.M)
_SUPPORT: Final = frozenset(
    {
        "Namespace",
        "Secret",
        "ServiceAccount",
        "Role",
        "RoleBinding",
        "ClusterRole",
        "ClusterRoleBinding",
        "ResourceQuota",
        "LimitRange",
    }
)
"""Kinds of Kubernetes objects around what runs: no new version comes with them."""


def _supporting(hits: list[Hit], command: Command) -> None:
    """``kubectl apply`` of a namespace or a secret alone deploys nothing; that of a fault tests."""
    from barraiser.classify.manifests import injects_faults

    source = command.stdin_from
    for hit in hits:
        if hit.kind != "deploy":
            continue
        kinds = set(_KINDS.findall(command.heredoc[:20000])) or set(
            _KINDS.findall(source.heredoc[:20000] if source else "")
        )
        made = (
            source is not None
            and not {"secret", "namespace", "ns"}.isdisjoint(source.words[:6])
            and "create" in source.words
        )
        if (kinds and kinds <= _SUPPORT) or made:
            hit.kind, hit.facts = "other", {}
        elif injects_faults(kinds, hit.facts.get("definition", "")):
            hit.kind, hit.facts, hit.confidence = "chaos-test", {}, 0.7


def _fed(hit: Hit, source: Command) -> None:
    """What a deploy reads from a pipe (``kustomize build overlays/prod | kubectl apply -f -``) is what it applies."""
    if hit.kind not in ("deploy", "config-deploy", "destroy"):
        return
    hit.aims += [Aim(word) for word in source.words[1:]]
    if hit.facts.get("definition") == "-":
        paths = [word for word in source.words[1:] if "/" in word or word.endswith((".yaml", ".yml"))]
        if paths:
            hit.facts["definition"] = paths[-1]
        else:
            del hit.facts["definition"]


def program_of(word: str) -> str:
    """A program's name from the word that calls it: no folder, no version, no suffix of the platform."""
    return _known_program(word) if len(word) <= 100 else _program(word)


def _program(word: str) -> str:
    if word in (".", "source"):
        return word
    name = word.rsplit("/", 1)[-1] if "/" in word and not word.startswith("@") else word
    name = name.rsplit("\\", 1)[-1]
    for suffix in _EXTENSIONS:
        if name.lower().endswith(suffix):
            name = name[: -len(suffix)]
            break
    if "@" in name[1:]:
        name = name[: name.index("@", 1)]
    name = deploying.SAME_AS.get(name) or developing.SAME_AS.get(name) or name
    return name.lower() if name.lower() in _table() else name


_known_program = lru_cache(maxsize=1024)(_program)

_TABLE: Final[dict[str, tuple[str, Rows]]] = {}


def _table() -> dict[str, tuple[str, Rows]]:
    if not _TABLE:
        _TABLE.update(developing.PROGRAMS)
        _TABLE.update(operating.PROGRAMS)
        _TABLE.update(deploying.PROGRAMS)
    return _TABLE


def _unwrapped(words: Sequence[str]) -> list[str] | None:
    """The command that a wrapper runs; None where the first word is none."""
    program = words[0].rsplit("/", 1)[-1]
    own = wrapping.PREFIXES.get(program)
    if own is not None:
        valued = wrapping.PREFIX_VALUED.get(program, _NONE)
        at, skipped = 1, 0
        while at < len(words):
            word = words[at]
            if word.startswith("-") and word != "-":
                at += 2 if word in valued else 1
            elif _is_assignment(word) and program in ("env", "sudo", "cross-env", "cross-env-shell", "xargs", "call"):
                at += 1
            elif skipped < own:
                skipped += 1
                at += 1
            else:
                break
        return list(words[at:])
    subcommands = wrapping.RUNNERS.get(program)
    if subcommands is None:
        return None
    return _run_by(program, subcommands, words)


def _run_by(program: str, subcommands: tuple[str, ...], words: Sequence[str]) -> list[str] | None:
    split = Words(program, words[1:], wrapping.VALUED.get(program, _NONE))
    if not subcommands or not split.plain or split.plain[0] not in subcommands:
        return None
    at = list(words).index(split.plain[0], 1)
    rest = list(words[at + 1 :])
    if program in wrapping.AFTER_DASHES and "--" in rest:
        return rest[rest.index("--") + 1 :]
    if program in ("kubectl", "oc"):
        return None
    skip = 1 if program in ("aws-vault", "chamber", "direnv", "sops", "saml2aws", "rustup", "mise") and rest else 0
    valued = wrapping.VALUED.get(program, _NONE)
    while rest and (rest[0].startswith("-") or skip):
        if rest[0].startswith("-"):
            rest = rest[2:] if rest[0] in valued else rest[1:]
        else:
            rest, skip = rest[1:], 0
    if program == "hatch" and rest and ":" in rest[0]:
        rest = [rest[0].split(":", 1)[1], *rest[1:]]
    return rest or None


def _is_assignment(word: str) -> bool:
    name, equals, _ = word.partition("=")
    return bool(equals) and name.replace("_", "a").isalnum()


def _inside(program: str, words: Sequence[str]) -> list[str] | None:
    """The command that runs in a container or by an interpreter's module, else None."""
    if program in ("docker", "podman", "nerdctl"):
        split = Words(program, words[1:], wrapping.VALUED["docker"] if words[1:2] in (["compose"], ["-f"]) else _NONE)
        plain = split.plain
        if plain[:1] == ["run"] and split.flag(("-d", "--detach")) == "":
            return _in_image(words[words.index("run") + 1 :])
        if plain[:1] == ["exec"] or plain[:2] == ["container", "exec"]:
            return _after_options(words[words.index("exec") + 1 :])[1:] or None
        if plain[:1] == ["compose"] and len(plain) > 1 and plain[1] in ("run", "exec"):
            return _after_options(words[words.index(plain[1]) + 1 :])[1:] or None
    elif program == "docker-compose":
        plain = Words(program, words[1:], wrapping.VALUED[program]).plain
        if plain and plain[0] in ("run", "exec"):
            return _after_options(words[words.index(plain[0]) + 1 :])[1:] or None
    elif program in ("python", "python3", "py", "python2") and len(words) > 2 and "-m" in words[1:4]:
        return list(words[words.index("-m") + 1 :])
    elif program in ("php", "python", "python3", "ruby", "node") and len(words) > 1:
        base = words[1].rsplit("/", 1)[-1]
        if (
            base in ("artisan", "manage.py", "setup.py")
            or words[1].endswith("bin/console")
            or "node_modules/" in words[1]
            or "vendor/bin/" in words[1]
        ):
            return ["bin/console" if words[1].endswith("bin/console") else base, *words[2:]]
    return None


def _after_options(rest: Sequence[str]) -> list[str]:
    at = 0
    while at < len(rest) and rest[at].startswith("-"):
        at += 2 if rest[at] in wrapping.RUN_VALUED else 1
    return list(rest[at:])


def _in_image(rest: Sequence[str]) -> list[str] | None:
    entry = ""
    for at, word in enumerate(rest):
        if word == "--entrypoint" and at + 1 < len(rest):
            entry = rest[at + 1]
        elif word.startswith("--entrypoint="):
            entry = word.split("=", 1)[1]
    after = _after_options(rest)
    if not after:
        return None
    image, arguments = after[0], after[1:]
    if entry:
        return [entry, *arguments]
    bare = image.split("@", 1)[0]
    bare = bare.rsplit(":", 1)[0] if ":" in bare.rsplit("/", 1)[-1] else bare
    program = IMAGES.get(bare.removeprefix("docker.io/").lower(), "")
    if program and not (arguments and program_of(arguments[0]) in _table()):
        return [program, *arguments]
    return arguments or None


def _followed(program: str, words: Sequence[str], command: Command, view: View, depth: int) -> list[Found] | None:
    """What a script, target or package script of the repository does that the words call; None where they call none that can be read."""
    called = named_script(program, words)
    if called is None:
        return None
    inner = view.follow(called, command)
    if inner is None:
        return None
    found = [each for part in inner for each in read(part, view.followed(called), depth + 1)]
    worth = [each for each in found if not each.hit.noise and not (each.hit.kind == "other" and not each.hit.opaque)]
    if not worth:
        return [] if found and called.plain else None
    for each in found:
        each.through(command)
    return [each for each in found if not each.hit.noise]


def _looked_up(program: str, words: Sequence[str], view: View) -> list[Hit] | None:
    """What the vocabulary says of a program's words; None for a program that it does not know."""
    entry = _table().get(program)
    if entry is None:
        if program in developing.SILENT:
            return [Hit("other", argv=words, tool=program, noise=True)]
        if program in developing.KNOWN_TOOLS:
            return [Hit("other", argv=words, tool=program)]
        return None
    split = Words(program, words[1:], wrapping.VALUED.get(program, _NONE))
    if program == "gcloud" and split.plain[:1] and split.plain[0] in ("beta", "alpha", "preview"):
        split.plain = split.plain[1:]
    row = matching(entry[1], split)
    if row is None:
        if named_script(program, words) is not None:
            return None
        return [Hit("other", argv=words, tool=program, opaque=False)]
    return hits_of(row[0], row[1], split, words, view)


def hits_of(kind: str, marks_text: str, split: Words, words: Sequence[str], view: View) -> list[Hit]:
    """The hits that a matched row means for these words."""
    marks = marks_of(marks_text)
    hit = Hit(kind, tool=tool_of(split), argv=words)
    if kind == "session":
        from barraiser.classify.sessions import session_kind

        kind = hit.kind = session_kind(split)
    if kind == "test":
        hit.kind = _test_kind(split, view)
        if "untest" in marks and _tests_excluded(split):
            hit.kind = "build"
    elif kind == "deploy?":
        hit.kind, hit.confidence = ("deploy", 0.7) if view.remote or view.may_deploy_here else ("other", 0.85)
    elif kind in ("s3", "copy", "ssh", "dispatch"):
        return SPECIAL_KINDS[kind](split, words, view)
    if "untest" in marks and hit.kind == "build" and _tests_excluded(split):
        marks = {key: value for key, value in marks.items() if key != "also"}
    if "c" in marks and kind not in ("deploy?",):
        hit.confidence = float(marks["c"])
    hit.opaque = "opaque" in marks
    if "named" in marks:
        by_own_name(hit, _named(marks["named"], split))
    if "elsewhere" in marks:
        hit.facts[HANDED_TO] = hit.tool
    hit.watch = "watch" in marks
    if "sets" in marks:
        hit.sets = True
        how = NAMED if marks["sets"] == "named" else PLACE
        hit.aims = [Aim(word, how) for word in split.plain[2:]] + [
            Aim(word, PLACE) for word in split.all if "=" in word or "/" in word
        ]
        hit.aims += [Aim(value, PLACE) for value in split.option(wrapping.PLACE_OPTIONS)]
    hit.makes = marks.get("as", "")
    _deploy_facts(hit, marks, split)
    hits = [hit]
    also = marks.get("also", "")
    if also:
        other, _, sure = also.partition(":")
        second = Hit(
            view.test_kind(split.all) or other if other == "unit-test" else other,
            tool=hit.tool,
            argv=words,
            confidence=float(sure),
        )
        hits = [second, hit] if hit.kind in ("publish", "build") or other == "build" else [hit, second]
    return hits


def _tests_excluded(split: Words) -> bool:
    every = split.all
    return any(
        word in ("-x", "--exclude-task") and every[at + 1 : at + 2] and "test" in every[at + 1].lower()
        for at, word in enumerate(every)
    )


def _test_kind(split: Words, view: View) -> str:
    return from_arguments(split.all) or view.test_kind(()) or "unit-test"


def tool_of(split: Words) -> str:
    """How rules name a tool: the program, for the clouds' command lines with the service."""
    if split.program in ("aws", "gcloud", "az") and split.plain:
        return f"{split.program} {split.plain[0]}"
    return split.program


def _deploy_facts(hit: Hit, marks: Marks, split: Words) -> None:
    facts = hit.facts
    if hit.kind in ("deploy", "config-deploy"):
        _waiting(hit, marks, split)
    if "destroys" in marks:
        facts["destructive"] = marks["destroys"].replace("_", " ")
    if "target" in marks:
        target = _named(marks["target"], split)
        if target:
            facts["target"] = target
    if "def" in marks:
        definition = _named(marks["def"], split)
        if definition:
            facts["definition"] = definition
    region = split.option(("--region",))
    if region and hit.kind in ("deploy", "config-deploy", "destroy"):
        facts["region"] = region[0]
    if "image" in marks:
        hit.images = _images(marks["image"], split)
    _aims(hit, marks, split)


def _waiting(hit: Hit, marks: Marks, split: Words) -> None:
    facts = hit.facts
    if "waits" in marks:
        facts["waits"] = marks["waits"]
    elif "wait" in marks:
        facts["waits"] = "yes" if marks["wait"] and split.flag(marks["wait"].split(",")) else "no"
    elif "nowait" in marks:
        facts["waits"] = "no" if split.flag(marks["nowait"].split(",")) else "yes"
    if marks.get("back"):
        flag = split.flag(marks["back"].split(","))
        if flag:
            facts["rolls-back"] = flag
    if marks.get("noback"):
        flag = split.flag(marks["noback"].split(","))
        if flag:
            facts["rollback-disabled"] = flag


def _named(mark: str, split: Words) -> str:
    """The first value that a list of options and positions names."""
    for part in mark.split(","):
        if part.startswith("@"):
            value = split.at(part[1:])
        elif part.isdigit():
            value = split.at(part)
        else:
            values = split.option((part,))
            value = values[0] if values else ""
        if value:
            return value
    return ""


def _images(mark: str, split: Words) -> list[str]:
    if mark == "set":
        at = split.plain.index("image") + 1 if "image" in split.plain else 3
        return [word.split("=", 1)[1] for word in split.plain[at:] if "=" in word]
    if mark == "helm":
        return _helm_images(split)
    if mark == "params":
        return parameter_images(split.all)
    if mark == "run":
        return run_image(split.all, wrapping.RUN_VALUED)
    if mark.startswith("@"):
        value = split.at(mark[1:])
        return [value] if value else []
    return split.option(mark.split(","))


def _helm_images(split: Words) -> list[str]:
    """Images that ``--set`` names: ``image=a:b``, or ``image.repository`` with ``image.tag``."""
    values: dict[str, str] = {}
    for option in split.option(("--set", "--set-string")):
        for pair in option.split(","):
            key, equals, value = pair.partition("=")
            if equals:
                values[key] = value
    found = []
    for key, value in values.items():
        last = key.rsplit(".", 1)[-1].lower()
        if last in ("tag", "imagetag", "image_tag"):
            base = key[: -len(last)]
            repository = values.get(f"{base}repository") or values.get(f"{base}name") or "image"
            found.append(f"{repository}:{value}")
        elif last == "digest":
            base = key[: -len(last)]
            found.append(f"{values.get(f'{base}repository', 'image')}@{value}")
        elif last == "image":
            found.append(value)
    return found


_DEPLOYING: Final = frozenset({"deploy", "config-deploy", "destroy", "migrate", "rollback", "plan", "alarm-gate"})


def _aims(hit: Hit, marks: Marks, split: Words) -> None:
    """What of the words may tell the environment, the surest first."""
    if hit.kind == "other":
        return
    aims = hit.aims
    for part in marks.get("env", "").split(","):
        if part.startswith("@"):
            value = split.at(part[1:])
            if value:
                aims.append(Aim(value, NAMED))
        elif part:
            aims += [Aim(value, NAMED) for value in split.option((part,))]
    default = marks.get("default", "")
    if default:
        cls, _, sure = default.partition(":")
        hit.default = (cls, float(sure))
    if hit.kind in _DEPLOYING:
        aims += [Aim(value, NAMED) for value in split.option(wrapping.NAMED_OPTIONS)]
        if hit.facts.get("target"):
            aims.append(Aim(hit.facts["target"], PLACE))
        aims += [Aim(value, PLACE) for value in split.option(wrapping.PLACE_OPTIONS)]
        images = set(hit.images)
        aims += [Aim(word) for word in split.all if word not in images and "image" not in word.lower()]
    elif "aim" in marks:
        options = marks["aim"]
        aims += (
            [Aim(word) for word in split.all]
            if options == "*"
            else [Aim(value) for value in split.option(options.split(","))]
        )


def _s3(split: Words, words: Sequence[str], view: View) -> list[Hit]:
    return [to_bucket(split, words, view)]


def _other(split: Words, words: Sequence[str], view: View) -> list[Hit]:
    return [Hit("other", tool=tool_of(split), argv=words, opaque=True)]


def _dispatch(split: Words, words: Sequence[str], view: View) -> list[Hit]:
    if "api" in words[1:2] and not any(word.endswith("/dispatches") for word in words):
        return [Hit("other", tool=tool_of(split), argv=words)]  # any other request to the forge
    return [dispatched(words, split.program, view)]


def _copy(split: Words, words: Sequence[str], view: View) -> list[Hit]:
    return [copied(words, split.program, view)]


SPECIAL_KINDS: Final = {"s3": _s3, "ssh": _other, "copy": _copy, "dispatch": _dispatch}
"""Kinds of rows that the words decide further."""
