# What a developer types. Needs Python 3.11 or newer, make and a package index; nothing else.
# pip's own settings (PIP_INDEX_URL, PIP_CERT and the like) are used as they are.

PYTHON ?= python3
BIN := .venv/bin
# Named for the content of the lock file: a changed lock is installed, a touched one is not.
RUN_STAMP := .venv/.run-$(shell cksum < requirements.txt | cut -d' ' -f1)
DEV_STAMP := .venv/.dev-$(shell cksum < requirements-dev.txt | cut -d' ' -f1)

MANAGE := DATABASE_URL=sqlite://:memory: DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py
# Each worker of the tests has servers of its own; a file's tests share them.
# They start hundreds of Python processes, which read what the first one compiled.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest --numprocesses logical --dist loadfile --no-loadscope-reorder

RANDOM_SECRET := $(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(48))'

.DEFAULT_GOAL := help
.PHONY: help run test coverage screenshots soak bench lint lint-types lint-project format messages schema lock

help: ## show this list
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUN_STAMP) ## everything from a fresh clone, in one terminal; Ctrl-C stops it
	@$(BIN)/python -m voxa.run

test: lint ## every test this machine can run, on SQLite and on PostgreSQL; says what it skipped and why
	@echo "On SQLite:"
	@env -u DATABASE_URL $(PYTEST) --once
	@echo "On PostgreSQL:"
	@$(BIN)/python -m tests.live.postgres $(PYTEST) --once

coverage: $(DEV_STAMP) ## which lines and branches the tests without servers reach, on SQLite; var/coverage shows the rest
	@env -u DATABASE_URL $(PYTEST) --ignore tests/live --ignore tests/contract --ignore tests/browser --ignore tests/load \
		-m 'not live and not browser and not soak' --cov --cov-report term --cov-report html:var/coverage

screenshots: $(DEV_STAMP) ## a picture of every page of the admin, light and dark, in var/screenshots; needs chromium
	@env -u DATABASE_URL $(BIN)/pytest -q --numprocesses 0 tests/browser/screenshots.py

soak: $(DEV_STAMP) ## the long kill and race runs, whole
	@VOXA_SOAK=1 $(BIN)/python -m tests.live.postgres $(BIN)/pytest -m soak --timeout 3600

bench: $(DEV_STAMP) ## the benchmarks, each against a floor measured in the same run
	@$(BIN)/python -m tests.load

lint: $(DEV_STAMP) ## style, types, migrations, settings for production, the schema
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(MAKE) --no-print-directory --jobs 2 lint-types lint-project

lint-types:
	@$(BIN)/mypy .

lint-project:
	@$(MANAGE) makemigrations --check --dry-run
	@DJANGO_SETTINGS_MODULE=voxa.settings VOXA_READ_DOTENV=0 SECRET_KEY=$$($(RANDOM_SECRET)) FERNET_KEYS=$$($(RANDOM_SECRET)) \
		API_PUBLIC_URL=https://voxa.example.com $(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(MANAGE) spectacular --validate --fail-on-warn | diff -u docs/openapi.yaml - \
		|| { echo "The schema and the code differ: run make schema and look at the change."; exit 1; }

format: $(DEV_STAMP) ## put the code in shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

messages: $(DEV_STAMP) ## collect the texts of the admin in the German catalogue, and compile it
	@$(BIN)/python -m tests.catalogue

schema: $(DEV_STAMP) ## write docs/openapi.yaml from the code
	@DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

lock: $(DEV_STAMP) ## write requirements*.txt from pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command 'make lock' --output-file requirements.txt pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command 'make lock' --constraints requirements.txt --group dev --output-file requirements-dev.txt pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command 'make lock' --constraints requirements-dev.txt --group agent --output-file requirements-agent.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command 'make lock' --constraints requirements-dev.txt --group agent --group speech --output-file requirements-speech.txt

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Voxa needs Python 3.11 or newer. Name one: make PYTHON=python3.12")'
	@$(PYTHON) -m venv .venv

$(RUN_STAMP): | .venv/bin/python
	@echo "Installing the packages into .venv, once ..."
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	@rm -f .venv/.run-* && touch $@

$(DEV_STAMP): | .venv/bin/python
	@echo "Installing the packages into .venv, those for development too, once ..."
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@rm -f .venv/.dev-* .venv/.run-* && touch $@ $(RUN_STAMP)
