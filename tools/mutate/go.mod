module github.com/add4b1c6/tenancy/tools/mutate

go 1.26.0
