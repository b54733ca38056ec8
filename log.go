package tenancy

import (
	"context"
	"crypto/sha256"
	"iter"
	"slices"
)

// LogHead is the end of a stream: the number and hash of its last event, both zero
// while it has none. A head that is kept outside the store lets VerifyLog find that the
// end of the log was cut off or rewritten (EVT-6).
type LogHead struct {
	Stream   Stream `json:"stream,omitzero"`
	Sequence uint64 `json:"sequence,omitzero"`
	Hash     Hash   `json:"hash,omitzero"`
}

// Tampering is something that VerifyLog or VerifyExport found at a number of a stream.
type Tampering struct {
	Stream   Stream          `json:"stream,omitzero"`
	Sequence uint64          `json:"sequence,omitzero"`
	Reason   TamperingReason `json:"reason,omitzero"`
}

// TamperingReason says what is wrong at a place of the log.
type TamperingReason string

// The reasons.
const (
	// The event was changed: its hash is not the one that it carries.
	TamperedHash TamperingReason = "hash"
	// An event was removed, inserted or moved: this one does not follow the one before
	// it.
	TamperedChain TamperingReason = "chain"
	// The end was cut off or rewritten: it is not what the head says.
	TamperedHead TamperingReason = "head"
	// Of an export, at number zero: the file holds no event, or a CSV file does not begin
	// with the row of names.
	TamperedFile TamperingReason = "file"
	// Of an export: a newer version wrote the event. Its hash and its place are right, but
	// this version does not know its type, and so cannot tell whether the data that people
	// read says what the data that was hashed does. It is no sign of tampering.
	UncheckedType TamperingReason = "type"
)

// LogHead returns the number and hash of a stream's last event, to be kept where nobody
// who can rewrite the store can change it (EVT-6). Both are zero while the stream has
// no events. Whoever may call Events may call it.
//
// Errors: CodeInput; CodeNotFound, CodeNotAllowed.
func (s *Session) LogHead(ctx context.Context, stream Stream) (LogHead, error) {
	var f form
	f.that(stream.valid(), CodeInput)
	return look(ctx, s, call{opLogHead, stream.String(), f.err},
		func(r *reads) logHeadFacts { return r.loadLogHead(stream) }, decideLogHead)
}

type logHeadFacts struct {
	standing logStanding
	head     HeadRecord // the zero one: the stream has no events
}

func (r *reads) loadLogHead(stream Stream) logHeadFacts {
	return logHeadFacts{r.logStanding(stream), r.logHead(stream)}
}

func decideLogHead(f logHeadFacts, c *changes) (LogHead, error) {
	if err := c.authorizeLog(f.standing); err != nil {
		return LogHead{}, err
	}
	return LogHead{f.standing.stream, f.head.Sequence, f.head.Hash}, nil
}

// VerifyLog reads a whole stream and lists what shows that it was tampered with
// (EVT-6): an event that was changed, removed, inserted or moved, and an end that is
// not what the store's own head, or one of the given heads, says. It lists nothing if
// none of that can be seen. It reads events as they are stored, so it also finds a
// change that made an event's data unreadable.
//
// Whoever can write to the store can write a log anew that is sound in itself. Only a
// head that LogHead returned earlier, and that was kept elsewhere, shows that.
//
// Whoever may call Events may call it. CodeInput also if a head is another stream's.
//
// Errors: CodeInput; CodeNotFound, CodeNotAllowed.
func (s *Session) VerifyLog(ctx context.Context, stream Stream, heads ...LogHead) iter.Seq2[Tampering, error] {
	var f form
	f.that(!slices.ContainsFunc(heads, func(h LogHead) bool { return h.Stream != stream }), CodeInput)
	f.that(stream.valid(), CodeInput)
	return func(yield func(Tampering, error) bool) {
		c := chain{stream: stream, anchors: slices.Clone(heads)}
		for end := false; !end; {
			log, err := look(ctx, s, call{opVerifyLog, stream.String(), f.err},
				func(r *reads) verifyLogFacts { return r.loadVerifyLog(stream, c.last+1) }, decideVerifyLog)
			if err != nil {
				yield(Tampering{}, err)
				return
			}
			for _, record := range log.records {
				c.add(record)
			}
			if end = len(log.records) < pageSize; end {
				c.end(log.head)
			}
			for _, found := range c.found {
				if !yield(found, nil) {
					return
				}
			}
			c.found = nil
		}
	}
}

