package tenancy_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// day is a day of the scene's clock.
const day = 24 * time.Hour

// territory is a scene with a name server.
type territory struct{ *scene }

func newTerritory(t *testing.T, options ...tenancy.Options) *territory {
	return newTerritoryOver(t, memstore.New(), options...)
}

func newTerritoryOver(t *testing.T, store tenancy.Store, options ...tenancy.Options) *territory {
	t.Helper()
	return &territory{newSceneOver(t, store, options...)}
}

// claim adds a domain to a founder's organization, its record published.
func (s *territory) claim(founder tenancy.SignedUp, name string) tenancy.Domain {
	s.Helper()
	added, err := s.as(founder.User.ID).AddDomain(s.ctx(), founder.Organization.ID, name)
	require.NoError(s, err)
	s.names.Publish(added.RecordName, append(s.names.Texts(added.RecordName), added.RecordValue)...)
	return added
}

// verify proves a domain of a founder's organization.
func (s *territory) verify(founder tenancy.SignedUp, name string) tenancy.Domain {
	s.Helper()
	verified, err := s.as(founder.User.ID).VerifyDomain(s.ctx(), s.claim(founder, name).ID)
	require.NoError(s, err)
	require.Equal(s, tenancy.StateVerified, verified.State)
	return verified
}

// recheck runs RecheckDomains.
func (s *territory) recheck() tenancy.Rechecked {
	s.Helper()
	done, err := s.host.RecheckDomains(s.ctx())
	require.NoError(s, err)
	return done
}

// domain shows a domain as it is now.
func (s *territory) domain(d tenancy.Domain) tenancy.Domain {
	s.Helper()
	for _, now := range items(s.T, s.host.Domains(s.ctx(), d.Organization, tenancy.DomainQuery{})) {
		if now.ID == d.ID {
			return now.Domain
		}
	}
	s.Fatal("the domain is gone")
	return tenancy.Domain{}
}

// lapse takes a verified domain's record out and finds it missing.
func (s *territory) lapse(d tenancy.Domain) {
	s.Helper()
	s.names.Publish(d.RecordName)
	s.recheck()
	require.Equal(s, tenancy.StateLapsing, s.domain(d).State)
}

// lose lets a lapsing domain be lost.
func (s *territory) lose(d tenancy.Domain) {
	s.Helper()
	s.lapse(d)
	s.clock.Advance(30 * day)
	s.recheck()
	require.Equal(s, tenancy.StateUnverified, s.domain(d).State)
}

func TestAddDomain(t *testing.T) {
	t.Run("DOM-1 the claim is unverified, in canonical form, with the record to publish", func(t *testing.T) {
		s := newTerritory(t, tenancy.Options{Product: "hosting"})
		ana := s.found("ana")
		for given, canonical := range map[string]string{"ACME.com": "acme.com", "shop.acme.org.": "shop.acme.org", "bücher.example": "xn--bcher-kva.example"} {
			d, err := s.as(ana.User.ID).AddDomain(t.Context(), ana.Organization.ID, given)
			require.NoError(t, err)
			require.Equal(t, canonical, d.Name)
			require.Equal(t, tenancy.StateUnverified, d.State)
			require.False(t, d.Live)
			require.Zero(t, d.Verified)
			require.Zero(t, d.LastFound)
			require.Zero(t, d.Lapses)
			require.Equal(t, tenancy.PolicyInherited, d.Policy)
			require.Equal(t, "_hosting."+canonical, d.RecordName, "DOM-2 the label is the product's")
			require.Regexp(t, "^hosting-domain-verification=[0-9a-f]{32}$", d.RecordValue, "DOM-2 128 bits")
			require.NotContains(t, s.names.Asked(), d.RecordName)
		}
		s.sound()
	})
	t.Run("DOM-1 SEC-3 SEC-4 what nobody can claim", func(t *testing.T) {
		s := newTerritory(t)
		ana := s.found("ana")
		for code, names := range map[tenancy.Code][]string{
			tenancy.CodeDomainName: {"", ".", "a..b", "192.0.2.1", "[::1]", "::1", "acme.123", "acme.0x7f", "acme com.org", "ａcme.com", "acme。com", "ac\u200bme.com", "acme.com..",
				"acme.\xff", strings.Repeat("a", 64) + ".com", strings.Repeat("abcdefg.", 40) + "com", "user@acme.com", "*.acme.com", strings.Repeat("x", 1<<20)},
			tenancy.CodeDomainReserved: {"com", "co.uk", "github.io", "appspot.com", "localhost", "acme.local", "acme.internal", "acme.invalid", "acme.onion", "acme.arpa", "intranet"},
			tenancy.CodeMailProvider:   {"gmail.com", "GMAIL.com.", "outlook.com", "mail.gmail.com"},
		} {
			for _, name := range names {
				s.unchanged(func() {
					_, err := s.as(ana.User.ID).AddDomain(t.Context(), ana.Organization.ID, name)
					refused(t, err, code)
				})
			}
		}
	})
	t.Run("DOM-1 the host's list of mail providers stands instead", func(t *testing.T) {
		s := newTerritory(t, tenancy.Options{MailProviders: []string{"acme.com"}})
		ana := s.found("ana")
		_, err := s.as(ana.User.ID).AddDomain(t.Context(), ana.Organization.ID, "acme.com")
		refused(t, err, tenancy.CodeMailProvider)
		_, err = s.as(ana.User.ID).AddDomain(t.Context(), ana.Organization.ID, "gmail.com")
		require.NoError(t, err)
	})
	t.Run("DOM-1 once per organization, and up to the limit", func(t *testing.T) {
		s := newTerritory(t, tenancy.Options{Limits: &tenancy.Limits{Domains: 2}})
		ana, bea := s.found("ana"), s.found("bea")
		first := s.claim(ana, "acme.com")
		s.unchanged(func() {
			_, err := s.as(ana.User.ID).AddDomain(t.Context(), ana.Organization.ID, "Acme.COM.")
			refused(t, err, tenancy.CodeDomainAdded)
		})
		s.claim(bea, "acme.com") // others may claim it too
		s.claim(ana, "acme.org")
		_, err := s.as(ana.User.ID).AddDomain(t.Context(), ana.Organization.ID, "acme.net")
		refused(t, err, tenancy.CodeDomainLimit)
		require.NoError(t, s.as(ana.User.ID).RemoveDomain(t.Context(), first.ID))
		s.claim(ana, "acme.net")
	})
	t.Run("DOM-1 the default limit is 100", func(t *testing.T) {
		s := newTerritory(t)
		ana := s.found("ana")
		for i := range 100 {
			s.claim(ana, fmt.Sprintf("d%d.example.com", i))
		}
		_, err := s.as(ana.User.ID).AddDomain(t.Context(), ana.Organization.ID, "more.example.com")
		refused(t, err, tenancy.CodeDomainLimit)
		require.Len(t, items(t, s.as(ana.User.ID).Domains(t.Context(), ana.Organization.ID, tenancy.DomainQuery{})),
			100)
	})
	t.Run("DOM-1 Owner and Administrators, nobody else", func(t *testing.T) {
		s := newTerritory(t)
		ana, bea := s.found("ana"), s.found("bea")
		admin, user := s.join(ana, "admin", tenancy.Administrator), s.join(ana, "user", tenancy.StandardUser)
		d, err := s.as(admin).AddDomain(t.Context(), ana.Organization.ID, "acme.com")
		require.NoError(t, err)
		for code, session := range map[tenancy.Code][]*tenancy.Session{
			tenancy.CodeNotAllowed: {s.as(user), s.host.Session, s.staff.Session},
			tenancy.CodeNotFound:   {s.as(bea.User.ID)},
		} {
			for i, session := range session {
				_, err := session.AddDomain(t.Context(), ana.Organization.ID, "acme.org")
				refused(t, err, code)
				there := code // of what the Standard User does not see (GEN-5)
				if i == 0 {
					there = tenancy.CodeNotFound
				}
				_, err = session.VerifyDomain(t.Context(), d.ID)
				refused(t, err, there)
				refused(
					t,
					errOf(
						session.SetSignUpPolicy(t.Context(), ana.Organization.ID,
							tenancy.SignUpPolicyChange{Policy: tenancy.PolicyClosed}),
					),
					code,
				)
			}
		}
		require.Empty(t, s.names.Asked(), "nothing is looked up for who may not")
		_, err = s.as(ana.User.ID).AddDomain(t.Context(), tenancy.OrganizationID{}, "acme.org")
		refused(t, err, tenancy.CodeID)
		_, err = s.as(ana.User.ID).VerifyDomain(t.Context(), tenancy.DomainID{})
		refused(t, err, tenancy.CodeID)
	})
}

