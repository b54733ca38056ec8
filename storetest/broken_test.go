package storetest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/storetest"
)

// brokenStore names the environment variable that makes TestSuiteCatches run the suite
// over a broken store itself, and not in another process.
const brokenStore = "STORETEST_BROKEN_STORE"

// TestSuiteCatches runs the suite over stores that have one fault each. The cases named
// with a store must find its fault. They run in processes of their own, so that their
// failure is not a failure of this test.
func TestSuiteCatches(t *testing.T) {
	if name := os.Getenv(brokenStore); name != "" {
		b := brokenStores[slices.IndexFunc(brokenStores, func(b broken) bool { return b.name == name })]
		storetest.Run(t, func(*testing.T) tenancy.Store { s := newNaive(); return tampered{s, b.how(s)} })
		return
	}
	for _, b := range brokenStores {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			for _, c := range b.caught {
				catches(t, b.name, "TestSuiteCatches/"+c, false)
			}
		})
	}
}

// catches runs a case over a broken store in a process of its own, and requires that it
// fails, or that it does not end.
func catches(t *testing.T, store, name string, hangs bool) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	name, timeout := strings.ReplaceAll(name, " ", "_"), "10m"
	if hangs {
		timeout = "2s"
	}
	run := exec.CommandContext(t.Context(), self, "-test.timeout="+timeout,
		"-test.run=^"+strings.ReplaceAll(regexp.QuoteMeta(name), "/", "$/^")+"$")
	run.Env = append(os.Environ(), brokenStore+"="+store)
	output, err := run.CombinedOutput()
	require.Error(t, err, "%q does not find it\n%s", name, output)
	if hangs {
		require.Contains(t, string(output), "panic: test timed out")
		return
	}
	require.Contains(t, string(output), "--- FAIL: "+name+" ", "%q does not find it", name)
	// A function of the suite's that must not run panics with these words.
	require.NotContains(t, strings.ReplaceAll(string(output), "panic: it ran", ""), "panic: ")
	require.NotContains(t, string(output), "DATA RACE")
}

// broken is a fault that a store can have, and the cases of the suite that must find it.
type broken struct {
	name   string
	caught []string
	how    func(*naive) hooks
}

// hooks replace methods of the naive store and of its transactions. A hook that is nil
// replaces none.
type hooks struct {
	read     func(ctx context.Context, tx tenancy.Tx, lookups []tenancy.Lookup) ([]tenancy.Answer, error)
	accesses func(ctx context.Context, tx tenancy.Tx, user tenancy.UserID, accounts []tenancy.AccountID, key tenancy.KeyID, rows []tenancy.AccessRow) error
	access   func(ctx context.Context, tx tenancy.Tx, user tenancy.UserID, account tenancy.AccountID, key tenancy.KeyID, row *tenancy.AccessRow) error
	events   func(ctx context.Context, tx tenancy.Tx, stream tenancy.Stream, from uint64, limit int) ([]tenancy.EventRecord, error)
	find     func(ctx context.Context, tx tenancy.Tx, lookups []tenancy.EventLookup) ([][]tenancy.EventRecord, error)
	outbox   func(ctx context.Context, tx tenancy.Tx, after tenancy.Stream, limit int) ([]tenancy.EventRecord, error)
	put      func(ctx context.Context, tx tenancy.Tx, records []tenancy.Record) error
	delete   func(ctx context.Context, tx tenancy.Tx, records []tenancy.Record) error
	append   func(ctx context.Context, tx tenancy.Tx, events []tenancy.EventRecord) error
	ack      func(ctx context.Context, tx tenancy.Tx, events []tenancy.EventRecord) error
	move     func(ctx context.Context, tx tenancy.Tx, move tenancy.Move) error
	update   func(ctx context.Context, fn writing) error
	view     func(ctx context.Context, fn reading) error
}

type (
	reading = func(context.Context, tenancy.ReadTx) error
	writing = func(context.Context, tenancy.Tx) error
)

// groupRolesStay leaves what groups gave where an organization ends.
func groupRolesStay(*naive) hooks {
	return hooks{move: func(ctx context.Context, tx tenancy.Tx, move tenancy.Move) error {
		accounts, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexAccountsIn,
			Key: tenancy.Key{In: move.From}, Limit: math.MaxInt})
		if err != nil {
			return err
		}
		var roles []tenancy.Record
		for _, a := range accounts[0].Records {
			on, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexGroupRoles,
				Key: tenancy.Key{In: a.(tenancy.AccountRecord).ID}, Limit: math.MaxInt})
			if err != nil {
				return err
			}
			roles = append(roles, on[0].Records...)
		}
		return errors.Join(tx.MoveAll(ctx, move), tx.Put(ctx, roles...))
	}}
}

// groupsStayCounted leaves the number that an account keeps of groups where one ends.
func groupsStayCounted(*naive) hooks {
	return hooks{move: func(ctx context.Context, tx tenancy.Tx, move tenancy.Move) error {
		roles, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexGroupRolesOf,
			Key: tenancy.Key{In: move.Group}, Limit: math.MaxInt})
		if err != nil {
			return err
		}
		var accounts []tenancy.Record
		for _, r := range roles[0].Records {
			found, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexAccounts,
				Key: tenancy.Key{ID: r.(tenancy.GroupRolesRecord).Account}})
			if err != nil {
				return err
			}
			accounts = append(accounts, found[0].Record)
		}
		return errors.Join(tx.MoveAll(ctx, move), tx.Put(ctx, accounts...))
	}}
}

// activeThough has access forget something that keeps a user from acting.
func activeThough(forget func(*tenancy.UserRecord)) func(*naive) hooks {
	return func(*naive) hooks {
		return hooks{
			access: func(ctx context.Context, tx tenancy.Tx, user tenancy.UserID, account tenancy.AccountID, key tenancy.KeyID, row *tenancy.AccessRow) error {
				err := accessOne(ctx, tx, user, account, key, row)
				found, _ := tx.Read(ctx, lookup(tenancy.UserRecord{ID: user}))
				if u, ok := found[0].Record.(tenancy.UserRecord); ok {
					forget(&u)
					row.SetUser(u)
				}
				return err
			},
		}
	}
}

// identitiesStay leaves what directories have put in groups where these end.
func identitiesStay(*naive) hooks {
	return hooks{move: func(ctx context.Context, tx tenancy.Tx, move tenancy.Move) error {
		were := identitiesIn(tx)
		return errors.Join(tx.MoveAll(ctx, move), tx.Put(ctx, were...))
	}}
}

// identitiesGo takes all identities out of all groups in a merge.
func identitiesGo(*naive) hooks {
	return hooks{move: func(ctx context.Context, tx tenancy.Tx, move tenancy.Move) error {
		err := tx.MoveAll(ctx, move)
		if move.Into.IsZero() {
			return err
		}
		return errors.Join(err, tx.Delete(ctx, identitiesIn(tx)...))
	}}
}

