package memstore_test

import (
	"testing"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/storetest"
)

func TestSuite(t *testing.T) {
	storetest.Run(t, func(*testing.T) tenancy.Store { return memstore.New() })
}
