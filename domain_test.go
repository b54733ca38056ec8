package tenancy_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
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
			return now
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
		require.Len(t, items(t, s.as(ana.User.ID).Domains(t.Context(), ana.Organization.ID, tenancy.DomainQuery{})), 100)
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
			for _, session := range session {
				_, err := session.AddDomain(t.Context(), ana.Organization.ID, "acme.org")
				refused(t, err, code)
				_, err = session.VerifyDomain(t.Context(), d.ID)
				refused(t, err, code)
				refused(t, errOf(session.SetSignUpPolicy(t.Context(), ana.Organization.ID, tenancy.SignUpPolicyChange{Policy: tenancy.PolicyClosed})), code)
			}
		}
		require.Empty(t, s.names.Asked(), "nothing is looked up for who may not")
		_, err = s.as(ana.User.ID).AddDomain(t.Context(), tenancy.OrganizationID{}, "acme.org")
		refused(t, err, tenancy.CodeID)
		_, err = s.as(ana.User.ID).VerifyDomain(t.Context(), tenancy.DomainID{})
		refused(t, err, tenancy.CodeID)
	})
}

func TestVerifyDomain(t *testing.T) {
	t.Run("DOM-2 the record proves it", func(t *testing.T) {
		s := newTerritory(t)
		ana := s.found("ana")
		d := s.claim(ana, "acme.com")
		s.clock.Advance(time.Hour)
		verified, err := s.as(ana.User.ID).VerifyDomain(t.Context(), d.ID)
		require.NoError(t, err)
		require.Equal(t, tenancy.StateVerified, verified.State)
		require.True(t, verified.Live)
		require.Equal(t, s.clock.Now(), verified.Verified)
		require.Equal(t, s.clock.Now(), verified.LastFound)
		require.Equal(t, []string{d.RecordName}, s.names.Asked())
		s.sound()
	})
	t.Run("DOM-2 a label stays what it was when the domain was added", func(t *testing.T) {
		s := newTerritory(t, tenancy.Options{Product: "before"})
		ana := s.found("ana")
		d := s.claim(ana, "acme.com")
		after, err := tenancy.New(s.store, &tenancy.Options{Product: "after", Resolver: s.names, Now: s.clock.Now})
		require.NoError(t, err)
		verified, err := after.As(ana.User.ID).VerifyDomain(t.Context(), d.ID)
		require.NoError(t, err)
		require.Equal(t, "_before.acme.com", verified.RecordName)
	})
	binary := make([]byte, 1<<16)
	_, _ = rand.Read(binary)
	many := make([]string, 5000)
	for i := range many {
		many[i] = fmt.Sprintf("v=%d", i)
	}
	for what, others := range map[string][]string{
		"no others": nil, "others": {"v=spf1 -all", "tenancy-domain-verification=", ""}, "binary ones": {string(binary), "\x00", "\xff\xfe"},
		"a huge one": {strings.Repeat("x", 10<<20)}, "thousands": many,
	} {
		t.Run("DOM-2 all texts at the name are looked at, with "+what, func(t *testing.T) {
			s := newTerritory(t)
			ana := s.found("ana")
			d := s.claim(ana, "acme.com")
			s.names.Publish(d.RecordName, others...)
			s.unchanged(func() {
				_, err := s.as(ana.User.ID).VerifyDomain(t.Context(), d.ID)
				refused(t, err, tenancy.CodeProofMissing)
			})
			s.names.Publish(d.RecordName, append(append([]string{}, others...), d.RecordValue)...)
			_, err := s.as(ana.User.ID).VerifyDomain(t.Context(), d.ID)
			require.NoError(t, err)
		})
	}
	t.Run("DOM-2 SEC-17 nothing but the very value proves it", func(t *testing.T) {
		s := newTerritory(t)
		ana, bea := s.found("ana"), s.found("bea")
		d, others := s.claim(ana, "acme.com"), s.claim(bea, "acme.com")
		sub := s.claim(ana, "sub.acme.com")
		for _, text := range []string{others.RecordValue, sub.RecordValue, strings.ToUpper(d.RecordValue), d.RecordValue + " ", " " + d.RecordValue, `"` + d.RecordValue + `"`,
			d.RecordValue[:len(d.RecordValue)-1], d.RecordValue + "0", d.RecordValue + "\x00", strings.TrimPrefix(d.RecordValue, "tenancy-domain-verification=")} {
			s.names.Publish(d.RecordName, text)
			_, err := s.as(ana.User.ID).VerifyDomain(t.Context(), d.ID)
			refused(t, err, tenancy.CodeProofMissing)
		}
		s.names.Publish("acme.com", d.RecordValue)
		s.names.Publish("_tenancy.www.acme.com", d.RecordValue)
		_, err := s.as(ana.User.ID).VerifyDomain(t.Context(), d.ID)
		refused(t, err, tenancy.CodeProofMissing)
	})
	for what, answer := range map[string]func(ctx context.Context, name string) ([]string, error){
		"NXDOMAIN": func(_ context.Context, name string) ([]string, error) {
			return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
		},
		"NXDOMAIN, wrapped": func(_ context.Context, name string) ([]string, error) {
			return nil, fmt.Errorf("cache: %w", &net.DNSError{Err: "no such host", Name: name, IsNotFound: true})
		},
		"no records": func(context.Context, string) ([]string, error) { return nil, nil },
	} {
		t.Run("DOM-2 a failed proof: "+what, func(t *testing.T) {
			s := newTerritory(t)
			ana := s.found("ana")
			d := s.claim(ana, "acme.com")
			s.names.Answer(answer)
			s.unchanged(func() {
				_, err := s.as(ana.User.ID).VerifyDomain(t.Context(), d.ID)
				refused(t, err, tenancy.CodeProofMissing)
			})
			s.names.Answer(nil)
			verified, err := s.as(ana.User.ID).VerifyDomain(t.Context(), d.ID)
			require.NoError(t, err)
			s.names.Answer(answer)
			found, err := s.as(ana.User.ID).VerifyDomain(t.Context(), d.ID)
			require.NoError(t, err, "of a verified domain it is a recheck, and says what it found")
			require.Equal(t, tenancy.StateLapsing, found.State)
			require.Equal(t, s.clock.Now().Add(30*day), found.Lapses)
			require.Equal(t, verified.LastFound, found.LastFound)
			require.False(t, found.Live)
		})
	}
	for what, answer := range map[string]func(ctx context.Context, name string) ([]string, error){
		"SERVFAIL": scenes.Servfail,
		"time-out": func(_ context.Context, name string) ([]string, error) {
			return nil, &net.DNSError{Err: "i/o timeout", Name: name, IsTimeout: true}
		},
		"any other": func(context.Context, string) ([]string, error) { return nil, errors.New("secret of the resolver") },
		"EOF":       func(context.Context, string) ([]string, error) { return nil, io.ErrUnexpectedEOF },
	} {
		t.Run("DOM-2 a resolver's error is no failed proof: "+what, func(t *testing.T) {
			s := newTerritory(t)
			ana := s.found("ana")
			d := s.claim(ana, "acme.com")
			s.names.Answer(answer)
			s.unchanged(func() {
				_, err := s.as(ana.User.ID).VerifyDomain(t.Context(), d.ID)
				refused(t, err, tenancy.CodeResolver)
				require.NotContains(t, err.Error(), "secret")
				require.NotContains(t, err.Error(), "acme")
			})
			s.names.Answer(nil)
			_, err := s.as(ana.User.ID).VerifyDomain(t.Context(), d.ID)
			require.NoError(t, err)
			s.names.Answer(answer)
			s.unchanged(func() {
				_, err := s.as(ana.User.ID).VerifyDomain(t.Context(), d.ID)
				refused(t, err, tenancy.CodeResolver)
				require.Equal(t, tenancy.Rechecked{Failed: 1}, s.recheck())
			})
		})
	}
	t.Run("DOM-2 a resolver that hangs until its context ends has 10 seconds", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newTerritory(t)
			ana := s.found("ana")
			d := s.claim(ana, "acme.com")
			s.names.Answer(func(ctx context.Context, _ string) ([]string, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			})
			begun := time.Now()
			_, err := s.as(ana.User.ID).VerifyDomain(t.Context(), d.ID)
			refused(t, err, tenancy.CodeResolver)
			require.Equal(t, 10*time.Second, time.Since(begun))
		})
	})
	t.Run("DOM-2 a resolver that ignores its context has them too", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newTerritory(t)
			ana := s.found("ana")
			d := s.claim(ana, "acme.com")
			end := make(chan struct{})
			s.names.Answer(func(context.Context, string) ([]string, error) {
				<-end
				return []string{d.RecordValue}, nil
			})
			begun := time.Now()
			_, err := s.as(ana.User.ID).VerifyDomain(t.Context(), d.ID)
			refused(t, err, tenancy.CodeResolver)
			require.Equal(t, 10*time.Second, time.Since(begun))
			close(end)
			synctest.Wait()
			require.Equal(t, tenancy.StateUnverified, s.domain(d).State, "what it says later counts for nothing")
		})
	})
	t.Run("DOM-2 the caller's context ends the look-up", func(t *testing.T) {
		s := newTerritory(t)
		ana := s.found("ana")
		d := s.claim(ana, "acme.com")
		ctx, cancel := context.WithCancel(t.Context())
		s.names.Answer(func(ctx context.Context, _ string) ([]string, error) {
			cancel()
			<-ctx.Done()
			return nil, ctx.Err()
		})
		_, err := s.as(ana.User.ID).VerifyDomain(ctx, d.ID)
		require.ErrorIs(t, err, context.Canceled)
	})
	t.Run("DOM-2 it works outside of transactions, blocks and Once", func(t *testing.T) {
		s := newTerritory(t)
		ana := s.found("ana")
		d := s.claim(ana, "acme.com")
		err := s.as(ana.User.ID).Atomically(t.Context(), func(ctx context.Context, session *tenancy.Session) error {
			_, err := session.VerifyDomain(ctx, d.ID)
			return err
		})
		refused(t, err, tenancy.CodeInTransaction)
		_, err = s.as(ana.User.ID).Once(tenancy.OperationIDOf("x")).VerifyDomain(t.Context(), d.ID)
		refused(t, err, tenancy.CodeInput)
		err = s.host.Atomically(t.Context(), func(ctx context.Context, host *tenancy.Platform) error {
			_, err := host.RecheckDomains(ctx)
			return err
		})
		refused(t, err, tenancy.CodeInTransaction)
		_, err = s.host.Once(tenancy.OperationIDOf("x")).RecheckDomains(t.Context())
		refused(t, err, tenancy.CodeInput)
	})
	t.Run("DOM-2 what was found counts only while the claim is the same", func(t *testing.T) {
		for what, meanwhile := range map[string]func(s *territory, ana tenancy.SignedUp, d tenancy.Domain){
			"removed": func(s *territory, ana tenancy.SignedUp, d tenancy.Domain) {
				require.NoError(s, s.as(ana.User.ID).RemoveDomain(s.ctx(), d.ID))
			},
			"removed and added again": func(s *territory, ana tenancy.SignedUp, d tenancy.Domain) {
				require.NoError(s, s.as(ana.User.ID).RemoveDomain(s.ctx(), d.ID))
				_, err := s.as(ana.User.ID).AddDomain(s.ctx(), d.Organization, d.Name)
				require.NoError(s, err)
			},
			"verified": func(s *territory, ana tenancy.SignedUp, d tenancy.Domain) {
				_, err := s.as(ana.User.ID).VerifyDomain(s.ctx(), d.ID)
				require.NoError(s, err)
			},
		} {
			s := newTerritory(t)
			ana := s.found("ana")
			d := s.claim(ana, "acme.com")
			s.names.Answer(func(context.Context, string) ([]string, error) {
				s.names.Answer(nil)
				meanwhile(s, ana, d)
				return []string{d.RecordValue}, nil
			})
			_, err := s.as(ana.User.ID).VerifyDomain(t.Context(), d.ID)
			refused(t, err, tenancy.CodeClaimChanged)
			require.Contains(t, []int{0, 1}, len(items(t, s.host.Domains(t.Context(), ana.Organization.ID, tenancy.DomainQuery{}))), what)
			if what == "removed and added again" {
				again := items(t, s.host.Domains(t.Context(), ana.Organization.ID, tenancy.DomainQuery{}))
				require.Equal(t, tenancy.StateUnverified, again[0].State)
				require.NotEqual(t, d.RecordValue, again[0].RecordValue, "SEC-17 a new claim needs a new proof")
			}
			s.sound()
		}
	})
	t.Run("DOM-2 whoever may no more when the answer comes is refused", func(t *testing.T) {
		s := newTerritory(t)
		ana := s.found("ana")
		admin := s.join(ana, "admin", tenancy.Administrator)
		d := s.claim(ana, "acme.com")
		s.names.Answer(func(context.Context, string) ([]string, error) {
			require.NoError(t, errOf(s.as(ana.User.ID).SetOrganizationRole(t.Context(), ana.Organization.ID, admin, tenancy.StandardUser)))
			return []string{d.RecordValue}, nil
		})
		_, err := s.as(admin).VerifyDomain(t.Context(), d.ID)
		refused(t, err, tenancy.CodeNotAllowed)
		require.Equal(t, tenancy.StateUnverified, s.domain(d).State)
	})
	t.Run("USR-3 a domain covers exactly its own name", func(t *testing.T) {
		s := newTerritory(t)
		ana, bea := s.found("ana"), s.found("bea")
		s.verify(ana, "acme.com")
		sub := s.verify(bea, "sub.acme.com")
		require.Equal(t, bea.Organization.ID, sub.Organization)
		for _, email := range []string{"x@other.acme.com", "x@evilacme.com", "x@acme.com.evil.com", "x@com.acme"} {
			up, err := s.host.SignUp(t.Context(), tenancy.NewSignUp{Email: tenancy.Proven(email), Name: "X"})
			require.NoError(t, err)
			require.Equal(t, tenancy.SignUpFounded, up.Result)
		}
		_, err := s.host.SignUp(t.Context(), tenancy.NewSignUp{Email: tenancy.Proven("x@ACME.com"), Name: "X"})
		refused(t, err, tenancy.CodeInvitationOnly)
	})
}

