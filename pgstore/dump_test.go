package pgstore_test

import (
	"context"
	cryptorand "crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
)

// planted is a directory in whose database every piece of personal data carries a
// marker.
type planted struct {
	t        *testing.T
	dir      *tenancy.Directory
	names    *scenes.NameServer
	clock    *scenes.Clock
	database string
	marks    map[string][]string // by what they mark

	ana   tenancy.SignedUp
	users []tenancy.UserID
}

// mark returns a new marker, which may be part of a name and of either part of an
// address.
func (p *planted) mark(of string) string {
	m := "m" + strings.ToLower(cryptorand.Text())
	p.marks[of] = append(p.marks[of], m)
	return m
}

// word also looks for the last of some markers as the words of a search have it.
func (p *planted) word(of string) {
	last := p.marks[of][len(p.marks[of])-1]
	p.marks["word of the "+of] = append(p.marks["word of the "+of], strings.ToUpper(last))
}

func (p *planted) email(of string) string {
	return p.mark(of+": local part") + "@" + p.mark(of+": domain") + ".example.com"
}

func (p *planted) signUp(email string, secret tenancy.Secret) tenancy.SignedUp {
	in := tenancy.NewSignUp{Email: tenancy.Proven(email), Name: p.mark("user's name"), Account: "account",
		Secret: secret}
	if secret.IsZero() {
		in.Organization = p.mark("organization's name")
	}
	up, err := p.dir.System().SignUp(p.t.Context(), in)
	require.NoError(p.t, err)
	p.users = append(p.users, up.User.ID)
	p.word("user's name")
	return up
}

// plant signs people up, and invites others, who accept, decline, are revoked or do
// nothing. It proves a domain, and lets somebody on it ask to be invited.
func plant(t *testing.T) *planted {
	store, pool := open(t, nil)
	p := &planted{t: t, names: &scenes.NameServer{}, clock: scenes.NewClock(),
		database: pool.Config().ConnConfig.Database,
		marks:    map[string][]string{}}
	var err error
	p.dir, err = tenancy.New(store, &tenancy.Options{Now: p.clock.Now, Resolver: p.names})
	require.NoError(t, err)
	ctx := t.Context()
	p.ana = p.signUp(p.email("Owner's address"), tenancy.Secret{})
	p.word("Owner's address: local part")
	owner, org := p.dir.As(p.ana.User.ID), p.ana.Organization.ID
	invite := func(of string) (tenancy.SentInvitation, string) {
		email := p.email(of)
		sent, err := owner.InviteUser(ctx, org, tenancy.NewInvitation{Email: email})
		require.NoError(t, err)
		return sent, email
	}
	sent, email := invite("accepted invitation")
	ben := p.signUp(email, sent.Secret)
	_, err = p.dir.System().ChangeEmail(ctx, ben.User.ID, tenancy.Proven(p.email("changed address")))
	require.NoError(t, err)
	p.word("changed address: domain")
	email = p.email("independent user's address")
	sent, err = owner.InviteToAccount(ctx, p.ana.Account.ID,
		tenancy.NewAccountInvitation{Email: email, Roles: tenancy.Roles(tenancy.Support)})
	require.NoError(t, err)
	p.signUp(email, sent.Secret)
	p.word("independent user's address: local part")
	invite("invitation that expires")
	sent, _ = invite("declined invitation")
	require.NoError(t, p.dir.System().DeclineInvitation(ctx, tenancy.Declination{Secret: sent.Secret}))
	sent, _ = invite("revoked invitation")
	require.NoError(t, owner.RevokeInvitation(ctx, sent.ID))
	_, err = owner.InviteToAccount(ctx, p.ana.Account.ID,
		tenancy.NewAccountInvitation{Email: p.email("account invitation"),
			Roles: tenancy.Roles(tenancy.Support)})
	require.NoError(t, err)

	domain := p.mark("domain") + ".example"
	claim, err := owner.AddDomain(ctx, org, domain)
	require.NoError(t, err)
	p.marks["domain's token"] = []string{claim.RecordValue[strings.LastIndexByte(claim.RecordValue, '=')+1:]}
	p.names.Publish(claim.RecordName, claim.RecordValue)
	_, err = owner.VerifyDomain(ctx, claim.ID)
	require.NoError(t, err)
	_, err = owner.AddDomain(ctx, org, p.mark("unproven domain")+".example")
	require.NoError(t, err)
	_, err = owner.AddConnection(ctx, org, p.mark("connection"))
	require.NoError(t, err)
	_, err = owner.CreateGroup(ctx, org,
		tenancy.NewGroup{Name: p.mark("group's name"), ExternalID: p.mark("group's external ID")})
	require.NoError(t, err)
	robot, err := owner.CreateServiceAccount(ctx, org, tenancy.NewServiceAccount{Name: p.mark("service account")})
	require.NoError(t, err)
	p.word("service account")
	_, err = owner.CreateKey(ctx, robot.ID, tenancy.NewKey{Name: p.mark("key")})
	require.NoError(t, err)
	_, err = p.dir.System().RequestInvitation(ctx, tenancy.Proven(p.mark("request")+"@"+domain))
	require.NoError(t, err)
	return p
}

