# The two commands of the README are `make demo` and `make test`; `make help` lists the rest.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
NAME    = nomad-queue-autoscaler

.DEFAULT_GOAL := help
.PHONY: help install install-demo demo test check lint format types unit simulation contract browser e2e bench docs dist clean

help:  ## List what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is older than 3.11; name a newer one: make PYTHON=python3.12 …" >&2; exit 1; }
	@echo "Making the environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV)

# One stamp for each set of extras, remade when the metadata changes.
$(VENV)/.demo: $(VENV)/pyvenv.cfg setup.cfg pyproject.toml
	@echo "Installing $(NAME) with what the demo needs …"
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --editable '.[demo]'
	@touch $@

$(VENV)/.dev: $(VENV)/pyvenv.cfg setup.cfg pyproject.toml
	@echo "Installing $(NAME) with what developing needs …"
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --editable '.[dev]'
	@touch $@ $(VENV)/.demo

install: $(VENV)/.dev  ## Make the environment with everything for developing

demo: $(VENV)/.demo  ## Run the whole system on this machine, on real video (FILES="a.mp4 b.mov" for your own)
	@$(BIN)/autoscaler demo $(FILES)

test: check simulation contract browser e2e  ## Everything that CI runs

check: lint types unit  ## The part for every edit: lint, layers, types, unit tests

lint: $(VENV)/.dev  ## Style and layers
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --cache-dir $(VENV)/import-linter

format: $(VENV)/.dev  ## Put the code into the project's style
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

types: $(VENV)/.dev  ## Type check
	@$(BIN)/mypy

unit: $(VENV)/.dev  ## Unit tests: no network, no processes
	@$(BIN)/pytest tests/unit -n 2

simulation: $(VENV)/.dev  ## Random histories of a pool against what must always hold
	@$(BIN)/pytest tests/simulation -n 2

contract: $(VENV)/.dev  ## Adapters and the Nomad stand-in against recorded and real servers
	@$(BIN)/pytest tests/contract -n 2 --dist loadfile

browser: $(VENV)/.dev  ## The status page in a headless Chromium, where there is one
	@$(BIN)/pytest tests/browser -n 2 --dist loadfile

e2e: $(VENV)/.dev  ## The devstack end to end, real encodes
	@$(BIN)/pytest tests/e2e -n 2 --dist worksteal

bench: $(VENV)/.dev  ## Print the figures: reaction, cycle, rest
	@$(BIN)/python -m bench

docs: $(VENV)/.dev  ## Write docs/reference from the code
	@$(BIN)/python -m tests.docs

dist: $(VENV)/.dev  ## Wheel and sdist in dist/, the same bytes from the same commit
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build --no-isolation

clean:  ## Remove the environment and everything built
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
