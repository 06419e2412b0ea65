# Two commands a newcomer needs: `make audit` and `make test`. Both do their own set-up.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
EXAMPLES := examples/installed-packages/build/dataset.yaml examples/support-dialogues/dataset.yaml
MANIFEST ?=
# as many processes of tests as there are cores, at most four: each may start services of its own
WORKERS ?= auto
.DEFAULT_GOAL := help
.PHONY: help audit test test-all lint lock docs clean

help:
	@echo "make audit                  audit the two examples through Airflow"
	@echo "make audit MANIFEST=FILE    audit any dataset.yaml through Airflow"
	@echo "make test                   checks and tests; make test-all adds the long ones"
	@echo "make test WORKERS=0         the same, one test after the other"

audit:
	@$(PYTHON) requirements/environment.py audit
ifeq ($(MANIFEST),)
	@$(RUN) examples/installed-packages/collect.py examples/installed-packages/build
	@$(RUN) -m pipelines.airflow.make_audit --dags dags $(EXAMPLES)
else
	@$(RUN) -m pipelines.airflow.make_audit --dags dags "$(MANIFEST)"
endif

test:
	@$(PYTHON) requirements/environment.py test
	@$(MAKE) --no-print-directory lint
	$(RUN) -m pytest -n $(WORKERS) --maxprocesses 4 --dist loadfile --no-loadscope-reorder --durations 15 -m "not slow" tests

test-all: test
	$(RUN) -m pytest -m slow

lint:
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

lock:
	$(PYTHON) requirements/lock.py

docs:
	$(VENV)/bin/tda controls docs

clean:
	rm -rf $(VENV) .tda build *.egg-info
