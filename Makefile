# Hamyar. Every target sets up what it needs; "make help" lists them.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
DEMO   := outputs/demo
# The demonstration keeps its database, key and pages together, apart from any real centre's.
DEMO_ENV := HAMYAR_DATABASE_URL=sqlite:///$(CURDIR)/$(DEMO)/demo.sqlite3 HAMYAR_KEY_FILE=$(CURDIR)/$(DEMO)/demo.key HAMYAR_OUTPUTS=$(CURDIR)/$(DEMO)
MONTH  ?= 1404-08
PORT   ?= 8866

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test test-all lint bench words lock lab clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## the virtual environment, from the hash-checked lock

$(READY): requirements.lock pyproject.toml lib/hamyar/system_check.py
	@$(PYTHON) lib/hamyar/system_check.py
	@echo "Setting up $(VENV) (the first time takes a minute or two) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $(READY)

demo: $(READY) ## made-up families, one month, a PDF for each, and their helper's calendar
	@mkdir -p $(DEMO)
	@$(DEMO_ENV) $(BIN)/hamyar init --synthetic --title "مرکز نمونه"
	@$(DEMO_ENV) $(BIN)/hamyar sample --families 12 --month $(MONTH)
	@$(DEMO_ENV) $(BIN)/hamyar monthly --month $(MONTH) --fresh
	@$(DEMO_ENV) $(BIN)/hamyar calendar --month $(MONTH) --all

serve: $(READY) ## the pages in a browser, with made-up families and an account for each role
	@$(BIN)/hamyar serve --demo --port $(PORT)

test: $(READY) ## the tests of everyday work
	@$(BIN)/python -m pytest -n 2 --dist loadscope -m "not slow" tests
	@$(BIN)/python -m pytest -n 2 --dist loadscope -p no:randomly --nbval-lax --nbval-cell-timeout=120 -W default notebooks

test-all: $(READY) ## also the slow ones
	@$(BIN)/python -m pytest -n 2 --dist loadscope tests
	@$(BIN)/python -m pytest -n 2 --dist loadscope -p no:randomly --nbval-lax --nbval-cell-timeout=120 -W default notebooks

lint: $(READY) ## style, types, the import contract, stripped notebooks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/nbstripout --verify --keep-id notebooks/*.ipynb

bench: $(READY) ## speed against plain NumPy and against separate commands
	@$(BIN)/python -m tests.benchmarks.assessment
	@$(BIN)/python -m tests.benchmarks.levels
	@$(BIN)/python -m tests.benchmarks.assignment
	@$(BIN)/python -m tests.benchmarks.scheduling
	@$(BIN)/python -m tests.benchmarks.pages
	@$(BIN)/python -m tests.benchmarks.serving

words: $(READY) ## bring the catalogues up to date with the code
	@$(BIN)/python -m tests.catalogues update

lock: ## resolve the dependencies anew (needs uv), for pip and for conda
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --custom-compile-command "make lock" -o requirements.lock
	@sed -i.bak '/^      - /d' environment.yml && rm environment.yml.bak
	@sed -nE 's/^([a-z0-9][^ ]*==[^ ]+)( ; .*[^ \\])?( \\)?$$/      - "\1\2"/p' requirements.lock >> environment.yml
	@echo '      - "--editable=."' >> environment.yml

lab: $(READY) ## the notebooks in JupyterLab
	@$(BIN)/hamyar lab

clean: ## remove the environment and the demonstration
	rm -rf $(VENV) $(DEMO) outputs/served
