package tenancy

import "io"

// tape gives out the time, random bytes and IDs, the same ones again in every attempt of
// a transaction: each decides on the same input.
type tape struct {
	dir     *Directory
	now     Instant
	started bool
	drawn   [][16]byte
	next    int
	err     error // of the source of randomness
}

// start begins an attempt. The first one takes the time. It begins when the transaction has
// its turn, so that what ends while the transaction waits for others has ended for it.
func (t *tape) start() {
	if !t.started {
		t.started, t.now = true, instantOf(t.dir.now())
	}
	t.next = 0
}

// raw returns 16 random bytes.
func (t *tape) raw() [16]byte {
	if t.next == len(t.drawn) {
		t.drawn = append(t.drawn, t.draw())
	}
	t.next++
	return t.drawn[t.next-1]
}

// draw reads 16 bytes from the directory's source, one caller at a time.
func (t *tape) draw() (b [16]byte) {
	t.dir.drawing.Lock()
	defer t.dir.drawing.Unlock()
	if _, err := io.ReadFull(t.dir.random, b[:]); err != nil && t.err == nil {
		t.err = err
	}
	return b
}

// id returns a UUID of version 7.
func (t *tape) id() [16]byte {
	b, ms := t.raw(), uint64(t.now)/1000
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return b
}

// secret returns 256 random bits.
func (t *tape) secret() [32]byte {
	a, b := t.raw(), t.raw()
	return [32]byte(append(a[:], b[:]...))
}