// GEN-9, GEN-15: the list of an organization's domains, by ID.
func TestDomains(t *testing.T) {
	s := newTerritory(t)
	ana, bea := s.found("ana"), s.found("bea")
	user := s.join(ana, "user", tenancy.StandardUser)
	first := s.verify(ana, "b.example.com")
	s.clock.Advance(time.Second)
	second := s.claim(ana, "a.example.com")
	s.claim(bea, "a.example.com")
	for _, session := range []*tenancy.Session{s.as(ana.User.ID), s.host.Session, s.staff.Session} {
		all := items(t, session.Domains(t.Context(), ana.Organization.ID, tenancy.DomainQuery{}))
		require.Len(t, all, 2)
		require.Equal(t, first.ID, all[0].ID)
		require.Equal(t, second, all[1].Domain,
			"GEN-15 it is the one that AddDomain returned, with the record to publish")
		rest := items(t, session.Domains(t.Context(), ana.Organization.ID, tenancy.DomainQuery{After: all[0].Cursor()}))
		require.Len(t, rest, 1)
		require.Equal(t, second.ID, rest[0].ID)
		refused(t,
			failure(session.Domains(t.Context(), bea.Organization.ID, tenancy.DomainQuery{After: all[0].Cursor()})),
			tenancy.CodeCursor)
	}
	refused(t, failure(s.as(user).Domains(t.Context(), ana.Organization.ID, tenancy.DomainQuery{})),
		tenancy.CodeNotAllowed)
	refused(t, failure(s.as(bea.User.ID).Domains(t.Context(), ana.Organization.ID, tenancy.DomainQuery{})),
		tenancy.CodeNotFound)
	refused(t, failure(s.host.Domains(t.Context(), tenancy.OrganizationID{}, tenancy.DomainQuery{})), tenancy.CodeID)
}

// SEC-17 DOM-2 a token is from the directory's source of random bytes, so it can't be guessed, and no event has it.
func TestDomainToken(t *testing.T) {
	s := newTerritory(t)
	ana := s.found("ana")
	seen := map[string]bool{}
	for i := range 20 {
		d := s.claim(ana, fmt.Sprintf("d%d.example.com", i))
		_, token, _ := strings.Cut(d.RecordValue, "=")
		require.False(t, seen[token])
		seen[token] = true
	}
	for event, err := range s.host.Events(t.Context(), ofOrganization(ana.Organization.ID), tenancy.EventQuery{}) {
		require.NoError(t, err)
		text := fmt.Appendf(nil, "%+v", event.Data)
		for token := range seen {
			require.False(t, bytes.Contains(text, []byte(token)))
		}
		require.False(t, bytes.Contains(text, []byte("example.com")), "EVT no name in an event")
	}
}
