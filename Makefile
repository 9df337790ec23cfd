# What a person types. Everything installs itself on first use into .venv/ and node_modules/.
#   make run      the whole program on http://127.0.0.1:8000   (PORT=, VAR=, DEMO=0, DATABASE_URL=)
#   make test     all tests                                    (ARGS="tests/orders -k refund")
#   make check    lint, types, import contracts, missing migrations, deploy checks
#   make bench    the benchmarks                               (ARGS="orders.table --orders 100000")

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
RUNS := .venv/.runs
TESTS := .venv/.tests
FRONT_END := node_modules/.installed

.DEFAULT_GOAL := run
.PHONY: run test test-postgres check bench install

run: $(RUNS) $(FRONT_END)
	@END_WITH_PARENT=1 exec $(MANAGE) up

# Some tests look at what runs on the whole server; they come after the others, one by one. Pytest says 5
# where ARGS leave none to run.
test: install
	$(BIN)/pytest -n auto --dist loadscope -m "not alone" $(ARGS) || [ $$? -eq 5 ]
	$(BIN)/pytest -m alone $(ARGS) || [ $$? -eq 5 ]

# The same tests on another PostgreSQL: make test-postgres PG_BIN=/usr/lib/postgresql/15/bin
test-postgres:
	PG_BIN=$(PG_BIN) VAR=var/other-postgres $(MAKE) test ARGS="$(ARGS)"

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	SITE_URL=https://ambassador.example.com $(MANAGE) check --deploy --fail-level WARNING
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/pytest -q tests/test_house.py

bench: install
	@$(MANAGE) bench $(ARGS)

install: $(RUNS) $(TESTS) $(FRONT_END)

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=…")'
	$(PYTHON) -m venv .venv

$(RUNS): requirements.txt constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(TESTS): requirements-dev.txt $(RUNS)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# Node comes by pip, and its packages run no scripts of their own.
$(FRONT_END): package.json package-lock.json | $(RUNS)
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
