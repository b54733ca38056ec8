package memstore

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/add4b1c6/tenancy"
)

// TestGathered gathers few and many changes of a tree. It wants the tree that changing
// at once makes, and the tree that was copied unchanged.
func TestGathered(t *testing.T) {
	infos := map[string]tenancy.IndexInfo{"by ID": {ID: true}, "by text": {Text: true},
		"in, by ID": {In: true, ID: true}, "in, by text": {In: true, Text: true}}
	for name, info := range infos {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				was := newPlaces(info)
				number := rapid.IntRange(0, 999)
				size := rapid.SampledFrom([]int{0, 10, 500}).Draw(rt, "size")
				for n := range size {
					was.put(placed(2*n, info))
				}
				before := held(was)
				at, together := was.copy(), was.copy().gather(1)
				for _, n := range rapid.SliceOfNDistinct(number, 0, 40, rapid.ID).Draw(rt, "going") {
					at.remove(placed(n, info))
					together.remove(placed(n, info))
				}
				for _, n := range rapid.SliceOfNDistinct(number, 0, 40, rapid.ID).Draw(rt, "coming") {
					at.put(placed(n, info))
					together.put(placed(n, info))
				}
				require.Equal(rt, before, held(together))
				require.Equal(rt, held(at), held(together.gathered()))
				require.Equal(rt, before, held(was))
			})
		})
	}
}

// TestPast wants the place that has some others between another one and itself to be the one
// that is found by visiting all of them.
func TestPast(t *testing.T) {
	for _, info := range []tenancy.IndexInfo{{ID: true}, {Text: true}, {In: true, ID: true}, {In: true, Text: true}} {
		rapid.Check(t, func(rt *rapid.T) {
			p := newPlaces(info)
			for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(0, 999), 0, 300, rapid.ID).Draw(rt, "numbers") {
				p.put(placed(n, info))
			}
			after, n := placed(rapid.IntRange(0, 999).Draw(rt, "after"), info), rapid.IntRange(0, 310).Draw(rt, "n")
			var beyond []tenancy.Key
			p.each(after, func(place tenancy.Key) bool {
				if place != after {
					beyond = append(beyond, place)
				}
				return true
			})
			got, ok := p.past(after, n)
			require.Equal(rt, n < len(beyond), ok)
			if ok {
				require.Equal(rt, beyond[n], got)
			}
			_, ok = p.past(after, math.MaxInt)
			require.False(rt, ok)
		})
	}
}

// placed returns the place of a number in an index that uses some parts of a key.
func placed(n int, info tenancy.IndexInfo) (place tenancy.Key) {
	place.ID = [16]byte{byte(n >> 8), byte(n)}
	if info.In {
		place.In = [16]byte{byte(n % 3)}
	}
	if info.Text {
		place.Text = string(rune('a' + n%5))
	}
	return place
}

// held returns everything that an index holds, in its order.
func held(p places) (all []tenancy.Key) {
	p.each(tenancy.Key{}, func(place tenancy.Key) bool {
		all = append(all, place)
		return true
	})
	return all
}
