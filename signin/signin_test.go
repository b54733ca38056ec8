package signin_test

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/internal/pgtest"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/signin"
	"github.com/add4b1c6/tenancy/tenancyhttp"
	"github.com/add4b1c6/tenancy/tenancytest"
)

// postgres is the server of these tests.
var postgres pgtest.Server

func TestMain(m *testing.M) { os.Exit(postgres.Main(m)) }

var errOwn = errors.New("the database's own")

// scene is a directory with the people of it.
type scene struct {
	*testing.T
	*tenancytest.Scene
	db       *sql.DB
	transact signin.Transact
	people   *signin.People
}

// eachStore runs a test with the tables in SQLite and in PostgreSQL. The directory is in
// memory: its transaction is around that of the tables. A store in the same database has one
// for both, as examples/host does.
func eachStore(t *testing.T, test func(*scene)) {
	t.Run("sqlite", func(t *testing.T) { test(newScene(t)) })
	t.Run("postgres", func(t *testing.T) {
		pool, err := pgxpool.New(t.Context(), postgres.Database(t))
		require.NoError(t, err)
		t.Cleanup(pool.Close)
		store, db := memstore.New(), stdlib.OpenDBFromPool(pool)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		test(sceneOf(t, store, db, signin.PGX(func(ctx context.Context, fn func(context.Context, pgx.Tx, tenancy.Store) error) error {
			return store.Transact(ctx, func(ctx context.Context, _ memstore.Tx, joined tenancy.Store) error {
				return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return fn(ctx, tx, joined) })
			})
		})))
	})
}

func newScene(t *testing.T) *scene {
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "host.db")+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(60000)")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	store := memstore.New()
	return sceneOf(t, store, db, signin.SQL(func(ctx context.Context, fn func(context.Context, *sql.Tx, tenancy.Store) error) error {
		return store.Transact(ctx, func(ctx context.Context, _ memstore.Tx, joined tenancy.Store) error {
			tx, err := db.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			if err := fn(ctx, tx, joined); err != nil {
				return errors.Join(err, tx.Rollback())
			}
			return tx.Commit()
		})
	}))
}

func sceneOf(t *testing.T, store tenancy.Store, db *sql.DB, transact signin.Transact) *scene {
	s := &scene{T: t, Scene: tenancytest.New(t, store, nil), db: db, transact: transact}
	s.people = signin.New(s.Dir, db, transact, &signin.Options{Now: s.Clock.Now,
		Reference: func(*http.Request) tenancy.Reference { return "request-1" }})
	for range 2 { // a second deployment changes nothing
		require.NoError(t, s.people.Migrate(t.Context()))
	}
	return s
}

// comes is a person with an address who comes from the host's own provider.
func comes(subject string) signin.Person {
	return signin.Person{Issuer: "https://id.example", Subject: subject, Email: subject + "@acme.example", Proven: true, Name: subject}
}

// browser is a person's browser: it keeps what the session's cookie has.
type browser struct {
	*scene
	cookie *http.Cookie
}

func (s *scene) browser() *browser { return &browser{scene: s} }

func (b *browser) request() *http.Request {
	r := httptest.NewRequestWithContext(b.Context(), "GET", "/", nil)
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	return r
}

// keep keeps the cookie that an answer sets.
func (b *browser) keep(w *httptest.ResponseRecorder) {
	for _, c := range w.Result().Cookies() {
		if b.cookie = c; c.MaxAge < 0 {
			b.cookie = nil
		}
	}
}

// signIn signs in, and returns an error if that is refused.
func (b *browser) signIn(who signin.Person) error {
	w := httptest.NewRecorder()
	err := b.people.SignIn(w, b.request(), who)
	if err != nil {
		require.Empty(b, w.Header(), "a refusal sets no cookie")
	}
	b.keep(w)
	return err
}

// as returns the user who is signed in, or the zero ID.
func (b *browser) as() tenancy.UserID {
	s, err := b.people.Session(b.request())
	if err != nil {
		require.Equal(b, signin.ErrSignIn, err)
		return tenancy.UserID{}
	}
	return s.Actor().User
}

// person is the browser of somebody who has signed in, and their user.
func (s *scene) person(who signin.Person) (*browser, tenancy.UserID) {
	s.Helper()
	b := s.browser()
	require.NoError(s, b.signIn(who))
	id := b.as()
	require.False(s, id.IsZero())
	return b, id
}

