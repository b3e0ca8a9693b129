"""What a step does that calls something: a GitHub action, a GitLab keyword, a CodePipeline action, a container image."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from barraiser.classify.commands import read_words
from barraiser.classify.facts import BY_STAGE, HANDED_TO, PUSHES_TO
from barraiser.classify.hit import NAMED, PLACE, TEXT, Aim, Hit
from barraiser.classify.inhouse import by_own_name
from barraiser.classify.names import without_expressions, words_of
from barraiser.classify.requests import dispatched
from barraiser.classify.rows import Marks, marks_of
from barraiser.classify.special import minutes_of, names_gitops, remote_script
from barraiser.classify.tests_kind import from_name, named_kind
from barraiser.classify.view import Found, View
from barraiser.classify.vocabulary import word_set
from barraiser.classify.vocabulary.actions import ACTIONS, GITLAB, HARMLESS, IMAGES, NOTIFY
from barraiser.classify.vocabulary.codepipeline import CLOUDFORMATION_MODES, INVOKED, PROVIDERS
from barraiser.model.pipeline import Fragment, Script, Step
from barraiser.model.schedule import from_sunday_one
from barraiser.model.words import CODEPIPELINE
from barraiser.shell.command import Command

_UNTRUSTED: Final = (
    "head.sha",
    "head.ref",
    "head_ref",
    "head_sha",
    "refs/pull",
    "pull_request.number",
    "merge_commit_sha",
    "head_branch",
)
_AIMING: Final = word_set(
    "environment env stage slot-name slot workspace tier target-environment deploy-environment deployment-environment environment-name"
    " env-name stage-name target-env deploy-env environment-key workspace-name app-env"
)
"""Inputs that hold an environment's name: their words, joined by ``-``, whatever the way in which they are written."""

_LISTS: Final = word_set("envs environments stages")
"""Last words of inputs that hold several."""

_PLACES: Final = word_set(
    "namespace cluster cluster-name app-name app service service-name stack-name stack project project-id resource-group host url server"
    " kube-namespace kube-context k8s-namespace space cf-space application"
)
"""Inputs that hold a place's name."""

_TASKS: Final = word_set("operation command action mode task method subcommand")
"""Inputs that hold what an action is to do."""

_DEPLOYS: Final = word_set("deploy apply upgrade rollout promote redeploy converge")
"""Values of such an input that say that it deploys."""

_NONE: Final[frozenset[str]] = frozenset()


def read_step(step: Step, view: View, platform: str, *, inlined: bool = False) -> list[Found]:
    """What a step that calls something does. ``inlined``: what it starts stands in this pipeline's own jobs."""
    command = Command((step.uses,), step.place, text=step.uses)
    if platform == CODEPIPELINE:
        return [Found(hit, command) for hit in _codepipeline(step, view)]
    if step.uses.startswith("gitlab:"):
        row = GITLAB.get(step.uses)
        if row is None or row[0] == "trigger":
            return [Found(Hit("other", tool=step.uses) if inlined else _trigger(step, view), command)]
        return [Found(_by_marks(row[0], row[1], step, step.uses), command)]
    if step.uses.startswith("docker://"):
        return _image(step, command, view)
    return _action(step, command, view)


