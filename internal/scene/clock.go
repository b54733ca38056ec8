package scene

import "github.com/add4b1c6/tenancy/tenancytest"

// Clock is a clock that only a test moves.
type Clock = tenancytest.Clock

// NewClock returns a clock that stands at Start.
func NewClock() *Clock { return tenancytest.NewClock() }

// Start is when the clock of a scene starts.
var Start = tenancytest.Start