// identitiesIn returns what directories have put in groups.
func identitiesIn(tx tenancy.Tx) []tenancy.Record {
	return slices.DeleteFunc(slices.Clone(tx.(*naiveTx).content.records), func(r tenancy.Record) bool {
		_, is := r.(tenancy.ProvisionedMemberRecord)
		return !is
	})
}

// directoriesMove has the directories of an organization go where its groups go.
func directoriesMove(*naive) hooks {
	return hooks{move: func(ctx context.Context, tx tenancy.Tx, move tenancy.Move) error {
		err := tx.MoveAll(ctx, move)
		for _, r := range slices.Clone(tx.(*naiveTx).content.records) {
			if d, ok := r.(tenancy.DirectoryRecord); ok && d.Organization == move.From {
				d.Organization = move.Into
				err = errors.Join(err, tx.Put(ctx, d))
			}
		}
		return err
	}}
}

// tampered is a naive store with a fault.
type tampered struct {
	*naive
	hooks hooks
}

func (s tampered) View(ctx context.Context, fn func(context.Context, tenancy.ReadTx) error) error {
	view := s.naive.View
	if s.hooks.view != nil {
		view = s.hooks.view
	}
	return view(ctx, func(ctx context.Context, tx tenancy.ReadTx) error {
		return fn(ctx, tamperedTx{tx.(*naiveTx), s.hooks})
	})
}

func (s tampered) Update(ctx context.Context, fn func(context.Context, tenancy.Tx) error) error {
	update := s.naive.Update
	if s.hooks.update != nil {
		update = s.hooks.update
	}
	return update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
		return fn(ctx, tamperedTx{tx.(*naiveTx), s.hooks})
	})
}

type tamperedTx struct {
	*naiveTx
	hooks hooks
}

func (t tamperedTx) Read(ctx context.Context, lookups ...tenancy.Lookup) ([]tenancy.Answer, error) {
	if t.hooks.read != nil {
		return t.hooks.read(ctx, t.naiveTx, lookups)
	}
	return t.naiveTx.Read(ctx, lookups...)
}

func (t tamperedTx) Access(ctx context.Context, user tenancy.UserID, accounts []tenancy.AccountID,
	key tenancy.KeyID, rows []tenancy.AccessRow) error {
	if t.hooks.accesses != nil {
		return t.hooks.accesses(ctx, t.naiveTx, user, accounts, key, rows)
	}
	if t.hooks.access == nil {
		return t.naiveTx.Access(ctx, user, accounts, key, rows)
	}
	for i, account := range accounts {
		if err := t.hooks.access(ctx, t.naiveTx, user, account, key, &rows[i]); err != nil {
			return err
		}
	}
	return nil
}

func (t tamperedTx) Events(ctx context.Context, stream tenancy.Stream, from uint64,
	limit int) ([]tenancy.EventRecord, error) {
	if t.hooks.events != nil {
		return t.hooks.events(ctx, t.naiveTx, stream, from, limit)
	}
	return t.naiveTx.Events(ctx, stream, from, limit)
}

func (t tamperedTx) FindEvents(
	ctx context.Context, lookups ...tenancy.EventLookup,
) ([][]tenancy.EventRecord, error) {
	if t.hooks.find != nil {
		return t.hooks.find(ctx, t.naiveTx, lookups)
	}
	return t.naiveTx.FindEvents(ctx, lookups...)
}

func (t tamperedTx) Outbox(ctx context.Context, after tenancy.Stream, limit int) ([]tenancy.EventRecord, error) {
	if t.hooks.outbox != nil {
		return t.hooks.outbox(ctx, t.naiveTx, after, limit)
	}
	return t.naiveTx.Outbox(ctx, after, limit)
}

func (t tamperedTx) Put(ctx context.Context, records ...tenancy.Record) error {
	if t.hooks.put != nil {
		return t.hooks.put(ctx, t.naiveTx, records)
	}
	return t.naiveTx.Put(ctx, records...)
}

func (t tamperedTx) Delete(ctx context.Context, records ...tenancy.Record) error {
	if t.hooks.delete != nil {
		return t.hooks.delete(ctx, t.naiveTx, records)
	}
	return t.naiveTx.Delete(ctx, records...)
}

func (t tamperedTx) Append(ctx context.Context, events ...tenancy.EventRecord) error {
	if t.hooks.append != nil {
		return t.hooks.append(ctx, t.naiveTx, events)
	}
	return t.naiveTx.Append(ctx, events...)
}

func (t tamperedTx) Ack(ctx context.Context, events ...tenancy.EventRecord) error {
	if t.hooks.ack != nil {
		return t.hooks.ack(ctx, t.naiveTx, events)
	}
	return t.naiveTx.Ack(ctx, events...)
}

func (t tamperedTx) MoveAll(ctx context.Context, move tenancy.Move) error {
	if t.hooks.move != nil {
		return t.hooks.move(ctx, t.naiveTx, move)
	}
	return t.naiveTx.MoveAll(ctx, move)
}

// stay leaves the records of an organization that an index has where they are.
func stay(index tenancy.Index) func(*naive) hooks {
	return func(*naive) hooks {
		return hooks{move: func(ctx context.Context, tx tenancy.Tx, move tenancy.Move) error {
			all, err := tx.Read(ctx, tenancy.Lookup{Index: index, Key: tenancy.Key{In: move.From}, Limit: math.MaxInt})
			if err != nil {
				return err
			}
			return errors.Join(tx.MoveAll(ctx, move), tx.Put(ctx, all[0].Records...))
		}}
	}
}

// finding changes what is asked of the events.
func finding(change func(*tenancy.EventLookup)) func(*naive) hooks {
	return func(*naive) hooks {
		return hooks{find: func(
			ctx context.Context, tx tenancy.Tx, lookups []tenancy.EventLookup,
		) ([][]tenancy.EventRecord, error) {
			lookups = slices.Clone(lookups)
			for i := range lookups {
				change(&lookups[i])
			}
			return tx.FindEvents(ctx, lookups...)
		}}
	}
}

