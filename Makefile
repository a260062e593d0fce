# make app    make the environment if it is not there, and open the dashboard on 127.0.0.1:8501
# make test   run every default test
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
export OMP_WAIT_POLICY ?= PASSIVE

.PHONY: app test test-slow lint bench checkpoints pictures

app: $(READY)
	$(BIN)/counterproof app

test: $(READY)
	$(BIN)/python -m pytest

test-slow: $(READY)
	$(BIN)/python -m pytest -m "slow and not gpu"

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/.bench
	$(BIN)/python -m tests.bench

checkpoints: $(READY)
	$(BIN)/python -m core.recipes

pictures: $(READY)
	COUNTERPROOF_PICTURES=assets/pictures $(BIN)/python -m pytest -m browser tests/browser

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 app"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --requirement requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --editable .
	$(BIN)/python -m pip check
	touch $@

.venv/.bench: $(READY)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --editable ".[bench]"
	touch $@