type verifyLogFacts struct {
	standing logStanding
	head     HeadRecord    // the zero one: the stream has no events
	records  []EventRecord // a page of the stream
}

func (r *reads) loadVerifyLog(stream Stream, from uint64) verifyLogFacts {
	return verifyLogFacts{r.logStanding(stream), r.logHead(stream), r.logPage(stream, from)}
}

func decideVerifyLog(f verifyLogFacts, c *changes) (verifyLogFacts, error) {
	return f, c.authorizeLog(f.standing)
}

// logStanding is what the actor is to a stream.
type logStanding struct {
	stream       Stream
	organization standing    // of an organization's stream: in it, or in its survivor
	user         *UserRecord // of a user's stream: that user; nil: there is none
}

func (r *reads) logStanding(stream Stream) logStanding {
	if stream.User.IsZero() {
		return logStanding{stream: stream, organization: r.standing(r.survivor(stream.Organization))}
	}
	return logStanding{stream: stream, user: find(r, userByID(stream.User))}
}

// logPage loads a page of a stream, beginning with a number, if the actor may read it.
// Number zero begins none: it comes after the greatest number there can be.
func (r *reads) logPage(stream Stream, from uint64) []EventRecord {
	if from == 0 || !r.mayRead(stream) {
		return nil
	}
	return r.events(stream, from, pageSize)
}

// logHead loads the head of a stream: the zero HeadRecord while it has no events.
func (r *reads) logHead(stream Stream) HeadRecord {
	if head := find(r, headOf(stream)); head != nil {
		return *head
	}
	return HeadRecord{}
}

// authorizeLog decides whether the actor may read a stream (EVT-4).
func (c *changes) authorizeLog(st logStanding) error {
	switch {
	case st.stream.User.IsZero():
		return c.authorize(st.organization)
	case st.user == nil || c.actor.isUser() && c.actor.User != st.user.ID:
		return CodeNotFound
	case c.actor.isUser():
		return nil
	}
	return c.platform()
}

// chain follows a stream from its first event on and finds where it is not sound (EVT-6).
type chain struct {
	stream  Stream
	last    uint64 // the number and the hash of the event before
	hash    [sha256.Size]byte
	lost    bool      // the event before could not be read: its hash is not known
	anchors []LogHead // heads that no event has met yet
	found   []Tampering
}

func (c *chain) say(sequence uint64, reason TamperingReason) {
	c.found = append(c.found, Tampering{c.stream, sequence, reason})
}

// add checks the next event.
func (c *chain) add(r EventRecord) {
	switch {
	case r.Sequence != c.last+1:
		c.say(c.last+1, TamperedChain)
	case r.Previous != c.hash && !c.lost || r.Stream != c.stream:
		c.say(r.Sequence, TamperedChain)
	}
	if r.hash() != r.Hash {
		c.say(r.Sequence, TamperedHash)
	}
	c.last, c.hash, c.lost = r.Sequence, r.Hash, false
	c.anchors = slices.DeleteFunc(c.anchors, func(h LogHead) bool {
		if h.Sequence == r.Sequence && h.Hash != r.Hash {
			c.say(h.Sequence, TamperedHead)
		}
		return h.Sequence == r.Sequence
	})
}

// unreadable says that the next event cannot be read. Nothing else is said of its number,
// and what it would have shown about the event behind it is not known.
func (c *chain) unreadable() {
	c.last, c.lost = c.last+1, true
	c.say(c.last, TamperedHash)
	c.anchors = slices.DeleteFunc(c.anchors, func(h LogHead) bool { return h.Sequence == c.last })
}

// end checks the stream's head, and the heads that no event has met.
func (c *chain) end(head HeadRecord) {
	if head.Sequence != c.last || head.Hash != c.hash {
		c.say(max(head.Sequence, c.last), TamperedHead)
	}
	c.anchored()
}

// anchored checks the heads that no event has met.
func (c *chain) anchored() {
	for _, h := range c.anchors {
		if h.Sequence > 0 {
			c.say(h.Sequence, TamperedHead)
		}
	}
}