func TestDomainHolder(t *testing.T) {
	t.Run("DOM-3 whoever proves it first has it, and nothing is said about who that is", func(t *testing.T) {
		s := newTerritory(t)
		ana, bea := s.found("ana"), s.found("bea")
		s.claim(ana, "acme.com")
		held := s.verify(bea, "acme.com")
		late := items(t, s.host.Domains(t.Context(), ana.Organization.ID, tenancy.DomainQuery{}))[0]
		s.clock.Advance(day)
		_, err := s.as(ana.User.ID).VerifyDomain(t.Context(), late.ID)
		refused(t, err, tenancy.CodeDomainTaken)
		for _, about := range []string{held.ID.String(), bea.Organization.ID.String(), bea.User.ID.String(), "bea", "acme"} {
			require.NotContains(t, err.Error(), about)
		}
		require.Equal(t, s.clock.Now(), s.domain(held).LastFound, "the holder's record was looked up too")
		require.Equal(t, tenancy.StateUnverified, s.domain(late).State)
	})
	t.Run("DOM-3 the holder is rechecked before: lapsing it still has it, lost it has not", func(t *testing.T) {
		s := newTerritory(t)
		ana, bea := s.found("ana"), s.found("bea")
		held, late := s.verify(bea, "acme.com"), s.claim(ana, "acme.com")
		s.names.Publish(late.RecordName, late.RecordValue)
		_, err := s.as(ana.User.ID).VerifyDomain(t.Context(), late.ID)
		refused(t, err, tenancy.CodeDomainTaken)
		require.Equal(t, tenancy.StateLapsing, s.domain(held).State)
		s.clock.Advance(30*day - time.Microsecond)
		_, err = s.as(ana.User.ID).VerifyDomain(t.Context(), late.ID)
		refused(t, err, tenancy.CodeDomainTaken)
		s.clock.Advance(time.Microsecond)
		taken, err := s.as(ana.User.ID).VerifyDomain(t.Context(), late.ID)
		require.NoError(t, err)
		require.Equal(t, tenancy.StateVerified, taken.State)
		require.Equal(t, tenancy.StateUnverified, s.domain(held).State)
		s.names.Publish(held.RecordName, held.RecordValue, late.RecordValue)
		_, err = s.as(bea.User.ID).VerifyDomain(t.Context(), held.ID)
		refused(t, err, tenancy.CodeDomainTaken)
		s.sound()
	})
	t.Run("DOM-3 SEC-17 while the holder's look-up fails it has the domain", func(t *testing.T) {
		s := newTerritory(t)
		ana, bea := s.found("ana"), s.found("bea")
		held, late := s.verify(bea, "acme.com"), s.claim(ana, "acme.com")
		s.lapse(held)
		s.clock.Advance(31 * day)
		calls := 0
		s.names.Answer(func(ctx context.Context, name string) ([]string, error) {
			if calls++; calls == 1 {
				return []string{late.RecordValue}, nil
			}
			return scenes.Servfail(ctx, name)
		})
		_, err := s.as(ana.User.ID).VerifyDomain(t.Context(), late.ID)
		refused(t, err, tenancy.CodeDomainTaken)
		require.Equal(t, tenancy.StateLapsing, s.domain(held).State)
	})
	t.Run("DOM-3 without a proof of their own nobody has the holder rechecked", func(t *testing.T) {
		s := newTerritory(t)
		ana, bea := s.found("ana"), s.found("bea")
		held, late := s.verify(bea, "acme.com"), s.claim(ana, "acme.com")
		s.names.Publish(held.RecordName)
		s.unchanged(func() {
			_, err := s.as(ana.User.ID).VerifyDomain(t.Context(), late.ID)
			refused(t, err, tenancy.CodeProofMissing)
		})
	})
	t.Run("DOM-3 of many at once one has it", func(t *testing.T) {
		s := newTerritory(t)
		var wg sync.WaitGroup
		var mu sync.Mutex
		codes := map[tenancy.Code]int{}
		var claims []tenancy.Domain
		var founders []tenancy.SignedUp
		for i := range 6 {
			founders = append(founders, s.found(fmt.Sprintf("f%d", i)))
			claims = append(claims, s.claim(founders[i], "acme.com"))
		}
		for i := range claims {
			wg.Go(func() {
				_, err := s.as(founders[i].User.ID).VerifyDomain(t.Context(), claims[i].ID)
				mu.Lock()
				defer mu.Unlock()
				codes[tenancy.CodeOf(err)]++
			})
		}
		wg.Wait()
		require.Equal(t, map[tenancy.Code]int{"": 1, tenancy.CodeDomainTaken: 5}, codes)
		s.sound()
	})
	t.Run("DOM-5 a removed domain is free at once, and members stay", func(t *testing.T) {
		s := newTerritory(t)
		ana, bea := s.found("ana"), s.found("bea")
		held := s.verify(bea, "acme.com")
		user := s.join(bea, "user", tenancy.StandardUser)
		refused(t, s.as(user).RemoveDomain(t.Context(), held.ID), tenancy.CodeNotAllowed)
		refused(t, s.as(ana.User.ID).RemoveDomain(t.Context(), held.ID), tenancy.CodeNotFound)
		refused(t, s.host.RemoveDomain(t.Context(), held.ID), tenancy.CodeNotAllowed)
		require.NoError(t, s.staff.RemoveDomain(t.Context(), held.ID), "an Operator settles disputes")
		refused(t, s.staff.RemoveDomain(t.Context(), held.ID), tenancy.CodeNotFound)
		require.Len(t, s.ranks(user), 1)
		s.verify(ana, "acme.com")
		again := s.claim(bea, "acme.com")
		require.NotEqual(t, held.RecordValue, again.RecordValue, "SEC-17")
		s.sound()
	})
}