def _action(step: Step, command: Command, view: View) -> list[Found]:
    name = step.uses.split("@", 1)[0].strip().lower().rstrip("/")
    row = ACTIONS.get(name) or ACTIONS.get("/".join(name.split("/")[:2])) if name.count("/") > 1 else ACTIONS.get(name)
    if row is None:
        return [Found(_unlisted(name, step, view), command)]
    kind, marks_text = row
    marks = marks_of(marks_text)
    if kind == "script":
        return _script_input(marks, step, command, view, name)
    if kind.startswith("cli:"):
        return _cli(kind[4:], marks, step, command, view, name)
    hit = _by_marks(kind, marks_text, step, name)
    if kind == "source":
        _checkout(hit, step)
        if "repository" in hit.facts and names_gitops(hit.facts["repository"]):
            view.edited, view.edits = view.edited or "checkout", [*view.edits, hit.facts["repository"]]
    elif kind == "dispatch":
        hit = dispatched([f"{key}={value}" for key, value in step.inputs.items()], name, view)
        hit.argv = ()
        if "waits" in marks and hit.kind == "deploy":
            hit.facts["waits"] = "yes"
    elif kind == "wait":
        minutes = minutes_of(step.inputs.get(marks.get("time", ""), "").split()) if marks.get("time") else None
        hit.kind, hit.minutes = ("bake", minutes) if minutes is not None and minutes >= 5 else ("other", None)
    elif kind == "gitops":
        hit.kind, hit.confidence, hit.gitops = "deploy", 0.6, True
    elif kind == "gitcommit":
        hit.kind = "other"
        if view.edited == "edit" and view.says_deploy:
            hit.kind, hit.confidence, hit.gitops = "deploy", 0.6, True
    elif kind in ("build", "publish", "other") and ("push" in marks or "cli-publish" in marks):
        pushed = [step.inputs.get(each, "") for each in marks.get("push", "").split(",")]
        if any(value.lower() not in ("", "false") and "push=false" not in value for value in pushed[:1]) or any(
            "type=registry" in value or "push=true" in value for value in pushed
        ):
            hit.kind = "publish"
        if step.inputs.get(marks.get("cli-publish", "-"), "") in ("publish", "upload"):
            hit.kind = "publish"
    elif kind == "test":
        hit.kind = view.test_kind(()) or "unit-test"
    if name == "azure/static-web-apps-deploy" and step.inputs.get("action", "").lower() == "close":
        hit.kind = "other"
    return [Found(hit, command)]


def _checkout(hit: Hit, step: Step) -> None:
    ref = step.inputs.get("ref", "")
    if any(part in ref for part in _UNTRUSTED):
        hit.facts["checkout-ref"] = "untrusted"
    elif ref:
        hit.facts["checkout-ref"] = ref
    where = step.inputs.get("repository", "")
    if where:
        hit.facts["repository"] = where


def _by_marks(kind: str, marks_text: str, step: Step, tool: str) -> Hit:
    """The hit of a vocabulary row over a step's inputs."""
    marks = marks_of(marks_text)
    inputs = step.inputs
    hit = Hit(kind, tool=tool, opaque="opaque" in marks)
    if "c" in marks:
        hit.confidence = float(marks["c"])
    hit.watch = "watch" in marks
    if "sets" in marks:
        hit.sets = True
        hit.aims = [Aim(inputs[each], PLACE) for each in marks["sets"].split(",") if inputs.get(each)]
        _account(hit, inputs)
    hit.makes = marks.get("as", "")
    if "named" in marks:
        by_own_name(hit, inputs.get(marks["named"], ""))
    facts = hit.facts
    if kind in ("deploy", "config-deploy"):
        _waiting(hit, marks, inputs)
    if "elsewhere" in marks:
        facts[HANDED_TO] = tool
    if "destroys" in marks:
        facts["destructive"] = marks["destroys"].replace("_", " ")
    for mark, fact in (("target", "target"), ("def", "definition"), ("art", "artifacts")):
        value = next((inputs[each] for each in marks.get(mark, "").split(",") if inputs.get(each)), "")
        if value:
            facts[fact] = value
    if "hands" in marks:
        facts["hands"] = marks["hands"]
    if "pushes" in marks:
        from barraiser.classify.branches import branch_of

        branch = branch_of(inputs.get(marks["pushes"], ""))
        if branch:
            facts[PUSHES_TO] = branch
    if inputs.get("retention-days"):
        facts["kept-days"] = inputs["retention-days"]
    for each in marks.get("key", "").split(","):
        if each and inputs.get(each):
            facts["static-keys"] = _secret(inputs[each]) or each
            break
    for each in marks.get("image", "").split(","):
        hit.images += [part.strip() for part in inputs.get(each, "").replace(",", "\n").split("\n") if part.strip()]
    region = inputs.get("aws-region") or inputs.get("region") or inputs.get("Region")
    if region and kind in ("deploy", "config-deploy", "destroy"):
        facts["region"] = region
    _aims(hit, marks, step)
    if "unless" in marks and any(inputs.get(each, "").lower() == "true" for each in marks["unless"].split(",")):
        hit.kind = "other"
    if hit.kind in ("deploy", "config-deploy") and _only_tried(inputs):
        hit.kind, hit.makes, hit.facts = "plan", "", {}
        hit.reason = "its inputs say that it changes nothing"
    return hit


