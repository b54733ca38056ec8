package tenancy

import "slices"

// changes is what a decision has in its hand: who acts, when, and the records that
// were read. What it says is applied to them at once.
type changes struct {
	dir     *Directory
	actor   Actor
	service bool // the actor is a service account
	row     *operationRow
	now     Instant
	world   *world
	tape    *tape // nil where an operation only reads
	said    []saying
	made    []string

	freed []movement // members to whom no identity is linked any longer

	suspended bool // it acts on a suspended organization, and its row refuses that (actsOn)
}

// saying is an event, and the streams that it is appended to.
type saying struct {
	streams []Stream
	data    EventData
}

// say says that something happened, in the streams that it concerns, and applies
// it to the records. An event that cannot be applied is a mistake in the operation.
func (c *changes) say(data EventData, streams ...Stream) {
	data.apply(c.world)
	c.world.mustApply(EventType(data))
	streams = slices.Clone(streams)
	slices.SortFunc(streams, compareStreams)
	c.said = append(c.said, saying{slices.Compact(streams), data})
}

// compareStreams orders streams by their keys.
func compareStreams(a, b Stream) int {
	x, y := a.Key(), b.Key()
	return slices.Compare(x[:], y[:])
}

// makes notes the ID of something made, for Outcome.
func (c *changes) makes(id interface{ String() string }) { c.made = append(c.made, id.String()) }