// forms returns the forms that a text can have in a dump: as it is, within a bytea,
// which pg_dump writes in hex, and within something in base64, where it can begin at
// any of three places.
func forms(mark string) []string {
	all := []string{mark, hex.EncodeToString([]byte(mark)), strings.ToUpper(hex.EncodeToString([]byte(mark)))}
	for before := range 3 {
		text := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat(" ", before) + mark))
		all = append(all,
			text[(before*8+5)/6:(before+len(mark))*8/6]) // without the characters that hold bits of what stands beside it
	}
	return all
}

// found returns what is found in a dump of the database, and in how many forms.
func (p *planted) found() map[string]int {
	p.t.Helper()
	dump, err := server.Dump(p.t.Context(), p.database)
	require.NoError(p.t, err)
	text, found := string(dump), map[string]int{}
	for of, marks := range p.marks {
		for _, m := range marks {
			for _, form := range forms(m) {
				if strings.Contains(text, form) {
					found[of]++
				}
			}
		}
	}
	return found
}

// TestNothingPersonalInDump searches a dump of the database, as an administrator would
// make it. Once people are deleted it contains nothing of them, and once an
// organization's names were purged, nothing of these (USR-14, ORG-11, INV-14).
func TestNothingPersonalInDump(t *testing.T) {
	t.Parallel()
	needServer(t)
	ctx := t.Context()
	p := plant(t)
	found := p.found()
	for of := range p.marks {
		require.Positive(t, found[of], "the search does not find the %s that is there", of)
	}
	require.Greater(t, found["Owner's address: local part"], 1,
		"an address stands in the key of an index too, in hex")

	const day = 24 * time.Hour
	staff := p.dir.Operator("staff")
	require.NoError(t, staff.DeleteOrganization(ctx, p.ana.Organization.ID, tenancy.OrganizationDeletion{}))
	_, err := p.dir.As(p.ana.User.ID).CloseAccount(ctx, p.ana.Account.ID)
	require.NoError(t, err)
	for _, user := range p.users {
		require.NoError(t, staff.DeleteUser(ctx, user, tenancy.UserDeletion{}))
	}
	found = p.found()
	require.Positive(t, found["organization's name"], "it is kept for a while")
	for _, of := range []string{"user's name", "word of the user's name", "word of the Owner's address: local part",
		"word of the changed address: domain", "word of the independent user's address: local part", "Owner's address: local part", "Owner's address: domain",
		"changed address: local part", "changed address: domain",
		"unproven domain", "domain's token", "connection", "group's name", "group's external ID",
		"service account", "word of the service account", "key"} {
		require.Zero(t, found[of], of)
	}

	p.clock.Advance(7*day + 29*day) // what expired after seven days is 29 days old too
	_, err = p.dir.System().Purge(ctx)
	require.NoError(t, err)
	require.Empty(t, p.found())
	_, err = p.dir.System().Relay(ctx, func(context.Context, tenancy.Event) error { return nil })
	require.NoError(t, err)
	require.Empty(t, p.found())
	sound(t, p.dir)
}

// TestFormerMembersInDump searches a dump of the database for markers of former members
// (USR-21).
func TestFormerMembersInDump(t *testing.T) {
	t.Parallel()
	needServer(t)
	store, pool := open(t, nil)
	scenes.FormerMembersErased(t, store, inDump(t, pool))
}

// TestDirectoriesInDump searches a dump of the database for markers of what directories
// say (PRV-7, PRV-8).
func TestDirectoriesInDump(t *testing.T) {
	t.Parallel()
	needServer(t)
	store, pool := open(t, nil)
	scenes.DirectoriesErased(t, store, inDump(t, pool))
}

// inDump returns a function that returns those of some markers that are found in a dump of
// a database, as they are or folded.
func inDump(t *testing.T, pool *pgxpool.Pool) func(marks []string) []string {
	return func(marks []string) []string {
		p := planted{t: t, database: pool.Config().ConnConfig.Database, marks: map[string][]string{}}
		for _, m := range marks {
			p.marks[m] = []string{m, strings.ToUpper(m)}
		}
		return slices.Collect(maps.Keys(p.found()))
	}
}

// TestForms checks that a marker is found wherever it is in what is encoded.
func TestForms(t *testing.T) {
	t.Parallel()
	const mark = "mabcdefghijklmnopqrstuvwxyz"
	for before := range 4 {
		for after := range 4 {
			text := []byte(strings.Repeat("#", before) + mark + strings.Repeat("#", after))
			encoded := base64.StdEncoding.EncodeToString(text)
			held := false
			for _, form := range forms(mark) {
				require.Greater(t, len(form), 20, "nothing else is like it")
				held = held || strings.Contains(encoded, form)
			}
			require.True(t, held, encoded)
		}
	}
}
