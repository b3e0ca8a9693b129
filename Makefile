# How a checkout is set up, tried and tested. Everything runs in the active virtual environment, or in .venv when none is active.
SHELL := /bin/sh
PYTHON ?= python3
VENV := $(if $(VIRTUAL_ENV),$(VIRTUAL_ENV),$(CURDIR)/.venv)
BIN := $(VENV)/bin
SET_UP := $(VENV)/.barraiser-set-up
DEMO := fixtures/demo

COMPILED := $(CURDIR)/.venv-compiled

.PHONY: help demo test test-all test-compiled bench docs format wheel compiled set-up

help:
	@echo 'make demo      check two deployment pipelines under $(DEMO), one blocked and one passing, and draw a graph'
	@echo 'make test      lint, formatting, types and tests'
	@echo 'make test-all  the same with every Python from 3.11 to 3.13 that is found'
	@echo 'make wheel     build dist/*.whl, compiled (needs a C compiler and some minutes)'
	@echo 'make test-compiled  the tests on the compiled wheel'
	@echo 'make bench     compare speed and memory with other tools on the same files'
	@echo 'make docs      write docs/rules and the README from the rules anew'
	@echo 'make format    format the code'

# Checks tell by their status, so each is compared with the one that the pipeline must have: the blocked ones are the point of the demo.
demo: set-up
	$(BIN)/barraiser check $(DEMO)/blocked/github; test $$? -eq 1
	$(BIN)/barraiser check $(DEMO)/passing/github
	$(BIN)/barraiser check $(DEMO)/blocked/gitlab $(DEMO)/blocked/codepipeline --statistics; test $$? -eq 1
	$(BIN)/barraiser check $(DEMO)/passing/gitlab $(DEMO)/passing/codepipeline
	$(BIN)/barraiser graph $(DEMO)/blocked/github
	$(BIN)/barraiser graph $(DEMO)/passing/github

test: set-up
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(BIN)/python -m pytest -n 2

test-all:
	@found=; for version in 3.11 3.12 3.13; do \
	  python=; \
	  for candidate in "python$$version" "$${PYENV_ROOT:-$$HOME/.pyenv}/versions/$$version".*/bin/python; do \
	    if "$$candidate" -c 'pass' 2>/dev/null; then python=$$candidate; break; fi; \
	  done; \
	  if [ -z "$$python" ]; then echo "Python $$version: not found, left out"; continue; fi; \
	  found="$$found $$version"; echo "Python $$version: $$python"; \
	  "$$python" -m venv ".venv-$$version" || exit 1; \
	  VIRTUAL_ENV="$(CURDIR)/.venv-$$version" $(MAKE) --no-print-directory test || exit 1; \
	done; \
	test -n "$$found" || { echo 'no Python from 3.11 to 3.13 found' >&2; exit 1; }; \
	echo "tested with:$$found"

# Built from the source archive, so that no compiled file comes to lie in the checkout. Its functions' names are hidden, so that the
# modules call each other without a look-up.
wheel: set-up
	$(BIN)/python -m pip install --quiet --group release
	rm -rf dist
	CFLAGS="-fvisibility=hidden $$CFLAGS" HATCH_BUILD_HOOK_ENABLE_MYPYC=true $(BIN)/python -m build --outdir dist >dist.log 2>&1 || { cat dist.log; rm dist.log; exit 1; }
	@rm dist.log; ls dist

compiled: wheel
	$(BIN)/python -m venv --clear $(COMPILED)
	$(COMPILED)/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(COMPILED)/bin/python -m pip install --quiet "$$(ls dist/*.whl)[terraform]" --group dev

test-compiled: compiled
	VIRTUAL_ENV= PATH="$(COMPILED)/bin:$$PATH" $(COMPILED)/bin/python -m pytest -n 2

bench: compiled
	$(BIN)/python -m pip install --quiet --group bench
	$(BIN)/python benchmarks/bench.py --compiled $(COMPILED)/bin/barraiser

docs: set-up
	BARRAISER_WRITE_README=1 $(BIN)/python -m pytest tests/test_rule_pages.py tests/test_readme.py

format: set-up
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Installed again only when the checkout or what it needs has changed. Dependency groups need pip 25.1, so an older pip goes first.
set-up:
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@wanted="$(CURDIR) $$(cksum < pyproject.toml)"; \
	if [ "$$(cat $(SET_UP) 2>/dev/null)" != "$$wanted" ]; then \
	  echo 'Setting up $(VENV)' && \
	  $(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1' && \
	  $(BIN)/python -m pip install --quiet --editable '.[terraform]' --group dev && \
	  echo "$$wanted" > $(SET_UP); \
	fi