func TestRecheckDomains(t *testing.T) {
	t.Run("DOM-4 missing it lapses, found it recovers, missing for 30 days it is lost", func(t *testing.T) {
		s := newTerritory(t)
		ana := s.found("ana")
		d := s.verify(ana, "acme.com")
		s.clock.Advance(day)
		require.Equal(t, tenancy.Rechecked{Found: 1}, s.recheck())
		require.Equal(t, s.clock.Now(), s.domain(d).LastFound)
		s.names.Publish(d.RecordName)
		log := s.news(func() { require.Equal(t, tenancy.Rechecked{Lapsing: 1}, s.recheck()) }, ofOrganization(ana.Organization.ID))
		require.Equal(t, [][]string{{"DomainLapsing"}}, log)
		require.Equal(t, s.clock.Now().Add(30*day), s.domain(d).Lapses)
		s.clock.Advance(day)
		s.unchanged(func() { require.Equal(t, tenancy.Rechecked{Lapsing: 1}, s.recheck()) }) // the 30 days run from the first time
		s.names.Publish(d.RecordName, d.RecordValue)
		log = s.news(func() { require.Equal(t, tenancy.Rechecked{Found: 1}, s.recheck()) }, ofOrganization(ana.Organization.ID))
		require.Equal(t, [][]string{{"DomainRecovered"}}, log)
		require.Zero(t, s.domain(d).Lapses)
		require.True(t, s.domain(d).Live)
		s.lapse(d)
		s.clock.Advance(30*day - time.Microsecond)
		require.Equal(t, tenancy.Rechecked{Lapsing: 1}, s.recheck())
		s.clock.Advance(time.Microsecond)
		log = s.news(func() { require.Equal(t, tenancy.Rechecked{Lost: 1}, s.recheck()) }, ofOrganization(ana.Organization.ID))
		require.Equal(t, [][]string{{"DomainLost"}}, log)
		lost := s.domain(d)
		require.Equal(t, tenancy.StateUnverified, lost.State)
		require.Zero(t, lost.Lapses)
		require.Zero(t, lost.Verified)
		require.Zero(t, s.recheck())
		s.sound()
	})
	t.Run("DOM-4 found after the 30 days it recovers all the same", func(t *testing.T) {
		s := newTerritory(t)
		ana := s.found("ana")
		d := s.verify(ana, "acme.com")
		s.lapse(d)
		s.clock.Advance(90 * day)
		s.names.Publish(d.RecordName, d.RecordValue)
		require.Equal(t, tenancy.Rechecked{Found: 1}, s.recheck())
		require.Equal(t, tenancy.StateVerified, s.domain(d).State)
	})
	t.Run("DOM-4 live is derived: verified, and found within 7 days", func(t *testing.T) {
		s := newTerritory(t)
		ana := s.found("ana")
		d := s.verify(ana, "acme.com")
		s.clock.Advance(7*day - time.Microsecond)
		require.True(t, s.domain(d).Live)
		s.clock.Advance(time.Microsecond)
		require.False(t, s.domain(d).Live)
		require.Equal(t, tenancy.StateVerified, s.domain(d).State)
		s.names.Answer(scenes.Servfail)
		require.Equal(t, tenancy.Rechecked{Failed: 1}, s.recheck())
		require.False(t, s.domain(d).Live)
		s.names.Answer(nil)
		s.recheck()
		require.True(t, s.domain(d).Live)
		s.lapse(d)
		require.False(t, s.domain(d).Live, "a lapsing domain is not live, however lately it was found")
	})
	t.Run("DOM-4 how long it is live is the host's", func(t *testing.T) {
		s := newTerritory(t, tenancy.Options{DomainLive: time.Hour})
		d := s.verify(s.found("ana"), "acme.com")
		s.clock.Advance(time.Hour - time.Microsecond)
		require.True(t, s.domain(d).Live)
		s.clock.Advance(time.Microsecond)
		require.False(t, s.domain(d).Live)
	})
	t.Run("DOM-4 one look-up per domain, 8 at once at most, and unverified claims none", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newTerritory(t, tenancy.Options{Limits: &tenancy.Limits{}})
			ana := s.found("ana")
			missing := map[string]bool{}
			for i := range 250 {
				d := s.verify(ana, fmt.Sprintf("d%03d.example.com", i))
				missing[d.RecordName] = i%5 == 0
			}
			s.claim(ana, "unproven.example.com")
			s.names.Forget()
			s.names.Answer(func(ctx context.Context, name string) ([]string, error) {
				<-time.After(time.Second) // in the bubble's time
				switch {
				case missing[name]:
					return nil, nil
				case strings.HasPrefix(name, "_tenancy.d001."):
					return scenes.Servfail(ctx, name)
				}
				return s.names.Texts(name), nil
			})
			begun := time.Now()
			require.Equal(t, tenancy.Rechecked{Found: 199, Lapsing: 50, Failed: 1}, s.recheck())
			require.Equal(t, 8, s.names.MostAtOnce())
			require.Len(t, s.names.Asked(), 250)
			require.Less(t, time.Since(begun), 40*time.Second)
			s.sound()
		})
	})
	t.Run("DOM-4 a resolver that hangs holds up nothing for more than 10 seconds", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newTerritory(t)
			ana := s.found("ana")
			for i := range 20 {
				s.verify(ana, fmt.Sprintf("d%d.example.com", i))
			}
			s.names.Answer(func(ctx context.Context, _ string) ([]string, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			})
			begun := time.Now()
			require.Equal(t, tenancy.Rechecked{Failed: 20}, s.recheck())
			require.Equal(t, 30*time.Second, time.Since(begun))
		})
	})
	t.Run("DOM-4 the context ends it, and what was found stands", func(t *testing.T) {
		s := newTerritory(t)
		ana := s.found("ana")
		for i := range 20 {
			s.verify(ana, fmt.Sprintf("d%d.example.com", i))
		}
		ctx, cancel := context.WithCancel(t.Context())
		calls := 0
		var mu sync.Mutex
		s.names.Answer(func(context.Context, string) ([]string, error) {
			mu.Lock()
			defer mu.Unlock()
			if calls++; calls == 10 {
				cancel()
			}
			return nil, nil
		})
		done, err := s.host.RecheckDomains(ctx)
		require.ErrorIs(t, err, context.Canceled)
		lapsing := 0
		for _, d := range items(t, s.host.Domains(t.Context(), ana.Organization.ID, tenancy.DomainQuery{})) {
			if d.State == tenancy.StateLapsing {
				lapsing++
			}
		}
		require.Equal(t, lapsing, done.Lapsing)
		require.Less(t, lapsing, 20)
		s.sound()
	})
	t.Run("DOM-4 several run at once and make one change", func(t *testing.T) {
		s := newTerritory(t)
		ana := s.found("ana")
		for i := range 20 {
			s.names.Publish(s.verify(ana, fmt.Sprintf("d%d.example.com", i)).RecordName)
		}
		var wg sync.WaitGroup
		before := len(s.log(ofOrganization(ana.Organization.ID), 0))
		for range 4 {
			wg.Go(func() { _, _ = s.host.RecheckDomains(s.ctx()) })
		}
		wg.Wait()
		require.Len(t, s.log(ofOrganization(ana.Organization.ID), 0), before+20)
		for _, d := range items(t, s.host.Domains(t.Context(), ana.Organization.ID, tenancy.DomainQuery{})) {
			require.Equal(t, tenancy.StateLapsing, d.State)
		}
		s.sound()
	})
	t.Run("DOM-2 a domain that changed during its look-up is left for the next run", func(t *testing.T) {
		s := newTerritory(t)
		ana := s.found("ana")
		d := s.verify(ana, "acme.com")
		s.names.Answer(func(context.Context, string) ([]string, error) {
			s.names.Answer(nil)
			require.NoError(t, s.as(ana.User.ID).RemoveDomain(t.Context(), d.ID))
			return nil, nil
		})
		require.Equal(t, tenancy.Rechecked{Failed: 1}, s.recheck())
	})
	t.Run("DOM-4 System alone", func(t *testing.T) {
		s := newTerritory(t)
		_, err := s.staff.RecheckDomains(t.Context())
		refused(t, err, tenancy.CodeNotAllowed)
	})
}

