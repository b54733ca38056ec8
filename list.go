package tenancy

import (
	"crypto/sha256"
	"encoding/base64"
	"iter"
)

// Cursor is an item's place in a list. Passed as After in the same query, it makes the
// list go on behind the item, whatever changed meanwhile (GEN-9). It holds a key, which
// is never a name or an address, and grants no right. Any other list refuses it with
// CodeCursor. The empty cursor is the start.
type Cursor string

// Collect reads one page of a list. It returns up to n items, and the cursor to pass as
// After for the next page, or "" if there is none. If the list fails, Collect returns
// its error with the items before it. If n is below 1, it reads nothing and returns ""
// as the cursor.
func Collect[T interface{ Cursor() Cursor }](list iter.Seq2[T, error], n int) ([]T, Cursor, error) {
	var page []T
	if n < 1 {
		return nil, "", nil
	}
	for item, err := range list {
		if err != nil {
			return page, "", err
		}
		if len(page) == n {
			return page, page[n-1].Cursor(), nil
		}
		page = append(page, item)
	}
	return page, "", nil
}

// pageSize is the number of items that a list reads at once.
const pageSize = 100

// place is an item's place: the section of the list, and the key within the section.
// The zero place is before the first item.
type place struct {
	section byte
	key     Key
}

// listID identifies a list and its query in a cursor.
type listID [8]byte

// listOf returns the ID of a list, made from its operation, its subject and its filters.
func listOf(op string, parts ...string) listID {
	b := appendPart(nil, []byte(op))
	for _, part := range parts {
		b = appendPart(b, []byte(part))
	}
	sum := sha256.Sum256(b)
	return listID(sum[:8])
}

// listed is the part of an item that holds its place.
type listed struct {
	// Place is the item's place in its list. In JSON it is the cursor, as Cursor returns
	// it (GEN-19).
	Place ItemPlace `json:"cursor,omitzero"`
}

// ItemPlace is where an item of a list is. MarshalText returns its Cursor, so that JSON
// shows an item together with its cursor. The zero value is that of an item that comes
// from no list.
type ItemPlace struct {
	list listID
	at   place
}

// listedAt places an item.
func listedAt(list listID, at place) listed { return listed{ItemPlace{list, at}} }

// MarshalText returns the item's cursor.
func (p ItemPlace) MarshalText() ([]byte, error) { return []byte(p.cursor()), nil }

const cursorVersion = 1

// Cursor returns the item's place in the list it came from.
func (l listed) Cursor() Cursor { return l.Place.cursor() }

func (p ItemPlace) cursor() Cursor {
	b := append([]byte{cursorVersion}, p.list[:]...)
	b = append(b, p.at.section)
	b = append(append(b, p.at.key.In[:]...), p.at.key.ID[:]...)
	return Cursor(base64.RawURLEncoding.EncodeToString(append(b, p.at.key.Text...)))
}

// placeOf parses a cursor of the list. The empty one is the start.
func (l listID) placeOf(c Cursor) (place, error) {
	const head = 1 + 8 + 1 + 16 + 16
	if c == "" {
		return place{}, nil
	}
	if len(c) > 1024 {
		return place{}, CodeCursor
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(string(c))
	if err != nil || len(b) < head || b[0] != cursorVersion || listID(b[1:9]) != l {
		return place{}, CodeCursor
	}
	return place{b[9], Key{In: [16]byte(b[10:26]), ID: [16]byte(b[26:42]), Text: string(b[head:])}}, nil
}

// page is what one look at a list returns: items, and the place where the next look begins,
// unless this was the last.
type page[T any] struct {
	items []T
	next  place
	end   bool
}

// pages returns a list that is read page by page. Each page is one call of look, which
// begins after the given place (GEN-9).
func pages[T any](
	l listID, after Cursor, look func(from place, malformed error) (page[T], error),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		at, malformed := l.placeOf(after)
		for {
			p, err := look(at, malformed)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range p.items {
				if !yield(item, nil) {
					return
				}
			}
			if p.end {
				return
			}
			at = p.next
		}
	}
}

// mostGrouped is how many records a page of groups reads.
const mostGrouped = pageSize + 1

// groups asks for up to a page of the groups in a list: records that stand beside each
// other and have the same key. It returns whole groups, and whether more may follow. Of
// one that does not fit it asks for the whole, and returns that alone.
func groups[R Record, K comparable](
	r *reads, from many[R], key func(R) K, whole func(K) many[R],
) (groups [][]R, more bool) {
	records := list(r, from, mostGrouped)
	cut := len(records) == mostGrouped
	if cut && key(records[0]) == key(records[mostGrouped-1]) {
		if group := all(r, whole(key(records[0]))); len(group) > 0 {
			groups = [][]R{group}
		}
		return groups, true
	}
	for i, record := range records {
		if i == 0 || key(record) != key(records[i-1]) {
			groups = append(groups, nil)
		}
		last := &groups[len(groups)-1]
		*last = append(*last, record)
	}
	if cut {
		groups, more = groups[:len(groups)-1], true
	}
	return groups, more
}
