package pgstore_test

import (
	"testing"

	scenes "github.com/add4b1c6/tenancy/internal/scene"
)

// TestLastSeat lets several people want the last seat at once (GEN-12, INV-15).
func TestLastSeat(t *testing.T) {
	t.Parallel()
	store, _ := open(t, nil)
	scenes.LastSeat(t, store)
}
