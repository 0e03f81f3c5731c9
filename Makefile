# What this project is worked with. "make" lists it.

GOLANGCI_LINT := go tool -modfile=tools/go.mod golangci-lint
TEMPL         := go tool -modfile=tools/go.mod templ
SPECTRAL      := tools/npm/node_modules/.bin/spectral

# The race detector is for our code and for libraries in Go, not for the C of SQLite
# that was translated to Go, nor for a key derivation: both share nothing with us,
# and take six times as long with it.
RACE := -race $(patsubst %,-gcflags=%=-race=false,modernc.org/libc modernc.org/sqlite/lib golang.org/x/crypto/scrypt)

# Packages without I/O, whose tests are over in seconds.
PURE := . $(patsubst %,./%/...,$(wildcard $(addprefix internal/,archtest config ical locale policy schedule seal)))

.DEFAULT_GOAL := help
.PHONY: help run build generate fresh test shots check lint lint-api bench bench-go clean

help: ## list these
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## a clinic with people and history on http://localhost:8080
	go run ./cmd/turno demo

build: ## the static binary, as build/turno
	CGO_ENABLED=0 go build -trimpath -o build/turno ./cmd/turno

generate: ## the Go code of the pages' templates (*.templ)
	$(TEMPL) generate -log-level warn

fresh: ## fails when a template was changed and not generated again
	@$(TEMPL) generate -log-level warn -check

# It leaves vet to "make check".
test: tools/npm/node_modules ## everything, on both databases and in a browser, with the race detector; installs what it needs
	scripts/install-tools compiler postgres node chromium khal
	scripts/with-postgres go test $(RACE) -vet off -timeout 30m ./...

shots: tools/npm/node_modules ## pictures of every page, light and dark, phone and desktop, in build/shots
	scripts/install-tools chromium
	@mkdir -p build/shots
	TURNO_SHOTS=$(CURDIR)/build/shots go test -count 1 -timeout 30m -run '^TestTour' ./internal/web/...

check: ## format, vet, lint, the arrows between packages and the quick tests; before every commit
	@unformatted="$$(gofmt -l .)"; [ -z "$$unformatted" ] || { echo "gofmt -w $$unformatted"; exit 1; }
	$(MAKE) --no-print-directory fresh
	go vet ./...
	$(MAKE) --no-print-directory lint
	go test -short $(PURE)

lint: ## golangci-lint alone; .golangci.yml gives each linter's reason
	$(GOLANGCI_LINT) run ./...

lint-api: tools/npm/node_modules ## the OpenAPI document against Spectral's rules
	@mkdir -p build
	go run ./cmd/turno openapi > build/openapi.json
	$(SPECTRAL) lint --ruleset tools/npm/spectral.yaml --fail-severity warn build/openapi.json

bench: ## what servers do on this machine, beside their databases alone; BENCH="--short" takes a few minutes, "--help" says more
	scripts/install-tools postgres
	go build -o build/bench ./cmd/bench
	TURNO_POSTGRES_DURABLE=on scripts/with-postgres build/bench $(BENCH)

bench-go: ## the Go benchmarks of the packages, on both databases
	scripts/install-tools postgres
	scripts/with-postgres go test -run '^$$' -bench . -benchmem ./...

clean: ## remove what was built
	rm -rf build tools/npm/node_modules

tools/npm/node_modules: tools/npm/package-lock.json
	scripts/install-tools node
	npm ci --prefix tools/npm --ignore-scripts --no-audit --no-fund
	@touch $@
