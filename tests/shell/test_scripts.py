"""A deploy that stands in a script or a make target of the repository counts as one in the pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from barraiser.model.pipeline import Script
from barraiser.model.tri import NO, YES
from barraiser.shell.parser import commands_of
from barraiser.shell.scripts import just_recipe, make_target, package_script, script_of_file
from barraiser.source.repository import Repository

MAKEFILE = r"""
include common.mk
ENV ?= staging
IMAGE = reg/$(NAME):$(shell git describe)
.PHONY: deploy
all: build
build: lint
	docker build -t $(IMAGE) . && \
		docker push $(IMAGE)
lint:
	-golint run
	@echo "hi $$USER"; go vet ./...
deploy: WAIT = --wait
deploy: build | init
	cd infra && terraform apply -var env=$(ENV) $(WAIT)
deploy-%: init
	./deploy.sh $* $@
init: ; terraform init
ifdef CI
MODE = ci
else
MODE = dev
endif
mode:
	run $(MODE) $(wildcard *.go) $(my-var)
loop: loop
	$(MAKE) -C sub loop
"""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    (tmp_path / "app").mkdir()
    (tmp_path / "Makefile").write_text(MAKEFILE)
    (tmp_path / "common.mk").write_text("NAME := shop\n")
    (tmp_path / "app" / "package.json").write_text(
        '{\n  "scripts": {\n    "pretest": "npm run lint",\n    "test": "jest --ci && echo \\"ok\\"",\n'
        '    "deploy": "sls deploy --stage ${STAGE:-dev}",\n    "bad": [1]\n  }\n}\n'
    )
    (tmp_path / "justfile").write_text(
        'env := "prod"\ndefault: test\ntest:\n    cargo test\ndeploy target=env: test && done\n'
        "    @kubectl apply -f {{target}} -n {{ env }}\n"
        "done:\n    -echo ok\nscript:\n    #!/usr/bin/env bash\n    set -e\n    a\n    b\n"
    )
    return Repository(str(tmp_path))


def told(script: Script | None, variables: dict[str, str] | None = None) -> list[str]:
    assert script is not None
    return [
        f"{command.place.line}:{command.place.column} {' '.join(command.words)}"
        for command in commands_of(script, variables or {})
    ]


def test_a_target_with_what_it_needs(repository: Repository) -> None:
    script = make_target(repository, "", "deploy")
    image = "reg/shop:$(git describe)"
    assert [line for line in told(script, {"ENV": "prod"}) if "git describe" not in line or "docker" in line] == [
        "11:3 golint run", "12:3 echo hi $USER", "12:20 go vet ./...", f"8:2 docker build -t {image} .", f"9:3 docker push {image}",
        "18:9 terraform init", "15:2 cd infra", "15:14 terraform apply -var env=prod --wait",
    ]  # fmt: skip


def test_what_make_makes_of_failures(repository: Repository) -> None:
    script = make_target(repository, "", "lint")
    assert script is not None
    assert [(command.words[0], command.soft, command.soft_reason) for command in commands_of(script, {})] == [
        ("golint", YES, "-"), ("echo", YES, "no set -e"), ("go", NO, ""),
    ]  # fmt: skip


def test_defaults_patterns_and_the_first_target(repository: Repository) -> None:
    assert told(make_target(repository, "", "deploy"))[-1] == "15:14 terraform apply -var env=staging --wait"
    assert told(make_target(repository, "", "deploy-prod"))[-1] == "17:2 ./deploy.sh prod deploy-prod"
    assert told(make_target(repository, "", "")) == told(make_target(repository, "", "all"))
    assert told(make_target(repository, "", "mode")) == ["25:2 run ${MODE} ${wildcard_} ${my_var}"]
    assert told(make_target(repository, "", "loop")) == ["27:2 make -C sub loop"]


def test_package_scripts(repository: Repository) -> None:
    assert told(package_script(repository, "app", "test")) == ["3:17 npm run lint", "4:14 jest --ci", "4:27 echo ok"]
    assert told(package_script(repository, "app", "deploy"), {"STAGE": "prod"}) == ["5:16 sls deploy --stage prod"]


def test_just_recipes(repository: Repository) -> None:
    assert told(just_recipe(repository, "", "deploy", ["k8s"])) == [
        "4:5 cargo test",
        "6:6 kubectl apply -f k8s -n prod",
        "8:6 echo ok",
    ]
    assert told(just_recipe(repository, "", "")) == ["4:5 cargo test"]
    assert told(just_recipe(repository, "", "script")) == ["11:5 set -e", "12:5 a", "13:5 b"]


def test_what_is_not_there_is_none(repository: Repository) -> None:
    assert make_target(repository, "", "nothing") is None
    assert make_target(repository, "app", "all") is None
    assert package_script(repository, "app", "bad") is None
    assert package_script(repository, "app", "nothing") is None
    assert package_script(repository, "../other", "test") is None
    assert just_recipe(repository, "", "nothing") is None
    assert just_recipe(repository, "app", "") is None
    for path in ("nothing.sh", "../x.sh", "/etc/profile", "", "app"):
        assert script_of_file(repository, path) is None


@pytest.mark.parametrize(
    ("name", "text", "shell", "errexit", "pipefail"),
    [
        ("a.sh", "deploy\n", "bash", False, NO),
        ("a", "#!/bin/sh\ndeploy\n", "sh", False, NO),
        ("a.sh", "#!/bin/bash -eu\ndeploy\n", "bash", True, NO),
        ("a", "#!/usr/bin/env -S bash -eo pipefail\ndeploy\n", "bash", True, YES),
        ("a.ps1", "deploy\n", "pwsh", False, NO),
        ("a", "#!/usr/bin/env python3\nx\n", "python", False, NO),
        ("a.py", "x\n", "python", False, NO),
    ],
)
def test_script_files(tmp_path: Path, name: str, text: str, shell: str, errexit: bool, pipefail: int) -> None:
    (tmp_path / name).write_text(text)
    script = script_of_file(Repository(str(tmp_path)), name)
    assert script is not None
    assert (script.shell, script.errexit, script.pipefail) == (shell, errexit, pipefail)
    assert script.fragments[0].path == name


@pytest.mark.parametrize(
    ("name", "data"), [("a.sh", b"\x7fELF\0\0"), ("a.jar", b"x"), ("a.sh", b"\xff\xfe\xff"), ("a.sh", b"a\n" * 600_000)]
)
def test_files_that_are_no_scripts(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    assert script_of_file(Repository(str(tmp_path)), name) is None


def test_hostile_files_end(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text(
        "A = $(B)$(B)\nB = $(A)$(A)\nall: a0\n\techo $(A) $(" + "(" * 5000 + "\n"
        + "".join(f"a{at}: a{at + 1} a{at + 1}\n\t$(A)\n" for at in range(2000)) + "include Makefile\n%: %x\n\tx\n"
    )  # fmt: skip
    (tmp_path / "package.json").write_text('["scripts"]')
    (tmp_path / "justfile").write_text("a: b\n    x {{" + "{" * 5000 + "\nb: a\n    y\n")
    repository = Repository(str(tmp_path))
    script = make_target(repository, "", "all")
    assert script is not None
    assert len(commands_of(script, {})) <= 5000
    assert package_script(repository, "", "x") is None
    assert told(just_recipe(repository, "", "a"))[0] == "4:5 y"
