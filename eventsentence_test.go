package tenancy_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// TestSentences wants a sentence for each type of event, whose places are fields of the
// type, and no others (EVT-8).
func TestSentences(t *testing.T) {
	t.Parallel()
	table := tenancy.Sentences()
	for _, data := range tenancy.EventTypes() {
		name := tenancy.EventType(data)
		sentence, ok := table[name]
		require.True(t, ok, "no sentence for %s", name)
		for _, place := range regexp.MustCompile(`[{](.*?)[}]`).FindAllStringSubmatch(sentence, -1) {
			_, field := reflect.TypeOf(data).FieldByName(place[1])
			require.True(t, field || place[1] == "actor" || place[1] == "roles", "%s has no %s", name, place[1])
		}
		said := tenancy.Event{Data: data}.Sentence(nil)
		require.NotContains(t, said, "{")
		delete(table, name)
	}
	for key := range table {
		kind, _, isCase := strings.Cut(key, "/")
		if _, isType := tenancy.Sentences()[kind]; isType && isCase {
			continue
		}
		require.Regexp(t, `^(gone|hidden|OrganizationRole|AccountRole|SignUpPolicy|InvitationPolicy|Duration)/|^(system|operator|directory|roles?|and)$`, key)
	}
	e := tenancy.Event{Data: tenancy.OrganizationRenamed{}}
	require.Equal(t, "OrganizationRenamed", e.Sentence(map[string]string{}))
	require.Equal(t, "by system, {Nothing} and {more",
		e.Sentence(map[string]string{"OrganizationRenamed": "by {actor}, {Nothing} and {more"}))
}

// rawID is an ID's text form.
var rawID = regexp.MustCompile(`[A-Z]{2}[0-9a-f]{32}`)

// TestSentencesWithoutNames wants of each type a sentence without an ID, whoever acted,
// when the names are no longer kept and when they are not shown (EVT-8).
func TestSentencesWithoutNames(t *testing.T) {
	t.Parallel()
	user := tenancy.UserID{7}
	for _, zero := range tenancy.EventTypes() {
		for _, actor := range []tenancy.Actor{{}, {Operator: "staff-1"}, {User: user}, {User: tenancy.UserID{8}}, {Directory: tenancy.DirectoryID{7}}} {
			e := tenancy.LoggedEvent{Event: tenancy.Event{Actor: actor, Data: withIDs(zero)}}
			hidden := e.RevealSentence(nil)
			require.NotRegexp(t, rawID, hidden, "%T", zero)
			require.NotContains(t, hidden, "staff-1")
			for _, id := range rawID.FindAllString(e.Sentence(nil), -1) {
				e.Names = append(e.Names, tenancy.Named{ID: id, Gone: true})
			}
			slices.SortFunc(e.Names, func(a, b tenancy.Named) int { return strings.Compare(a.ID, b.ID) })
			require.NotRegexp(t, rawID, e.RevealSentence(nil), "%T", zero)
			if len(e.Names) > 0 && actor.Directory.IsZero() {
				require.NotContains(t, e.RevealSentence(nil), "not shown", "%T", zero)
			}
			found := map[string]bool{}
			for _, part := range e.SentenceParts(nil) {
				found[part.ID] = true
			}
			for _, n := range e.Names {
				require.True(t, found[n.ID], "%T: the part has the ID", zero)
			}
		}
	}
}

// TestSentencesOfLog wants of a log that all kinds of actors wrote no ID in a sentence, and
// says who acted (EVT-8).
func TestSentencesOfLog(t *testing.T) {
	t.Parallel()
	s := newTenantOver(t, memstore.New())
	for _, by := range []*tenancy.Session{s.as(s.Admin), s.as(s.Owner), s.host.Session} {
		for _, e := range items(t, by.Events(t.Context(), organizationStream(s.Org), tenancy.EventQuery{})) {
			require.NotRegexp(t, rawID, e.RevealSentence(nil))
			require.Equal(t, strings.Contains(tenancy.Sentences()[tenancy.EventType(e.Data)], "}"), rawID.MatchString(e.Sentence(nil)))
		}
	}
}