var brokenStores = []broken{
	// what is read
	{"a limit one too high", []string{"Read/limits", "Index/members"}, asking(func(l *tenancy.Lookup) {
		if l.Limit > 0 && l.Limit < math.MaxInt && !l.Count {
			l.Limit++
		}
	})},
	{"counts without a limit", []string{"Read/limits", "Index/members"}, asking(func(l *tenancy.Lookup) {
		if l.Count {
			l.Limit = math.MaxInt
		}
	})},
	{"counts from the start", []string{"Read/limits", "Index/members"}, asking(func(l *tenancy.Lookup) {
		if l.Count {
			l.Key = tenancy.Key{In: l.Key.In}
		}
	})},
	{"lists beyond a text", []string{"Read/until a text"}, asking(func(l *tenancy.Lookup) { l.Until = "" })},
	{"lists up to a text and with it", []string{"Read/until a text"}, asking(func(l *tenancy.Lookup) {
		if l.Until != "" {
			l.Until += "\x00"
		}
	})},
	{"lists that leave out none", []string{"Read/past the first records", "Index/members"},
		asking(func(l *tenancy.Lookup) { l.Skip = 0 })},
	{"lists that leave out one too many", []string{"Read/past the first records", "Index/members"},
		asking(func(l *tenancy.Lookup) {
			if l.Skip > 0 && l.Skip < math.MaxInt {
				l.Skip++
			}
		})},
	{"records left out of a page, not of the list", []string{"Read/past the first records", "Index/members"},
		func(*naive) hooks {
			return hooks{
				read: func(ctx context.Context, tx tenancy.Tx, lookups []tenancy.Lookup) ([]tenancy.Answer, error) {
					whole := slices.Clone(lookups)
					for i := range whole {
						whole[i].Skip = 0
					}
					answers, err := tx.Read(ctx, whole...)
					for i := range answers {
						answers[i].Records = answers[i].Records[min(lookups[i].Skip, len(answers[i].Records)):]
					}
					return answers, err
				},
			}
		}},
	{"records left out from the start of the list", []string{"Read/past the first records"}, func(*naive) hooks {
		return hooks{
			read: func(ctx context.Context, tx tenancy.Tx, lookups []tenancy.Lookup) ([]tenancy.Answer, error) {
				lookups = slices.Clone(lookups)
				for i := range lookups {
					if l := &lookups[i]; l.Skip > 0 {
						l.Key = tenancy.Key{In: l.Key.In}
					}
				}
				return tx.Read(ctx, lookups...)
			},
		}
	}},
	{"lists the other way round", []string{"Read/limits", "Index/members", "Index/users"},
		answering(func(_ tenancy.Lookup, a *tenancy.Answer) {
			slices.Reverse(a.Records)
		})},
	{"lists ordered without case", []string{"Index/open_requests", "Index/verified_domains", "Index/operations"},
		answering(func(l tenancy.Lookup, a *tenancy.Answer) {
			slices.SortStableFunc(a.Records, func(x, y tenancy.Record) int {
				return strings.Compare(strings.ToLower(textIn(l.Index, x)), strings.ToLower(textIn(l.Index, y)))
			})
		})},
	{"lists that forget their group", []string{"Index/members", "Index/accounts_in", "Index/open_requests"},
		listing(func(l tenancy.Lookup, key tenancy.Key) bool {
			key.In = l.Key.In
			return compareKeys(key, l.Key) > 0
		})},
	{"lists with what they begin after", []string{"Read/limits", "Index/accounts_in"},
		listing(func(l tenancy.Lookup, key tenancy.Key) bool {
			return key.In == l.Key.In && compareKeys(key, l.Key) >= 0
		})},
	{"places found with a part missing", []string{"Index/members", "Index/pending_invitations"},
		func(*naive) hooks {
			return hooks{
				read: func(ctx context.Context, tx tenancy.Tx, lookups []tenancy.Lookup) ([]tenancy.Answer, error) {
					answers, err := tx.Read(ctx, lookups...)
					for i, l := range lookups {
						missing := l.Limit == 0 && (l.Key.Text == "" || l.Key.ID == [16]byte{})
						if err == nil && missing && answers[i].Record == nil {
							l.Limit = 1
							if next, _ := tx.Read(ctx, l); len(next[0].Records) > 0 {
								answers[i].Record = next[0].Records[0]
							}
						}
					}
					return answers, err
				},
			}
		}},
	{"lookups asked twice answered once", []string{"Read/answers in their places"}, func(*naive) hooks {
		return hooks{
			read: func(ctx context.Context, tx tenancy.Tx, lookups []tenancy.Lookup) ([]tenancy.Answer, error) {
				answers, err := tx.Read(ctx, lookups...)
				for i, l := range lookups {
					if err == nil && slices.Contains(lookups[:i], l) {
						answers[i] = tenancy.Answer{}
					}
				}
				return answers, err
			},
		}
	}},
	{"answers to the first hundred lookups", []string{"Read/answers in their places"}, func(*naive) hooks {
		return hooks{
			read: func(ctx context.Context, tx tenancy.Tx, lookups []tenancy.Lookup) ([]tenancy.Answer, error) {
				answers, err := tx.Read(ctx, lookups[:min(len(lookups), 100)]...)
				return append(answers, make([]tenancy.Answer, len(lookups)-len(answers))...), err
			},
		}
	}},
	{"unknown kinds skipped", []string{"Record/of an unknown kind"},
		answering(func(_ tenancy.Lookup, a *tenancy.Answer) {
			strange := func(r tenancy.Record) bool {
				return !slices.ContainsFunc(tenancy.Indexes(), func(info tenancy.IndexInfo) bool {
					return reflect.TypeOf(info.Record) == reflect.TypeOf(r)
				})
			}
			a.Records = slices.DeleteFunc(a.Records, strange)
			if strange(a.Record) {
				a.Record = nil
			}
		})},
	{"events given out twice", []string{"Sharing/what is read out"}, func(*naive) hooks {
		var given []tenancy.EventRecord
		return hooks{
			events: func(ctx context.Context, tx tenancy.Tx, stream tenancy.Stream, from uint64, limit int) (_ []tenancy.EventRecord, err error) {
				if len(given) == 0 {
					given, err = tx.Events(ctx, stream, from, limit)
				}
				return given, err
			},
		}
	}},

	// what is written
	{"long texts cut off", []string{"Record/AccountRecord"}, putting(func(a *tenancy.AccountRecord) {
		pricing := a.Personal.Pricing.Reveal()
		a.Personal.Pricing = tenancy.NewPersonal(pricing[:min(len(pricing), 255)])
	})},
	{"a field forgotten", []string{"Record/MembershipRecord", "MoveAll/into another organization"},
		putting(func(m *tenancy.MembershipRecord) {
			m.Exempt = false
		})},
	{"two fields in one", []string{"Record/UserRecord"}, putting(func(u *tenancy.UserRecord) {
		u.InactiveOperator = u.InactiveOperator || u.InactiveOrganization
	})},
	{"the host's roles forgotten", []string{"Record/GrantRecord", "Access/each field"},
		putting(func(g *tenancy.GrantRecord) {
			g.Roles = tenancy.Roles(slices.DeleteFunc(g.Roles.All(),
				func(r tenancy.AccountRole) bool { return r == "auditor" })...)
		})},
	{"numbers without their first bit", []string{"Record/HeadRecord"},
		putting(func(h *tenancy.HeadRecord) { h.Sequence &= math.MaxInt64 })},
	{"seconds for microseconds", []string{"Record/OperationRecord"},
		putting(func(o *tenancy.OperationRecord) { o.Time -= o.Time % 1_000_000 })},
	{"an index not updated", []string{"Index/users_by_address", "Unique/users_by_address"}, func(*naive) hooks {
		ghosts := map[string]tenancy.Record{} // by address
		return hooks{
			put: func(ctx context.Context, tx tenancy.Tx, records []tenancy.Record) error {
				for _, r := range records {
					if user, ok := r.(tenancy.UserRecord); ok {
						ghosts[textIn(tenancy.IndexUsersByAddress, user)] = user
					}
				}
				return tx.Put(ctx, records...)
			},
			read: func(ctx context.Context, tx tenancy.Tx, lookups []tenancy.Lookup) ([]tenancy.Answer, error) {
				answers, err := tx.Read(ctx, lookups...)
				for i, l := range lookups {
					ghost := ghosts[l.Key.Text]
					if err == nil && ghost != nil && l.Index == tenancy.IndexUsersByAddress && l.Limit == 0 &&
						answers[i].Record == nil {
						there, _ := tx.Read(ctx, lookup(ghost))
						answers[i] = there[0]
					}
				}
				return answers, err
			}}
	}},
	{"entries of others deleted", []string{"Write/delete by identity alone"}, func(*naive) hooks {
		return hooks{delete: func(ctx context.Context, tx tenancy.Tx, records []tenancy.Record) error {
			for _, r := range records {
				if err := evict(ctx, tx, r); err != nil {
					return err
				}
			}
			return tx.Delete(ctx, records...)
		}}
	}},
	{"each record once in a call", []string{"Write/put in place of what was there"}, func(*naive) hooks {
		return hooks{put: func(ctx context.Context, tx tenancy.Tx, records []tenancy.Record) error {
			for i, r := range records {
				if slices.ContainsFunc(records[:i],
					func(other tenancy.Record) bool { return identity(other) == identity(r) }) {
					return errors.New("the record a second time")
				}
			}
			return tx.Put(ctx, records...)
		}}
	}},
	{"uniqueness not enforced", []string{"Unique/users_by_address", "Unique/pending_invitations",
		"Unique/verified_domains"}, func(*naive) hooks {
		return hooks{put: func(ctx context.Context, tx tenancy.Tx, records []tenancy.Record) error {
			for _, r := range records {
				if err := errors.Join(evict(ctx, tx, r), tx.Put(ctx, r)); err != nil {
					return err
				}
			}
			return nil
		}}
	}},
	{"a failed write forgotten", []string{"Transaction/a write that failed fails it"}, func(*naive) hooks {
		return hooks{put: func(ctx context.Context, tx tenancy.Tx, records []tenancy.Record) error {
			err := tx.Put(ctx, records...)
			tx.(*naiveTx).failed = nil
			return err
		}}
	}},
	{"texts unique without case", []string{"Index/verified_domains"}, func(*naive) hooks {
		return hooks{put: func(ctx context.Context, tx tenancy.Tx, records []tenancy.Record) error {
			for _, r := range records {
				d, _ := r.(tenancy.DomainRecord)
				others, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexVerifiedDomains,
					Limit: math.MaxInt})
				if err != nil {
					return err
				}
				for _, o := range others[0].Records {
					if o := o.(tenancy.DomainRecord); o.ID != d.ID && strings.EqualFold(o.Personal.Name,
						d.Personal.Name) {
						return tenancy.CodeBusy
					}
				}
				if err := tx.Put(ctx, r); err != nil {
					return err
				}
			}
			return nil
		}}
	}},
	{"deletions last", []string{"Write/in order", "Unique/domains_by_name"}, func(s *naive) hooks {
		var late []tenancy.Record
		return hooks{
			delete: func(_ context.Context, _ tenancy.Tx, records []tenancy.Record) error {
				late = append(late, records...)
				return nil
			},
			update: func(ctx context.Context, fn writing) error {
				return s.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
					late = nil
					if err := fn(ctx, tx); err != nil {
						return err
					}
					return tx.Delete(ctx, late...)
				})
			}}
	}},
	{"writes kept back in the caller's slice", []string{"Sharing/what is passed in"}, func(s *naive) hooks {
		var kept [][]tenancy.Record
		flush := func(ctx context.Context, tx tenancy.Tx) error {
			for _, records := range kept {
				if err := tx.Put(ctx, records...); err != nil {
					return err
				}
			}
			kept = nil
			return nil
		}
		return hooks{
			put: func(_ context.Context, _ tenancy.Tx, records []tenancy.Record) error {
				kept = append(kept, records)
				return nil
			},
			update: func(ctx context.Context, fn writing) error {
				return s.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
					kept = nil
					if err := fn(ctx, tx); err != nil {
						return err
					}
					return flush(ctx, tx)
				})
			}}
	}},
	{"own writes not seen", []string{"Write/reads see what was written before them", "Index/members"},
		func(s *naive) hooks {
			return hooks{
				read: func(ctx context.Context, _ tenancy.Tx, lookups []tenancy.Lookup) ([]tenancy.Answer, error) {
					return (&naiveTx{content: s.now}).Read(ctx, lookups...)
				},
			}
		}},

	// events
	{"events appended twice", []string{"Events/in order, from a number, up to a limit",
		"Events/data of any bytes"}, func(*naive) hooks {
		return hooks{append: func(ctx context.Context, tx tenancy.Tx, events []tenancy.EventRecord) error {
			err := tx.Append(ctx, events...)
			c := tx.(*naiveTx).content
			c.events = append(c.events, c.events[len(c.events)-min(1, len(events)):]...)
			return err
		}}
	}},
	{"event numbers with a sign", []string{"Events/in order, from a number, up to a limit"}, func(*naive) hooks {
		return hooks{
			events: func(ctx context.Context, tx tenancy.Tx, stream tenancy.Stream, from uint64, limit int) ([]tenancy.EventRecord, error) {
				if int64(from) < 0 {
					from = 0
				}
				return tx.Events(ctx, stream, from, limit)
			},
		}
	}},
	{"events found in the order of numbers", []string{"FindEvents/all that there is to ask"},
		finding(func(l *tenancy.EventLookup) {
			if l.By == tenancy.EventsByTime {
				l.By = tenancy.EventsByNumber
			}
		})},
	{"events found without their direction", []string{"FindEvents/all that there is to ask"},
		finding(func(l *tenancy.EventLookup) { l.Backwards = false })},
	{"events of a first subject alone", []string{"FindEvents/all that there is to ask"}, func(*naive) hooks {
		return hooks{find: func(
			ctx context.Context, tx tenancy.Tx, lookups []tenancy.EventLookup,
		) ([][]tenancy.EventRecord, error) {
			answers, err := tx.FindEvents(ctx, lookups...)
			for i, l := range lookups {
				answers[i] = slices.DeleteFunc(answers[i], func(e tenancy.EventRecord) bool {
					return l.By == tenancy.EventsBySubject && e.Subjects(nil)[0] != l.Subject
				})
			}
			return answers, err
		}}
	}},
	{"events without their correlation", []string{"Events/every field"},
		appending(func(e *tenancy.EventRecord) { e.Correlation = "" })},
	{"event data kept as text", []string{"Events/data of any bytes"}, appending(func(e *tenancy.EventRecord) {
		e.Data = strings.ToValidUTF8(e.Data, "\uFFFD")
	})},
	{"event data up to a zero byte", []string{"Events/data of any bytes",
		"Events/in order, from a number, up to a limit"},
		appending(func(e *tenancy.EventRecord) { e.Data, _, _ = strings.Cut(e.Data, "\x00") })},
	{"long event data cut off", []string{"Events/data of any bytes"}, appending(func(e *tenancy.EventRecord) {
		e.Data = e.Data[:min(len(e.Data), 65535)]
	})},
	{"event types without case", []string{"Events/types that nobody knows"},
		appending(func(e *tenancy.EventRecord) {
			e.Type = strings.ToLower(e.Type)
		})},
	{"events of unknown types skipped", []string{"Events/types that nobody knows"}, func(*naive) hooks {
		return hooks{
			events: func(ctx context.Context, tx tenancy.Tx, stream tenancy.Stream, from uint64, limit int) ([]tenancy.EventRecord, error) {
				all, err := tx.Events(ctx, stream, from, limit)
				return slices.DeleteFunc(all, func(e tenancy.EventRecord) bool {
					return !slices.ContainsFunc(tenancy.EventTypes(), func(zero tenancy.EventData) bool {
						return tenancy.EventType(zero) == e.Type
					})
				}), err
			},
		}
	}},
	{"event numbers given twice", []string{"Events/a number given twice", "Race/one event number"},
		func(*naive) hooks {
			return hooks{append: func(ctx context.Context, tx tenancy.Tx, events []tenancy.EventRecord) error {
				for _, e := range events {
					if err := tx.Append(ctx, e); err != nil && !errors.Is(err, tenancy.CodeBusy) {
						return err
					}
				}
				tx.(*naiveTx).failed = nil
				return nil
			}}
		}},
	{"earlier events acknowledged too", []string{"Outbox/only what is acknowledged is gone"}, func(*naive) hooks {
		return hooks{ack: func(ctx context.Context, tx tenancy.Tx, events []tenancy.EventRecord) error {
			for _, e := range events {
				before, err := tx.Events(ctx, e.Stream, 1, int(e.Sequence))
				if err != nil {
					return err
				}
				if err := tx.Ack(ctx, before...); err != nil {
					return err
				}
			}
			return nil
		}}
	}},
	{"an outbox with more than the oldest", []string{"Outbox/oldest of each stream",
		"Outbox/after a stream, up to a limit"}, func(*naive) hooks {
		return hooks{
			outbox: func(ctx context.Context, tx tenancy.Tx, after tenancy.Stream, limit int) ([]tenancy.EventRecord, error) {
				oldest, err := tx.Outbox(ctx, after, limit)
				var all []tenancy.EventRecord
				for _, e := range oldest {
					next, _ := tx.Events(ctx, e.Stream, e.Sequence, 2)
					all = append(all, next...)
				}
				return all[:min(len(all), limit)], err
			},
		}
	}},
	{"an outbox ordered by text", []string{"Outbox/oldest of each stream",
		"Outbox/after a stream, up to a limit"}, func(*naive) hooks {
		return hooks{
			outbox: func(ctx context.Context, tx tenancy.Tx, after tenancy.Stream, limit int) ([]tenancy.EventRecord, error) {
				all, err := tx.Outbox(ctx, tenancy.Stream{}, math.MaxInt)
				slices.SortFunc(all, func(a, b tenancy.EventRecord) int {
					return strings.Compare(a.Stream.String(), b.Stream.String())
				})
				all = slices.DeleteFunc(all, func(e tenancy.EventRecord) bool {
					return e.Stream.String() <= after.String()
				})
				return all[:min(len(all), limit)], err
			},
		}
	}},

	// Access and MoveAll
	{"access by any membership", []string{"Access/each field", "Access/all combinations"}, func(*naive) hooks {
		return hooks{
			access: func(ctx context.Context, tx tenancy.Tx, user tenancy.UserID, account tenancy.AccountID, key tenancy.KeyID, row *tenancy.AccessRow) error {
				err := accessOne(ctx, tx, user, account, key, row)
				if any, _ := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexMembershipsOf,
					Key: tenancy.Key{In: user}, Limit: 1}); len(any[0].Records) > 0 && row.AccountFound {
					row.SetMembership(any[0].Records[0].(tenancy.MembershipRecord))
				}
				return err
			},
		}
	}},
	{"access of those whom a directory holds inactive", []string{"Access/each field", "Access/all combinations"},
		activeThough(func(u *tenancy.UserRecord) { u.InactiveDirectory = false })},
	{"access of those whom nobody has claimed", []string{"Access/each field", "Access/all combinations"},
		activeThough(func(u *tenancy.UserRecord) { u.Unclaimed = false })},
	{"access in the order of the accounts", []string{"Access/all combinations"}, func(*naive) hooks {
		return hooks{
			accesses: func(ctx context.Context, tx tenancy.Tx, user tenancy.UserID, accounts []tenancy.AccountID, key tenancy.KeyID, rows []tenancy.AccessRow) error {
				accounts = slices.Clone(accounts)
				slices.SortFunc(accounts, func(a, b tenancy.AccountID) int { return bytes.Compare(a[:], b[:]) })
				return tx.Access(ctx, user, accounts, key, rows)
			},
		}
	}},
	{"access past a suspended parent", []string{"Access/each field", "Access/all combinations"},
		func(*naive) hooks {
			return hooks{
				access: func(ctx context.Context, tx tenancy.Tx, user tenancy.UserID, account tenancy.AccountID, key tenancy.KeyID, row *tenancy.AccessRow) error {
					err := accessOne(ctx, tx, user, account, key, row)
					own, _ := tx.Read(ctx, lookup(tenancy.AccountRecord{ID: account}))
					if a, ok := own[0].Record.(tenancy.AccountRecord); ok {
						row.Suspended = a.SuspendedCustomer || a.SuspendedPlatform
					}
					return err
				},
			}
		}},
	{"a key that is another user's", []string{"Access/each field", "Access/all combinations"}, func(*naive) hooks {
		return hooks{
			access: func(ctx context.Context, tx tenancy.Tx, user tenancy.UserID, account tenancy.AccountID, key tenancy.KeyID, row *tenancy.AccessRow) error {
				err := accessOne(ctx, tx, user, account, key, row)
				any, _ := tx.Read(ctx, lookup(tenancy.KeyRecord{ID: key}))
				if k, ok := any[0].Record.(tenancy.KeyRecord); ok {
					row.SetKey(k.User, k)
				}
				return err
			},
		}
	}},
	{"service accounts that live on", []string{"MoveAll/of service accounts, to nobody"}, func(*naive) hooks {
		return hooks{move: func(ctx context.Context, tx tenancy.Tx, move tenancy.Move) error {
			keys, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexKeys, Limit: math.MaxInt})
			return errors.Join(err, tx.MoveAll(ctx, move), tx.Put(ctx, keys[0].Records...))
		}}
	}},
	{"access that takes out what has ended itself", []string{"Access/each field", "Access/all combinations"},
		func(*naive) hooks {
			return hooks{
				access: func(ctx context.Context, tx tenancy.Tx, user tenancy.UserID, account tenancy.AccountID, key tenancy.KeyID, row *tenancy.AccessRow) error {
					err := accessOne(ctx, tx, user, account, key, row)
					if row.Until != 0 && row.Until < 100 {
						row.Temporary, row.Until = tenancy.RoleSet{}, 0
					}
					return err
				},
			}
		}},
	{"access past groups of the main account", []string{"Access/each field", "Access/all combinations"},
		func(*naive) hooks {
			return hooks{
				access: func(ctx context.Context, tx tenancy.Tx, user tenancy.UserID, account tenancy.AccountID, key tenancy.KeyID, row *tenancy.AccessRow) error {
					err := accessOne(ctx, tx, user, account, key, row)
					row.ParentGroups = nil
					return err
				},
			}
		}},
	{"access by any group with roles", []string{"Access/each field", "Access/all combinations"},
		func(*naive) hooks {
			return hooks{
				access: func(ctx context.Context, tx tenancy.Tx, user tenancy.UserID, account tenancy.AccountID, key tenancy.KeyID, row *tenancy.AccessRow) error {
					err := accessOne(ctx, tx, user, account, key, row)
					all, _ := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexGroupRoles,
						Key: tenancy.Key{In: account}, Limit: math.MaxInt})
					row.Groups = nil
					for _, r := range all[0].Records {
						g := r.(tenancy.GroupRolesRecord)
						row.Groups = append(row.Groups, tenancy.GroupAccess{Group: g.Group, Roles: g.Roles})
					}
					return err
				},
			}
		}},
	{"access that adds to the row", []string{"Access/each field"}, func(*naive) hooks {
		return hooks{
			access: func(ctx context.Context, tx tenancy.Tx, user tenancy.UserID, account tenancy.AccountID, key tenancy.KeyID, row *tenancy.AccessRow) error {
				had := slices.Clone(row.Groups)
				err := accessOne(ctx, tx, user, account, key, row)
				row.Groups = append(had, row.Groups...)
				return err
			},
		}
	}},
	{"groups left behind", []string{"MoveAll/of groups, into another organization", "MoveAll/of groups, to nobody"},
		stay(tenancy.IndexGroupsIn)},
	{"what groups gave left behind", []string{"MoveAll/of groups, to nobody"}, groupRolesStay},
	{"identities left in groups that end", []string{"MoveAll/of groups that a directory keeps, to nobody",
		"MoveAll/the end of a group that a directory keeps"}, identitiesStay},
	{"identities taken out of groups that move", []string{
		"MoveAll/of groups that a directory keeps, into another organization"}, identitiesGo},
	{"directories that move", []string{"MoveAll/of groups that a directory keeps, into another organization",
		"MoveAll/of groups that a directory keeps, to nobody"}, directoriesMove},
	{"the groups of an account not counted down", []string{"MoveAll/the end of a group"}, groupsStayCounted},
	{"closed accounts not moved", []string{"MoveAll/into another organization", "MoveAll/to nobody",
		"MoveAll/again and again"}, func(*naive) hooks {
		return hooks{move: func(ctx context.Context, tx tenancy.Tx, move tenancy.Move) error {
			all, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexAccountsIn,
				Key: tenancy.Key{In: move.From}, Limit: math.MaxInt})
			if err != nil {
				return err
			}
			closed := slices.DeleteFunc(all[0].Records, func(r tenancy.Record) bool {
				return r.(tenancy.AccountRecord).Closed == 0
			})
			return errors.Join(tx.MoveAll(ctx, move), tx.Put(ctx, closed...))
		}}
	}},
	{"roles moved along", []string{"MoveAll/into another organization"}, func(*naive) hooks {
		return hooks{move: func(ctx context.Context, tx tenancy.Tx, move tenancy.Move) error {
			members, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexMembers,
				Key: tenancy.Key{In: move.From}, Limit: math.MaxInt})
			if err != nil || move.Into.IsZero() {
				return errors.Join(err, tx.MoveAll(ctx, move))
			}
			err = tx.MoveAll(ctx, move)
			for _, r := range members[0].Records {
				m := r.(tenancy.MembershipRecord)
				m.Organization, m.Exempt, m.Since = move.Into, false, move.At
				err = errors.Join(err, tx.Put(ctx, m))
			}
			return err
		}}
	}},
	{"words left behind", []string{"MoveAll/into another organization", "MoveAll/to nobody"},
		stay(tenancy.IndexWords)},
	{"independent users left behind", []string{"MoveAll/of what is derived, into another organization",
		"MoveAll/of what is derived, to nobody"}, stay(tenancy.IndexIndependentUsers)},
	{"independent accounts left behind", []string{"MoveAll/of what is derived, into another organization",
		"MoveAll/of what is derived, to nobody"}, stay(tenancy.IndexIndependentAccounts)},
	{"independent to what they belong to", []string{"MoveAll/of what is derived, into another organization"},
		func(*naive) hooks {
			return hooks{move: func(ctx context.Context, tx tenancy.Tx, move tenancy.Move) error {
				of := func(i tenancy.Index) tenancy.Lookup {
					return tenancy.Lookup{Index: i, Key: tenancy.Key{In: move.Into}, Limit: math.MaxInt}
				}
				were, err := tx.Read(ctx, of(tenancy.IndexIndependentUsers), of(tenancy.IndexIndependentAccounts))
				return errors.Join(err, tx.MoveAll(ctx, move),
					tx.Put(ctx, slices.Concat(were[0].Records, were[1].Records)...))
			}}
		}},
	{"words of those who are no longer independent", []string{"MoveAll/of what is derived, into another organization"},
		func(*naive) hooks {
			return hooks{move: func(ctx context.Context, tx tenancy.Tx, move tenancy.Move) error {
				were, err := tx.Read(ctx, tenancy.Lookup{Index: tenancy.IndexWords, Key: tenancy.Key{In: move.Into},
					Limit: math.MaxInt})
				return errors.Join(err, tx.MoveAll(ctx, move), tx.Put(ctx, were[0].Records...))
			}}
		}},
	{"moved at the end of the transaction", []string{"MoveAll/between other writes"}, func(s *naive) hooks {
		var moves []tenancy.Move
		return hooks{
			move: func(_ context.Context, _ tenancy.Tx, move tenancy.Move) error {
				moves = append(moves, move)
				return nil
			},
			update: func(ctx context.Context, fn writing) error {
				return s.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
					moves = nil
					err := fn(ctx, tx)
					for _, move := range moves {
						err = errors.Join(err, tx.MoveAll(ctx, move))
					}
					return err
				})
			}}
	}},

	// transactions
	{"errors wrapped", []string{"Transaction/an error rolls back and comes as it is"}, func(s *naive) hooks {
		return hooks{update: func(ctx context.Context, fn writing) error {
			if err := s.Update(ctx, fn); err != nil {
				return fmt.Errorf("update: %w", err)
			}
			return nil
		}}
	}},
	{"errors of Views wrapped", []string{"Transaction/an error of a View comes as it is"}, func(s *naive) hooks {
		return hooks{view: func(ctx context.Context, fn reading) error {
			if err := s.View(ctx, fn); err != nil {
				return fmt.Errorf("view: %w", err)
			}
			return nil
		}}
	}},
	{"panics swallowed", []string{"Transaction/a panic rolls back and goes on"}, func(s *naive) hooks {
		return hooks{update: func(ctx context.Context, fn writing) (err error) {
			defer func() {
				if value := recover(); value != nil {
					err = fmt.Errorf("%v", value)
				}
			}()
			return s.Update(ctx, fn)
		}}
	}},
	{"panics committed", []string{"Transaction/a panic rolls back and goes on"}, func(s *naive) hooks {
		return hooks{update: func(ctx context.Context, fn writing) error {
			var value any
			err := s.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
				defer func() { value = recover() }()
				return fn(ctx, tx)
			})
			if value != nil {
				panic(value)
			}
			return err
		}}
	}},
	{"exits committed", []string{"Transaction/an exit of the goroutine rolls back"}, func(s *naive) hooks {
		return hooks{update: func(ctx context.Context, fn writing) error {
			tx := &naiveTx{content: s.current().copied()}
			defer func() { s.set(tx.content) }()
			return fn(ctx, tx)
		}}
	}},
	{"nothing rolled back", []string{"Transaction/an error rolls back and comes as it is",
		"Unique/users_by_address", "Events/a number given twice"},
		func(s *naive) hooks {
			return hooks{update: func(ctx context.Context, fn writing) error {
				tx := &naiveTx{content: s.current().copied()}
				err := fn(ctx, tx)
				s.set(tx.content)
				return err
			}}
		}},
	{"one write kept of what is rolled back", []string{"Transaction/an error rolls back and comes as it is",
		"Context/over before the commit"},
		func(s *naive) hooks {
			var first tenancy.Record
			return hooks{
				put: func(ctx context.Context, tx tenancy.Tx, records []tenancy.Record) error {
					if first == nil && len(records) > 0 {
						first = records[0]
					}
					return tx.Put(ctx, records...)
				},
				update: func(ctx context.Context, fn writing) error {
					first = nil
					err := s.Update(ctx, fn)
					if err != nil && first != nil {
						_ = s.Update(context.WithoutCancel(ctx), func(ctx context.Context, tx tenancy.Tx) error {
							return tx.Put(ctx, first)
						})
					}
					return err
				}}
		}},
	{"contexts that never end", []string{"Context/over before it begins", "Context/over before the commit",
		"Context/over while it waits"},
		func(s *naive) hooks {
			return hooks{update: func(ctx context.Context, fn writing) error {
				return s.Update(context.WithoutCancel(ctx), fn)
			}}
		}},
	{"contexts of its own", []string{"Context/values reach the function"}, func(s *naive) hooks {
		return hooks{update: func(ctx context.Context, fn writing) error {
			return s.Update(ctx, func(_ context.Context, tx tenancy.Tx) error {
				return fn(context.Background(), tx)
			})
		}}
	}},
	{"transactions without an end", []string{"Transaction/over when its function has returned"},
		func(*naive) hooks {
			return hooks{
				read: func(ctx context.Context, tx tenancy.Tx, lookups []tenancy.Lookup) ([]tenancy.Answer, error) {
					answers, err := tx.Read(ctx, lookups...)
					if errors.Is(err, errEnded) {
						return make([]tenancy.Answer, len(lookups)), nil
					}
					return answers, err
				},
			}
		}},
	{"committed twice", []string{"Race/increments"}, func(s *naive) hooks {
		return hooks{update: func(ctx context.Context, fn writing) error {
			if err := s.Update(ctx, fn); err != nil {
				return err
			}
			return s.Update(ctx, fn)
		}}
	}},

	// isolation
	{"lost updates", []string{"Race/increments", "Race/put if a list is empty", "Race/put if a count is zero",
		"Race/one entry"}, func(s *naive) hooks {
		return hooks{update: func(ctx context.Context, fn writing) error {
			next, err := s.current().change(ctx, fn)
			if err == nil {
				s.set(next)
			}
			return err
		}}
	}},
	{"each on a snapshot of its own", []string{"Race/put if a list is empty", "Race/put if a count is zero",
		"Race/put if the other's is absent",
		"Race/change oneself if the other has not changed", "Race/delete oneself if another is left",
		"Race/on Access", "Race/on events", "Race/on the outbox",
		"Race/MoveAll and a new member"}, isolated},
	{"no snapshot for an Update", []string{"Race/what is copied belongs together"}, func(s *naive) hooks {
		return hooks{
			update: func(ctx context.Context, fn writing) error {
				return s.Update(ctx, func(ctx context.Context, tx tenancy.Tx) error {
					s.mu.Unlock() // others write while this one runs
					defer s.mu.Lock()
					return fn(ctx, tx)
				})
			},
			read: func(ctx context.Context, _ tenancy.Tx, lookups []tenancy.Lookup) ([]tenancy.Answer, error) {
				return (&naiveTx{content: s.current()}).Read(ctx, lookups...)
			}}
	}},
	{"dirty reads", []string{"Snapshot/nothing that is not committed"}, func(s *naive) hooks {
		return hooks{
			update: func(ctx context.Context, fn writing) error {
				was := s.current()
				tx := &naiveTx{content: was.copied()}
				s.set(tx.content)
				err := fn(ctx, tx)
				if err != nil {
					s.set(was)
				}
				return err
			},
			view: func(ctx context.Context, fn reading) error { return s.current().run(ctx, fn) }}
	}},
	{"Views of the moment", []string{"Snapshot/nothing that commits meanwhile", "Snapshot/a list in pages"},
		func(s *naive) hooks {
			return hooks{
				view: func(ctx context.Context, fn reading) error { return s.current().run(ctx, fn) },
				read: func(ctx context.Context, tx tenancy.Tx, lookups []tenancy.Lookup) ([]tenancy.Answer, error) {
					if tx.(*naiveTx).writes {
						return tx.Read(ctx, lookups...)
					}
					return (&naiveTx{content: s.current()}).Read(ctx, lookups...)
				}}
		}},
	{"Views of a while ago", []string{"Transaction/later Views see what was committed"}, func(s *naive) hooks {
		was := s.now
		return hooks{
			update: func(ctx context.Context, fn writing) error {
				was = s.current()
				return s.Update(ctx, fn)
			},
			view: func(ctx context.Context, fn reading) error { return was.run(ctx, fn) }}
	}},
}