// rows counts the rows of a table, as it ends.
func (s *scene) rows(table string) (n int) {
	require.NoError(s, s.db.QueryRowContext(s.Context(), "SELECT count(*) FROM tenancy_signin_"+table).Scan(&n))
	return n
}

// relay hands out the events until none is left.
func (s *scene) relay() {
	s.Helper()
	for n := 1; n > 0; {
		var err error
		n, err = s.Host.Relay(s.Context(), func(ctx context.Context, e tenancy.Event) error {
			return cmp.Or(s.people.Take(ctx, e), s.people.Take(ctx, e)) // which does no harm
		})
		require.NoError(s, err)
	}
}

// company is an organization whose connection vouches for people at its domain, and Ben,
// whom it vouched for.
type company struct {
	org        tenancy.OrganizationID
	owner      *tenancy.Session
	ownersOwn  *browser
	domain     tenancy.DomainID
	connection tenancy.ConnectionID
	ben        *browser
	benID      tenancy.UserID
}

// through is a person who comes through the company's connection.
func (c company) through(subject string) signin.Person {
	who := comes(subject)
	who.Issuer, who.Proven, who.Connection = "https://okta.example", false, c.connection
	return who
}

func (s *scene) company() (c company) {
	s.Helper()
	ana, id := s.person(comes("ana"))
	c.ownersOwn, c.owner = ana, s.As(id)
	page, _, err := tenancy.Collect(c.owner.Organizations(s.Context(), tenancy.OrganizationQuery{}), 1)
	require.NoError(s, err)
	c.org = page[0].ID
	c.domain = s.Prove(id, c.org, "acme.example").ID
	connection, err := c.owner.AddConnection(s.Context(), c.org, "Okta")
	require.NoError(s, err)
	c.connection = connection.ID
	require.NoError(s, ana.people.Link(ana.request(), c.through("ana"))) // which tests the connection
	sent, err := c.owner.InviteUser(s.Context(), c.org, tenancy.NewInvitation{Email: "ben@acme.example"})
	require.NoError(s, err)
	who := c.through("ben")
	who.Secret = sent.Secret
	c.ben, c.benID = s.person(who)
	return c
}

// Somebody new who came for an invitation accepts it as they are signed up (USR-19).
func TestSignInWithAnInvitation(t *testing.T) {
	eachStore(t, func(s *scene) {
		c := s.company()
		sent, err := c.owner.InviteUser(s.Context(), c.org, tenancy.NewInvitation{Email: "dee@acme.example"})
		require.NoError(s, err)
		who := comes("dee")
		who.Invitation = sent.ID
		_, dee := s.person(who)
		_, member, err := c.owner.Member(s.Context(), c.org, dee)
		require.NoError(s, err)
		require.Equal(s, tenancy.StandardUser, member.Role)
	})
}

