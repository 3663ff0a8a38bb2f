# make run     install and start the bot (without a token: a chat in the terminal)
# make test    install and run all tests
# make check   formatting, lint, types, import directions, the shipped FAQ
# make fix     format and mend what can be mended by itself
# make lock    write the lock files anew from pyproject.toml

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all:
# one BLAS and OpenMP thread each: questions are spread over threads, not single vectors
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1

.PHONY: install install-dev run test check fix lock clean

install: $(VENV)/run.stamp
install-dev: $(VENV)/dev.stamp

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=…"; exit 2; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.lock | $(BIN)/python
	@echo "Installing (once, about a minute) …" >&2
	@$(PIP) -r requirements.lock
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/run.stamp
	@echo "Installing what tests need …" >&2
	@$(PIP) -r requirements-dev.lock
	@touch $@

run: install
	@$(BIN)/python run_bot.py run

test: install-dev
	@$(BIN)/python -m pytest -n 2 --no-loadscope-reorder

check: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python run_bot.py check

fix: install-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# the larger set first: aiogram (dev) wants an older pydantic than the product alone would get
lock: install-dev
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --extra dev --extra train pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate pyproject.toml -c requirements-dev.lock -o requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
