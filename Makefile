# Every target sets up what it needs: a fresh machine has Node 20 with npm, git and Debian's packages.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.PHONY: help setup setup-real build format lint types check test test-real test-fault test-mutants fuzz demo bench golden own-secrets rules clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what demo and tests need
	@scripts/setup

setup-real: ## Install or build the real control plane as well (about 10 minutes, once)
	@scripts/setup real

build: setup ## Compile src to dist
	@npx tsc -p tsconfig.json

format: setup ## Rewrite every file in the house style
	@npx prettier --write --log-level warn .

lint: setup ## Formatter and linter, zero warnings
	@npx prettier --check --log-level warn .
	@npx oxlint --type-aware --deny-warnings

types: setup ## Type-check sources, tests and benchmarks
	@npx tsc -p tsconfig.json --noEmit
	@npx tsc -p tsconfig.test.json

check: lint types ## Format, lint, types and the architecture test
	@npx vitest run --project unit test/architecture.test.ts

test: build ## Unit, property, attack and golden tests
	@npx vitest run --project unit

test-real: build setup-real ## Suites against etcd, kube-apiserver, kube-controller-manager, git, gpg, kubectl
	@KUBEBUILDER_ASSETS=$$(scripts/control-plane --cached) npx vitest run --project real

test-fault: build ## kill -9 at every write, and other faults
	@npx vitest run --project fault

test-mutants: build ## 10,000 mutants of commits against git fsck and git verify-commit
	@GITWARD_MUTANTS=10000 npx vitest run --project unit test/attack/mutants-oracle.test.ts

fuzz: build ## Fuzz every parser (FUZZ_SECONDS=60, GITWARD_SEED)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) npx tsx test/fuzz/main.ts

demo: build ## Play the scenes (CONTROL_PLANE=real, KEEP=1)
	@CONTROL_PLANE=$(CONTROL_PLANE) KEEP=$(KEEP) npx tsx test/demo/main.ts

bench: build setup-real ## Run every benchmark on the real API server
	@KUBEBUILDER_ASSETS=$$(scripts/control-plane --cached) npx tsx bench/main.ts

golden: build ## Rewrite the golden files
	@UPDATE_GOLDEN=1 npx vitest run --project unit

own-secrets: build ## Look for secrets in this repository's own history
	@if [ "$$(git rev-parse --is-shallow-repository)" = true ]; then \
	  echo 'own-secrets: SKIPPED, the clone is shallow and has no history to look through'; \
	else node dist/cli/main.js scan . --config .gitleaks.toml; fi

rules: setup ## Work out the regexes of the leak rules again
	@npx tsx scripts/compile-rules.ts

clean: ## Remove what was built
	@rm -rf dist coverage
