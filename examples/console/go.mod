module github.com/add4b1c6/tenancy/examples/console

go 1.26.0

replace (
	github.com/add4b1c6/tenancy => ../../
	github.com/add4b1c6/tenancy/console => ../../console
)

require (
	github.com/add4b1c6/tenancy v0.1.0
	github.com/add4b1c6/tenancy/console v0.1.0
)

require (
	github.com/google/uuid v1.6.0 // indirect
	github.com/tidwall/btree v1.8.1 // indirect
	golang.org/x/net v0.56.0 // indirect
	golang.org/x/text v0.38.0 // indirect
)
