package reference

import (
	"maps"

	"github.com/add4b1c6/tenancy"
)

// What somebody needs who steps through the model in an order of their own, as a checker of
// concurrent histories does: copies of a state, and whether what was given is what the model
// says.

// Clone returns a state of its own that is the same.
func (s *State) Clone() *State {
	return &State{maps.Clone(s.Organizations), maps.Clone(s.Users), maps.Clone(s.Members), maps.Clone(s.Formers),
		maps.Clone(s.Accounts), maps.Clone(s.Grants), maps.Clone(s.Invitations), maps.Clone(s.Requests),
		maps.Clone(s.Domains), maps.Clone(s.Connections), maps.Clone(s.Groups), maps.Clone(s.InGroups),
		maps.Clone(s.GroupRoles), maps.Clone(s.Keys)}
}

// Equal reports whether two states are the same.
func (s *State) Equal(o *State) bool {
	return maps.Equal(s.Organizations, o.Organizations) && maps.Equal(s.Users, o.Users) &&
		maps.Equal(s.Members, o.Members) && maps.Equal(s.Formers, o.Formers) && maps.Equal(s.Accounts, o.Accounts) &&
		maps.Equal(s.Grants, o.Grants) && maps.Equal(s.Invitations, o.Invitations) &&
		maps.Equal(s.Requests, o.Requests) && maps.Equal(s.Domains, o.Domains) &&
		maps.Equal(s.Connections, o.Connections) && maps.Equal(s.Groups, o.Groups) &&
		maps.Equal(s.InGroups, o.InGroups) && maps.Equal(s.GroupRoles, o.GroupRoles) && maps.Equal(s.Keys, o.Keys)
}

// AcceptedEssence is what AcceptInvitation gives of what the model says about it.
func AcceptedEssence(r tenancy.AcceptedInvitation) any {
	return accepted{Accounts: r.Accounts, Merged: r.Merged, Dissolved: r.Dissolved}
}

// SignedUpEssence is what SignUp gives of what the model says about it.
func SignedUpEssence(r tenancy.SignedUp) any {
	essence := signedUp{Result: r.Result, Accepted: r.Accepted}
	if r.Organization != nil {
		essence.Organization = r.Organization.ID
	}
	if r.Account != nil {
		essence.Account = r.Account.ID
	}
	for _, i := range r.Invitations {
		essence.Invitations = append(essence.Invitations, i.ID)
	}
	return essence
}
