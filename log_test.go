package tenancy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
)

func organizationStream(org tenancy.OrganizationID) tenancy.Stream {
	return tenancy.Stream{Organization: org}
}

func userStream(user tenancy.UserID) tenancy.Stream { return tenancy.Stream{User: user} }

// rename renames an organization n times.
func (s *scene) rename(founder tenancy.SignedUp, n int) {
	s.Helper()
	for i := range n {
		_, err := s.dir.As(founder.User.ID).RenameOrganization(s.ctx(), founder.Organization.ID, fmt.Sprint("Name ", i))
		require.NoError(s, err)
	}
}

func TestEvents(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	s.rename(ana, 230)
	stream := organizationStream(ana.Organization.ID)
	owner := s.dir.As(ana.User.ID)
	all := logged(t, owner.Events(s.ctx(), stream, tenancy.EventQuery{}))

	t.Run("EVT-2 events are numbered from 1 without gaps and say who did what when", func(t *testing.T) {
		require.Greater(t, len(all), 230)
		ids := map[tenancy.EventID]bool{}
		for i, e := range all {
			require.Equal(t, uint64(i+1), e.Sequence)
			require.Equal(t, stream, e.Stream)
			require.False(t, e.ID.IsZero() || ids[e.ID])
			require.False(t, e.Operation.IsZero())
			require.Equal(t, s.clock.Now(), e.Time.Time())
			ids[e.ID] = true
		}
		last := all[len(all)-1]
		require.Equal(t, "RenameOrganization", last.Name)
		require.Equal(t, tenancy.Actor{User: ana.User.ID}, last.Actor)
		require.Equal(t, tenancy.OrganizationRenamed{Organization: ana.Organization.ID}, last.Data)
		require.Equal(t, tenancy.Actor{}, all[0].Actor)
		require.Equal(t, "SignUp", all[0].Name)
		require.Equal(t, all[0].Operation, all[1].Operation)
	})
	t.Run("EVT-2 the caller's correlation ID is in its events", func(t *testing.T) {
		_, err := owner.Correlate("request-7").RenameOrganization(s.ctx(), ana.Organization.ID, "Correlated")
		require.NoError(t, err)
		head, err := owner.LogHead(s.ctx(), stream)
		require.NoError(t, err)
		last := logged(t, owner.Events(s.ctx(), stream, tenancy.EventQuery{From: head.Sequence}))
		require.Len(t, last, 1)
		require.Equal(t, tenancy.Reference("request-7"), last[0].Correlation)
		require.Empty(t, all[0].Correlation)
		require.Equal(t, head, tenancy.LogHead{Stream: stream, Sequence: last[0].Sequence, Hash: last[0].Hash})
		all = append(all, last...)
	})
	t.Run("EVT-4 from any sequence number", func(t *testing.T) {
		for _, from := range []uint64{0, 1, 2, 100, 101, 200, uint64(len(all)), uint64(len(all)) + 1, 1<<64 - 1} {
			require.Equal(t, all[min(max(int(min(from, 1<<32))-1, 0), len(all)):],
				append([]tenancy.Event{}, logged(t, owner.Events(s.ctx(), stream, tenancy.EventQuery{From: from}))...),
				from)
		}
	})
	t.Run("GEN-9 in pages, each event with its cursor", func(t *testing.T) {
		var read []tenancy.Event
		for after := tenancy.Cursor(""); ; {
			page, next, err := tenancy.Collect(
				owner.Events(s.ctx(), stream, tenancy.EventQuery{From: 5, After: after}), 77)
			require.NoError(t, err)
			for _, e := range page {
				read = append(read, e.Event)
			}
			if after = next; next == "" {
				break
			}
		}
		require.Equal(t, all[4:], read)
	})
	t.Run("GEN-14 cursors of other lists and none at all are refused", func(t *testing.T) {
		ben := s.found("ben")
		other := items(t, s.host.Events(s.ctx(), organizationStream(ben.Organization.ID), tenancy.EventQuery{}))
		for _, cursor := range []tenancy.Cursor{other[0].Cursor(), "x", tenancy.Cursor(strings.Repeat("x", 5000)), all[0].Cursor()[1:], all[0].Cursor() + "AAAA"} {
			refused(t, failure(owner.Events(s.ctx(), stream, tenancy.EventQuery{After: cursor})), tenancy.CodeCursor)
		}
	})
	t.Run("EVT-4 the Owner and Administrators read an organization's log, nobody else", func(t *testing.T) {
		admin := s.join(ana, "adam", tenancy.Administrator)
		standard := s.join(ana, "stan", tenancy.StandardUser)
		guest := s.guest(ana.User.ID, ana.Account.ID, "gus", tenancy.Developer)
		stranger := s.found("zoe").User.ID
		unknown := tenancy.OrganizationID{6: 0x70, 15: 1}
		s.unchanged(func() {
			for user, code := range map[tenancy.UserID]tenancy.Code{admin: "", ana.User.ID: "", standard: tenancy.CodeNotAllowed, guest: tenancy.CodeNotFound, stranger: tenancy.CodeNotFound} {
				s.mayReadLog(s.dir.As(user), stream, code)
				s.mayReadLog(s.dir.As(user), organizationStream(unknown), tenancy.CodeNotFound)
			}
			s.mayReadLog(s.host.Session, stream, "")
			s.mayReadLog(s.staff.Session, stream, "")
			s.mayReadLog(s.host.Session, organizationStream(unknown), tenancy.CodeNotFound)
			s.mayReadLog(s.staff.Session, organizationStream(unknown), tenancy.CodeNotFound)
		})
	})
	t.Run("EVT-4 a user's own stream is that user's, Operators' and System's", func(t *testing.T) {
		guest := s.guest(ana.User.ID, ana.Account.ID, "gil", tenancy.Developer)
		mine := userStream(guest)
		require.Equal(t, tenancy.UserCreated{User: guest, Created: tenancy.Instant(s.clock.Now().UnixMicro())},
			items(t, s.dir.As(guest).Events(s.ctx(), mine, tenancy.EventQuery{}))[0].Data)
		s.mayReadLog(s.dir.As(guest), mine, "")
		s.mayReadLog(s.host.Session, mine, "")
		s.mayReadLog(s.staff.Session, mine, "")
		s.mayReadLog(owner, mine, tenancy.CodeNotFound)
		s.mayReadLog(owner, userStream(tenancy.UserID{6: 0x70, 15: 1}), tenancy.CodeNotFound)
		s.mayReadLog(s.host.Session, userStream(tenancy.UserID{6: 0x70, 15: 1}), tenancy.CodeNotFound)
		empty := s.dir.As(ana.User.ID)
		head, err := empty.LogHead(s.ctx(), userStream(ana.User.ID))
		require.NoError(t, err)
		require.Equal(t, tenancy.LogHead{Stream: userStream(ana.User.ID)}, head)
		require.Empty(t, items(t, empty.Events(s.ctx(), userStream(ana.User.ID), tenancy.EventQuery{})))
		require.Empty(t, items(t, empty.VerifyLog(s.ctx(), userStream(ana.User.ID), head)))
	})
	t.Run("EVT-4 a merged organization's log is the survivor's to read, along the chain", func(t *testing.T) {
		s := newScene(t)
		mia := s.found("mia")
		first, second, third := mia.Organization.ID, s.another(mia, "Second"), s.another(mia, "Third")
		helper := s.join(mia, "hal", tenancy.Administrator)
		s.merges(mia.User.ID, second, first)
		s.merges(mia.User.ID, third, second)
		admin := s.join(tenancy.SignedUp{User: mia.User, Organization: &tenancy.Organization{ID: third}}, "ada",
			tenancy.Administrator)
		for _, org := range []tenancy.OrganizationID{first, second, third} {
			s.mayReadLog(s.dir.As(mia.User.ID), organizationStream(org), "")
			s.mayReadLog(s.dir.As(admin), organizationStream(org), "")
			s.mayReadLog(s.dir.As(helper), organizationStream(org), tenancy.CodeNotAllowed)
			s.mayReadLog(s.staff.Session, organizationStream(org), "")
			for _, user := range []tenancy.UserID{mia.User.ID, admin, helper} {
				d, err := s.dir.As(user).CanInOrganization(s.ctx(), user, tenancy.ManageUsers, org)
				require.NoError(t, err)
				require.Equal(t, user != helper, d.Allowed, "ORG-13 its ID stands for the survivor")
			}
		}
		s.mayReadLog(s.dir.As(s.found("zoe").User.ID), organizationStream(first), tenancy.CodeNotFound)
		s.sound()
	})
	t.Run("a stream names exactly one of the two", func(t *testing.T) {
		for _, bad := range []tenancy.Stream{{}, {Organization: ana.Organization.ID, User: ana.User.ID}} {
			s.mayReadLog(owner, bad, tenancy.CodeInput)
			s.mayReadLog(s.host.Session, bad, tenancy.CodeInput)
		}
	})
	t.Run("GEN-2 an inactive actor reads no log", func(t *testing.T) {
		s.mayReadLog(s.dir.As(tenancy.UserID{6: 0x70, 15: 2}), stream, tenancy.CodeActor)
		s.mayReadLog(s.dir.As(tenancy.UserID{}), stream, tenancy.CodeActor)
	})
	t.Run("GEN-14 a closed context gets its own error", func(t *testing.T) {
		ctx, cancel := context.WithCancel(s.ctx())
		cancel()
		require.ErrorIs(t, failure(owner.Events(ctx, stream, tenancy.EventQuery{})), context.Canceled)
		require.ErrorIs(t, failure(owner.VerifyLog(ctx, stream)), context.Canceled)
		_, err := owner.LogHead(ctx, stream)
		require.ErrorIs(t, err, context.Canceled)
	})
	t.Run("in a block the log has what the block has said", func(t *testing.T) {
		require.NoError(t, owner.Atomically(s.ctx(), func(ctx context.Context, s *tenancy.Session) error {
			before, err := s.LogHead(ctx, stream)
			require.NoError(t, err)
			_, err = s.RenameOrganization(ctx, ana.Organization.ID, "In a block")
			require.NoError(t, err)
			require.Len(t, items(t, s.Events(ctx, stream, tenancy.EventQuery{From: before.Sequence + 1})), 1)
			require.Empty(t, items(t, s.VerifyLog(ctx, stream, before)))
			return nil
		}))
	})
	t.Run("EVT-2 the JSON form is stable", func(t *testing.T) {
		e := all[len(all)-1]
		e.Sequence, e.ID, e.Operation, e.Hash, e.Time = 234, tenancy.EventID{
			15: 1,
		}, tenancy.OperationID{
			15: 2,
		}, [32]byte{
			31: 3,
		}, tenancy.Instant(time.Date(2026, 1, 1, 12, 0, 0, 1000, time.UTC).UnixMicro())
		e.Stream, e.Data, e.Actor = organizationStream(tenancy.OrganizationID{15: 4}), tenancy.OrganizationRenamed{
			Organization: tenancy.OrganizationID{15: 4},
		}, tenancy.Actor{
			User: tenancy.UserID{15: 5},
		}
		sent, err := json.MarshalIndent(e, "", "\t")
		require.NoError(t, err)
		require.Equal(t, strings.TrimSpace(`
{
	"type": "OrganizationRenamed",
	"id": "EV00000000000000000000000000000001",
	"stream": "OR00000000000000000000000000000004",
	"sequence": 234,
	"time": "2026-01-01T12:00:00.000001Z",
	"actor": "US00000000000000000000000000000005",
	"name": "RenameOrganization",
	"operation": "OP00000000000000000000000000000002",
	"step": 0,
	"correlation": "request-7",
	"data": {
		"organization": "OR00000000000000000000000000000004"
	},
	"previous": "`+e.Previous.String()+`",
	"hash": "0000000000000000000000000000000000000000000000000000000000000003",
	"cursor": "`+string(e.Cursor())+`"
}`), string(sent))
	})
}

