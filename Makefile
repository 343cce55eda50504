# Two commands do everything: `make run` and `make test`.
.DEFAULT_GOAL := help
.PHONY: help run test lint bench faults lock clean

# The first Python of at least 3.11 that is found; PYTHON=... chooses another.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
# feedgen comes as source only: built the modern way also by the pip of Python 3.11, which would warn of its old one.
PIP := PIP_USE_PEP517=1 .venv/bin/python -m pip install --quiet --disable-pip-version-check

help:
	@echo "make run    the blog at http://127.0.0.1:8000 (HOST=, PORT= change it)"
	@echo "make test   all tests"
	@echo "make lint   style, types, architecture"
	@echo "make bench  how fast it is beside nginx, into bench/RESULTS.md; a quarter of an hour (QUICK=1: four minutes)"
	@echo "make faults kill -9 in the middle of everything, forty times (ROUNDS=), and count what was lost; a quarter of an hour"
	@echo "make lock   choose newer versions of what the blog is built on"
	@echo "make clean  remove what these commands installed; posts stay"

run: .venv/ready
	@exec .venv/bin/broadsheet serve

test: .venv/ready-dev
	.venv/bin/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

lint: .venv/ready-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/python -m pytest --quiet tests/test_architecture.py

# BENCH_FOLDER=... keeps the made-up posts for the next run.
bench: .venv/ready
	@BENCH_FOLDER="$(BENCH_FOLDER)" .venv/bin/python -m bench $(if $(QUICK),--quick) $(if $(AGAINST),--against "$(AGAINST)")

faults: .venv/ready-dev
	@.venv/bin/python -m tests.faults --rounds $(or $(ROUNDS),40)

.venv/ready: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Broadsheet needs Python 3.11 or newer, and none was found. PYTHON=/path/to/python3 make run names one." >&2; exit 1; }
	@echo "Setting up .venv (once; about a minute)"
	@$(PYTHON) -m venv .venv || { echo "This Python cannot make virtual environments. On Debian: apt install python3-venv" >&2; rm -rf .venv; exit 1; }
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@.venv/bin/python -m compileall -q blog
	@touch $@

.venv/ready-dev: .venv/ready requirements-dev.lock
	@echo "Adding what the tests need (once)"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

# Needs uv (https://docs.astral.sh/uv/). No index address is written into the locks.
lock:
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --extra build pyproject.toml -o requirements.lock
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --extra build --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build
