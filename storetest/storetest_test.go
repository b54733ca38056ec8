package storetest_test

import (
	"testing"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/storetest"
)

// The suite takes stores that run one transaction after the other, and such as run many at once and begin them again.
func TestRun(t *testing.T) {
	t.Run("one after the other", func(t *testing.T) {
		storetest.Run(t, func(*testing.T) tenancy.Store { return newNaive() })
	})
	t.Run("all at once", func(t *testing.T) {
		storetest.Run(t, func(*testing.T) tenancy.Store { return newOptimistic() })
	})
}
