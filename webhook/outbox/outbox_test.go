package outbox_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/pgtest"
	"github.com/add4b1c6/tenancy/tenancytest"
	"github.com/add4b1c6/tenancy/webhook/outbox"
)

// postgres is the server of these tests.
var postgres pgtest.Server

func TestMain(m *testing.M) { os.Exit(postgres.Main(m)) }

var (
	errDown = errors.New("the mail service is down for ana@acme.example")
	errOwn  = errors.New("the host's own")
)

// scene is an outbox, whose clock only the test moves, and what was sent from it.
type scene struct {
	*testing.T
	db     *sql.DB
	clock  *tenancytest.Clock
	box    *outbox.Outbox
	failed []string // what Options.Failed was told
	// within runs a function in a transaction of the host's, with what adds a mail there.
	within func(func(add func(outbox.Mail) error) error) error
}

// eachDatabase runs a test on each database that an outbox can be in.
func eachDatabase(t *testing.T, test func(*scene)) {
	sqlite := func(t *testing.T, at string) *scene {
		db, err := sql.Open("sqlite", at)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		return newScene(t, db, func(fn func(func(outbox.Mail) error) error) error {
			tx, err := db.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			defer func() { _ = tx.Rollback() }()
			if err := fn(func(m outbox.Mail) error { return outbox.Add(t.Context(), tx.ExecContext, m) }); err != nil {
				return err
			}
			return tx.Commit()
		})
	}
	t.Run("sqlite", func(t *testing.T) {
		test(sqlite(t, filepath.Join(t.TempDir(), "host.db")+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(60000)"))
	})
	t.Run("memory", func(t *testing.T) {
		s := sqlite(t, ":memory:")
		s.db.SetMaxOpenConns(1)
		test(s)
	})
	t.Run("postgres", func(t *testing.T) {
		pool, err := pgxpool.New(t.Context(), postgres.Database(t))
		require.NoError(t, err)
		t.Cleanup(pool.Close)
		db := stdlib.OpenDBFromPool(pool)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		test(newScene(t, db, func(fn func(func(outbox.Mail) error) error) error {
			tx, err := pool.Begin(t.Context())
			require.NoError(t, err)
			defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
			if err := fn(func(m outbox.Mail) error { return outbox.Add(t.Context(), tx.Exec, m) }); err != nil {
				return err
			}
			return tx.Commit(t.Context())
		}))
	})
}

func newScene(t *testing.T, db *sql.DB, within func(func(func(outbox.Mail) error) error) error) *scene {
	s := &scene{T: t, db: db, clock: tenancytest.NewClock(), within: within}
	s.box = outbox.New(db, &outbox.Options{Now: s.clock.Now, Timeout: time.Minute,
		Failed: func(_ context.Context, id string, err error) { s.failed = append(s.failed, fmt.Sprint(id, ": ", err)) }})
	for range 2 { // a second deployment changes nothing
		require.NoError(t, s.box.Migrate(t.Context()))
	}
	return s
}

// mail is a mail that is sound.
func (s *scene) mail(id, body string) outbox.Mail {
	return outbox.Mail{ID: id, To: tenancy.NewPersonal("ana@acme.example"), Subject: tenancy.NewPersonal("Hello, Ana"),
		Body: tenancy.NewPersonal(body), Expires: s.clock.Now().Add(7 * 24 * time.Hour)}
}

func (s *scene) add(mails ...outbox.Mail) {
	s.Helper()
	for _, m := range mails {
		require.NoError(s, outbox.Add(s.Context(), s.db.ExecContext, m))
	}
}

// deliver delivers to a service that sends all, and returns what it sent.
func (s *scene) deliver() (sent []string) {
	s.Helper()
	n, err := s.box.Deliver(s.Context(), func(_ context.Context, m outbox.Mail) error {
		sent = append(sent, m.ID+" "+m.Body.Reveal())
		return nil
	})
	require.NoError(s, err)
	require.Len(s, sent, n)
	return sent
}

// down delivers to a service that sends nothing.
func (s *scene) down() {
	s.Helper()
	n, err := s.box.Deliver(s.Context(), func(context.Context, outbox.Mail) error { return errDown })
	require.NoError(s, err)
	require.Zero(s, n)
}

// rows counts the mails in the table.
func (s *scene) rows() (n int) {
	require.NoError(s, s.db.QueryRowContext(s.Context(), "SELECT count(*) FROM tenancy_mail_outbox").Scan(&n))
	return n
}

// A mail is sent if its transaction was committed, once, as it was added, and then is gone.
func TestAdd(t *testing.T) {
	eachDatabase(t, func(s *scene) {
		want := s.mail("1", "Line one,\nline two: ü <b>€</b> '\"$1")
		require.ErrorIs(s, s.within(func(add func(outbox.Mail) error) error {
			require.NoError(s, add(want))
			return errOwn
		}), errOwn)
		require.Empty(s, s.deliver())
		require.NoError(s, s.within(func(add func(outbox.Mail) error) error { return add(want) }))
		var got []outbox.Mail
		n, err := s.box.Deliver(s.Context(), func(_ context.Context, m outbox.Mail) error {
			got = append(got, m)
			return nil
		})
		require.NoError(s, err)
		require.Equal(s, 1, n)
		require.Equal(s, []outbox.Mail{want}, got)
		require.Zero(s, s.rows())
		require.Empty(s, s.deliver())

		s.add(s.mail("2", "old"), s.mail("3", "other"), s.mail("2", "new"))
		require.NoError(s, s.box.Remove(s.Context(), "3"))
		require.NoError(s, s.box.Remove(s.Context(), "3"))
		require.Equal(s, []string{"2 new"}, s.deliver())
	})
}

// SEC-36: what is not sound is refused, and in the transaction nothing was written.
func TestAddRefuses(t *testing.T) {
	eachDatabase(t, func(s *scene) {
		with := func(change func(*outbox.Mail)) outbox.Mail {
			m := s.mail("1", "text")
			change(&m)
			return m
		}
		to := func(text string) outbox.Mail {
			return with(func(m *outbox.Mail) { m.To = tenancy.NewPersonal(text) })
		}
		subject := func(text string) outbox.Mail {
			return with(func(m *outbox.Mail) { m.Subject = tenancy.NewPersonal(text) })
		}
		body := func(text string) outbox.Mail {
			return with(func(m *outbox.Mail) { m.Body = tenancy.NewPersonal(text) })
		}
		id := func(text string) outbox.Mail { return with(func(m *outbox.Mail) { m.ID = text }) }
		for name, m := range map[string]outbox.Mail{
			"the zero mail": {}, "no ID": id(""), "a long ID": id(strings.Repeat("ü", 65)), "an ID that is not UTF-8": id("\xff"),
			"a zero byte in the ID": id("1\x00"), "no address": to(""),
			"a header behind the address": to("ana@acme.example\r\nBcc: eve@evil.example"),
			"a line break":                to("ana@acme.example\n"), "two addresses": to("ana@acme.example,eve@evil.example"),
			"two addresses, once more": to("ana@acme.example;eve@evil.example"), "a name": to("Ana <ana@acme.example>"),
			"an address that is not UTF-8": to("ana\xff@acme.example"), "a tab": to("ana@acme.example\tx"),
			"a header behind the subject": subject("Hello\r\nBcc: eve@evil.example"), "a carriage return": subject("Hello\r"),
			"a line separator": subject("Hello\u2028x"), "a next line": subject("Hello\u0085x"), "a subject that is not UTF-8": subject("\xff"),
			"a zero byte in the text": body("x\x00y"), "a text that is not UTF-8": body("\xff"),
			"no end": with(func(m *outbox.Mail) { m.Expires = time.Time{} }),
		} {
			require.ErrorIs(s, s.within(func(add func(outbox.Mail) error) error { return add(m) }), outbox.ErrMail, name)
			require.NoError(s, s.within(func(add func(outbox.Mail) error) error { // as a host that does not look
				require.Error(s, add(m))
				return nil
			}), name)
			require.Zero(s, s.rows(), name)
		}
		s.add(to("ana+x@acme.example"), subject(""), body(""), id(strings.Repeat("ü", 64)))
		require.Error(s, outbox.Add(s.Context(), func(context.Context, string, ...any) (any, error) { return nil, errOwn }, s.mail("1", "")))
	})
}

// A mail that fails waits, longer each time, and holds up no other.
func TestRetry(t *testing.T) {
	eachDatabase(t, func(s *scene) {
		s.add(s.mail("1", "a"), s.mail("2", "b"))
		n, err := s.box.Deliver(s.Context(), func(_ context.Context, m outbox.Mail) error {
			if m.ID == "1" {
				return errDown
			}
			return nil
		})
		require.NoError(s, err)
		require.Equal(s, 1, n)
		require.Equal(s, []string{"1: " + errDown.Error()}, s.failed)
		for attempt, wait := range []time.Duration{10 * time.Second, 20 * time.Second, 40 * time.Second, 80 * time.Second} {
			s.clock.Advance(wait - time.Microsecond)
			s.down()
			require.Len(s, s.failed, attempt+1, "it waits")
			s.clock.Advance(time.Microsecond)
			s.down()
			require.Len(s, s.failed, attempt+2)
		}
		for range 30 { // never longer than an hour
			s.clock.Advance(time.Hour)
			before := len(s.failed)
			s.down()
			require.Len(s, s.failed, before+1)
		}
		s.clock.Advance(time.Hour)
		require.Equal(s, []string{"1 a"}, s.deliver())

		s.add(s.mail("3", "c")) // one that is added anew goes at once
		s.down()
		s.add(s.mail("3", "d"))
		require.Equal(s, []string{"3 d"}, s.deliver())
	})
}

// A mail that expires is not sent, and is gone.
func TestExpires(t *testing.T) {
	eachDatabase(t, func(s *scene) {
		s.add(s.mail("1", "a"))
		s.down()
		s.failed = nil
		s.clock.Advance(7*24*time.Hour - time.Microsecond)
		s.down()
		require.Equal(s, []string{"1: " + errDown.Error()}, s.failed)
		s.clock.Advance(time.Hour)
		require.Empty(s, s.deliver())
		require.Equal(s, "1: "+outbox.ErrExpired.Error(), s.failed[1])
		require.Zero(s, s.rows())
		// An error of the host's that is the same one takes nothing away.
		s.add(s.mail("2", "b"))
		_, err := s.box.Deliver(s.Context(), func(context.Context, outbox.Mail) error { return outbox.ErrExpired })
		require.NoError(s, err)
		require.Equal(s, 1, s.rows())
	})
}

// A mail of a process that crashes is sent by another one, when its time is over.
func TestCrash(t *testing.T) {
	eachDatabase(t, func(s *scene) {
		s.add(s.mail("1", "a"))
		func() {
			defer func() { _ = recover() }()
			_, _ = s.box.Deliver(s.Context(), func(context.Context, outbox.Mail) error { panic("a crash") })
		}()
		s.clock.Advance(2*time.Minute - time.Microsecond)
		require.Empty(s, s.deliver())
		s.clock.Advance(time.Microsecond)
		require.Equal(s, []string{"1 a"}, s.deliver())
	})
}

// While a mail is sent, it can be removed, and another can take its place.
func TestChangedMeanwhile(t *testing.T) {
	eachDatabase(t, func(s *scene) {
		for _, result := range []error{nil, errDown} {
			s.add(s.mail("1", "old"))
			did := false
			var seen []string
			_, err := s.box.Deliver(s.Context(), func(_ context.Context, m outbox.Mail) error {
				seen = append(seen, m.Body.Reveal())
				if did {
					return nil
				}
				did = true
				s.add(s.mail("1", "new"))
				return result
			})
			require.NoError(s, err)
			require.Equal(s, []string{"old", "new"}, seen)
			require.Zero(s, s.rows())

			s.add(s.mail("2", "gone"))
			_, err = s.box.Deliver(s.Context(), func(context.Context, outbox.Mail) error {
				require.NoError(s, s.box.Remove(s.Context(), "2"))
				return result
			})
			require.NoError(s, err)
			require.Zero(s, s.rows())
		}
		// A process that took too long does not take away what another one has by now.
		s.add(s.mail("3", "slow"))
		_, err := s.box.Deliver(s.Context(), func(context.Context, outbox.Mail) error {
			s.clock.Advance(2 * time.Minute)
			func() {
				defer func() { _ = recover() }()
				_, _ = s.box.Deliver(s.Context(), func(context.Context, outbox.Mail) error { panic("a crash") })
			}()
			return nil
		})
		require.NoError(s, err)
		require.Equal(s, 1, s.rows())
	})
}

// The end of the context stops Deliver, and is no failure of the mail.
func TestContextEnds(t *testing.T) {
	eachDatabase(t, func(s *scene) {
		s.add(s.mail("1", "a"), s.mail("2", "b"))
		for _, result := range []error{context.Canceled, nil} {
			ctx, cancel := context.WithCancel(s.Context())
			n, err := s.box.Deliver(ctx, func(ctx context.Context, _ outbox.Mail) error {
				until, has := ctx.Deadline()
				require.True(s, has)
				require.LessOrEqual(s, time.Until(until), time.Minute)
				cancel()
				return result
			})
			require.ErrorIs(s, err, context.Canceled)
			require.Equal(s, result == nil, n == 1)
		}
		require.Empty(s, s.failed)
		require.Len(s, s.deliver(), 1)
		require.NoError(s, s.db.Close())
		_, err := s.box.Deliver(s.Context(), func(context.Context, outbox.Mail) error { return nil })
		require.Error(s, err)
	})
}

// Many at once send each mail once.
func TestAtOnce(t *testing.T) {
	eachDatabase(t, func(s *scene) {
		const mails = 50
		for i := range mails {
			s.add(s.mail(fmt.Sprint(i), "x"))
		}
		var mu sync.Mutex
		got := map[string]int{}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if _, err := s.box.Deliver(s.Context(), func(_ context.Context, m outbox.Mail) error {
					mu.Lock()
					defer mu.Unlock()
					got[m.ID]++
					return nil
				}); err != nil {
					s.Error(err)
				}
			})
		}
		all.Wait()
		require.Len(s, got, mails)
		for id, times := range got {
			require.Equal(s, 1, times, id)
		}
		require.Zero(s, s.rows())
	})
}

// SEC-36: no log has an address or a text: not that of a mail, and not that of a failure.
func TestDiscreet(t *testing.T) {
	var log bytes.Buffer
	was := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(was)
	eachDatabase(t, func(s *scene) {
		log.Reset()
		m := s.mail("1", "the secret")
		s.add(m)
		_, err := outbox.New(s.db, nil).Deliver(s.Context(), func(context.Context, outbox.Mail) error { return errDown })
		require.NoError(s, err)
		slog.Info("a mail", "mail", m)
		printed := log.String() + fmt.Sprintf("%v %+v %#v %s", m, m, m, outbox.ErrMail)
		require.Contains(s, printed, "mail=1")
		for _, personal := range []string{"acme.example", "Ana", "secret"} {
			require.NotContains(s, printed, personal)
		}
	})
}
