# Everything a developer or an operator does, by name. `make help` lists it.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet --no-deps --require-hashes
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate
TESTS ?= tests
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run demo down test fast check arch lint fmt types bench bench-million bench-timers bench-report chaos where ci-tools docs mails gallery lock clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(BIN)/.run $(BIN)/sanad ## Start Sanad here and now (data in ./var, see SANAD_HOME); Ctrl-C stops it
	@exec $(BIN)/sanad up

down: $(BIN)/.run $(BIN)/sanad ## Stop what `make run` started in another terminal
	@$(BIN)/sanad down

test: $(BIN)/.dev $(BIN)/sanad ## The whole suite, from nothing, with its own servers
	@$(BIN)/python -m pytest -n $(WORKERS) -q $(TESTS)

fast: $(BIN)/.dev ## Pure rules and the architecture, in seconds
	@$(BIN)/python -m pytest -q -p no:xdist --hypothesis-profile=fast -k "not minute_walk" tests/architecture tests/shared/worktime $$(find tests -name 'test_domain*.py')

check: lint types arch ## Style, types and the direction of imports

lint: $(BIN)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(BIN)/.dev
	@$(BIN)/mypy shared services deploy

arch: $(BIN)/.dev ## Only the direction of imports
	@PYTHONPATH=. $(BIN)/lint-imports

fmt: $(BIN)/.dev ## Format, and mend what can be mended
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(BIN)/.dev $(BIN)/sanad ## Our figures beside their floors (bench-million: on seeded desks)
	@$(BIN)/python -m tests.bench

bench-million: $(BIN)/.dev $(BIN)/sanad ## A million tickets, seeded once (SANAD_BENCH_HOME), by every list, with plans
	@$(BIN)/python -m tests.bench.million
	@$(BIN)/python -m tests.bench --only P6-100k,P7,P8,P9,P20,P21-P7,P22,STEADY

bench-timers: $(BIN)/.dev $(BIN)/sanad ## A million armed timers, a Sunday morning, and how promptly one fires
	@$(BIN)/python -m tests.bench --only P12,P13,SUNDAY --repetitions 1

bench-report: $(BIN)/.dev ## The reports over a million tickets, with their plans
	@$(BIN)/python -m tests.bench.report
	@$(BIN)/python -m tests.bench.figures

demo: $(BIN)/.run $(BIN)/sanad ## Fill the running Sanad with a lively example in two languages
	@$(BIN)/sanad demo

chaos: $(BIN)/.dev $(BIN)/sanad ## Kill, starve and disconnect, then count what was lost
	@SANAD_CHAOS_RACES=$${SANAD_CHAOS_RACES:-500} $(BIN)/python -m pytest -q -m "slow or not slow" tests/chaos \
	  tests/services/tickets/test_tickets_mail.py

where: $(BIN)/.run ## Who states and who hears an event: make where e=ticket.reopened.v1
	@PYTHONPATH=. $(BIN)/python -m deploy.where $(e)

ci-tools: ## What some tests need beyond Python; without it they skip and say so
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends swaks libnet-ssleay-perl dovecot-imapd wrk chromium; } >/dev/null 2>&1 \
	  || echo "ci-tools: swaks, dovecot, wrk and chromium could not be installed; tests that need them will skip"; \
	else echo "ci-tools: no root or no apt-get; tests that need swaks, dovecot, wrk or chromium will skip"; fi
	@command -v npm >/dev/null && npm install --silent --no-audit --no-fund --ignore-scripts --prefix .venv/node tus-js-client@4.3.1 >/dev/null 2>&1 \
	  || echo "ci-tools: no npm or no tus-js-client; the test of a foreign upload client will skip"

docs: $(BIN)/.dev ## Write the event book and the merged OpenAPI document anew
	@PYTHONPATH=. $(BIN)/python -m deploy.book
	@PYTHONPATH=. $(BIN)/python -m deploy.openapi

mails: $(BIN)/.dev ## Compile the MJML sources of mails into the pages that notify fills
	@PYTHONPATH=. $(BIN)/python -m deploy.mails

gallery: mails ## Pages and pictures of every mail in docs/mails (pictures where Chromium is)
	@PYTHONPATH=. $(BIN)/python -m deploy.gallery

lock: ## Renew both lock files (needs uv)
	@$(COMPILE) requirements.in -o requirements.lock
	@$(COMPILE) requirements-dev.in -o requirements-dev.lock
	@$(COMPILE) tests/bench/peer/requirements.in -o tests/bench/peer/requirements.lock

clean: ## Forget what can be made again; data in ./var stays
	@rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage bench-out
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv

$(BIN)/.run: requirements.lock | $(BIN)/python
	@echo "installing what requirements.lock names"
	@$(PIP) -r requirements.lock
	@touch $@

$(BIN)/.dev: requirements-dev.lock | $(BIN)/python
	@echo "installing what requirements-dev.lock names"
	@$(PIP) -r requirements-dev.lock
	@touch $@

$(BIN)/sanad: deploy/local/launcher.sh | $(BIN)/python
	@install -m 755 deploy/local/launcher.sh $@
