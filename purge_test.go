package tenancy_test

import (
	"context"
	"crypto/rand"
	"iter"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
	"github.com/add4b1c6/tenancy/memstore"
)

// textsIn gives all texts within a value, hidden ones and those of Personal too.
func textsIn(v reflect.Value, add func(string)) {
	if v.CanInterface() {
		if hidden, ok := v.Interface().(interface{ Reveal() string }); ok {
			add(hidden.Reveal())
			return
		}
	}
	switch v.Kind() {
	case reflect.String:
		add(v.String())
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			textsIn(v.Elem(), add)
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			textsIn(field, add)
		}
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			add(string(v.Bytes()))
			return
		}
		for i := range v.Len() {
			textsIn(v.Index(i), add)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			textsIn(it.Key(), add)
			textsIn(it.Value(), add)
		}
	}
}

// marked is a scene in which every name and address carries a marker, and everything that was given back is searched for them.
type marked struct {
	*scene
	marks []string
	seen  map[string]bool // the texts of everything that was looked at
}

// mark makes a marker.
func (m *marked) mark() string {
	m.marks = append(m.marks, "m"+strings.ToLower(rand.Text()))
	return m.marks[len(m.marks)-1]
}

// look searches a value, and the texts of an error.
func (m *marked) look(values ...any) {
	for _, v := range values {
		if err, ok := v.(error); ok {
			m.seen[err.Error()] = true
		}
		if v != nil {
			textsIn(reflect.ValueOf(v), func(text string) { m.seen[text] = true })
		}
	}
}

// holds gives the markers that are in something.
func (m *marked) holds() (held []string) {
	for _, mark := range m.marks {
		for text := range m.seen {
			if strings.Contains(text, mark) || strings.Contains(text, strings.ToUpper(mark)) { // as words have it
				held = append(held, mark)
				break
			}
		}
	}
	return held
}

// looks searches a list.
func looks[T any](m *marked, list iter.Seq2[T, error]) {
	for item, err := range list {
		m.look(item, err)
	}
}

// read looks at everything that anybody reads of the organizations and users, and tries what fails.
func (m *marked) read(
	orgs []tenancy.OrganizationID, users []tenancy.UserID, accounts []tenancy.AccountID, secrets []tenancy.Secret,
	emails []string,
) {
	ctx := m.ctx()
	m.seen = map[string]bool{}
	sessions := []*tenancy.Session{m.host.Session, m.staff.Session}
	for _, user := range users {
		sessions = append(sessions, m.as(user))
	}
	for _, s := range sessions {
		for _, org := range orgs {
			o, err := s.Organization(ctx, org)
			m.look(o, err)
			looks(m, s.Users(ctx, org, tenancy.UserQuery{}))
			looks(m, s.Accounts(ctx, org, tenancy.AccountQuery{}))
			looks(m, s.Invitations(ctx, org, tenancy.InvitationQuery{}))
			looks(m, s.Domains(ctx, org, tenancy.DomainQuery{}))
			looks(m, s.Connections(ctx, org, tenancy.ConnectionQuery{}))
			looks(m, s.Groups(ctx, org, tenancy.GroupQuery{}))
			looks(m, s.HIPAAReport(ctx, org, tenancy.HIPAAQuery{}))
			looks(m, s.Events(ctx, organizationStream(org), tenancy.EventQuery{}))
			_, err = s.RenameOrganization(ctx, org, "x")
			m.look(err)
		}
		for _, user := range users {
			u, memberships, err := s.User(ctx, user)
			m.look(u, memberships, err)
			looks(m, s.Organizations(ctx, tenancy.OrganizationQuery{User: user}))
			looks(m, s.AccountsOf(ctx, user, tenancy.AccountsOfQuery{}))
			looks(m, s.GroupsOf(ctx, user, tenancy.GroupQuery{}))
			looks(m, s.Keys(ctx, user, tenancy.KeyQuery{}))
			looks(m, s.AccountRequests(ctx, user, tenancy.AccountRequestQuery{}))
			looks(m, s.Events(ctx, userStream(user), tenancy.EventQuery{}))
		}
		for _, account := range accounts {
			a, err := s.Account(ctx, account)
			m.look(a, err)
			looks(m, s.Access(ctx, account, tenancy.ReachQuery{}))
			looks(m, s.AccountInvitations(ctx, account, tenancy.InvitationQuery{}))
		}
		for _, secret := range secrets {
			offer, err := s.Invitation(ctx, secret)
			m.look(offer, err)
		}
	}
	for _, email := range emails {
		u, err := m.host.UserByEmail(ctx, email)
		m.look(u, err)
	}
}

