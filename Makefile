# make app       make the environment if it is not there, and open the dashboard on 127.0.0.1:8501
# make test      run every default test
# make check     ruff, mypy and the fast tests, for the loop between edits
# make coverage  which lines of core and app the tests reach that need no browser
# make mutants   plant mistakes, one after the other, in a copy, and see that tests catch them
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet
READY := .venv/.ready
DEV := .venv/.dev
export OMP_WAIT_POLICY ?= PASSIVE

# Two workers, a core each; a file of tests stays together. Tests in a browser want the machine to themselves.
SPREAD := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile
METHODS := attacks explainers objectives metrics map_distances detectors classifiers
# What `make check` runs: worked examples, the house, parameters and contracts, every method against its contract.
FAST := core $(wildcard tests/test_*.py) tests/core/test_catalog.py tests/core/base tests/core/untrusted tests/core/contracts \
	$(foreach each,$(METHODS),tests/core/$(each)/test_$(each).py)

.PHONY: app check test test-slow lint coverage mutants bench checkpoints pictures

app: $(READY)
	$(BIN)/counterproof app

check: lint
	$(SPREAD) -q $(FAST)

test: $(DEV)
	$(SPREAD) --ignore tests/browser --durations 60 --durations-min 3; before=$$?; $(BIN)/python -m pytest tests/browser && exit $$before

test-slow: $(DEV)
	$(BIN)/python -m pytest -m "slow and not gpu"

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

coverage: $(DEV)
	$(SPREAD) --ignore tests/browser --cov

mutants: $(DEV)
	$(BIN)/python -m tests.mutants

bench: .venv/.bench
	$(BIN)/python -m tests.bench

checkpoints: $(READY)
	$(BIN)/python -m core.recipes.redraw_cifar100
	$(BIN)/python -m core.recipes

pictures: $(DEV)
	COUNTERPROOF_PICTURES=assets/pictures $(BIN)/python -m pytest -m browser tests/browser

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 app"; exit 1; }
	$(PYTHON) -m venv .venv
	$(PIP) --requirement requirements.txt
	$(PIP) --no-deps --editable .
	$(BIN)/python -m pip check
	touch $@

$(DEV): $(READY) requirements-dev.txt
	$(PIP) --requirement requirements-dev.txt
	$(BIN)/python -m pip check
	touch $@

.venv/.bench: $(READY)
	$(PIP) --editable ".[bench]"
	touch $@
