package tenancy_test

import (
	"context"
	"iter"
	"reflect"

	"github.com/add4b1c6/tenancy"
	scenes "github.com/add4b1c6/tenancy/internal/scene"
)

// errand is a call of an operation that succeeds in a tenant: the only way to call it,
// or one of several.
type errand struct {
	op, way string
	by      string // who can: staff, host, idp, which is the directory, or the name of a user
	// on names what is acted on: to whoever may not see that it is not there, whatever
	// their rights. The others are looked at when the right was found (GEN-5). Both are
	// fields of names, separated by spaces.
	on, others string
	given      func(*tenant) // what must be so besides; nil: nothing
	call       func(call) (any, error)
}

// call is what an errand is done with.
type call struct {
	context.Context
	s   *tenancy.Platform    // nil: a directory does it
	idp *tenancy.Provisioner // nil: no directory does it
	dir *tenancy.Directory
	names
}

func (e errand) String() string {
	if e.way == "" {
		return e.op
	}
	return e.op + ", " + e.way
}

// user gives the user that a name stands for; zero: it is staff, host or a directory.
func (t *tenant) user(by string) (user tenancy.UserID) {
	if by != "staff" && by != "host" && t.proof(by).IsZero() {
		user = t.named(by).(tenancy.UserID)
	}
	return user
}

// actor gives the session of who does an errand. A user's has what a Platform adds: a
// host can make one, and no right comes by it.
func (t *tenant) actor(by string) *tenancy.Platform {
	switch by {
	case "staff":
		return t.staff
	case "host":
		return t.host
	case "idp", "other idp":
		return nil
	}
	return &tenancy.Platform{Session: t.as(t.user(by))}
}

// proof gives the secret of the directory that a name stands for; zero: it stands for none.
// The other one is of the same organization.
func (t *tenant) proof(by string) (secret tenancy.Secret) {
	switch by {
	case "idp":
		return t.DirectorySecret
	case "other idp":
		return t.OtherSecret
	}
	return secret
}

// provisioner gives the directory that does an errand, or nil.
func (t *tenant) provisioner(by string) *tenancy.Provisioner {
	if secret := t.proof(by); !secret.IsZero() {
		return t.dir.AsDirectory(secret)
	}
	return nil
}

// operationMethod gives the method that an operation is, and whether there is one.
func operationMethod(name string) (reflect.Method, bool) {
	if method, found := reflect.TypeFor[*tenancy.Provisioner]().MethodByName(name); found {
		return method, true
	}
	return reflect.TypeFor[*tenancy.Platform]().MethodByName(name)
}

// run does an errand as somebody, with the tenant's own names or others.
func (t *tenant) run(e errand, by string, with names) (any, error) {
	t.Helper()
	with.self = t.user(by)
	return e.call(call{t.ctx(), t.actor(by), t.provisioner(by), t.dir, with})
}

// named gives what a name stands for.
func (n names) named(name string) any { return reflect.ValueOf(n).FieldByName(name).Interface() }

// gives is what an operation gives, whatever its type.
func gives[T any](result T, err error) (any, error) { return result, err }

// lists reads a whole list.
func lists[T any](list iter.Seq2[T, error]) (any, error) {
	var all []T
	for item, err := range list {
		if err != nil {
			return all, err
		}
		all = append(all, item)
	}
	return all, nil
}

// does succeeds where an operation gives no more than an error.
func does(err error) (any, error) { return nil, err }

// shows is what User gives.
func shows(user tenancy.User, memberships []tenancy.Membership, err error) (any, error) {
	return struct {
		user        tenancy.User
		memberships []tenancy.Membership
	}{user, memberships}, err
}

// belongs is what Member gives.
func belongs(user tenancy.User, membership tenancy.Membership, err error) (any, error) {
	return struct {
		user       tenancy.User
		membership tenancy.Membership
	}{user, membership}, err
}

// decides is what CanMany gives about one account.
func decides(answers []tenancy.AccountDecision, err error) (any, error) {
	if err == nil && answers[0].Err != nil {
		return nil, answers[0].Err
	}
	return gives(answers, err)
}

// imports imports people into the organization.
func imports(c call, emails ...string) (any, error) {
	return gives(c.s.ImportUsers(c, c.Org, tenancy.UserImport{Emails: emails}))
}

// twice is a block of two operations on the organization.
func twice(c call) func(context.Context, *tenancy.Platform) error {
	return func(ctx context.Context, s *tenancy.Platform) error {
		if _, err := s.CreateAccount(ctx, c.Org, tenancy.NewAccount{Name: "First"}); err != nil {
			return err
		}
		_, err := s.CreateAccount(ctx, c.Org, tenancy.NewAccount{Name: "Second"})
		return err
	}
}

// What errands need besides.

