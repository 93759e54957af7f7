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

# Three runs beside each other: everything on SQLite with coverage; what touches the database again on PostgreSQL; and the
# browser tests, which mostly wait, and where measuring would only slow the pages down.
test: setup
	$(BIN)/python tools/chromium.py
	@told=$$(mktemp -d); \
	HUBBUB_TEST_DATABASE=postgresql $(BIN)/pytest -m "database and not browser" >$$told/postgresql 2>&1 & postgresql=$$!; \
	$(BIN)/pytest -m browser >$$told/browser 2>&1 & browser=$$!; \
	$(BIN)/pytest -m "not browser" --cov --cov-report=term:skip-covered; failed=$$?; \
	wait $$postgresql || failed=1; wait $$browser || failed=1; \
	echo "On PostgreSQL:"; cat $$told/postgresql; echo "In the browser:"; cat $$told/browser; rm -r $$told; \
	exit $$failed

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
