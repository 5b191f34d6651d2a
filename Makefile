# make run   install, index, serve on http://127.0.0.1:7860        make test   install with the test tools, run every test
PYTHON ?= python3
VENV   ?= .venv
SECONDS ?= 600
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt

.PHONY: help install install-dev run serve test lint audit fuzz
help:
	@echo "make run      installs what is missing, indexes the sheets if they changed, serves on 127.0.0.1:7860"
	@echo "make test     same environment with the test tools, then every test"
	@echo "make install  the environment only        make lint  ruff and mypy"
	@echo "make serve    the server only; WORKERS=4 for so many processes"
	@echo "make audit    bandit, known vulnerabilities and licences of what is installed; AUDIT_STRICT=1 for a release"
	@echo "make fuzz     SECONDS (600) of hostile texts, then of hostile requests to the server over the indexed sheets"

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$(PYTHON) is older than Python 3.11. Run: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	@echo "== Making the environment $(VENV)"
	@$(PYTHON) -m venv $(VENV)

# torch comes first and alone: a CPU build that pip already knows of then serves for all that depends on it.
$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "== Installing the chatbot (several minutes the first time)"
	@$(PIP) torch==2.13.0
	@$(PIP) --editable .
	@touch $@

# axe-core, which checks that the page is accessible: the tests that need it are skipped where there is no npm.
$(VENV)/axe: | $(VENV)/bin/python
	@if command -v npm >/dev/null; then \
	  npm install --prefix $(VENV)/axe --no-save --no-audit --no-fund --ignore-scripts --silent axe-core@4.14.1 \
	    || rm -rf $(VENV)/axe; \
	fi

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "== Installing the test tools"
	@$(PIP) --editable '.[dev]'
	@touch $@

run: install
	@echo "== Indexing the sheets that changed"
	@$(BIN)/python -m chatbot index
	@$(MAKE) --no-print-directory serve

serve: install
	@echo "== Starting the server (Ctrl+C stops it)"
	@exec env $(if $(WORKERS),CHATBOT_WORKERS=$(WORKERS)) $(BIN)/python app.py

test: install-dev $(VENV)/axe
	@echo "== Running every test"
	@$(BIN)/python -m pytest

lint: install-dev
	@$(BIN)/ruff check .
	@$(BIN)/mypy

audit: install-dev
	@echo "== Auditing the code and what is installed"
	@$(PIP) -q --editable '.[audit]'
	@$(BIN)/bandit -q -r chatbot app.py
	@$(BIN)/python -m tests.audit_packages

fuzz: install-dev
	@echo "== Fuzzing what reads texts and requests of strangers"
	@$(PIP) -q --editable '.[fuzz]'
	@$(BIN)/python -m tests.fuzz.run $(SECONDS)
	@$(BIN)/python -m tests.fuzz.served $(SECONDS)