func TestSetSignUpPolicy(t *testing.T) {
	s := newTerritory(t)
	ana, bea := s.found("ana"), s.found("bea")
	d, other, foreign := s.verify(ana, "acme.com"), s.verify(ana, "acme.org"), s.verify(bea, "bea.com")
	owner, org := s.as(ana.User.ID), ana.Organization.ID
	policy := func(email string) tenancy.SignUpPolicy {
		_, err := s.host.Preview(t.Context(), func(ctx context.Context, host *tenancy.Platform) error {
			up, err := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven(email), Name: "New"})
			if err == nil {
				return errors.New(string(up.Result))
			}
			return err
		})
		switch {
		case tenancy.CodeOf(err) == tenancy.CodeInvitationOnly:
			return tenancy.PolicyInvitationOnly
		case strings.Contains(err.Error(), string(tenancy.SignUpJoined)):
			return tenancy.PolicyAutomatic
		}
		return tenancy.PolicyClosed
	}
	set := func(change tenancy.SignUpPolicyChange) {
		require.NoError(t, errOf(owner.SetSignUpPolicy(t.Context(), org, change)))
	}
	for _, step := range []struct {
		does      string
		change    tenancy.SignUpPolicyChange
		one, both tenancy.SignUpPolicy // of acme.com, and of acme.org, whose policy is the organization's
	}{
		{"the default, named", tenancy.SignUpPolicyChange{Policy: tenancy.PolicyInvitationOnly}, tenancy.PolicyInvitationOnly, tenancy.PolicyInvitationOnly},
		{"the organization's", tenancy.SignUpPolicyChange{Policy: tenancy.PolicyAutomatic}, tenancy.PolicyAutomatic, tenancy.PolicyAutomatic},
		{"a domain's instead", tenancy.SignUpPolicyChange{Domain: d.ID, Policy: tenancy.PolicyClosed}, tenancy.PolicyClosed, tenancy.PolicyAutomatic},
		{"the organization's leaves the domain's alone", tenancy.SignUpPolicyChange{Policy: tenancy.PolicyInvitationOnly}, tenancy.PolicyClosed, tenancy.PolicyInvitationOnly},
		{"another of the domain's", tenancy.SignUpPolicyChange{Domain: d.ID, Policy: tenancy.PolicyAutomatic}, tenancy.PolicyAutomatic, tenancy.PolicyInvitationOnly},
		{"no policy named: the organization's again", tenancy.SignUpPolicyChange{Domain: d.ID}, tenancy.PolicyInvitationOnly, tenancy.PolicyInvitationOnly},
		{"automatic once more", tenancy.SignUpPolicyChange{Policy: tenancy.PolicyAutomatic}, tenancy.PolicyAutomatic, tenancy.PolicyAutomatic},
		{"none for the organization: the default", tenancy.SignUpPolicyChange{}, tenancy.PolicyInvitationOnly, tenancy.PolicyInvitationOnly},
	} {
		t.Run("DOM-6 "+step.does, func(t *testing.T) {
			set(step.change)
			require.Equal(t, step.one, policy("new@acme.com"))
			require.Equal(t, step.both, policy("new@acme.org"))
			log := s.news(func() { set(step.change) }, ofOrganization(org))
			require.Empty(t, log[0], "GEN-6")
		})
	}
	t.Run("DOM-6 refusals", func(t *testing.T) {
		refused(t, errOf(owner.SetSignUpPolicy(t.Context(), org, tenancy.SignUpPolicyChange{Policy: "open"})), tenancy.CodePolicy)
		refused(t, errOf(owner.SetSignUpPolicy(t.Context(), org, tenancy.SignUpPolicyChange{Policy: tenancy.SignUpPolicy(strings.Repeat("\xff", 1<<16))})), tenancy.CodePolicy)
		refused(t, errOf(owner.SetSignUpPolicy(t.Context(), tenancy.OrganizationID{}, tenancy.SignUpPolicyChange{})), tenancy.CodeID)
		refused(t, errOf(owner.SetSignUpPolicy(t.Context(), org, tenancy.SignUpPolicyChange{Domain: foreign.ID, Policy: tenancy.PolicyClosed})), tenancy.CodeNotFound)
		refused(t, errOf(owner.SetSignUpPolicy(t.Context(), bea.Organization.ID, tenancy.SignUpPolicyChange{Domain: d.ID})), tenancy.CodeNotFound)
		require.NoError(t, owner.RemoveDomain(t.Context(), other.ID))
		refused(t, errOf(owner.SetSignUpPolicy(t.Context(), org, tenancy.SignUpPolicyChange{Domain: other.ID})), tenancy.CodeNotFound)
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
		require.Equal(t, second.RecordValue, all[1].RecordValue, "GEN-15 the record to publish is shown")
		rest := items(t, session.Domains(t.Context(), ana.Organization.ID, tenancy.DomainQuery{After: all[0].Cursor()}))
		require.Len(t, rest, 1)
		require.Equal(t, second.ID, rest[0].ID)
		refused(t, failure(session.Domains(t.Context(), bea.Organization.ID, tenancy.DomainQuery{After: all[0].Cursor()})), tenancy.CodeCursor)
	}
	refused(t, failure(s.as(user).Domains(t.Context(), ana.Organization.ID, tenancy.DomainQuery{})), tenancy.CodeNotAllowed)
	refused(t, failure(s.as(bea.User.ID).Domains(t.Context(), ana.Organization.ID, tenancy.DomainQuery{})), tenancy.CodeNotFound)
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