// A person is signed up once, and found by issuer and subject after that.
func TestSignIn(t *testing.T) {
	eachStore(t, func(s *scene) {
		ana, id := s.person(comes("ana"))
		user, _, err := s.Host.User(s.Context(), id)
		require.NoError(s, err)
		require.Equal(s, "ana", user.Name.Reveal())
		require.Equal(s, "ana@acme.example", user.Email.Reveal())
		moved := comes("ana")
		moved.Email, moved.Name, moved.Proven = "else@other.example", "else", false
		_, again := s.person(moved)
		require.Equal(s, id, again, "addresses and names change")
		_, ben := s.person(comes("ben"))
		require.NotEqual(s, id, ben)
		for event, err := range ana.Host.Events(s.Context(), tenancy.Stream{User: id}, tenancy.EventQuery{}) {
			require.NoError(s, err)
			require.Equal(s, tenancy.Reference("request-1"), event.Correlation)
		}
		as, err := ana.people.Session(ana.request())
		require.NoError(s, err)
		_, _, err = as.User(s.Context(), id)
		require.NoError(s, err)

		identities, sessions := s.rows("identities"), s.rows("sessions")
		for name, tt := range map[string]struct {
			change func(*signin.Person)
			want   error
		}{
			"another's address": {func(w *signin.Person) { w.Email = "ANA@acme.example" }, tenancy.CodeEmailTaken},
			"another issuer": {func(w *signin.Person) {
				w.Issuer, w.Subject, w.Email = "https://evil.example", "ana", "ana@acme.example"
			}, tenancy.CodeEmailTaken},
			"an address not proven":     {func(w *signin.Person) { w.Proven = false }, signin.ErrUnproven},
			"no address":                {func(w *signin.Person) { w.Email = "" }, tenancy.CodeEmail},
			"no issuer":                 {func(w *signin.Person) { w.Issuer = "" }, tenancy.CodeInput},
			"no subject":                {func(w *signin.Person) { w.Subject = "" }, tenancy.CodeInput},
			"a zero byte":               {func(w *signin.Person) { w.Subject = "ana\x00" }, tenancy.CodeInput},
			"a subject that is no text": {func(w *signin.Person) { w.Subject = "\xff" }, tenancy.CodeInput},
			"a long subject":            {func(w *signin.Person) { w.Subject = strings.Repeat("x", 1001) }, tenancy.CodeInput},
			"a long issuer":             {func(w *signin.Person) { w.Issuer = strings.Repeat("x", 1001) }, tenancy.CodeInput},
			"no such connection":        {func(w *signin.Person) { w.Connection = tenancy.ConnectionID{1} }, tenancy.CodeNotFound},
		} {
			who := comes("cy")
			tt.change(&who)
			require.ErrorIs(s, s.browser().signIn(who), tt.want, name)
		}
		require.Equal(s, []int{identities, sessions}, []int{s.rows("identities"), s.rows("sessions")})
		s.Sound()
	})
}

// A name that a provider gives is cut to what the library takes.
func TestNames(t *testing.T) {
	s := newScene(t)
	for given, want := range map[string]string{
		strings.Repeat("ü", 65) + "x": strings.Repeat("ü", 64), " Ana\u202e\x00 Maria\n": "Ana Maria", "": "New user", "\u202e": "New user",
		strings.Repeat("a", 63) + " and more": strings.Repeat("a", 63), "山田\u3000太郎": "山田\u3000太郎", "\xff\xfe": "New user",
	} {
		who := comes(strings.ToLower(tenancy.NewOperationID().String()))
		who.Name = given
		_, id := s.person(who)
		user, _, err := s.Host.User(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, want, user.Name.Reveal())
	}
}

// An identity and its user are made together, or neither is.
func TestTogether(t *testing.T) {
	eachStore(t, func(s *scene) {
		s.people.Before(func(statement string) error {
			if strings.Contains(statement, "identities") {
				return errOwn
			}
			return nil
		})
		s.Unchanged(func() { require.ErrorIs(s, s.browser().signIn(comes("ana")), errOwn) })
	})
}

// Two sign-ins at once of somebody new sign up one user.
func TestAtOnce(t *testing.T) {
	eachStore(t, func(s *scene) {
		var all sync.WaitGroup
		users := make([]tenancy.UserID, 6)
		for i := range users {
			all.Go(func() {
				b := s.browser()
				if err := b.signIn(comes("ana")); err != nil {
					s.Error(err)
					return
				}
				users[i] = b.as()
			})
		}
		all.Wait()
		for _, user := range users {
			require.Equal(s, users[0], user)
		}
		require.Equal(s, 1, s.rows("identities"))
		s.Sound()
	})
}