// asking changes lookups before they are asked.
func asking(change func(*tenancy.Lookup)) func(*naive) hooks {
	return func(*naive) hooks {
		return hooks{
			read: func(ctx context.Context, tx tenancy.Tx, lookups []tenancy.Lookup) ([]tenancy.Answer, error) {
				lookups = slices.Clone(lookups)
				for i := range lookups {
					change(&lookups[i])
				}
				return tx.Read(ctx, lookups...)
			},
		}
	}
}

// answering changes answers before they are returned.
func answering(change func(tenancy.Lookup, *tenancy.Answer)) func(*naive) hooks {
	return func(*naive) hooks {
		return hooks{
			read: func(ctx context.Context, tx tenancy.Tx, lookups []tenancy.Lookup) ([]tenancy.Answer, error) {
				answers, err := tx.Read(ctx, lookups...)
				for i := range answers {
					change(lookups[i], &answers[i])
				}
				return answers, err
			},
		}
	}
}

// listing makes lists of the records at keys of its own choice.
func listing(belongs func(l tenancy.Lookup, key tenancy.Key) bool) func(*naive) hooks {
	return func(*naive) hooks {
		return hooks{
			read: func(ctx context.Context, tx tenancy.Tx, lookups []tenancy.Lookup) ([]tenancy.Answer, error) {
				answers, err := tx.Read(ctx, lookups...)
				for i, l := range lookups {
					if err != nil || l.Limit == 0 || l.Count {
						continue
					}
					at := map[tenancy.Key]tenancy.Record{}
					var keys []tenancy.Key
					for _, r := range tx.(*naiveTx).content.records {
						for _, e := range r.Entries(nil) {
							if e.Index == l.Index && belongs(l, e.Key) {
								keys, at[e.Key] = append(keys, e.Key), r
							}
						}
					}
					slices.SortFunc(keys, compareKeys)
					answers[i].Records = nil
					for _, key := range keys[:min(len(keys), l.Limit)] {
						answers[i].Records = append(answers[i].Records, at[key])
					}
				}
				return answers, err
			},
		}
	}
}