def _only_tried(inputs: Mapping[str, str]) -> bool:
    """Whether an action's inputs ask for a dry run, or for an operation that only looks."""
    for name, value in inputs.items():
        bare, low = name.lower().replace("-", "").replace("_", ""), value.strip().lower()
        if bare in _DRY and low in ("true", "1", "yes", "on"):
            return True
        if bare in _OPERATIONS and low.split(" ", 1)[0] in _LOOKING:
            return True
    return False


_DRY: Final = word_set("dryrun noexecutechangeset planonly whatif validateonly noop checkmode previewonly")
_OPERATIONS: Final = word_set("operation command action mode method deploymentmode args task subcommand")
_LOOKING: Final = word_set(
    "validate whatif what-if plan preview diff check package dry-run dryrun noop status template lint"
)

_ROLE: Final = re.compile(r"arn:[\w-]{1,20}:iam::(\d{12}):")


def _account(hit: Hit, inputs: Mapping[str, str]) -> None:
    """The region and account that later commands of the job use."""
    region = inputs.get("aws-region", "")
    role = _ROLE.search(inputs.get("role-to-assume", ""))
    if region:
        hit.facts["region"] = region
    if role:
        hit.facts["account"] = role.group(1)


def _secret(value: str) -> str:
    """The name of the secret that an input's value is (``${{ secrets.NAME }}``)."""
    _, dot, rest = value.partition("secrets.")
    return rest.split("}")[0].strip() if dot else ""


def _waiting(hit: Hit, marks: Marks, inputs: Mapping[str, str]) -> None:
    if "waits" in marks:
        hit.facts["waits"] = marks["waits"]
    elif "wait" in marks:
        on = any(inputs.get(each.lstrip("="), "").lower() == "true" for each in marks["wait"].split(",") if each)
        unsure = any("$" in inputs.get(each.lstrip("="), "") for each in marks["wait"].split(",") if each)
        if not unsure:
            hit.facts["waits"] = "yes" if on else "no"
    elif "nowait" in marks:
        off = any(
            inputs.get(each.lstrip("="), "").lower() == "true" or inputs.get(each.lstrip("=")) == "1"
            for each in marks["nowait"].split(",")
        )
        hit.facts["waits"] = "no" if off else "yes"
    for each in marks.get("noback", "").split(","):
        name = each.lstrip("=")
        if name and inputs.get(name, "").lower() in ("1", "true"):
            hit.facts["rollback-disabled"] = f"{name}: {inputs[name]}"


def _aims(hit: Hit, marks: Marks, step: Step) -> None:
    inputs = step.inputs
    for each in marks.get("env", "").split(","):
        value = _input(each, step)
        if value:
            hit.aims.append(Aim(value, NAMED))
    default = marks.get("default", "")
    if default:
        cls, _, sure = default.partition(":")
        hit.default = (cls, float(sure))
    if "prod" in marks:
        name, _, wanted = marks["prod"].replace("~", "=", 1).partition("=")
        value = inputs.get(name, "")
        if value and (wanted in value if "~" in marks["prod"] else value.lower() == wanted):
            hit.default = ("prod", 0.85)
        elif not default:
            hit.default = ("ephemeral", 0.5)
    for each in marks.get("aim", "").split(","):
        value = _input(each, step)
        if value:
            hit.aims += [Aim(part) for part in value.split()]
    if hit.kind in ("deploy", "config-deploy", "destroy", "migrate", "rollback"):
        known = {aim.text for aim in hit.aims}
        places = []
        for name, value in inputs.items():
            parts = words_of(name)
            joined = "-".join(parts)
            if not value or not parts:
                continue
            if (joined in _AIMING or parts[-1] in _LISTS) and value not in known:
                hit.aims.append(Aim(value, NAMED))
            elif joined in _PLACES:
                places.append(Aim(value, PLACE))
        hit.aims += places
        target = hit.facts.get("target")
        if target:
            hit.aims.append(Aim(target, PLACE))