func TestNothingPersonalRemains(t *testing.T) {
	type people struct {
		*marked
		orgs     []tenancy.OrganizationID
		users    []tenancy.UserID
		accounts []tenancy.AccountID
		secrets  []tenancy.Secret
		emails   []string
		ana      tenancy.SignedUp
		ben      tenancy.UserID
		robot    tenancy.UserID // which ends with its organization
	}
	open := func(t *testing.T) *people {
		p := &people{marked: &marked{scene: newScene(t)}}
		email := func() string {
			p.emails = append(p.emails, p.mark()+"@"+p.mark()+".example.com")
			return p.emails[len(p.emails)-1]
		}
		sign := func(secret tenancy.Secret, email string) tenancy.SignedUp {
			in := tenancy.NewSignUp{Email: tenancy.Proven(email), Name: p.mark(), Account: "account", Secret: secret}
			if secret.IsZero() {
				in.Organization = p.mark()
			}
			up, err := p.host.SignUp(t.Context(), in)
			require.NoError(t, err)
			p.users = append(p.users, up.User.ID)
			return up
		}
		p.ana = sign(tenancy.Secret{}, email())
		owner, org := p.as(p.ana.User.ID), p.ana.Organization.ID
		p.orgs, p.accounts = append(p.orgs, org), append(p.accounts, p.ana.Account.ID)
		invite := func() (tenancy.Secret, string) {
			to := email()
			sent, err := owner.InviteUser(t.Context(), org, tenancy.NewInvitation{Email: to})
			require.NoError(t, err)
			p.secrets = append(p.secrets, sent.Secret)
			return sent.Secret, to
		}
		p.ben = sign(invite()).User.ID
		invite()
		declined, _ := invite()
		require.NoError(t, p.host.DeclineInvitation(t.Context(), tenancy.Declination{Secret: declined}))
		to := email()
		sent, err := owner.InviteToAccount(t.Context(), p.ana.Account.ID,
			tenancy.NewAccountInvitation{Email: to, Roles: tenancy.Roles(tenancy.Support)})
		require.NoError(t, err)
		p.secrets = append(p.secrets, sent.Secret)
		_, err = owner.CreateGroup(t.Context(), org, tenancy.NewGroup{Name: p.mark(), ExternalID: p.mark()})
		require.NoError(t, err)
		robot, err := owner.CreateServiceAccount(t.Context(), org, tenancy.NewServiceAccount{Name: p.mark()})
		require.NoError(t, err)
		_, err = owner.CreateKey(t.Context(), robot.ID, tenancy.NewKey{Name: p.mark()})
		require.NoError(t, err)
		p.robot = robot.ID
		domain := p.mark() + ".example"
		p.enforce(p.ana.User.ID, org, p.prove(p.ana.User.ID, org, domain))
		p.emails = append(p.emails, p.mark()+"@"+domain)
		_, err = p.host.RequestInvitation(t.Context(), tenancy.Proven(p.emails[len(p.emails)-1]))
		require.NoError(t, err)
		return p
	}
	read := func(p *people) { p.read(p.orgs, append(p.users, p.robot), p.accounts, p.secrets, p.emails) }
	// remove deletes the organization and everybody.
	remove := func(t *testing.T, p *people) {
		require.NoError(t,
			p.staff.DeleteOrganization(t.Context(), p.ana.Organization.ID, tenancy.OrganizationDeletion{}))
		_, err := p.as(p.ana.User.ID).CloseAccount(t.Context(), p.ana.Account.ID)
		require.NoError(t, err)
		for _, user := range p.users {
			require.NoError(t, p.staff.DeleteUser(t.Context(), user, tenancy.UserDeletion{}))
		}
	}
	t.Run("SEC-27 the search finds what is there", func(t *testing.T) {
		p := open(t)
		read(p)
		require.GreaterOrEqual(t, len(p.holds()), len(p.marks)-2)
		p.look(p.everything())
		require.ElementsMatch(t, p.marks, p.holds())
	})
	t.Run("SEC-27 a user's name and address are gone at once", func(t *testing.T) {
		p := open(t)
		user, _, err := p.host.User(t.Context(), p.ben)
		require.NoError(t, err)
		name, email, _ := strings.Cut(user.Email.Reveal(), "@")
		p.marks = []string{user.Name.Reveal(), name, strings.TrimSuffix(email, ".example.com")}
		require.NoError(t, p.staff.DeleteUser(t.Context(), p.ben, tenancy.UserDeletion{}))
		read(p)
		p.look(p.everything())
		require.Empty(t, p.holds())
	})
	t.Run(
		"SEC-27 ORG-11 INV-14 after 30 days no read and no error holds a name or address, though nothing was purged",
		func(t *testing.T) {
			p := open(t)
			remove(t, p)
			p.clock.Advance(30*day - time.Microsecond)
			read(p)
			require.NotEmpty(t, p.holds(), "not yet")
			p.clock.Advance(30 * day) // an invitation to the account was pending at first, and expired later
			read(p)
			require.Empty(t, p.holds())
		},
	)
	t.Run("SEC-27 ORG-11 purged, no record, read, event or error holds one", func(t *testing.T) {
		p := open(t)
		remove(t, p)
		p.clock.Advance(7*day + 29*day)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if _, err := p.host.Purge(p.ctx()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		read(p)
		p.look(p.everything())
		_, err := p.host.Relay(t.Context(), func(_ context.Context, e tenancy.Event) error {
			p.look(e, string(tenancy.EncodeData(e.Data)))
			return nil
		})
		require.NoError(t, err)
		require.Empty(t, p.holds())
		p.sound()
	})
	t.Run("ORG-11 Purge is System's alone", func(t *testing.T) {
		p := open(t)
		_, err := p.staff.Purge(t.Context())
		refused(t, err, tenancy.CodeNotAllowed)
	})
}

// TestFormerMembersErased searches every record and event for markers of former members.
func TestFormerMembersErased(t *testing.T) {
	store := memstore.New()
	scenes.FormerMembersErased(t, store, func(marks []string) []string {
		m := &marked{scene: newSceneOver(t, store), marks: marks, seen: map[string]bool{}}
		m.look(m.everything())
		return m.holds()
	})
}
