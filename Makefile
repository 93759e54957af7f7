# The commands of this house. `make run` starts Hubbub, `make test` tries it, `make check` is what CI runs.
PYTHON ?= python3
BIN := .venv/bin
DATA ?= ./hubbub-data

.PHONY: setup run test check lint peers bench lock clean

setup: .venv/.ready

# Locked with hashes, so that an install next year gives the same; the last line adds the `hubbub` command itself.
.venv/.ready: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Hubbub needs Python 3.11 or later: make setup PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "The venv module is missing: on Debian, apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: setup
	@exec $(BIN)/hubbub up --demo --data $(DATA)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python tools/ratchet.py
	$(BIN)/mypy
	$(BIN)/python -m django makemigrations --check --dry-run --settings hubbub.settings

# Two runs beside each other, for two cores: everything on SQLite with coverage; and what touches the database again on
# PostgreSQL, then the browser tests, where measuring would only slow the pages down.
test: setup
	$(BIN)/python tools/chromium.py
	@log=$$(mktemp); { HUBBUB_TEST_DATABASE=postgresql $(BIN)/pytest -m database; postgresql=$$?; \
	$(BIN)/pytest -m browser; exit $$((postgresql + $$?)); } >$$log 2>&1 & other=$$!; \
	$(BIN)/pytest -m "not browser" --cov --cov-report=term:skip-covered; first=$$?; \
	wait $$other; second=$$?; \
	echo "On PostgreSQL, and in the browser:"; cat $$log; rm -f $$log; \
	exit $$((first + second))

check: lint test

# All real servers, or those that PEERS names: make peers PEERS=tests/peers/test_isso.py
PEERS ?= tests/peers
peers: setup
	$(BIN)/python tools/chromium.py
	$(BIN)/pytest $(PEERS) --peers

bench: setup
	$(BIN)/python -m bench

lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 pyproject.toml -o requirements/run.txt
	uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 --group dev pyproject.toml -o requirements/dev.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .coverage