// SEC-38: a session is a random token whose hash is stored. It ends by its time, by signing out, and
// by the next sign-in of its browser.
func TestSession(t *testing.T) {
	eachStore(t, func(s *scene) {
		require.Zero(s, s.browser().as())
		ana, id := s.person(comes("ana"))
		require.Equal(s, "__Host-session", ana.cookie.Name)
		require.Equal(s, "__Host-session="+ana.cookie.Value+"; Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=Lax", ana.cookie.Raw)
		var stored string
		require.NoError(s, s.db.QueryRowContext(s.Context(), "SELECT token_hash FROM tenancy_signin_sessions").Scan(&stored))
		require.NotContains(s, stored, ana.cookie.Value)
		for _, value := range []string{"", stored, ana.cookie.Value + "x", strings.ToLower(ana.cookie.Value), strings.Repeat("x", 100_000)} {
			eve := s.browser()
			eve.cookie = &http.Cookie{Name: "__Host-session", Value: value}
			require.Zero(s, eve.as())
			eve.cookie = &http.Cookie{Name: "session", Value: ana.cookie.Value}
			require.Zero(s, eve.as(), "another host could have set it")
		}

		first := *ana.cookie
		require.NoError(s, ana.signIn(comes("ana")))
		require.NotEqual(s, first.Value, ana.cookie.Value)
		require.Equal(s, 1, s.rows("sessions"))
		require.Equal(s, id, ana.as())
		old := s.browser()
		old.cookie = &first
		require.Zero(s, old.as())

		s.Clock.Advance(12*time.Hour - time.Microsecond)
		require.NoError(s, s.people.Purge(s.Context()))
		require.Equal(s, id, ana.as())
		s.Clock.Advance(time.Microsecond)
		require.Zero(s, ana.as())
		require.Equal(s, 1, s.rows("sessions"))
		require.NoError(s, s.people.Purge(s.Context()))
		require.Zero(s, s.rows("sessions"))

		require.NoError(s, ana.signIn(comes("ana")))
		other, _ := s.person(comes("ana"))
		for range 2 { // signing out twice is no error
			w := httptest.NewRecorder()
			require.NoError(s, s.people.SignOut(w, ana.request()))
			require.Contains(s, w.Header().Get("Set-Cookie"), "__Host-session=; Path=/; Max-Age=0")
		}
		require.Zero(s, ana.as())
		require.Equal(s, id, other.as())

		plain := signin.New(s.Dir, s.db, s.transact, &signin.Options{Insecure: true, Life: time.Minute})
		w := httptest.NewRecorder()
		require.NoError(s, plain.SignIn(w, ana.request(), comes("ana")))
		require.Regexp(s, `^session=\w+; Path=/; Max-Age=60; HttpOnly; SameSite=Lax$`, w.Header().Get("Set-Cookie"))

		require.NoError(s, s.db.Close())
		_, err := s.people.Session(ana.request())
		require.Error(s, err)
		require.Equal(s, http.StatusInternalServerError, tenancyhttp.ProblemOf(err).Status, "nobody is told to sign in")
	})
}

// The refusals are problems for a person.
func TestProblems(t *testing.T) {
	for err, want := range map[error]tenancyhttp.Problem{
		signin.ErrSignIn: signin.ErrSignIn, signin.ElsewhereError{}: signin.ErrElsewhere, signin.ErrIdentity: signin.ErrIdentity,
	} {
		require.Equal(t, want, tenancyhttp.ProblemOf(err))
		require.ErrorIs(t, err, want)
		require.Equal(t, string(want.Code), err.Error())
	}
}

// Whose access ends is signed out, and does not come back.
func TestTake(t *testing.T) {
	eachStore(t, func(s *scene) {
		c := s.company()
		require.Equal(s, c.benID, c.ben.as())
		_, err := c.owner.DeactivateUser(s.Context(), c.benID)
		require.NoError(s, err)
		s.relay()
		require.Zero(s, c.ben.as())
		require.ErrorIs(s, c.ben.signIn(c.through("ben")), tenancy.CodeActor)
		_, err = c.owner.ReactivateUser(s.Context(), c.benID)
		require.NoError(s, err)
		require.Zero(s, c.ben.as())
		require.NoError(s, c.ben.signIn(c.through("ben")))
		require.NoError(s, c.ben.people.Link(c.ben.request(), comes("ben")))
		require.NotZero(s, c.ownersOwn.as(), "nobody else's")

		before := s.rows("identities")
		require.NoError(s, c.owner.DeleteUser(s.Context(), c.benID, tenancy.UserDeletion{}))
		require.ErrorIs(s, s.browser().signIn(comes("ben")), tenancy.CodeActor)
		s.relay()
		require.Zero(s, c.ben.as())
		require.Equal(s, before-2, s.rows("identities"))
		require.ErrorIs(s, s.browser().signIn(comes("ben")), tenancy.CodeInvitationOnly, "he would be somebody new")
		s.Sound()
	})
}

