module github.com/add4b1c6/tenancy/console

go 1.26.0

replace github.com/add4b1c6/tenancy => ../

require (
	github.com/add4b1c6/tenancy v0.1.0
	github.com/stretchr/testify v1.11.1
	golang.org/x/net v0.56.0
)

require (
	github.com/davecgh/go-spew v1.1.1 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/pmezard/go-difflib v1.0.0 // indirect
	github.com/tidwall/btree v1.8.1 // indirect
	golang.org/x/text v0.38.0 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
)