def _input(name: str, step: Step) -> str:
    if name.startswith("env."):
        return step.env.get(name[4:], "")
    return step.inputs.get(name, "") if name else ""


def _script_input(marks: Marks, step: Step, command: Command, view: View, name: str) -> list[Found]:
    """An action that runs a script that one of its inputs holds."""
    from barraiser.shell.parser import commands_of

    text = next(
        (step.inputs[each] for each in marks.get("script", "script,run").split(",") if step.inputs.get(each)), ""
    )
    if name == "actions/github-script":
        return [Found(_javascript(step, view), command)]
    if not text:
        return [Found(Hit("other", tool=name), command)]
    if "remote" in marks:
        found = remote_script(text, step.inputs.get("host", ""), command, view, 0, read_words)
        for each in found:
            if not each.hit.argv or each.hit.tool == "ssh":
                each.hit.tool = name
            each.hit.facts.update(
                _by_marks("other", f"key={marks.get('key', '')}", step, name).facts if marks.get("key") else {}
            )
        return found
    place = (
        step.input_places.get("script")
        or step.input_places.get("inlineScript")
        or step.input_places.get("run")
        or step.place
    )
    found = []
    for inner in commands_of(Script([Fragment(text, place.path, place.line)]), {**view.job.variables, **step.env}):
        found += read_words([word for word in inner.words if word], inner, view, 1) if inner.words else []
    return found or [Found(Hit("other", tool=name), command)]


def _javascript(step: Step, view: View) -> Hit:
    text = step.inputs.get("script", "")
    if "createWorkflowDispatch" in text or "createDispatchEvent" in text:
        hit = dispatched(text.replace(",", " ").split(), "actions/github-script", view)
        hit.argv = ()
        return hit
    return Hit("other", tool="actions/github-script")


def _cli(program: str, marks: Marks, step: Step, command: Command, view: View, name: str) -> list[Found]:
    """An action that hands an input's words to a program."""
    text = " ".join(step.inputs[each] for each in marks.get("sub", "").split(",") if step.inputs.get(each))
    if not text:
        if "bare" not in marks:
            return [Found(Hit("other", tool=name), command)]
        text = marks["bare"]
    words = text.split()
    if words and words[0] == program:
        words = words[1:]
    found = read_words([program, *words], command, view, 1)
    extra = _by_marks("other", "key=" + marks["key"], step, name) if "key" in marks else None
    for each in found:
        each.hit.tool = (
            name if each.hit.kind in ("deploy", "config-deploy") and program == "wrangler" else each.hit.tool
        )
        for part in marks.get("env", "").split(","):
            if part and step.inputs.get(part):
                each.hit.aims.insert(0, Aim(step.inputs[part], NAMED))
        if extra is not None:
            each.hit.facts.update(extra.facts)
    return found


def _image(step: Step, command: Command, view: View) -> list[Found]:
    image = step.uses.removeprefix("docker://").split("@", 1)[0]
    bare = image.rsplit(":", 1)[0] if ":" in image.rsplit("/", 1)[-1] else image
    arguments = step.inputs.get("args", "").split()
    entry = step.inputs.get("entrypoint", "")
    program = entry or IMAGES.get(bare.lower(), "") or bare.rsplit("/", 1)[-1]
    return read_words([program, *arguments], command, view, 1)


def _trigger(step: Step, view: View) -> Hit:
    """A job that starts another pipeline: what that does stands there, or cannot be read here."""
    name = " ".join([view.job.id, *step.inputs.values(), *view.job.calls])
    hit = Hit("other", tool=step.uses, opaque=True)
    parts = set(words_of(name))
    if not parts.isdisjoint({"deploy", "deployment", "rollout"}) and parts.isdisjoint({"test", "tests"}):
        hit.kind, hit.confidence = "deploy", 0.6
        hit.facts["waits"] = "yes" if step.inputs.get("strategy") in ("depend", "mirror") else "no"
        hit.aims = [Aim(value) for value in step.inputs.values()]
    return hit


