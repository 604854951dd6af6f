# Every command of the project. `make setup` alone makes .venv with everything in it; the others call it when needed.
.DEFAULT_GOAL := help
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin

# Tests start many programs and collect in several processes: each would compile everything anew, which nearly doubles
# what collecting costs.
unexport PYTHONDONTWRITEBYTECODE

# What `make test` repeats on PostgreSQL: acts, requests, webhooks, search, mail that comes in, lists, API, commands. The
# queue's tests run on both databases anyway.
ON_BOTH := tests/desk/hooks/test_delivery.py tests/desk/hooks/test_sender.py tests/desk/search tests/desk/test_issue.py \
	tests/desk/requests/test_applying.py tests/desk/requests/test_tickets.py tests/inbound/processing/test_step.py \
	tests/inbound/test_booking.py tests/badgepost/test_migrations.py tests/web/console/test_recipients.py \
	tests/web/console/test_outgoing.py tests/web/api/test_awards.py tests/badgepost/cli/test_queue.py

help:  ## say what there is
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.ready  ## make .venv with everything in it
$(VENV)/.ready: requirements/lock.txt pyproject.toml scripts/setup
	PYTHON=$(PYTHON) scripts/setup

run: setup  ## the service with sample data, everything embedded
	scripts/run

demo: setup  ## the whole journey once, without a person
	$(BIN)/badgepost demo

test: setup  ## everything
	scripts/system-packages
	$(BIN)/python -m pytest -n $$(( $$(nproc) + 2 )) --dist worksteal  # much of it waits for servers and browsers
	$(BIN)/python -m pytest -n $$(( $$(nproc) + 2 )) --dist worksteal --database postgresql $(ON_BOTH)

test-postgresql: setup  ## everything once more, on a PostgreSQL that the tests start
	scripts/system-packages
	$(BIN)/python -m pytest --database postgresql -n $$(( $$(nproc) + 2 )) --dist worksteal

check: setup  ## format, lint, types, floors, known vulnerabilities
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/audit

chaos: setup  ## kill every process and the database 60 times, fail disk, relay, DNS and power; count every copy
	BADGEPOST_CHAOS_KILLS=60 $(BIN)/python -m pytest -n0 tests/chaos

fuzz: setup  ## long runs of the state machines of ledger and desk, then atheris on each reader of strangers' bytes
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/fuzz.txt
	BADGEPOST_FUZZ_EXAMPLES=1000 BADGEPOST_FUZZ_STEPS=80 $(BIN)/python -m pytest -n0 --timeout 0 \
		tests/mailer/queue/test_machine.py tests/desk/requests/test_desk_machine.py tests/desk/requests/test_life_of_a_name.py
	$(BIN)/python -m fuzz --seconds 300

fuzz-api: setup  ## ask the API for whatever its document allows and forbids, for five minutes
	BADGEPOST_FUZZ_SECONDS=300 $(BIN)/python -m pytest -n0 tests/web/api/test_schemathesis.py

bench: setup  ## the figures of docs/performance.md, as ratios
	$(BIN)/python -m bench

bench-several: setup  ## the figures of docs/scaling.md (needs PostgreSQL's server programs)
	$(BIN)/python -m bench.several

sbom: setup  ## what it runs on, as a CycloneDX document in build/sbom.cdx.json
	$(BIN)/python scripts/sbom

lock:  ## pin every dependency anew (needs uv)
	scripts/lock

.PHONY: help setup run demo test test-postgresql check chaos fuzz fuzz-api bench bench-several sbom lock
