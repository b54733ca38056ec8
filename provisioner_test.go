package tenancy_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// TestProvisionerSecrets calls every operation of a directory with what is no secret of a
// directory that lives: it is refused as CodeActor, whatever else is wrong, and changes
// nothing (PRV-1).
func TestProvisionerSecrets(t *testing.T) {
	t.Parallel()
	ours, theirs := tenants(t)
	token, err := ours.provisioner("idp").Token(t.Context())
	require.NoError(t, err)
	former := ours.DirectorySecret
	_, err = ours.as(ours.Admin).RotateDirectorySecret(t.Context(), ours.Directory,
		tenancy.DirectoryRotation{PreviousFor: new(time.Duration(0))})
	require.NoError(t, err)
	ended := theirs.DirectorySecret
	_, err = theirs.as(theirs.Admin).RemoveDirectory(t.Context(), theirs.Directory, tenancy.DirectoryRemoval{})
	require.NoError(t, err)
	for what, secret := range map[string]tenancy.Secret{
		"none":                              {},
		"any text":                          tenancy.ParseSecret("Bearer"),
		"an invitation's":                   ours.Secret,
		"a key's":                           ours.KeySecret,
		"one that was rotated":              former,
		"a token of one that was rotated":   token.Token,
		"one of a directory that has ended": ended,
		"one that was changed":              tenancy.ParseSecret(strings.Replace(ours.OtherSecret.Reveal(), "_ds_", "_dt_", 1)),
	} {
		t.Run("PRV-1 "+what, func(t *testing.T) {
			s := ours.in(t)
			p := s.dir.AsDirectory(secret)
			for _, e := range errands {
				if e.by == "idp" {
					s.unchanged(func() {
						_, err := e.call(call{t.Context(), nil, p, s.dir, s.names})
						refused(t, err, tenancy.CodeActor)
					})
				}
			}
		})
	}
}

// TestProvisionerSessions has a Provisioner do what a Session does around its operations:
// an operation ID, a reference, and a transaction of the host's (PRV-1, GEN-11, GEN-13).
func TestProvisionerSessions(t *testing.T) {
	t.Parallel()
	provision := func(p *tenancy.Provisioner, ctx context.Context, name string) error {
		return errOf(p.Provision(ctx, tenancy.NewProvisioned{UserName: name + "@a-corp.example"}))
	}
	t.Run("GEN-13 an operation ID is used once, and the host asks for its outcome", func(t *testing.T) {
		s := newTenantOver(t, memstore.New())
		id, p := tenancy.NewOperationID(), s.provisioner("idp")
		require.NoError(t, provision(p.Once(id), t.Context(), "nia"))
		err := provision(p.Once(id), t.Context(), "nia")
		refused(t, err, tenancy.CodeAlreadyDone)
		before, done := tenancy.OutcomeOf(err)
		require.True(t, done)
		require.Len(t, before.Created.Identities, 1)
		require.Len(t, before.Created.Users, 1)
		require.Equal(t, tenancy.Actor{Directory: s.Directory}, before.Actor)
		asked, err := s.host.ActorOutcome(t.Context(), before.Actor, id, s.clock.Now())
		require.NoError(t, err)
		require.Equal(t, before, asked)
		require.NoError(t, provision(s.provisioner("other idp").Once(id), t.Context(), "noa"), "an ID is its actor's own")
		s.unchanged(func() {
			refused(t, provision(p.Once(tenancy.OperationID{}), t.Context(), "nora"), tenancy.CodeID)
			refused(t, provision(p.Correlate("a b"), t.Context(), "nora"), tenancy.CodeReference)
			for _, both := range []tenancy.Actor{{Directory: s.Directory, User: s.Owner}, {Directory: s.Directory, Operator: "staff-1"}} {
				refused(t, errOf(s.host.ActorOutcome(t.Context(), both, id, s.clock.Now())), tenancy.CodeInput)
			}
		})
	})
	t.Run("GEN-11 its operations are part of a transaction of the host's", func(t *testing.T) {
		s := newTenantOver(t, memstore.New())
		p := s.provisioner("idp")
		transact := s.store.(*memstore.Store).Transact
		undone := context.Canceled
		s.unchanged(func() {
			require.ErrorIs(t, transact(t.Context(), func(ctx context.Context, _ memstore.Tx, joined tenancy.Store) error {
				require.NoError(t, provision(p.On(joined), ctx, "nia"))
				require.NoError(t, errOf(p.On(joined).ProvisionedByUserName(ctx, "nia@a-corp.example")))
				refused(t, provision(p, ctx, "noa"), tenancy.CodeInTransaction)
				return undone
			}), undone)
		})
		var within *tenancy.Provisioner
		require.NoError(t, transact(t.Context(), func(ctx context.Context, _ memstore.Tx, joined tenancy.Store) error {
			within = p.On(joined)
			require.NoError(t, provision(within, ctx, "nia"))
			return errOf(s.dir.On(joined).AsDirectory(s.DirectorySecret).Token(ctx))
		}))
		require.NoError(t, errOf(p.ProvisionedByUserName(t.Context(), "nia@a-corp.example")))
		refused(t, provision(within, t.Context(), "noa"), tenancy.CodeInTransaction)
		refused(t, provision(p.On(nil), t.Context(), "noa"), tenancy.CodeInput)
	})
	t.Run("GEN-11 a block of another session's is not a directory's", func(t *testing.T) {
		s := newTenantOver(t, memstore.New())
		require.NoError(t, s.as(s.Owner).Atomically(t.Context(), func(ctx context.Context, _ *tenancy.Session) error {
			refused(t, provision(s.provisioner("idp"), ctx, "nia"), tenancy.CodeInTransaction)
			return nil
		}))
	})
	t.Run("SEC-25 no secret is printed", func(t *testing.T) {
		s := newTenantOver(t, memstore.New())
		token, err := s.provisioner("idp").Token(t.Context())
		require.NoError(t, err)
		for _, secret := range []tenancy.Secret{s.DirectorySecret, token.Token} {
			p := s.dir.AsDirectory(secret)
			for how, text := range printed(p) {
				require.NotContains(t, text, secret.Reveal()[20:], how)
			}
			for how, text := range printed(*p) {
				require.NotContains(t, text, secret.Reveal()[20:], how)
			}
			err := errOf(p.Provisioned(t.Context(), s.OtherHire))
			require.NotContains(t, err.Error(), secret.Reveal()[20:])
		}
	})
}