def _unlisted(name: str, step: Step, view: View) -> Hit:
    """An action that no vocabulary knows, by its name: never sure, and opaque where it may be of interest."""
    short = name.rsplit("/", 1)[-1] if not name.startswith("./") else name
    if name.endswith((".yml", ".yaml")):
        short = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    low = name.split("/", 1)[-1] if not name.endswith((".yml", ".yaml")) else short
    if any(part in low for part in NOTIFY):
        return Hit("notify", tool=name, confidence=0.7)
    if any(low.startswith(part) or f"/{part}" in low for part in ("setup-", "install")):
        return Hit("other", tool=name)
    kind = named_kind(short.replace("github-action", ""))
    if kind == "publish" and "changelog" in short:
        return Hit("other", tool=name)  # it writes what a release says of itself
    if kind == "test":
        kind = from_name(short) or view.test_kind(()) or "unit-test"
    by_step = False
    if not kind and not any(part in low for part in HARMLESS):
        kind, by_step = named_kind(step.name) or named_kind(step.key), True
        if kind == "test":
            kind = from_name(step.name) or view.test_kind(()) or "unit-test"
    if kind in ("", "build") and _told_to_deploy(step):
        kind, by_step = "deploy", False
    if not kind and any(part in low for part in HARMLESS):
        return Hit("other", tool=name)
    if kind in ("notify", "lint"):
        return Hit(kind, tool=name, confidence=0.6)
    hit = _by_marks(kind or "other", "opaque", step, name)
    hit.confidence = (0.5 if by_step else 0.6) if kind else 0.85
    hit.reason = "its name says so; what it does cannot be read here" if kind else ""
    if kind in ("deploy", "destroy", "rollback"):
        hit.aims += [Aim(short, TEXT), *(Aim(value, TEXT) for value in step.inputs.values() if len(value) < 80)]
    return hit


def _told_to_deploy(step: Step) -> bool:
    """Whether an input says in one word that an action is to deploy (``operation: deploy``)."""
    return any(
        value.strip().lower() in _DEPLOYS and "-".join(words_of(name)) in _TASKS for name, value in step.inputs.items()
    )


def _codepipeline(step: Step, view: View) -> list[Hit]:
    """A CodePipeline action or a rule of a stage's condition: ``Category/Owner/Provider``."""
    parts = step.uses.split("/")
    category, provider = parts[0], parts[-1]
    if category == "Rule":
        return [_rule(provider, step, view)]
    row = PROVIDERS.get(f"{category}/{provider}") or PROVIDERS.get(f"{category}/*")
    if row is None:
        return [Hit("other", tool=step.uses, opaque=True)]
    kind, marks_text = row
    hit = _by_marks(kind, marks_text, step, step.uses)
    if kind == "by-name":
        _by_name(hit, category, step, view)
    elif kind == "invoke":
        _invoked(hit, step, view)
    elif kind == "cloudformation":
        mode = step.inputs.get("ActionMode", "").upper()
        hit.kind = CLOUDFORMATION_MODES.get(mode, "deploy")
        if hit.kind == "destroy":
            hit.facts["destructive"] = "the stack"
        hit.makes = "iac-only"
        if hit.kind == "deploy":
            hit.facts["waits"] = "yes"
    elif kind == "source":
        token = step.inputs.get("OAuthToken")
        if token:
            hit.facts["static-keys"] = "OAuthToken"
        branch = step.inputs.get("BranchName") or step.inputs.get("Branch")
        if branch:
            hit.facts["checkout-ref"] = branch
    for fact, tag in (("region", "region"), ("account", "account")):
        if view.job.tags.get(tag) and hit.kind in ("deploy", "config-deploy", "destroy"):
            hit.facts.setdefault(fact, view.job.tags[tag])
    return [hit]