// SSO-2: who has to come through a connection is told which, and is signed out elsewhere.
func TestElsewhere(t *testing.T) {
	eachStore(t, func(s *scene) {
		c := s.company()
		require.NoError(s, c.ben.people.Link(c.ben.request(), comes("ben")))
		elsewhere, _ := s.person(comes("ben"))
		_, err := c.owner.EnforceSSO(s.Context(), c.domain, c.connection)
		require.NoError(s, err)
		s.relay()
		require.Zero(s, elsewhere.as())
		require.Equal(s, c.benID, c.ben.as(), "he came through it")
		require.NotZero(s, c.ownersOwn.as(), "an Owner comes as they like (INV-12)")

		sessions := s.rows("sessions")
		err = elsewhere.signIn(comes("ben"))
		required, is := errors.AsType[signin.ElsewhereError](err)
		require.True(s, is)
		require.Equal(s, c.connection, required.Connection)
		require.Equal(s, signin.ErrElsewhere, tenancyhttp.ProblemOf(err))
		require.Equal(s, sessions, s.rows("sessions"))
		require.NoError(s, elsewhere.signIn(c.through("ben")))
		require.Equal(s, c.benID, elsewhere.as())
	})
}

// SSO-4, SEC-32: what a connection vouches for, and until when.
func TestVouching(t *testing.T) {
	for name, tt := range map[string]struct {
		happens func(*scene, company) error
		who     func(company) signin.Person
		want    tenancy.Code // "": Ben is signed in
	}{
		"Ben":                        {nil, func(c company) signin.Person { return c.through("ben") }, ""},
		"an address elsewhere":       {nil, func(c company) signin.Person { w := c.through("eve"); w.Email = "eve@other.example"; return w }, tenancy.CodeNoLiveDomain},
		"the Owner's address":        {nil, func(c company) signin.Person { w := c.through("eve"); w.Email = "ana@acme.example"; return w }, tenancy.CodeOwnsOrganization},
		"Ben with another's address": {nil, func(c company) signin.Person { w := c.through("ben"); w.Email = "cy@acme.example"; return w }, tenancy.CodeNotMember},
		"Ben with his own provider's too": {func(s *scene, c company) error { return s.people.Link(c.ben.request(), c.through("ben")) },
			func(c company) signin.Person { w := c.through("ben"); w.Email = "cy@acme.example"; return w }, ""},
		"Ben, who has left": {func(s *scene, c company) error { return s.As(c.benID).Leave(s.Context(), c.org) },
			func(c company) signin.Person { return c.through("ben") }, tenancy.CodeNotMember},
		"Ben, who has left, with the host's word": {func(s *scene, c company) error { return s.As(c.benID).Leave(s.Context(), c.org) },
			func(c company) signin.Person {
				w := c.through("ben")
				w.Connection, w.Proven = tenancy.ConnectionID{}, true
				return w
			}, tenancy.CodeNotMember},
		"Ben, who owns it now": {func(s *scene, c company) error {
			_, err := c.owner.TransferOwnership(s.Context(), c.org, tenancy.NewOwner{User: c.benID})
			return err
		}, func(c company) signin.Person { return c.through("ben") }, tenancy.CodeOwnsOrganization},
		"Ben, whose domain is gone": {func(s *scene, c company) error { return c.owner.RemoveDomain(s.Context(), c.domain) },
			func(c company) signin.Person { return c.through("ben") }, tenancy.CodeNoLiveDomain},
		"Ben, whose connection is gone": {func(s *scene, c company) error { return c.owner.RemoveConnection(s.Context(), c.connection) },
			func(c company) signin.Person { return c.through("ben") }, tenancy.CodeNotFound},
		"Ben, whose address changed": {func(s *scene, c company) error {
			_, err := s.Host.ChangeEmail(s.Context(), c.benID, tenancy.Proven("ben@private.example"))
			return err
		}, func(c company) signin.Person { return c.through("ben") }, tenancy.CodeNotMember},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			c := s.company()
			if tt.happens != nil {
				require.NoError(t, tt.happens(s, c))
			}
			b := s.browser()
			err := b.signIn(tt.who(c))
			require.Equal(t, tt.want, tenancy.CodeOf(err), "%v", err)
			require.Equal(t, tt.want == "", b.as() == c.benID)
			s.Sound()
		})
	}
}

