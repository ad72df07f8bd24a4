# etcdpanel: what one does every day. `make` alone prints the list.
# Works with GNU make 3.81, which macOS has.

VENV := .venv
PYTHON := $(VENV)/bin/python
UP := $(PYTHON) -m etcdpanel.up
PRODUCT := $(VENV)/.installed-requirements
TOOLS := $(VENV)/.installed-requirements-dev

.PHONY: help run demo stop demo-clean test check bench lock translations

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s%s\n", $$1, $$2 }' Makefile

run: $(PRODUCT) ## start the panel at http://127.0.0.1:8000; Ctrl-C stops it
	@exec $(UP) run

demo: $(PRODUCT) ## start it in the background and create a cluster of three members
	@exec $(UP) demo

stop: $(PRODUCT) ## stop the panel; members keep running
	@exec $(UP) stop

demo-clean: $(PRODUCT) ## remove the cluster of `make demo`, then stop the panel
	@exec $(UP) demo-clean

# Suites side by side; what needs a missing part (Docker, PostgreSQL) says so.
test: $(TOOLS) ## run all tests
	@exec $(PYTHON) -m tests.run

# Cheapest first, so that a typing slip is told in a second.
check: $(TOOLS) ## lint, types, import contracts, templates, migrations
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/djlint --quiet --lint templates
	$(VENV)/bin/mypy .
	$(PYTHON) manage.py makemigrations --check --dry-run

bench: $(TOOLS) ## print the figures, each beside what it is compared with
	@exec $(PYTHON) -m tests.bench

# Universal: one lock for every Python and platform that is supported.
lock: $(TOOLS) ## lock the versions of requirements.in and requirements-dev.in
	@command -v uv >/dev/null || { echo "make lock needs uv: $(PYTHON) -m pip install uv"; exit 1; }
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --upgrade \
	  --custom-compile-command "make lock" --output-file requirements.txt requirements.in
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --upgrade \
	  --custom-compile-command "make lock" --output-file requirements-dev.txt requirements-dev.in

# What clusters/locale/babel.cfg names is collected; translate what the last line misses.
PYBABEL := PYTHONPATH=. $(VENV)/bin/pybabel --quiet
LOCALE := clusters/locale
translations: $(TOOLS) ## collect new sentences and compile the catalogues
	$(PYBABEL) extract --mapping $(LOCALE)/babel.cfg --add-location file --sort-by-file --no-wrap \
	  --project etcdpanel --output-file $(LOCALE)/django.pot .
	$(PYBABEL) update --domain django --input-file $(LOCALE)/django.pot --output-dir $(LOCALE) \
	  --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap
	@rm $(LOCALE)/django.pot
	$(VENV)/bin/pybabel compile --statistics --domain django --directory $(LOCALE)

# The virtual environment. The stamps make every later start instant.

$(PRODUCT): requirements.txt
$(TOOLS): requirements-dev.txt
$(PRODUCT) $(TOOLS): $(VENV)/.installed-%: $(PYTHON)
	@echo "Installing $*.txt (once; a minute with pip, seconds with uv) ..."
	@if command -v uv >/dev/null; then \
	  uv pip install --quiet --python $(PYTHON) --require-hashes --requirement $*.txt; \
	else \
	  $(PYTHON) -m pip install --quiet --quiet --disable-pip-version-check --require-hashes --requirement $*.txt; \
	fi
	@touch $@ $(PRODUCT) # the second set contains the first

# The newest suitable Python that can make an environment, or uv, which brings one.
$(PYTHON):
	@for python in python3.13 python3.12 python3.11 python3; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    suitable="$${suitable:-$$python}"; \
	    if $$python -c 'import ensurepip, venv' 2>/dev/null; then complete=$$python; break; fi; \
	  fi; \
	done; \
	if command -v uv >/dev/null; then \
	  exec uv venv --quiet --allow-existing --python "$${suitable:-3.13}" $(VENV); \
	elif [ -n "$$complete" ]; then \
	  exec $$complete -m venv --clear $(VENV); \
	fi; \
	if [ -n "$$suitable" ]; then \
	  echo "$$suitable cannot make a virtual environment: a part of it is not installed."; \
	else \
	  echo "etcdpanel needs Python 3.11 or newer, and there is none on PATH."; \
	fi; \
	echo "This installs it:"; \
	if command -v apt-get >/dev/null; then echo "  sudo apt-get install python3 python3-venv"; \
	elif command -v dnf >/dev/null; then echo "  sudo dnf install python3"; \
	elif command -v brew >/dev/null || [ "$$(uname)" = Darwin ]; then echo "  brew install python@3.13"; \
	else echo "  your system's package of Python 3.11 or newer, with venv"; \
	fi; \
	exit 1
