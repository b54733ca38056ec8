package tenancy_test

import (
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
)

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
		"a panic":  func(context.Context, string) ([]string, error) { panic("a fault of the resolver") },
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
			require.Contains(t, []int{0, 1},
				len(items(t, s.host.Domains(t.Context(), ana.Organization.ID, tenancy.DomainQuery{}))), what)
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
			require.NoError(
				t,
				errOf(
					s.as(ana.User.ID).
						SetOrganizationRole(t.Context(), ana.Organization.ID, admin, tenancy.StandardUser),
				),
			)
			return []string{d.RecordValue}, nil
		})
		_, err := s.as(admin).VerifyDomain(t.Context(), d.ID)
		refused(t, err, tenancy.CodeNotFound)
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
		require.Equal(t, tenancy.StateUnverified, s.domain(late.Domain).State)
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
		refused(t, s.as(user).RemoveDomain(t.Context(), held.ID), tenancy.CodeNotFound) // as GEN-5 has it
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
		log := s.news(func() { require.Equal(t, tenancy.Rechecked{Lapsing: 1}, s.recheck()) },
			ofOrganization(ana.Organization.ID))
		require.Equal(t, [][]string{{"DomainLapsing"}}, log)
		require.Equal(t, s.clock.Now().Add(30*day), s.domain(d).Lapses)
		s.clock.Advance(day)
		s.unchanged(
			func() { require.Equal(t, tenancy.Rechecked{Lapsing: 1}, s.recheck()) }) // the 30 days run from the first time
		s.names.Publish(d.RecordName, d.RecordValue)
		log = s.news(func() { require.Equal(t, tenancy.Rechecked{Found: 1}, s.recheck()) },
			ofOrganization(ana.Organization.ID))
		require.Equal(t, [][]string{{"DomainRecovered"}}, log)
		require.Zero(t, s.domain(d).Lapses)
		require.True(t, s.domain(d).Live)
		s.lapse(d)
		s.clock.Advance(30*day - time.Microsecond)
		require.Equal(t, tenancy.Rechecked{Lapsing: 1}, s.recheck())
		s.clock.Advance(time.Microsecond)
		log = s.news(func() { require.Equal(t, tenancy.Rechecked{Lost: 1}, s.recheck()) },
			ofOrganization(ana.Organization.ID))
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