// TestEventsOfDirectories reads what directories did out of a log (EVT-4, EVT-7, EVT-8).
func TestEventsOfDirectories(t *testing.T) {
	t.Parallel()
	s := newTenantOver(t, memstore.New())
	_, err := s.provisioner("idp").Correlate("request-7").UpdateProvisioned(t.Context(), s.Hire,
		tenancy.ProvisionedUpdate{Names: &tenancy.ProvisionedNames{Given: "Hilda", Family: "Hire"}})
	require.NoError(t, err)
	log := func(by *tenancy.Session, q tenancy.EventQuery) []tenancy.LoggedEvent {
		return items(t, by.Events(t.Context(), organizationStream(s.Org), q))
	}
	acted := &tenancy.Actor{Directory: s.Directory}
	t.Run("EVT-4 what one directory did", func(t *testing.T) {
		types := map[string]int{}
		for _, e := range log(s.as(s.Admin), tenancy.EventQuery{Actor: acted}) {
			require.Equal(t, *acted, e.Actor)
			types[tenancy.EventType(e.Data)]++
		}
		require.Equal(t, map[string]int{"IdentityProvisioned": 3, "UserProvisioned": 2, "MemberJoined": 2,
			"IdentityLinked": 2, "UserDeactivated": 1, "IdentityRemoved": 1, "GroupCreated": 1, "UsersAddedToGroup": 1,
			"IdentitiesAddedToGroup": 1, "IdentityUpdated": 1, "UserUpdated": 1}, types)
	})
	t.Run("EVT-7 what is about an identity, a directory or its group", func(t *testing.T) {
		for subject, least := range map[string]int{s.Hire.String(): 4, s.Directory.String(): 5, s.Team.String(): 3, s.Recruit.String(): 4} {
			require.GreaterOrEqual(t, len(log(s.as(s.Admin), tenancy.EventQuery{Subject: subject})), least, subject)
		}
	})
	t.Run("EVT-8 directories and their people have names, for those who administer them", func(t *testing.T) {
		last := log(s.as(s.Admin), tenancy.EventQuery{Actor: acted, Types: []string{"IdentityUpdated"}})[0]
		require.Equal(t, "Directory", last.NameOf(s.Directory.String()).Name.Reveal())
		require.Equal(t, "Hilda Hire", last.NameOf(s.Hire.String()).Name.Reveal())
		require.Equal(t, s.at("hire"), last.NameOf(s.Hire.String()).Email.Reveal())
		require.Equal(t, tenancy.Reference("request-7"), last.Correlation)
		added := log(s.as(s.Owner), tenancy.EventQuery{Types: []string{"IdentitiesAddedToGroup"}})[0]
		require.Equal(t, "Directory added the directory's entries for Hilda Hire to the group Team", added.RevealSentence(nil))
		require.NotContains(t, added.Sentence(nil), "Hilda")
		for _, e := range log(s.as(s.Admin), tenancy.EventQuery{Subject: s.Fired.String()}) {
			require.Equal(t, tenancy.Named{ID: s.Fired.String(), Gone: true}, e.NameOf(s.Fired.String()), "PRV-7 a removed one has none")
		}
		for _, e := range log(s.host.Session, tenancy.EventQuery{Subject: s.Waiting.String()}) {
			require.Equal(t, s.at("guest"), e.NameOf(s.Waiting.String()).Email.Reveal())
		}
		_, err := s.as(s.Owner).RemoveDirectory(t.Context(), s.Directory, tenancy.DirectoryRemoval{})
		require.NoError(t, err)
		for _, e := range log(s.as(s.Admin), tenancy.EventQuery{Actor: acted}) {
			for _, id := range []string{s.Directory.String(), s.Hire.String(), s.Waiting.String()} {
				named := e.NameOf(id)
				require.True(t, named.Name.IsZero() && named.Email.IsZero(), "PRV-7 what it said is gone")
			}
		}
	})
	t.Run("EVT-6 exports name the directory by its ID", func(t *testing.T) {
		for _, format := range []tenancy.LogFormat{tenancy.LogNDJSON, tenancy.LogCSV, tenancy.LogOCSF} {
			var out bytes.Buffer
			require.NoError(t, tenancy.ExportLog(&out, format,
				s.as(s.Admin).Events(t.Context(), organizationStream(s.Org), tenancy.EventQuery{})))
			require.Contains(t, out.String(), s.Directory.String())
			require.NotContains(t, out.String(), s.at("hire"))
			if format != tenancy.LogOCSF {
				for found, err := range tenancy.VerifyExport(&out, format) {
					require.NoError(t, err)
					require.Fail(t, "tampered", found)
				}
			}
		}
		require.Empty(t, items(t, s.as(s.Admin).VerifyLog(t.Context(), organizationStream(s.Org))))
	})
}