// merges has the Owner of both merge an organization into another, which gets a live domain for it.
func (s *scene) merges(owner tenancy.UserID, prime, candidate tenancy.OrganizationID) {
	s.Helper()
	domains := items(s, s.dir.As(owner).Domains(s.ctx(), candidate, tenancy.DomainQuery{}))
	for _, d := range domains {
		require.NoError(s, s.dir.As(owner).RemoveDomain(s.ctx(), d.ID))
	}
	s.prove(owner, prime, "mia.example.com")
	_, err := s.dir.As(owner).MergeOrganizations(s.ctx(), prime, candidate)
	require.NoError(s, err)
}

// mayReadLog wants that all three ways to read a stream say the same; code "": they succeed.
func (s *scene) mayReadLog(session *tenancy.Session, stream tenancy.Stream, code tenancy.Code) {
	s.Helper()
	_, err := session.LogHead(s.ctx(), stream)
	for op, err := range map[string]error{"Events": failure(session.Events(s.ctx(), stream, tenancy.EventQuery{})), "LogHead": err,
		"VerifyLog": failure(session.VerifyLog(s.ctx(), stream))} {
		require.Equal(s, code, tenancy.CodeOf(err), "%s: %v", op, err)
		if code != "" {
			require.Equal(s, strings.TrimSpace("tenancy: "+op+" "+stream.String())+": "+string(code), err.Error())
		}
	}
}

