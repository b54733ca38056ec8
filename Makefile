# The commands people type. `make` alone lists them.

.PHONY: help
help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

.PHONY: test
test: ## run every test that ships
	go test work

.PHONY: race
race: ## run the shorter tests under the race detector
	go test -race -short work

.PHONY: lint
lint: ## check format, module files, dependencies, vet, fix and the linters
	tools/lint

.PHONY: docs
docs: ## write docs/operations.md anew, and check the documents against the code
	go test -run 'TestOperationsDocument' . -update
	go test -run 'Document|Manual|Readme|Guide|OperationsTable|Errands|EventData' .

.PHONY: fuzz
fuzz: ## run every fuzz target, for SECONDS=600 in all
	tools/fuzz $(or $(SECONDS),600)

.PHONY: mutate
mutate: ## change FILES=group.go,key.go of the root in many small ways, and list what no test notices
	GOWORK=off go run -C tools/mutate . -dir $(CURDIR) -files '$(FILES)'

.PHONY: long
long: ## run a million random operations, then the stores' own long tests: hours
	go test -timeout=0 -v -run 'TestRandomOperations' . -rapid.checks=4200
	go test -timeout=0 -v -run 'TestRandomOperations$$' ./sqlitestore -rapid.checks=1000
	go test -timeout=0 -v -run 'TestRandomOperations' ./pgstore -rapid.checks=1000
	go test -timeout=0 -v -run 'TestKill$$' ./sqlitestore -kills=1000
	go test -timeout=0 -v -run 'Killed$$' ./pgstore -kills=500
	go test -timeout=0 -v -run 'TestWire' ./pgstore -every-message

.PHONY: release-check
release-check: ## rehearse a release; with VERSION=v0.1.0, check that it is ready
	tools/release-check $(VERSION)

.PHONY: ci
ci: ## run every check a change has to pass
	.ci/run