// putting changes records of a kind before they are put.
func putting[R tenancy.Record](change func(*R)) func(*naive) hooks {
	return func(*naive) hooks {
		return hooks{put: func(ctx context.Context, tx tenancy.Tx, records []tenancy.Record) error {
			records = slices.Clone(records)
			for i := range records {
				if r, ok := records[i].(R); ok {
					change(&r)
					records[i] = r
				}
			}
			return tx.Put(ctx, records...)
		}}
	}
}

// appending changes events before they are appended.
func appending(change func(*tenancy.EventRecord)) func(*naive) hooks {
	return func(*naive) hooks {
		return hooks{append: func(ctx context.Context, tx tenancy.Tx, events []tenancy.EventRecord) error {
			events = slices.Clone(events)
			for i := range events {
				change(&events[i])
			}
			return tx.Append(ctx, events...)
		}}
	}
}

// textIn returns the text under which an index finds a record.
func textIn(index tenancy.Index, r tenancy.Record) string {
	for _, e := range r.Entries(nil) {
		if e.Index == index {
			return e.Key.Text
		}
	}
	return ""
}

func lookup(r tenancy.Record) tenancy.Lookup {
	return tenancy.Lookup{Index: identity(r).Index, Key: identity(r).Key}
}

// evict deletes another record that has an entry of a record.
func evict(ctx context.Context, tx tenancy.Tx, record tenancy.Record) error {
	for _, e := range record.Entries(nil)[1:] {
		for _, other := range tx.(*naiveTx).content.records {
			if identity(other) != identity(record) && slices.Contains(other.Entries(nil), e) {
				return tx.Delete(ctx, other)
			}
		}
	}
	return nil
}