func TestVerifyLog(t *testing.T) {
	s := newScene(t)
	ana := s.found("ana")
	s.rename(ana, 250)
	stream := organizationStream(ana.Organization.ID)
	head, err := s.host.LogHead(s.ctx(), stream)
	require.NoError(t, err)
	found := func(t *testing.T, events func([]tenancy.EventRecord) []tenancy.EventRecord, change func(*tenancy.HeadRecord), heads ...tenancy.LogHead) (found []tenancy.Tampering) {
		rewritten := &scenes.Tapped{Store: s.store, Events: events, Answer: func(_ tenancy.Lookup, a *tenancy.Answer) {
			if head, ok := a.Record.(tenancy.HeadRecord); ok && change != nil {
				change(&head)
				a.Record = head
			}
		}}
		dir, err := tenancy.New(rewritten, nil)
		require.NoError(t, err)
		return items(t, dir.As(ana.User.ID).VerifyLog(s.ctx(), stream, heads...))
	}
	at := func(sequence uint64, reason tenancy.TamperingReason) tenancy.Tampering {
		return tenancy.Tampering{Stream: stream, Sequence: sequence, Reason: reason}
	}
	t.Run("EVT-6 nothing is found in a log that nobody touched", func(t *testing.T) {
		require.Empty(t, found(t, nil, nil))
		require.Empty(t, found(t, nil, nil, head, tenancy.LogHead{Stream: stream}))
	})
	t.Run("EVT-6 an event changed", func(t *testing.T) {
		for field, change := range map[string]func(*tenancy.EventRecord){
			"actor":                     func(e *tenancy.EventRecord) { e.Actor = tenancy.Actor{} },
			"time":                      func(e *tenancy.EventRecord) { e.Time++ },
			"type":                      func(e *tenancy.EventRecord) { e.Type = "MemberLeft" },
			"data":                      func(e *tenancy.EventRecord) { e.Data = string(tenancy.EncodeData(tenancy.OrganizationRenamed{})) },
			"a type that nobody knows":  func(e *tenancy.EventRecord) { e.Type = "NoSuchEvent" },
			"data that does not decode": func(e *tenancy.EventRecord) { e.Data = e.Data[1:] },
		} {
			require.Equal(
				t,
				[]tenancy.Tampering{at(120, tenancy.TamperedHash)},
				found(t, func(all []tenancy.EventRecord) []tenancy.EventRecord {
					change(&all[119])
					return all
				}, nil),
				field,
			)
		}
	})
	t.Run("EVT-6 an event removed", func(t *testing.T) {
		require.Equal(
			t,
			[]tenancy.Tampering{at(100, tenancy.TamperedChain)},
			found(t, func(all []tenancy.EventRecord) []tenancy.EventRecord {
				return slices.Delete(all, 99, 100)
			}, nil),
		)
		require.Equal(t, []tenancy.Tampering{at(1, tenancy.TamperedChain)},
			found(t, func(all []tenancy.EventRecord) []tenancy.EventRecord { return all[1:] }, nil))
	})
	t.Run("EVT-6 events swapped", func(t *testing.T) {
		require.Contains(t, found(t, func(all []tenancy.EventRecord) []tenancy.EventRecord {
			all[9], all[10] = all[10], all[9]
			all[9].Sequence, all[10].Sequence = 10, 11
			return all
		}, nil), at(10, tenancy.TamperedChain))
	})
	t.Run("EVT-6 an event inserted", func(t *testing.T) {
		require.NotEmpty(t, found(t, func(all []tenancy.EventRecord) []tenancy.EventRecord {
			all = slices.Insert(all, 50, all[49])
			for i := range all[50:] {
				all[50+i].Sequence++
			}
			return all
		}, nil))
	})
	t.Run(
		"EVT-6 an end cut off shows against the store's head, and, with that changed too, against one kept elsewhere",
		func(t *testing.T) {
			cut := func(all []tenancy.EventRecord) []tenancy.EventRecord { return all[:200] }
			require.Equal(t, []tenancy.Tampering{at(head.Sequence, tenancy.TamperedHead)}, found(t, cut, nil))
			kept := items(t, s.host.Events(s.ctx(), stream, tenancy.EventQuery{}))[199]
			both := func(h *tenancy.HeadRecord) { h.Sequence, h.Hash = 200, kept.Hash }
			require.Empty(t, found(t, cut, both))
			require.Equal(t, []tenancy.Tampering{at(head.Sequence, tenancy.TamperedHead)}, found(t, cut, both, head))
			require.Equal(t, []tenancy.Tampering{at(150, tenancy.TamperedHead)},
				found(t, nil, nil, tenancy.LogHead{Stream: stream, Sequence: 150}, head))
		},
	)
	t.Run("EVT-6 whoever stops reading has what was found until then", func(t *testing.T) {
		dir, err := tenancy.New(
			&scenes.Tapped{Store: s.store, Events: func(all []tenancy.EventRecord) []tenancy.EventRecord {
				for i := range all {
					all[i].Time++
				}
				return all
			}},
			nil,
		)
		require.NoError(t, err)
		n := 0
		for range dir.System().VerifyLog(s.ctx(), stream) {
			if n++; n == 3 {
				break
			}
		}
		require.Equal(t, 3, n)
	})
	t.Run("a head of another stream is refused", func(t *testing.T) {
		refused(t, failure(s.host.VerifyLog(s.ctx(), stream, head, tenancy.LogHead{Stream: userStream(ana.User.ID)})),
			tenancy.CodeInput)
	})
}