// errands has at least one call of every operation.
var errands = []errand{
	{op: "SignUp", by: "host", call: func(c call) (any, error) {
		return gives(c.s.SignUp(c, tenancy.NewSignUp{Email: tenancy.Proven("nia@nia.example.com"), Name: "Nia"}))
	}},
	{op: "SignUp", way: "with a secret", by: "host", others: "NewSecret", call: func(c call) (any, error) {
		return gives(
			c.s.SignUp(c,
				tenancy.NewSignUp{Email: tenancy.Proven("new@a-corp.example"), Name: "New", Secret: c.NewSecret}),
		)
	}},
	{op: "SignUp", way: "joining", by: "host", given: (*tenant).automatic, call: func(c call) (any, error) {
		return gives(c.s.SignUp(c, tenancy.NewSignUp{Email: tenancy.Proven("ruth@a-corp.example"), Name: "Ruth"}))
	}},
	{op: "SignUp", way: "with an invitation's ID", by: "host", others: "NewInvited", call: func(c call) (any, error) {
		return gives(
			c.s.SignUp(c,
				tenancy.NewSignUp{Email: tenancy.Proven("new@a-corp.example"), Name: "New", Invitation: c.NewInvited}),
		)
	}},
	{op: "CreateOrganization", by: "Owner", others: "Branch", call: func(c call) (any, error) {
		return gives(
			c.s.CreateOrganization(c, tenancy.NewOrganization{Name: "New", Stay: []tenancy.AccountID{c.Branch}}))
	}},
	{op: "Organization", by: "Standard", on: "Org", call: func(c call) (any, error) {
		return gives(c.s.Organization(c, c.Org))
	}},
	{op: "Organizations", by: "Owner", on: "Owner", call: func(c call) (any, error) {
		return lists(c.s.Organizations(c, tenancy.OrganizationQuery{User: c.Owner}))
	}},
	{op: "RenameOrganization", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return gives(c.s.RenameOrganization(c, c.Org, "Other"))
	}},
	{op: "TransferOwnership", by: "Owner", on: "Org", others: "Heir", call: func(c call) (any, error) {
		return gives(c.s.TransferOwnership(c, c.Org, tenancy.NewOwner{User: c.Heir, Previous: tenancy.PreviousLeaves}))
	}},
	{op: "ReplaceOwner", by: "staff", on: "Org", others: "Heir", call: func(c call) (any, error) {
		return gives(
			c.s.ReplaceOwner(c, c.Org,
				tenancy.OwnerReplacement{User: c.Heir, Previous: tenancy.PreviousLeaves, Reference: "ticket-1"}),
		)
	}},
	{op: "SuspendOrganization", by: "host", on: "Org", call: func(c call) (any, error) {
		return gives(c.s.SuspendOrganization(c, c.Org, "ticket-1"))
	}},
	{op: "ReactivateOrganization", by: "staff", on: "Barred", call: func(c call) (any, error) {
		return gives(c.s.ReactivateOrganization(c, c.Barred, "ticket-1"))
	}},
	{op: "User", way: "a member", by: "Admin", on: "Member", call: func(c call) (any, error) {
		return shows(c.s.User(c, c.Member))
	}},
	{op: "User", way: "an independent user", by: "Admin", on: "Guest", call: func(c call) (any, error) {
		return shows(c.s.User(c, c.Guest))
	}},
	{op: "UserByEmail", by: "host", call: func(c call) (any, error) {
		return gives(c.s.UserByEmail(c, "owner@a-corp.example"))
	}},
	{op: "Users", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return lists(c.s.Users(c, c.Org, tenancy.UserQuery{}))
	}},
	{op: "Member", by: "Admin", on: "Org", others: "Member", call: func(c call) (any, error) {
		return belongs(c.s.Member(c, c.Org, c.Member))
	}},
	{op: "Member", way: "by a merged organization", by: "Admin", on: "Merged", others: "Member",
		call: func(c call) (any, error) { return belongs(c.s.Member(c, c.Merged, c.Member)) }},
	{op: "Member", way: "themself", by: "Standard", on: "Org", call: func(c call) (any, error) {
		return belongs(c.s.Member(c, c.Org, c.self))
	}},
	{op: "UpdateUser", by: "Admin", on: "Member", call: func(c call) (any, error) {
		return gives(c.s.UpdateUser(c, c.Member, tenancy.UserUpdate{Name: new("Other")}))
	}},
	{op: "UpdateUser", way: "themself", by: "Guest", on: "Guest", call: func(c call) (any, error) {
		return gives(c.s.UpdateUser(c, c.Guest, tenancy.UserUpdate{Name: new("Other")}))
	}},
	{op: "ChangeEmail", by: "host", on: "Member", call: func(c call) (any, error) {
		return gives(c.s.ChangeEmail(c, c.Member, tenancy.Proven("other@other.example.com")))
	}},
	{op: "SetOrganizationRole", by: "Admin", on: "Org", others: "Member", call: func(c call) (any, error) {
		return does(errOf(c.s.SetOrganizationRole(c, c.Org, c.Member, tenancy.Administrator)))
	}},
	{op: "RemoveUser", by: "Admin", on: "Org", others: "Member Heir", call: func(c call) (any, error) {
		return does(c.s.RemoveUser(c, c.Org, c.Member, tenancy.Removal{AccountsTo: c.Heir}))
	}},
	{
		op:     "RemoveUser",
		way:    "each account to an heir",
		by:     "Admin",
		on:     "Org",
		others: "Member Work Heir Standard",
		call: func(c call) (any, error) {
			heirs := []tenancy.Heir{{Account: c.Work, User: c.Heir}}
			return does(c.s.RemoveUser(c, c.Org, c.Member, tenancy.Removal{Heirs: heirs, AccountsTo: c.Standard}))
		},
	},
	{
		op:     "RemoveUser",
		way:    "with their accounts",
		by:     "Owner",
		on:     "Org",
		others: "Member",
		call: func(c call) (any, error) {
			return does(c.s.RemoveUser(c, c.Org, c.Member, tenancy.Removal{Release: true}))
		},
	},
	{op: "Leave", by: "Standard", on: "Org", call: func(c call) (any, error) {
		return does(c.s.Leave(c, c.Org))
	}},
	{op: "DeactivateUser", by: "Admin", on: "Member", call: func(c call) (any, error) {
		return gives(c.s.DeactivateUser(c, c.Member))
	}},
	{op: "DeactivateUser", way: "by an Operator", by: "staff", on: "Guest", call: func(c call) (any, error) {
		return gives(c.s.DeactivateUser(c, c.Guest))
	}},
	{op: "ReactivateUser", by: "Admin", on: "Idle", call: func(c call) (any, error) {
		return gives(c.s.ReactivateUser(c, c.Idle))
	}},
	{op: "DeleteUser", by: "Admin", on: "Member", others: "Heir", call: func(c call) (any, error) {
		return does(c.s.DeleteUser(c, c.Member, tenancy.UserDeletion{AccountsTo: c.Heir}))
	}},
	{
		op:     "DeleteUser",
		way:    "each account to an heir",
		by:     "Admin",
		on:     "Member",
		others: "Work Heir Standard",
		call: func(c call) (any, error) {
			heirs := []tenancy.Heir{{Account: c.Work, User: c.Heir}}
			return does(c.s.DeleteUser(c, c.Member, tenancy.UserDeletion{Heirs: heirs, AccountsTo: c.Standard}))
		},
	},
	{
		op:    "DeleteUser",
		way:   "themself",
		by:    "Guest",
		on:    "Guest",
		given: (*tenant).landless,
		call: func(c call) (any, error) {
			return does(c.s.DeleteUser(c, c.Guest, tenancy.UserDeletion{}))
		},
	},
	{op: "UpdateUser", way: "a service account", by: "Admin", on: "Robot", call: func(c call) (any, error) {
		return gives(c.s.UpdateUser(c, c.Robot, tenancy.UserUpdate{Name: new("Other")}))
	}},
	{op: "RemoveUser", way: "a service account", by: "Admin", on: "Org", others: "Robot", call: func(c call) (any, error) {
		return does(c.s.RemoveUser(c, c.Org, c.Robot, tenancy.Removal{}))
	}},
	{op: "RemoveUser", way: "by a service account", by: "Robot", on: "Org", others: "Keeper", call: func(c call) (any, error) {
		return does(c.s.RemoveUser(c, c.Org, c.Keeper, tenancy.Removal{}))
	}},
	{op: "DeleteUser", way: "a service account", by: "Admin", on: "Robot", call: func(c call) (any, error) {
		return does(c.s.DeleteUser(c, c.Robot, tenancy.UserDeletion{}))
	}},
	{op: "CreateServiceAccount", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return gives(c.s.CreateServiceAccount(c, c.Org, tenancy.NewServiceAccount{Name: "New"}))
	}},
	{op: "CreateKey", by: "Admin", on: "Robot", call: func(c call) (any, error) {
		return gives(c.s.CreateKey(c, c.Robot, tenancy.NewKey{Name: "New"}))
	}},
	{op: "Keys", by: "Admin", on: "Robot", call: func(c call) (any, error) {
		return lists(c.s.Keys(c, c.Robot, tenancy.KeyQuery{}))
	}},
	{op: "RevokeKey", by: "Admin", on: "Key", call: func(c call) (any, error) {
		return does(c.s.RevokeKey(c, c.Key))
	}},
	{op: "Authenticate", by: "host", on: "KeySecret", given: (*tenant).used, call: func(c call) (any, error) {
		session, err := c.s.Authenticate(c, c.KeySecret)
		return gives(session != nil, err)
	}},
	{op: "InviteUser", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return gives(c.s.InviteUser(c, c.Org, tenancy.NewInvitation{Email: "ruth@a-corp.example"}))
	}},
	{op: "InviteToAccount", by: "Keeper", on: "Account", call: func(c call) (any, error) {
		return gives(
			c.s.InviteToAccount(c, c.Account,
				tenancy.NewAccountInvitation{Email: "nia@nia.example.com", Roles: tenancy.Roles(tenancy.Support)}),
		)
	}},
	{op: "InviteToAccount", way: "a subaccount", by: "Keeper", on: "Sub", call: func(c call) (any, error) {
		return gives(
			c.s.InviteToAccount(c, c.Sub,
				tenancy.NewAccountInvitation{Email: "nia@nia.example.com", Roles: tenancy.Roles(tenancy.Support)}),
		)
	}},
	{op: "ResendInvitation", by: "Admin", on: "Invited", call: func(c call) (any, error) {
		return gives(c.s.ResendInvitation(c, c.Invited))
	}},
	{op: "ResendInvitation", way: "to an account", by: "Keeper", on: "Offered", call: func(c call) (any, error) {
		return gives(c.s.ResendInvitation(c, c.Offered))
	}},
	{op: "RevokeInvitation", by: "Admin", on: "Invited", call: func(c call) (any, error) {
		return does(c.s.RevokeInvitation(c, c.Invited))
	}},
	{op: "RevokeInvitation", way: "to an account", by: "Keeper", on: "Offered", call: func(c call) (any, error) {
		return does(c.s.RevokeInvitation(c, c.Offered))
	}},
	{
		op:  "RevokeInvitation",
		way: "a request for an account",
		by:  "Admin",
		on:  "Asked",
		call: func(c call) (any, error) {
			return does(c.s.RevokeInvitation(c, c.Asked))
		},
	},
	{op: "RevokeInvitation", way: "again", by: "Admin", on: "Revoked", call: func(c call) (any, error) {
		return does(c.s.RevokeInvitation(c, c.Revoked))
	}},
	{op: "Invitations", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return lists(c.s.Invitations(c, c.Org, tenancy.InvitationQuery{}))
	}},
	{op: "AccountInvitations", by: "Keeper", on: "Account", call: func(c call) (any, error) {
		return lists(c.s.AccountInvitations(c, c.Account, tenancy.InvitationQuery{}))
	}},
	{op: "Invitation", by: "Guest", on: "Secret", call: func(c call) (any, error) {
		return gives(c.s.Invitation(c, c.Secret))
	}},
	{op: "Invitation", way: "to an account", by: "Standard", on: "OfferedSecret", call: func(c call) (any, error) {
		return gives(c.s.Invitation(c, c.OfferedSecret))
	}},
	{op: "InvitationByID", by: "Admin", on: "Invited", call: func(c call) (any, error) {
		return gives(c.s.InvitationByID(c, c.Invited))
	}},
	{op: "InvitationByID", way: "to an account", by: "Keeper", on: "Offered", call: func(c call) (any, error) {
		return gives(c.s.InvitationByID(c, c.Offered))
	}},
	{op: "InvitationByID", way: "one's own", by: "Guest", on: "Invited", call: func(c call) (any, error) {
		return gives(c.s.InvitationByID(c, c.Invited))
	}},
	{op: "InvitationsTo", by: "Rival", on: "Rival", call: func(c call) (any, error) {
		return lists(c.s.InvitationsTo(c, c.Rival, tenancy.OfferQuery{}))
	}},
	{op: "InvitationsToAddress", by: "host", call: func(c call) (any, error) {
		return lists(c.s.InvitationsToAddress(c, tenancy.Proven("new@a-corp.example"), tenancy.OfferQuery{}))
	}},
	{op: "AcceptInvitation", way: "by its ID", by: "Guest", on: "Invited", given: (*tenant).agreeing, call: func(c call) (any, error) {
		return gives(c.s.AcceptInvitation(c, tenancy.Acceptance{Invitation: c.Invited, Terms: c.terms}))
	}},
	{op: "DeclineInvitation", way: "by its ID", by: "Guest", on: "Invited", call: func(c call) (any, error) {
		return does(c.s.DeclineInvitation(c, tenancy.Declination{Invitation: c.Invited}))
	}},
	{op: "AcceptInvitation", by: "Guest", on: "Secret", given: (*tenant).agreeing, call: func(c call) (any, error) {
		return gives(c.s.AcceptInvitation(c, tenancy.Acceptance{Secret: c.Secret, Terms: c.terms}))
	}},
	{
		op:  "AcceptInvitation",
		way: "to an account",
		by:  "Standard",
		on:  "OfferedSecret",
		call: func(c call) (any, error) {
			return gives(c.s.AcceptInvitation(c, tenancy.Acceptance{Secret: c.OfferedSecret}))
		},
	},
	{
		op:    "AcceptInvitation",
		way:   "merging",
		by:    "Rival",
		on:    "RivalSecret",
		given: (*tenant).agreeing,
		call: func(c call) (any, error) {
			return gives(c.s.AcceptInvitation(c, tenancy.Acceptance{Secret: c.RivalSecret, Terms: c.rivalTerms}))
		},
	},
	{
		op:    "AcceptInvitation",
		way:   "dissolving",
		by:    "Rival",
		on:    "RivalSecret",
		given: (*tenant).dissolving,
		call: func(c call) (any, error) {
			return gives(c.s.AcceptInvitation(c, tenancy.Acceptance{Secret: c.RivalSecret, Terms: c.rivalTerms}))
		},
	},
	{op: "DeclineInvitation", by: "Guest", on: "Secret", call: func(c call) (any, error) {
		return does(c.s.DeclineInvitation(c, tenancy.Declination{Secret: c.Secret}))
	}},
	{op: "CreateAccount", by: "Standard", on: "Org", call: func(c call) (any, error) {
		return gives(c.s.CreateAccount(c, c.Org, tenancy.NewAccount{Name: "New"}))
	}},
	{op: "CreateAccount", way: "for another", by: "Admin", on: "Org", others: "Heir", call: func(c call) (any, error) {
		return gives(c.s.CreateAccount(c, c.Org, tenancy.NewAccount{Name: "New", Owner: c.Heir}))
	}},
	{op: "CreateAccount", way: "by a service account", by: "Robot", on: "Org", others: "Heir", call: func(c call) (any, error) {
		return gives(c.s.CreateAccount(c, c.Org, tenancy.NewAccount{Name: "New", Owner: c.Heir}))
	}},
	{op: "CreateAccount", way: "unmanaged", by: "Guest", call: func(c call) (any, error) {
		return gives(c.s.CreateAccount(c, tenancy.OrganizationID{}, tenancy.NewAccount{Name: "New"}))
	}},
	{op: "CreateSubaccount", by: "Keeper", on: "Account", call: func(c call) (any, error) {
		return gives(c.s.CreateSubaccount(c, c.Account, tenancy.NewSubaccount{Name: "New"}))
	}},
	{op: "Account", by: "Standard", on: "Account", call: func(c call) (any, error) {
		return gives(c.s.Account(c, c.Account))
	}},
	{op: "Account", way: "a subaccount", by: "Standard", on: "Sub", call: func(c call) (any, error) {
		return gives(c.s.Account(c, c.Sub))
	}},
	{op: "Accounts", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return lists(c.s.Accounts(c, c.Org, tenancy.AccountQuery{}))
	}},
	{op: "Accounts", way: "an account's", by: "Admin", on: "Org", others: "Account", call: func(c call) (any, error) {
		return lists(c.s.Accounts(c, c.Org, tenancy.AccountQuery{Parent: c.Account}))
	}},
	{op: "AccountsOf", way: "a member", by: "Admin", on: "Member", call: func(c call) (any, error) {
		return lists(c.s.AccountsOf(c, c.Member, tenancy.AccountsOfQuery{}))
	}},
	{op: "AccountsOf", way: "an independent user", by: "Admin", on: "Guest", call: func(c call) (any, error) {
		return lists(c.s.AccountsOf(c, c.Guest, tenancy.AccountsOfQuery{}))
	}},
	{op: "AccountsOf", way: "an organization's", by: "Admin", on: "Member", others: "Org", call: func(c call) (any, error) {
		return lists(c.s.AccountsOf(c, c.Member, tenancy.AccountsOfQuery{Organization: c.Org}))
	}},
	{op: "Access", by: "Keeper", on: "Account", call: func(c call) (any, error) {
		return lists(c.s.Access(c, c.Account, tenancy.ReachQuery{}))
	}},
	{op: "Access", way: "a subaccount", by: "Keeper", on: "Sub", call: func(c call) (any, error) {
		return lists(c.s.Access(c, c.Sub, tenancy.ReachQuery{}))
	}},
	{op: "RenameAccount", by: "Keeper", on: "Account", call: func(c call) (any, error) {
		return gives(c.s.RenameAccount(c, c.Account, "Other"))
	}},
	{op: "RenameAccount", way: "a subaccount", by: "Keeper", on: "Sub", call: func(c call) (any, error) {
		return gives(c.s.RenameAccount(c, c.Sub, "Other"))
	}},
	{op: "SuspendAccount", by: "Keeper", on: "Account", call: func(c call) (any, error) {
		return gives(c.s.SuspendAccount(c, c.Account))
	}},
	{op: "ReactivateAccount", by: "Keeper", on: "Account", given: (*tenant).suspended, call: func(c call) (any, error) {
		return gives(c.s.ReactivateAccount(c, c.Account))
	}},
	{op: "CloseAccount", by: "Admin", on: "Account", call: func(c call) (any, error) {
		return gives(c.s.CloseAccount(c, c.Account))
	}},
	{op: "CloseAccount", way: "a subaccount", by: "Owner", on: "Sub", call: func(c call) (any, error) {
		return gives(c.s.CloseAccount(c, c.Sub))
	}},
	{op: "CloseAccount", way: "unmanaged", by: "staff", on: "Loose", call: func(c call) (any, error) {
		return gives(c.s.CloseAccount(c, c.Loose))
	}},
	{op: "TransferAccount", by: "Admin", on: "Account", others: "Heir", call: func(c call) (any, error) {
		return gives(c.s.TransferAccount(c, c.Account, c.Heir))
	}},
	{op: "MoveAccount", by: "Owner", on: "Account", others: "Second", call: func(c call) (any, error) {
		return gives(c.s.MoveAccount(c, c.Account, c.Second))
	}},
	{op: "AssignRoles", by: "Keeper", on: "Account", others: "Standard", call: func(c call) (any, error) {
		return gives(c.s.AssignRoles(c, c.Account, c.Standard, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)}))
	}},
	{op: "AssignRoles", way: "to a member", by: "Admin", on: "Sub", others: "Heir", call: func(c call) (any, error) {
		return gives(c.s.AssignRoles(c, c.Sub, c.Heir, tenancy.Assignment{Roles: tenancy.Roles(tenancy.Developer)}))
	}},
	{op: "RevokeRoles", by: "Keeper", on: "Account", others: "Standard", call: func(c call) (any, error) {
		return does(c.s.RevokeRoles(c, c.Account, c.Standard))
	}},
	{
		op:     "RevokeRoles",
		way:    "on an independent account",
		by:     "Admin",
		on:     "Outside",
		others: "Member",
		call: func(c call) (any, error) {
			return does(c.s.RevokeRoles(c, c.Outside, c.Member))
		},
	},
	{op: "Relinquish", by: "Keeper", on: "Account", call: func(c call) (any, error) {
		return does(c.s.Relinquish(c, c.Account))
	}},
	{op: "VerifyPhone", by: "host", on: "Account", call: func(c call) (any, error) {
		return gives(c.s.VerifyPhone(c, c.Account, "+4912345678"))
	}},
	{op: "UpgradeAccount", by: "host", on: "Account", call: func(c call) (any, error) {
		return gives(c.s.UpgradeAccount(c, c.Account))
	}},
	{op: "InvoiceAccount", by: "staff", on: "Account", call: func(c call) (any, error) {
		return gives(c.s.InvoiceAccount(c, c.Account))
	}},
	{op: "SetPricing", by: "staff", on: "Account", call: func(c call) (any, error) {
		return gives(c.s.SetPricing(c, c.Account, "special"))
	}},
	{op: "AddDomain", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return gives(c.s.AddDomain(c, c.Org, "new.example"))
	}},
	{op: "VerifyDomain", by: "Admin", on: "Claim", call: func(c call) (any, error) {
		return gives(c.s.VerifyDomain(c, c.Claim))
	}},
	{
		op:    "VerifyDomain",
		way:   "again",
		by:    "Admin",
		on:    "Domain",
		given: (*tenant).tomorrow,
		call: func(c call) (any, error) {
			return gives(c.s.VerifyDomain(c, c.Domain))
		},
	},
	{
		op:    "VerifyDomain",
		way:   "that another organization lost",
		by:    "Admin",
		on:    "Claim",
		given: (*tenant).lost,
		call: func(c call) (any, error) {
			return gives(c.s.VerifyDomain(c, c.Claim))
		},
	},
	{op: "RemoveDomain", by: "Admin", on: "Domain", given: (*tenant).enforced, call: func(c call) (any, error) {
		return does(c.s.RemoveDomain(c, c.Domain))
	}},
	{op: "Domains", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return lists(c.s.Domains(c, c.Org, tenancy.DomainQuery{}))
	}},
	{op: "Domain", by: "Admin", on: "Domain", call: func(c call) (any, error) {
		return gives(c.s.Domain(c, c.Domain))
	}},
	{op: "RecheckDomains", by: "host", given: (*tenant).lapsing, call: func(c call) (any, error) {
		return gives(c.s.RecheckDomains(c))
	}},
	{op: "SetSignUpPolicy", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return does(errOf(c.s.SetSignUpPolicy(c, c.Org, tenancy.SignUpPolicyChange{Policy: tenancy.PolicyClosed})))
	}},
	{
		op:     "SetSignUpPolicy",
		way:    "a domain's",
		by:     "Admin",
		on:     "Org",
		others: "Domain",
		call: func(c call) (any, error) {
			return does(
				errOf(
					c.s.SetSignUpPolicy(c, c.Org,
						tenancy.SignUpPolicyChange{Policy: tenancy.PolicyClosed, Domain: c.Domain}),
				),
			)
		},
	},
	{op: "SetInvitationPolicy", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return does(errOf(c.s.SetInvitationPolicy(c, c.Org, tenancy.InviteLiveDomains)))
	}},
	{op: "CreateGroup", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return gives(c.s.CreateGroup(c, c.Org, tenancy.NewGroup{Name: "New", ExternalID: "new-1"}))
	}},
	{op: "RenameGroup", by: "Admin", on: "Group", call: func(c call) (any, error) {
		return gives(c.s.RenameGroup(c, c.Group, "New"))
	}},
	{op: "DeleteGroup", by: "Admin", on: "Group", call: func(c call) (any, error) {
		return does(c.s.DeleteGroup(c, c.Group))
	}},
	{op: "AddToGroup", by: "Admin", on: "Group", others: "Member", call: func(c call) (any, error) {
		return gives(c.s.AddToGroup(c, c.Group, []tenancy.UserID{c.Member}))
	}},
	{op: "RemoveFromGroup", by: "Admin", on: "Group", others: "Standard", call: func(c call) (any, error) {
		return gives(c.s.RemoveFromGroup(c, c.Group, []tenancy.UserID{c.Standard}))
	}},
	{op: "AssignGroupRoles", by: "Admin", on: "Group", others: "Work", call: func(c call) (any, error) {
		return gives(c.s.AssignGroupRoles(c, c.Group, c.Work, tenancy.Roles(tenancy.Developer)))
	}},
	{op: "RevokeGroupRoles", by: "Admin", on: "Group", others: "Account", call: func(c call) (any, error) {
		return does(c.s.RevokeGroupRoles(c, c.Group, c.Account))
	}},
	{op: "Group", by: "Admin", on: "Group", call: func(c call) (any, error) {
		return gives(c.s.Group(c, c.Group))
	}},
	{op: "Groups", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return lists(c.s.Groups(c, c.Org, tenancy.GroupQuery{}))
	}},
	{op: "GroupMembers", by: "Admin", on: "Group", call: func(c call) (any, error) {
		return lists(c.s.GroupMembers(c, c.Group, tenancy.GroupQuery{}))
	}},
	{op: "GroupAccounts", by: "Admin", on: "Group", call: func(c call) (any, error) {
		return lists(c.s.GroupAccounts(c, c.Group, tenancy.GroupQuery{}))
	}},
	{op: "GroupsOf", by: "Admin", on: "Standard", call: func(c call) (any, error) {
		return lists(c.s.GroupsOf(c, c.Standard, tenancy.GroupQuery{}))
	}},
	{op: "AddConnection", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return gives(c.s.AddConnection(c, c.Org, "New"))
	}},
	{op: "RemoveConnection", by: "Admin", on: "Connection", call: func(c call) (any, error) {
		return does(c.s.RemoveConnection(c, c.Connection))
	}},
	{op: "MarkConnectionTested", by: "host", on: "Untested", call: func(c call) (any, error) {
		return gives(c.s.MarkConnectionTested(c, c.Untested))
	}},
	{op: "Connections", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return lists(c.s.Connections(c, c.Org, tenancy.ConnectionQuery{}))
	}},
	{op: "Connection", by: "Admin", on: "Connection", call: func(c call) (any, error) {
		return gives(c.s.Connection(c, c.Connection))
	}},
	{op: "EnforceSSO", by: "Admin", on: "Domain", others: "Connection", call: func(c call) (any, error) {
		return gives(c.s.EnforceSSO(c, c.Domain, c.Connection))
	}},
	{op: "StopEnforcingSSO", by: "Admin", on: "Domain", given: (*tenant).enforced, call: func(c call) (any, error) {
		return gives(c.s.StopEnforcingSSO(c, c.Domain))
	}},
	{op: "SetSSOExemption", by: "Admin", on: "Org", others: "Member", call: func(c call) (any, error) {
		return does(errOf(c.s.SetSSOExemption(c, c.Org, c.Member, tenancy.SSOExempt)))
	}},
	{op: "SignInRequirement", by: "host", on: "Member", call: func(c call) (any, error) {
		return gives(c.s.SignInRequirement(c, c.Member))
	}},
	{op: "VouchesFor", by: "host", on: "Connection", call: func(c call) (any, error) {
		return gives(c.s.VouchesFor(c, c.Connection, "nobody@a-corp.example"))
	}},
	{op: "ReportSignIn", by: "host", on: "Connection", call: func(c call) (any, error) {
		return gives(c.s.ReportSignIn(c, c.Connection, "hire@a-corp.example"))
	}},
	{op: "AddDirectory", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return gives(c.s.AddDirectory(c, c.Org, "New"))
	}},
	{op: "RotateDirectorySecret", by: "Admin", on: "Directory", call: func(c call) (any, error) {
		return gives(c.s.RotateDirectorySecret(c, c.Directory, tenancy.DirectoryRotation{}))
	}},
	{op: "RemoveDirectory", by: "Admin", on: "Directory", given: (*tenant).hiring, call: func(c call) (any, error) {
		return gives(c.s.RemoveDirectory(c, c.Directory, tenancy.DirectoryRemoval{LiftHolds: true}))
	}},
	{op: "Directories", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return lists(c.s.Directories(c, c.Org, tenancy.DirectoryQuery{}))
	}},
	{op: "ProvisionedUsers", by: "Admin", on: "Directory", call: func(c call) (any, error) {
		return lists(c.s.ProvisionedUsers(c, c.Directory, tenancy.ProvisionedQuery{}))
	}},
	{op: "Token", by: "idp", call: func(c call) (any, error) { return gives(c.idp.Token(c)) }},
	{op: "Provision", by: "idp", call: func(c call) (any, error) {
		return gives(c.idp.Provision(c, tenancy.NewProvisioned{UserName: "nina@a-corp.example", ExternalID: "nina-1"}))
	}},
	{op: "Provision", way: "a member", by: "idp", call: func(c call) (any, error) {
		return gives(c.idp.Provision(c, tenancy.NewProvisioned{UserName: "Owner@a-corp.example"}))
	}},
	{op: "Provision", way: "somebody from elsewhere", by: "idp", given: (*tenant).uninvited, call: func(c call) (any, error) {
		return gives(c.idp.Provision(c, tenancy.NewProvisioned{UserName: "rival@a-corp.example"}))
	}},
	{op: "Provision", way: "who comes back under another address", by: "idp", call: func(c call) (any, error) {
		return gives(c.idp.Provision(c, tenancy.NewProvisioned{UserName: "fiona@a-corp.example", ExternalID: "fired-1"}))
	}},
	{op: "UpdateProvisioned", by: "idp", on: "Hire", call: func(c call) (any, error) {
		return gives(c.idp.UpdateProvisioned(c, c.Hire, tenancy.ProvisionedUpdate{
			UserName: new("hilda@a-corp.example"), Names: &tenancy.ProvisionedNames{Display: "Hilda"}}))
	}},
	{op: "UpdateProvisioned", way: "a hold", by: "idp", on: "Hire", call: func(c call) (any, error) {
		return gives(c.idp.UpdateProvisioned(c, c.Hire, tenancy.ProvisionedUpdate{Active: new(false)}))
	}},
	{op: "UpdateProvisioned", way: "of a pending one", by: "idp", on: "Waiting", call: func(c call) (any, error) {
		return gives(c.idp.UpdateProvisioned(c, c.Waiting, tenancy.ProvisionedUpdate{UserName: new("wanda@a-corp.example")}))
	}},
	{op: "Deprovision", by: "idp", on: "Hire", call: func(c call) (any, error) {
		return does(c.idp.Deprovision(c, c.Hire, 0))
	}},
	{op: "Deprovision", way: "a pending one", by: "idp", on: "Waiting", call: func(c call) (any, error) {
		return does(c.idp.Deprovision(c, c.Waiting, 0))
	}},
	{op: "Provisioned", by: "idp", on: "Hire", call: func(c call) (any, error) {
		return gives(c.idp.Provisioned(c, c.Hire))
	}},
	{op: "ProvisionedByUserName", by: "idp", call: func(c call) (any, error) {
		return gives(c.idp.ProvisionedByUserName(c, "Hire@A-corp.example"))
	}},
	{op: "ProvisionedByExternalID", by: "idp", call: func(c call) (any, error) {
		return gives(c.idp.ProvisionedByExternalID(c, "hire-1"))
	}},
	{op: "ListProvisioned", by: "idp", call: func(c call) (any, error) {
		return gives(c.idp.ListProvisioned(c, tenancy.ProvisionedPage{Count: 100}))
	}},
	{op: "CreateProvisionedGroup", by: "idp", others: "Hire", call: func(c call) (any, error) {
		return gives(c.idp.CreateProvisionedGroup(c, tenancy.NewProvisionedGroup{
			Name: "New", ExternalID: "new-1", Members: []tenancy.ProvisionedID{c.Hire}}))
	}},
	{op: "UpdateProvisionedGroup", by: "idp", on: "Team", others: "Waiting", call: func(c call) (any, error) {
		return gives(c.idp.UpdateProvisionedGroup(c, c.Team, tenancy.ProvisionedGroupUpdate{
			Name: new("Other"), Add: []tenancy.ProvisionedID{c.Waiting}}))
	}},
	{op: "UpdateProvisionedGroup", way: "taking out", by: "idp", on: "Team", others: "Hire", call: func(c call) (any, error) {
		return gives(c.idp.UpdateProvisionedGroup(c, c.Team, tenancy.ProvisionedGroupUpdate{
			Remove: []tenancy.ProvisionedID{c.Hire}}))
	}},
	{op: "UpdateProvisionedGroup", way: "replacing", by: "idp", on: "Team", others: "Waiting", call: func(c call) (any, error) {
		return gives(c.idp.UpdateProvisionedGroup(c, c.Team, tenancy.ProvisionedGroupUpdate{
			Members: &[]tenancy.ProvisionedID{c.Waiting}}))
	}},
	{op: "DeleteProvisionedGroup", by: "idp", on: "Team", call: func(c call) (any, error) {
		return does(c.idp.DeleteProvisionedGroup(c, c.Team, 0))
	}},
	{op: "ProvisionedGroup", by: "idp", on: "Team", call: func(c call) (any, error) {
		return gives(c.idp.ProvisionedGroup(c, c.Team))
	}},
	{op: "ProvisionedGroupByExternalID", by: "idp", call: func(c call) (any, error) {
		return gives(c.idp.ProvisionedGroupByExternalID(c, "team-1"))
	}},
	{op: "ProvisionedGroupsByName", by: "idp", call: func(c call) (any, error) {
		return gives(c.idp.ProvisionedGroupsByName(c, "TEAM"))
	}},
	{op: "ListProvisionedGroups", by: "idp", call: func(c call) (any, error) {
		return gives(c.idp.ListProvisionedGroups(c, tenancy.ProvisionedPage{Count: 100}))
	}},
	{op: "ProvisionedGroupMembers", by: "idp", on: "Team", others: "Hire", call: func(c call) (any, error) {
		return gives(c.idp.ProvisionedGroupMembers(c, c.Team, c.Hire))
	}},
	{op: "ProvisionedGroupsOf", by: "idp", on: "Hire", call: func(c call) (any, error) {
		return gives(c.idp.ProvisionedGroupsOf(c, c.Hire))
	}},
	{op: "InProvisionedGroup", by: "idp", on: "Team", others: "Hire", call: func(c call) (any, error) {
		return gives(c.idp.InProvisionedGroup(c, c.Team, c.Hire))
	}},
	{op: "AssignGroupRoles", way: "to a directory's", by: "Admin", on: "Team", others: "Work", call: func(c call) (any, error) {
		return gives(c.s.AssignGroupRoles(c, c.Team, c.Work, tenancy.Roles(tenancy.Developer)))
	}},
	{op: "RemoveUser", way: "whom a directory keeps", by: "Admin", on: "Org", others: "Recruit", call: func(c call) (any, error) {
		return does(c.s.RemoveUser(c, c.Org, c.Recruit, tenancy.Removal{}))
	}},
	{op: "DeleteUser", way: "whom a directory keeps", by: "Admin", on: "Recruit", call: func(c call) (any, error) {
		return does(c.s.DeleteUser(c, c.Recruit, tenancy.UserDeletion{}))
	}},
	{op: "SignUp", way: "whom a directory keeps", by: "host", call: func(c call) (any, error) {
		return gives(c.s.SignUp(c, tenancy.NewSignUp{Email: tenancy.Proven("hire@a-corp.example"), Name: "Hire"}))
	}},
	{op: "SetHIPAAEntitlement", by: "staff", on: "Org", call: func(c call) (any, error) {
		return does(errOf(c.s.SetHIPAAEntitlement(c, c.Org, tenancy.HIPAAEntitlement{})))
	}},
	{op: "EnableHIPAA", by: "Admin", on: "Account", call: func(c call) (any, error) {
		return gives(c.s.EnableHIPAA(c, c.Account))
	}},
	{op: "EnableHIPAA", way: "a subaccount", by: "Admin", on: "Sub", call: func(c call) (any, error) {
		return gives(c.s.EnableHIPAA(c, c.Sub))
	}},
	{op: "DisableHIPAA", by: "Admin", on: "Account", given: (*tenant).designated, call: func(c call) (any, error) {
		return gives(c.s.DisableHIPAA(c, c.Account))
	}},
	{op: "HIPAAReport", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return lists(c.s.HIPAAReport(c, c.Org, tenancy.HIPAAQuery{}))
	}},
	{op: "AddAccount", by: "Admin", on: "Org", others: "Loose", call: func(c call) (any, error) {
		return gives(c.s.AddAccount(c, c.Org, c.Loose))
	}},
	{op: "AccountRequests", by: "Owner", on: "Owner", call: func(c call) (any, error) {
		return lists(c.s.AccountRequests(c, c.Owner, tenancy.AccountRequestQuery{}))
	}},
	{op: "AcceptAccountRequest", by: "Owner", on: "Wanted", call: func(c call) (any, error) {
		return gives(c.s.AcceptAccountRequest(c, c.Wanted))
	}},
	{op: "RequestInvitation", by: "host", call: func(c call) (any, error) {
		return gives(c.s.RequestInvitation(c, tenancy.Proven("nina@a-corp.example")))
	}},
	{op: "DismissRequest", by: "Admin", on: "Request", call: func(c call) (any, error) {
		return does(c.s.DismissRequest(c, c.Request))
	}},
	{op: "DeleteOrganization", by: "Owner", on: "Org", others: "Second", call: func(c call) (any, error) {
		return does(c.s.DeleteOrganization(c, c.Org, tenancy.OrganizationDeletion{AccountsTo: c.Second}))
	}},
	{op: "RestoreOrganization", by: "staff", on: "Ended", call: func(c call) (any, error) {
		return gives(c.s.RestoreOrganization(c, c.Ended))
	}},
	{
		op:     "PreviewMerge",
		way:    "an Owner's organizations",
		by:     "Admin",
		on:     "Org",
		others: "Rival",
		call: func(c call) (any, error) {
			return gives(c.s.PreviewMerge(c, c.Org, tenancy.MergeCandidate{Owner: c.Rival}))
		},
	},
	{
		op:     "PreviewMerge",
		way:    "one's own organizations",
		by:     "Rival",
		on:     "Org",
		others: "Rival",
		call: func(c call) (any, error) {
			return gives(c.s.PreviewMerge(c, c.Org, tenancy.MergeCandidate{Owner: c.Rival}))
		},
	},
	{
		op:     "PreviewMerge",
		way:    "two of one Owner",
		by:     "Owner",
		on:     "Org",
		others: "Second",
		call: func(c call) (any, error) {
			return gives(c.s.PreviewMerge(c, c.Org, tenancy.MergeCandidate{Organization: c.Second}))
		},
	},
	{op: "MergeOrganizations", by: "Owner", on: "Org", others: "Second", call: func(c call) (any, error) {
		return gives(c.s.MergeOrganizations(c, c.Org, c.Second))
	}},
	{op: "ImportUsers", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return imports(c, "guest@a-corp.example", "nobody@a-corp.example")
	}},
	{op: "ImportUsers", way: "who own organizations", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return imports(c, "guest@a-corp.example", "rival@a-corp.example")
	}},
	{op: "ImportableUsers", by: "Admin", on: "Domain", call: func(c call) (any, error) {
		return lists(c.s.ImportableUsers(c, c.Domain, tenancy.ImportableUserQuery{}))
	}},
	{op: "SetLimits", by: "staff", on: "Org", call: func(c call) (any, error) {
		return does(errOf(c.s.SetLimits(c, c.Org, tenancy.TwilioLimits())))
	}},
	{op: "SetImportEntitlement", by: "staff", on: "Org", call: func(c call) (any, error) {
		return does(errOf(c.s.SetImportEntitlement(c, c.Org, tenancy.ImportEntitlement{})))
	}},
	{op: "Purge", by: "host", given: (*tenant).due, call: func(c call) (any, error) {
		return gives(c.s.Purge(c))
	}},
	{op: "Purge", way: "addresses alone", by: "host", given: (*tenant).dueAgain, call: func(c call) (any, error) {
		return gives(c.s.Purge(c))
	}},
	{op: "Can", by: "Keeper", on: "Account", others: "Idle", call: func(c call) (any, error) {
		return gives(c.s.Can(c, c.Idle, tenancy.ReadUsage, c.Account))
	}},
	{op: "Can", way: "a member", by: "Admin", on: "Sub", others: "Heir", call: func(c call) (any, error) {
		return gives(c.s.Can(c, c.Heir, tenancy.ReadUsage, c.Sub))
	}},
	{op: "Can", way: "oneself", by: "Standard", on: "Account", call: func(c call) (any, error) {
		return gives(c.s.Can(c, c.self, tenancy.ReadUsage, c.Account))
	}},
	{op: "Permissions", by: "Keeper", on: "Account", others: "Idle", call: func(c call) (any, error) {
		return gives(c.s.Permissions(c, c.Idle, c.Account))
	}},
	{op: "Permissions", way: "oneself", by: "Standard", on: "Account", call: func(c call) (any, error) {
		return gives(c.s.Permissions(c, c.self, c.Account))
	}},
	{op: "CanMany", by: "Keeper", on: "Account", others: "Idle", call: func(c call) (any, error) {
		return decides(c.s.CanMany(c, c.Idle, tenancy.ReadUsage, []tenancy.AccountID{c.Account}))
	}},
	{op: "CanMany", way: "oneself", by: "Standard", on: "Account", call: func(c call) (any, error) {
		return decides(c.s.CanMany(c, c.self, tenancy.ReadUsage, []tenancy.AccountID{c.Account}))
	}},
	{op: "CanInOrganization", by: "Admin", on: "Org", others: "Member", call: func(c call) (any, error) {
		return gives(c.s.CanInOrganization(c, c.Member, tenancy.ViewOrganization, c.Org))
	}},
	{op: "CanInOrganization", way: "oneself", by: "Standard", on: "Org", call: func(c call) (any, error) {
		return gives(c.s.CanInOrganization(c, c.self, tenancy.ViewOrganization, c.Org))
	}},
	{op: "OrganizationPermissions", by: "Admin", on: "Org", others: "Member", call: func(c call) (any, error) {
		return gives(c.s.OrganizationPermissions(c, c.Member, c.Org))
	}},
	{op: "OrganizationPermissions", way: "oneself", by: "Standard", on: "Org", call: func(c call) (any, error) {
		return gives(c.s.OrganizationPermissions(c, c.self, c.Org))
	}},
	{op: "Events", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return lists(c.s.Events(c, tenancy.Stream{Organization: c.Org}, tenancy.EventQuery{}))
	}},
	{op: "Events", way: "a user's", by: "Guest", on: "Guest", call: func(c call) (any, error) {
		return lists(c.s.Events(c, tenancy.Stream{User: c.Guest}, tenancy.EventQuery{}))
	}},
	{op: "Events", way: "about a subject", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return lists(c.s.Events(c, tenancy.Stream{Organization: c.Org}, tenancy.EventQuery{Subject: c.Org.String()}))
	}},
	{op: "LogHead", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return gives(c.s.LogHead(c, tenancy.Stream{Organization: c.Org}))
	}},
	{op: "LogHead", way: "a user's", by: "Guest", on: "Guest", call: func(c call) (any, error) {
		return gives(c.s.LogHead(c, tenancy.Stream{User: c.Guest}))
	}},
	{op: "VerifyLog", by: "Admin", on: "Org", call: func(c call) (any, error) {
		return lists(c.s.VerifyLog(c, tenancy.Stream{Organization: c.Org}))
	}},
	{op: "VerifyLog", way: "a user's", by: "Guest", on: "Guest", call: func(c call) (any, error) {
		return lists(c.s.VerifyLog(c, tenancy.Stream{User: c.Guest}))
	}},
	{op: "Relay", by: "host", call: func(c call) (any, error) {
		return gives(c.s.Relay(c, func(context.Context, tenancy.Event) error { return nil }))
	}},
	{op: "Atomically", by: "Admin", call: func(c call) (any, error) {
		return does(c.s.Atomically(c, twice(c)))
	}},
	{op: "Preview", by: "Admin", call: func(c call) (any, error) {
		return gives(c.s.Preview(c, twice(c)))
	}},
	{op: "Outcome", by: "Owner", on: "Operation", call: func(c call) (any, error) {
		return gives(c.s.Outcome(c, c.Operation, scenes.Start))
	}},
	{op: "ActorOutcome", by: "host", on: "Operation", others: "Owner", call: func(c call) (any, error) {
		return gives(c.s.ActorOutcome(c, tenancy.Actor{User: c.Owner}, c.Operation, scenes.Start))
	}},
	{op: "ActorOutcome", way: "a directory's", by: "host", on: "Hiring", others: "Directory", call: func(c call) (any, error) {
		return gives(c.s.ActorOutcome(c, tenancy.Actor{Directory: c.Directory}, c.Hiring, scenes.Start))
	}},
}