// isolated runs all Updates at once, each on a snapshot. Of two that changed the same
// record, the first one commits. Databases call this snapshot isolation. It is not
// serializable.
func isolated(s *naive) hooks {
	var committing sync.Mutex
	try := func(ctx context.Context, fn writing) error {
		was := s.current()
		next, err := was.change(ctx, fn)
		if err != nil {
			return err
		}
		committing.Lock()
		defer committing.Unlock()
		now := s.current()
		tx := &naiveTx{content: now.copied()}
		for _, r := range slices.Concat(was.records, next.records) {
			before, after := was.at(r), next.at(r)
			switch {
			case before == after:
			case now.at(r) != before:
				return tenancy.CodeBusy
			case after == nil:
				err = tx.Delete(ctx, r)
			default:
				err = tx.Put(ctx, after)
			}
			if err != nil {
				return err
			}
		}
		for _, l := range next.events[len(was.events):] {
			if err := tx.Append(ctx, l.event); err != nil {
				return err
			}
		}
		s.set(tx.content)
		return nil
	}
	return hooks{update: func(ctx context.Context, fn writing) (err error) {
		for range 100 {
			if err = try(ctx, fn); !errors.Is(err, tenancy.CodeBusy) {
				break
			}
		}
		return err
	}}
}

// at returns the record that has the identity of a record.
func (c *content) at(r tenancy.Record) tenancy.Record {
	for _, other := range c.records {
		if identity(other) == identity(r) {
			return other
		}
	}
	return nil
}

// set sets the content.
func (s *naive) set(c *content) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = c
}
