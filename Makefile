# Everything runs in .venv, made from the lock: exact versions, every file's hash checked.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

.PHONY: env site test lint types unit torture bench test-browser pictures test-whoosh3 test-peers lock words wheel clean

env: .venv/.made

.venv/.made: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# builds the demo brand from its recordings (no network) and serves it at a printed loopback address
site: env
	$(BIN)/hub update
	$(BIN)/hub serve

test: lint types unit

lint: env
	$(BIN)/ruff check hub tests
	$(BIN)/ruff format --check hub tests

types: env
	$(BIN)/mypy

unit: env
	$(BIN)/pytest -n 2 --dist loadfile -m "not peers and not torture and not browser"

# long runs: kills at random moments, random orders at full length, a month of X
torture: env
	$(BIN)/pytest -m torture

bench: env tests/browser/node_modules/.made
	$(BIN)/python -m tests.bench

# every kind of page in every state, as pictures to look at: pictures/index.html
pictures: env tests/browser/node_modules/.made
	$(BIN)/python -m tests.browser.pictures

tests/browser/node_modules/.made: tests/browser/package-lock.json
	command -v npm > /dev/null || { echo "The browser's tests need npm: apt-get install npm" >&2; exit 1; }
	cd tests/browser && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

# pages in Debian's Chromium: vnu, axe, Lighthouse, budgets, keyboard; needs chromium, npm and java
test-browser: env tests/browser/node_modules/.made
	$(BIN)/pytest -m browser tests/browser

# the tests of the search on whoosh3, in a folder that stands before the installed Whoosh
test-whoosh3: env
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --require-hashes \
		--target .venv/whoosh3 -r tests/index/whoosh3.txt
	PYTHONPATH=.venv/whoosh3 $(BIN)/pytest tests/index tests/test_serve.py tests/test_openapi.py

# real servers: WordPress and others, started by the scripts of ../shared/peers
test-peers: env
	$(BIN)/pytest -m peers

wheel: env
	$(BIN)/python -m build --no-isolation --wheel

lock: env
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra postgres --extra lang --group test --generate-hashes --universal --quiet \
		--python-version 3.11 --no-emit-index-url --no-header -o requirements.lock

# new sentences of the interface come into the catalogues without a translation, old ones go
words: env
	$(BIN)/python -m tests.site.catalogue

clean:
	rm -rf .venv dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