// What a damaged store, or a newer version, has written is an error, and nobody's refusal.
func TestEventsThatDoNotDecode(t *testing.T) {
	const bad = 120
	for name, change := range map[string]func(*tenancy.EventRecord){
		"no such event type":       func(e *tenancy.EventRecord) { e.Type = "NoSuchEvent" },
		"its data does not decode": func(e *tenancy.EventRecord) { e.Data += "\x00" },
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			ana, ben := s.found("ana"), s.found("ben")
			s.rename(ana, 150)
			stream, other := organizationStream(ana.Organization.ID), organizationStream(ben.Organization.ID)
			head := s.head(ana.Organization.ID)
			rewritten := &scenes.Tapped{Store: s.store, Events: func(all []tenancy.EventRecord) []tenancy.EventRecord {
				if all[0].Stream == stream {
					change(&all[bad-1])
				}
				return all
			}}
			dir, err := tenancy.New(
				rewritten,
				&tenancy.Options{Now: s.clock.Now, OnRefused: func(_ context.Context, _ tenancy.Actor, err error) {
					t.Errorf("%v was taken for a refusal", err)
				}},
			)
			require.NoError(t, err)
			host := dir.System()
			damaged := func(op string, err error) {
				t.Helper()
				require.ErrorContains(
					t,
					err,
					op+fmt.Sprintf(": event %d of %s: %s: the store is damaged, or a newer version wrote it", bad,
						stream, name),
				)
				require.Empty(t, tenancy.CodeOf(err))
			}

			var read int // EVT-4: those before it are listed
			for e, err := range host.Events(s.ctx(), stream, tenancy.EventQuery{}) {
				if err != nil {
					damaged("tenancy: Events "+stream.String(), err)
					break
				}
				read++
				require.EqualValues(t, read, e.Sequence)
			}
			require.Equal(t, bad-1, read)
			damaged("tenancy: Events "+stream.String(),
				failure(host.Events(s.ctx(), stream, tenancy.EventQuery{From: bad})))
			require.Len(t, items(t, host.Events(s.ctx(), stream, tenancy.EventQuery{From: bad + 1})),
				int(head.Sequence-bad))

			got, err := host.LogHead(s.ctx(), stream)
			require.NoError(t, err)
			require.Equal(t, head, got)
			require.Equal(t, []tenancy.Tampering{{Stream: stream, Sequence: bad, Reason: tenancy.TamperedHash}},
				items(t, host.VerifyLog(s.ctx(), stream)), "EVT-6")

			place := fmt.Sprint(stream, " ", bad) // INV-13, EVT-6
			require.Equal(t, []tenancy.Violation{
				{Rule: "EVT-6", Subject: place, Detail: "the log was tampered with: hash"},
				{Rule: "INV-13", Subject: place, Detail: "it does not decode"},
			}, items(t, dir.Check(s.ctx(), tenancy.CheckOptions{Replay: true})))

			var k taker // EVT-5: it holds back its stream alone
			n, err := host.Relay(s.ctx(), k.take)
			damaged("tenancy: Relay "+stream.String(), err)
			require.Len(t, k.events[stream], bad-1)
			require.Len(t, k.events[other], int(s.head(ben.Organization.ID).Sequence))
			require.Equal(t, len(k.events[stream])+len(k.events[other]), n)
			n, err = host.Relay(s.ctx(), k.take)
			damaged("tenancy: Relay "+stream.String(), err)
			require.Zero(t, n)
			_, err = s.host.Relay(s.ctx(), k.take) // when it is mended
			require.NoError(t, err)
			k.whole(t, stream, head.Sequence)
		})
	}
}
