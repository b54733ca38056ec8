package tenancy_test

import (
	"maps"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// optional are the names whose zero ID is no mistake, and what it means.
var optional = map[string]string{
	"ProvisionedGroupMembers Hire":                 "PRV-10 the list is from the start",
	"SignUp, with an invitation's ID NewInvited":   "no invitation",
	"Organizations Owner":                          "the acting user's own",
	"TransferOwnership Heir":                       "the address names them",
	"RemoveUser Heir":                              "nobody gets the accounts",
	"RemoveUser, each account to an heir Standard": "nobody gets the other accounts",
	"DeleteUser Heir":                              "nobody gets the accounts",
	"DeleteUser, each account to an heir Standard": "nobody gets the other accounts",
	"AcceptInvitation, by its ID Invited":          "the secret names it",
	"DeclineInvitation, by its ID Invited":         "the secret names it",
	"AccountsOf, an organization's Org":            "of any organization",
	"CreateAccount Org":                            "the account is unmanaged",
	"CreateAccount, for another Org":               "the account is unmanaged",
	"CreateAccount, for another Heir":              "the actor owns it",
	"CreateAccount, by a service account Org":      "the account is unmanaged",
	"CreateAccount, by a service account Heir":     "the actor owns it",
	"Accounts, an account's Account":               "all main accounts",
	"SetSignUpPolicy, a domain's Domain":           "the organization's own",
	"DeleteOrganization Second":                    "the accounts go to no organization",
	"PreviewMerge, an Owner's organizations Rival": "the candidate is an organization",
	"PreviewMerge, one's own organizations Rival":  "the candidate is an organization",
	"PreviewMerge, two of one Owner Second":        "the candidate is an Owner",
	"Events Org":                                   "the stream is not an organization's",
	"Events, a user's Guest":                       "the stream is not a user's",
	"Events, about a subject Org":                  "the stream is not an organization's",
	"LogHead Org":                                  "the stream is not an organization's",
	"LogHead, a user's Guest":                      "the stream is not a user's",
	"VerifyLog Org":                                "the stream is not an organization's",
	"VerifyLog, a user's Guest":                    "the stream is not a user's",
	"ActorOutcome Owner":                           "the actor is not a user",
	"ActorOutcome, a directory's Directory":        "the actor is not a directory",
}

// TestZeroIDs calls every operation with a zero ID in place of each that it takes: it is
// refused for its form, before anything is looked at, whoever calls (GEN-5, GEN-14). A
// deleted user is refused so too, who could do nothing else (GEN-2).
func TestZeroIDs(t *testing.T) {
	t.Parallel()
	ours := newTenantOver(t, memstore.New())
	left := maps.Clone(optional)
	for _, e := range errands {
		for _, name := range e.names() {
			zero := reflect.Zero(reflect.TypeOf(ours.named(name)))
			if zero.Kind() != reflect.Array {
				continue // a secret has no form but its own
			}
			what := e.String() + " " + name
			if optional[what] != "" {
				delete(left, what)
				continue
			}
			t.Run("GEN-14 "+what, func(t *testing.T) {
				ours := ours.in(t)
				with := ours.names
				set(&with, name, zero.Interface())
				ours.unchanged(func() {
					nobody := "Gone"
					if e.by == "idp" {
						nobody = "other idp"
					}
					for _, who := range []string{e.by, nobody} {
						_, err := ours.run(e, who, with)
						refused(t, err, tenancy.CodeID)
					}
				})
			})
		}
	}
	require.Empty(t, left, "no errand takes these")
}