def _by_name(hit: Hit, category: str, step: Step, view: View) -> None:
    """A build or test action whose commands cannot be read: its name, then its stage's, then its category. That it is a test, and of
    what, is believed where its category or its project's name says the same as its own."""
    hit.confidence, hit.opaque = 0.6, True
    hit.reason = "its commands cannot be read here; its name says so"
    project = from_name(without_expressions(step.inputs.get("ProjectName", ""))[0])
    for name in (view.job.name, view.job.stage or ""):
        own = words_of(name.rsplit("/", 1)[-1])
        kind = named_kind(name.rsplit("/", 1)[-1]) or ("deploy" if own[-1:] == ["apply"] else "")
        if kind and kind != "notify":
            if name is not view.job.name:
                hit.facts[BY_STAGE] = "yes"
            if kind in ("deploy", "plan") and not _CODE.isdisjoint(own):
                hit.makes = "iac-only"
            hit.kind = (
                kind
                if kind != "test"
                else view.test_kind(()) or project or ("unit-test" if category != "Test" else "integration-test")
            )
            own_kind = from_name(name.rsplit("/", 1)[-1]) if name is view.job.name else ""
            if own_kind in _OF_DEPLOYED and own_kind == hit.kind and (category == "Test" or project == own_kind):
                hit.confidence, hit.opaque = 0.7, False
                said = "its category" if category == "Test" else "its project's name"
                hit.reason = f"its name and {said} say the same"
            break
    else:
        hit.kind = {"Build": "build", "Test": "integration-test"}.get(category, "other")
        hit.confidence = 0.4 if category == "Test" else 0.6
    hit.aims = []


_OF_DEPLOYED: Final = frozenset({"smoke-test", "integration-test", "e2e-test", "load-test"})
"""Kinds of tests of what runs somewhere."""

_CODE: Final = word_set("terraform tf tofu terragrunt infra infrastructure iac")
"""Words of names that speak of infrastructure code."""


def _invoked(hit: Hit, step: Step, view: View) -> None:
    hit.kind, hit.opaque, hit.confidence = "other", True, 0.6
    names = [
        view.job.name,
        step.inputs.get("FunctionName", ""),
        step.inputs.get("StateMachineArn", ""),
        view.job.stage or "",
    ]
    for name in names:
        parts = set(words_of(name))
        for words, kind in INVOKED:
            if not parts.isdisjoint(words.split()):
                hit.kind = kind
                if name == view.job.stage and name != view.job.name:
                    hit.facts[BY_STAGE] = "yes"
                hit.facts["waits"] = "yes"
                hit.aims = [Aim(step.inputs.get("FunctionName", ""))]
                return


def _rule(provider: str, step: Step, view: View) -> Hit:
    """One rule of a stage's condition: https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference.html"""
    hit = Hit("other", tool=step.uses)
    if provider == "CloudWatchAlarm":
        hit.kind = "alarm-gate"
        wait = step.inputs.get("WaitTime", "")
        if wait.isdecimal():
            hit.minutes = float(wait)
        if step.inputs.get("AlarmName"):
            hit.facts["target"] = step.inputs["AlarmName"]
        hit.facts["on-alarm"] = step.inputs.get("Result", "").lower() or "nothing"
        if step.inputs.get("AlarmStates"):
            hit.facts["alarm-states"] = step.inputs["AlarmStates"]
    elif provider == "DeploymentWindow":
        hit.kind = "window"
        fields = step.inputs.get("Cron", "").split()  # seconds come first, and Sunday is 1
        if len(fields) in (6, 7):
            hit.facts["hours"] = from_sunday_one(fields[1:6])
        if step.inputs.get("TimeZone"):
            hit.facts["time-zone"] = step.inputs["TimeZone"]
    elif provider == "LambdaInvoke":
        _invoked(hit, step, view)
    elif provider in ("CodeBuild", "Commands"):
        kind = named_kind(step.name)
        hit.kind, hit.confidence, hit.opaque = (
            (view.test_kind(()) or "smoke-test") if kind in ("", "test") else kind,
            0.6,
            True,
        )
    if hit.kind in ("deploy", "config-deploy", "destroy"):
        hit.kind, hit.aims = "other", []  # a condition asks whether to deploy, whatever its name says
    return hit
