package tenancy

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// id16 is an ID for tests: a UUID of version 7 that ends in n.
func id16(n byte) [16]byte {
	return [16]byte{0x01, 0x90, 0xb2, 0xf0, 0xc1, 0xd2, 0x70, 0, 0x80, 15: n}
}

// vector is an event in which every field is set.
var vector = Event{
	ID:       EventID(id16(2)),
	Stream:   Stream{Organization: OrganizationID(id16(1))},
	Sequence: 7,
	Time:     1767268800000001,
	Actor: Actor{
		Operator: "staff-1",
	},
	Key:         KeyID(id16(5)),
	Name:        "ReplaceOwner",
	Operation:   OperationID(id16(3)),
	Part:        2,
	Step:        1,
	Correlation: "request-9",
	Data: OwnershipTransferred{
		Organization: OrganizationID(id16(1)),
		Owner:        UserID(id16(4)),
		Reference:    "ticket/42",
	},
	Previous: [32]byte([]byte(strings.Repeat("\x11", 32))),
}

func TestEventEncoding(t *testing.T) {
	t.Run("EVT-6 the encoding of an event is every part with its length before it", func(t *testing.T) {
		const encoding = "000000000000000f" + "74656e616e6379206576656e742031" + // "tenancy event 1"
			"0000000000000020" + "1111111111111111111111111111111111111111111111111111111111111111" + // Previous
			"0000000000000022" + "4f523031393062326630633164323730303038303030303030303030303030303031" + // the stream, in text
			"0000000000000008" + "0000000000000007" + // Sequence
			"0000000000000010" + "0190b2f0c1d270008000000000000002" + // ID
			"0000000000000008" + "00064752550bf001" + // Time
			"0000000000000010" + "6f70657261746f722f73746166662d31" + // "operator/staff-1"
			"0000000000000010" + "0190b2f0c1d270008000000000000005" + // Key
			"000000000000000c" + "5265706c6163654f776e6572" + // "ReplaceOwner"
			"0000000000000010" + "0190b2f0c1d270008000000000000003" + // Operation
			"0000000000000008" + "0000000000000002" + // Part
			"0000000000000008" + "0000000000000001" + // Step
			"0000000000000009" + "726571756573742d39" + // "request-9"
			"0000000000000014" + "4f776e6572736869705472616e73666572726564" + // "OwnershipTransferred"
			"0000000000000041" + // its data:
			"0000000000000010" + "0190b2f0c1d270008000000000000001" + // Organization
			"0000000000000010" + "0190b2f0c1d270008000000000000004" + // Owner
			"0000000000000009" + "7469636b65742f3432" // "ticket/42"
		const hash = "c37594fda182ab12e7759c5e2da97bc2058a19e9f91e1a30f7cc3a8176faf312"
		require.Equal(t, encoding, hex.EncodeToString(vector.encoding()))
		written, err := hex.DecodeString(encoding)
		require.NoError(t, err)
		sum := sha256.Sum256(written)
		require.Equal(t, hash, hex.EncodeToString(sum[:]))
		require.Equal(t, sum, vector.hash())
	})
	t.Run("SEC-23 no two events have the same encoding", func(t *testing.T) {
		seen := map[string]bool{string(vector.encoding()): true}
		for name, change := range map[string]func(*Event){
			"Previous":    func(e *Event) { e.Previous[0]++ },
			"Stream":      func(e *Event) { e.Stream.Organization[0]++ },
			"Stream.User": func(e *Event) { e.Stream = Stream{User: UserID(e.Stream.Organization)} },
			"Sequence":    func(e *Event) { e.Sequence++ },
			"ID":          func(e *Event) { e.ID[0]++ },
			"Time":        func(e *Event) { e.Time++ },
			"Actor":       func(e *Event) { e.Actor = Actor{} },
			"Actor.User":  func(e *Event) { e.Actor = Actor{User: UserID(id16(9))} },
			"Key":         func(e *Event) { e.Key[0]++ },
			"Name":        func(e *Event) { e.Name = "Other" },
			"Operation":   func(e *Event) { e.Operation[0]++ },
			"Part":        func(e *Event) { e.Part++ },
			"Step":        func(e *Event) { e.Step++ },
			"Correlation": func(e *Event) { e.Correlation = "" },
			"shifted":     func(e *Event) { e.Name, e.Correlation = e.Name+"r", e.Correlation[1:] },
			"Data": func(e *Event) {
				e.Data = OwnershipTransferred{Organization: OrganizationID(id16(1)), Owner: UserID(id16(4))}
			},
			"type": func(e *Event) { e.Data = OrganizationRenamed{OrganizationID(id16(1))} },
		} {
			e := vector
			change(&e)
			require.False(t, seen[string(e.encoding())], name)
			seen[string(e.encoding())] = true
		}
	})
}