// PRV-3: whoever signs in first as somebody whom a directory made gets that user, through a
// connection that vouches for the address or with the host's word for it.
func TestProvisioned(t *testing.T) {
	eachStore(t, func(s *scene) {
		c := s.company()
		added, err := c.owner.AddDirectory(s.Context(), c.org, "Okta")
		require.NoError(s, err)
		for _, who := range []signin.Person{c.through("fay"), comes("gus")} {
			_, err := s.Dir.AsDirectory(added.Secret).Provision(s.Context(), tenancy.NewProvisioned{UserName: who.Email})
			require.NoError(s, err)
			made, err := s.Host.UserByEmail(s.Context(), who.Email)
			require.NoError(s, err)
			require.True(s, made.Unclaimed)
			_, user := s.person(who)
			require.Equal(s, made.ID, user)
			_, err = s.As(user).Organization(s.Context(), c.org)
			require.NoError(s, err)
		}
		s.Sound()
	})
}

// A link is made from a session, and is nobody else's then. The Owner's tests the connection.
func TestLink(t *testing.T) {
	eachStore(t, func(s *scene) {
		c := s.company()
		connection, err := c.owner.Connection(s.Context(), c.connection)
		require.NoError(s, err)
		require.False(s, connection.Tested.IsZero())
		second, err := c.owner.AddConnection(s.Context(), c.org, "Second")
		require.NoError(s, err)
		who := c.through("ben")
		who.Issuer, who.Connection = "https://second.example", second.ID
		require.NoError(s, s.people.Link(c.ben.request(), who))
		connection, err = c.owner.Connection(s.Context(), second.ID)
		require.NoError(s, err)
		require.True(s, connection.Tested.IsZero(), "a member's link is no test")
		require.ErrorIs(s, s.browser().signIn(func() signin.Person { w := who; w.Subject = "cy"; w.Email = "cy@acme.example"; return w }()), tenancy.CodeUntested)

		identities := s.rows("identities")
		require.ErrorIs(s, s.people.Link(c.ownersOwn.request(), c.through("ben")), signin.ErrIdentity)
		require.ErrorIs(s, s.people.Link(s.browser().request(), comes("dee")), signin.ErrSignIn)
		require.ErrorIs(s, s.people.Link(c.ben.request(), signin.Person{Issuer: "x"}), tenancy.CodeInput)
		require.NoError(s, s.people.Link(c.ben.request(), who), "a second time")
		require.Equal(s, identities, s.rows("identities"))
		require.NoError(s, s.people.Link(c.ben.request(), comes("robert")))
		_, robert := s.person(comes("robert"))
		require.Equal(s, c.benID, robert)
		s.Sound()
	})
}

// SEC-38: a session that is stored just after the person's sessions were ended does not live on.
func TestSessionTooLate(t *testing.T) {
	for name, tt := range map[string]struct {
		happens func(*scene, company) error
		want    error
		after   func(*scene, company) error
	}{
		"deactivated": {
			func(s *scene, c company) error { _, err := c.owner.DeactivateUser(s.Context(), c.benID); return err },
			tenancy.CodeActor,
			func(s *scene, c company) error { _, err := c.owner.ReactivateUser(s.Context(), c.benID); return err },
		},
		"deleted": {
			func(s *scene, c company) error {
				return c.owner.DeleteUser(s.Context(), c.benID, tenancy.UserDeletion{})
			},
			tenancy.CodeActor, nil,
		},
		"single sign-on is enforced": {
			func(s *scene, c company) error {
				_, err := c.owner.EnforceSSO(s.Context(), c.domain, c.connection)
				return err
			},
			signin.ErrElsewhere, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			c := s.company()
			require.NoError(t, s.people.Link(c.ben.request(), comes("ben"))) // he may come either way
			sessions := s.rows("sessions")
			once := false
			s.people.Before(func(statement string) error {
				if strings.HasPrefix(statement, "INSERT INTO tenancy_signin_sessions") && !once {
					once = true
					require.NoError(t, tt.happens(s, c))
					s.relay()
				}
				return nil
			})
			late := s.browser()
			require.ErrorIs(t, late.signIn(comes("ben")), tt.want)
			require.True(t, once)
			require.LessOrEqual(t, s.rows("sessions"), sessions)
			if tt.after != nil {
				require.NoError(t, tt.after(s, c))
			}
			require.Zero(t, late.as())
		})
	}
}