// TestSentenceCases wants the sentence that a case has (EVT-8).
func TestSentenceCases(t *testing.T) {
	t.Parallel()
	rosa, amara := tenancy.UserID{1}, tenancy.UserID{2}
	acme, production, invitation := tenancy.OrganizationID{3}, tenancy.AccountID{4}, tenancy.InvitationID{5}
	names := []tenancy.Named{
		{ID: production.String(), Name: tenancy.NewPersonal("Production")}, {ID: invitation.String(), Email: tenancy.NewPersonal("x@y.example")},
		{ID: acme.String(), Name: tenancy.NewPersonal("Acme")}, {ID: rosa.String(), Name: tenancy.NewPersonal("Rosa Vega")},
		{ID: amara.String(), Name: tenancy.NewPersonal("Amara Okafor")},
	}
	both, one := tenancy.Roles(tenancy.Developer, tenancy.BillingManager), tenancy.Roles(tenancy.Support)
	for want, e := range map[string]tenancy.Event{
		"Rosa Vega removed Amara Okafor from Acme":                             {Data: tenancy.MemberLeft{Organization: acme, User: amara}},
		"Rosa Vega left Acme":                                                  {Data: tenancy.MemberLeft{Organization: acme, User: rosa}},
		"Rosa Vega made Amara Okafor a member of Acme as Standard User":        {Data: tenancy.MemberJoined{Organization: acme, User: amara, Role: tenancy.StandardUser}},
		"Rosa Vega joined Acme as Owner":                                       {Data: tenancy.MemberJoined{Organization: acme, User: rosa, Role: tenancy.Owner}},
		"Rosa Vega took all roles on Production from Amara Okafor":             {Data: tenancy.RolesRevoked{Account: production, User: amara}},
		"Rosa Vega gave up all roles on Production":                            {Data: tenancy.RolesRevoked{Account: production, User: rosa}},
		"Rosa Vega gave Amara Okafor the role Support on Production":           {Data: tenancy.RolesAssigned{Account: production, User: amara, Roles: one}},
		"Rosa Vega took the roles Developer and Billing Manager on Production": {Data: tenancy.RolesAssigned{Account: production, User: rosa, Roles: both}},
		"Rosa Vega revoked the invitation of x@y.example":                      {Data: tenancy.InvitationRevoked{Invitation: invitation}},
		"Rosa Vega invited x@y.example to Acme as Administrator": {Data: tenancy.InvitationSent{Invitation: invitation,
			Kind: tenancy.InvitationToOrganization, Organization: acme, Role: tenancy.Administrator}},
		"Rosa Vega invited x@y.example to Production as Support for 30 days": {Data: tenancy.InvitationSent{Invitation: invitation,
			Kind: tenancy.InvitationToAccount, Account: production, Roles: one, RolesFor: tenancy.Duration(30 * 24 * time.Hour)}},
		"Rosa Vega exempted Amara Okafor from single sign-on":               {Data: tenancy.SSOExemptionSet{User: amara, Exempt: true}},
		"Rosa Vega ended the exemption of Amara Okafor from single sign-on": {Data: tenancy.SSOExemptionSet{User: amara}},
		"Rosa Vega gave Amara Okafor the role Support on Production until 2026-01-01 00:00 UTC": {Data: tenancy.TemporaryRolesAssigned{
			Account: production, User: amara, Roles: one, Until: 1_767_225_600_000_000}},
	} {
		e.Actor.User = rosa
		require.Equal(t, want, tenancy.LoggedEvent{Event: e, Names: slices.SortedFunc(slices.Values(names),
			func(a, b tenancy.Named) int { return strings.Compare(a.ID, b.ID) })}.RevealSentence(nil))
	}
	signedUp := tenancy.Event{Name: "SignUp", Data: tenancy.MemberJoined{Organization: acme, User: amara}}
	require.Contains(t, signedUp.Sentence(nil), amara.String()+" joined", "through the host")
	require.Equal(t, "gone", tenancy.Event{Data: tenancy.MemberLeft{}}.Sentence(map[string]string{"MemberLeft": "gone"}), "a table without the case")
}

// TestOCSF wants of each type of event the attributes that the schema requires of its
// class, which testdata/ocsf.json holds as the schema's version 1.8.0 has them (EVT-6).
func TestOCSF(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/ocsf.json")
	require.NoError(t, err)
	var facts struct {
		Version  string
		Required []string
		Metadata []string
		Classes  map[string]struct {
			Required   []string
			Activities []int
		}
	}
	require.NoError(t, json.Unmarshal(text, &facts))
	for _, zero := range tenancy.EventTypes() {
		e := tenancy.LoggedEvent{Event: tenancy.Event{Stream: organizationStream(tenancy.OrganizationID{1}),
			Time: 1_767_225_600_000_000, Data: withIDs(zero)}}
		var out bytes.Buffer
		require.NoError(t, tenancy.ExportLog(&out, tenancy.LogOCSF, func(yield func(tenancy.LoggedEvent, error) bool) { yield(e, nil) }))
		var got map[string]any
		require.NoError(t, json.Unmarshal(out.Bytes(), &got))
		class, ok := facts.Classes[jsonNumber(got["class_uid"])]
		require.True(t, ok, "%v", got["class_uid"])
		for _, attribute := range append(facts.Required, class.Required...) {
			require.Contains(t, got, attribute, "%T", zero)
		}
		for _, attribute := range facts.Metadata {
			require.Contains(t, got["metadata"], attribute)
		}
		require.Equal(t, facts.Version, got["metadata"].(map[string]any)["version"])
		require.Contains(t, class.Activities, int(got["activity_id"].(float64)), "%T", zero)
		require.Equal(t, got["class_uid"].(float64)*100+got["activity_id"].(float64), got["type_uid"])
		for _, object := range []string{"user", "group", "entity"} {
			if thing, ok := got[object].(map[string]any); ok {
				require.NotEmpty(t, thing["uid"], "%T", zero)
			}
		}
		require.Equal(t, strings.Count(out.String(), "\n"), 1)
	}
}

func jsonNumber(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// withIDs returns event data whose IDs are not zero.
func withIDs(zero tenancy.EventData) tenancy.EventData {
	v := reflect.New(reflect.TypeOf(zero)).Elem()
	for _, field := range v.Fields() {
		if field.Kind() == reflect.Array {
			field.Index(0).SetUint(7)
		}
	}
	return v.Interface().(tenancy.EventData)
}
