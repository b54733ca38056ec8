package tenancy

import (
	"cmp"
	"context"
	"slices"
)

// NewServiceAccount is the input of CreateServiceAccount.
type NewServiceAccount struct {
	Name string
	Role OrganizationRole // Administrator, StandardUser or one of the host's (ROLE-9); zero: StandardUser
}

// CreateServiceAccount makes a service account: a user who is no person, for a customer's
// automation (USR-20). It is a member of this organization for good, with a role up to
// Administrator, takes no seat, and has a name and never an address. It is given roles on
// accounts as a member is. Keys prove that a program may act as it (CreateKey), and the
// host acts as it with Authenticate, or with As.
//
// A service account may do what its role may, except for the operations that the table
// (docs/operations.md) does not open to it, which are refused as CodeServiceAccount: it
// makes and changes no service accounts and keys, gives no role in the organization but
// Standard User, gives itself no roles on accounts, owns nothing, and does not decide how
// the organization's people sign in. UpdateUser, SetOrganizationRole, DeactivateUser,
// ReactivateUser and DeleteUser serve service accounts too, and RemoveUser of one deletes
// it.
//
// The Owner and Administrators may call it, if they are persons.
//
// Errors: CodeID, CodeName; CodeRole if the role is Owner or there is no such role;
// CodeNotFound, CodeNotAllowed, CodeMerged; CodeServiceAccountLimit;
// CodeOrganizationSuspended.
func (s *Session) CreateServiceAccount(
	ctx context.Context, org OrganizationID, in NewServiceAccount,
) (User, error) {
	var check form
	check.id(org)
	name, role := check.name(in.Name), cmp.Or(in.Role, StandardUser)
	check.that(role != Owner && s.dir.organizationRules.names(role), CodeRole)
	return update(ctx, s, call{opCreateServiceAccount, org.String(), check.err},
		func(r *reads) createServiceAccountFacts { return r.loadCreateServiceAccount(org) },
		func(f createServiceAccountFacts, c *changes) (User, error) {
			return decideCreateServiceAccount(f, name, role, c)
		})
}

// createServiceAccountFacts is the organization that gets a service account.
type createServiceAccountFacts struct{ standing }

func (r *reads) loadCreateServiceAccount(org OrganizationID) createServiceAccountFacts {
	return createServiceAccountFacts{r.standing(org)}
}

func decideCreateServiceAccount(
	f createServiceAccountFacts, name string, role OrganizationRole, c *changes,
) (User, error) {
	if err := c.authorizeAlive(f.standing); err != nil {
		return User{}, err
	}
	o := f.organization
	if exceeds(o.ServiceAccounts, 1, c.dir.limitsOf(*o).ServiceAccounts) {
		return User{}, CodeServiceAccountLimit
	}
	made, here := UserID(c.tape.id()), streamOfOrganization(o.ID)
	c.makes(made)
	c.say(ServiceAccountCreated{made, o.ID, c.now}, here)
	c.say(MemberJoined{o.ID, made, role, c.now}, here)
	edit(c.world, userByID(made), func(u *UserRecord) { u.Personal.Name = NewPersonal(name) })
	return c.viewUserNow(made), nil
}

// tends refuses to change a service account, or what it has, to whoever is not an Owner or
// Administrator of its organization, or is a service account itself (USR-20). Persons and
// Operators pass, as their operation's row says.
func (c *changes) tends(s sight) error {
	switch {
	case !s.there() || !s.user.ServiceAccount || !c.actor.isUser():
		return nil
	case c.service:
		return CodeServiceAccount
	}
	for _, m := range s.memberships {
		if rankIn(s.ranks, m.Organization).may(ManageIdentity) {
			return nil
		}
	}
	return CodeNotAllowed
}

// releaseServiceAccounts takes from service accounts their roles on the accounts that
// leave their organization (USR-20). It is asked once an operation has decided, whichever
// way an account left, and says so before all else that the operation says: the roles
// ended while the account was still there.
func (r *reads) releaseServiceAccounts(ctx context.Context, tx ReadTx, c *changes) error {
	left := c.left()
	if len(left) == 0 {
		return nil
	}
	r.steps = 0 // load has read all that the decision needed
	var lost []GrantRecord
	err := r.gather(ctx, tx, func() {
		lost = nil
		for _, account := range left {
			for _, g := range all(r, grantsOn(account.ID, UserID{})) {
				if user := find(r, userByID(g.User)); user != nil && user.ServiceAccount {
					lost = append(lost, g)
				}
			}
		}
	})
	if err != nil {
		return err
	}
	said := len(c.said)
	for _, g := range lost {
		c.world.know(g)
		at := slices.IndexFunc(left, func(a AccountRecord) bool { return a.ID == g.Account })
		c.say(RolesRevoked{g.Account, g.User}, left[at].stream())
	}
	c.said = slices.Concat(c.said[said:], c.said[:said])
	return nil
}

// left returns the accounts that were let out of an organization which has service
// accounts, as they were.
func (c *changes) left() (accounts []AccountRecord) {
	for _, s := range c.world.order {
		was, _ := s.was.(AccountRecord)
		now, _ := s.now.(AccountRecord)
		if was.Organization == now.Organization {
			continue
		}
		if c.world.before(was.Organization).ServiceAccounts > 0 {
			accounts = append(accounts, was)
		}
	}
	return accounts
}

// before returns an organization as it was read, or a zero one.
func (w *world) before(org OrganizationID) (o OrganizationRecord) {
	at := organizationByID(org)
	if s := w.slots[Entry{at.Index, at.Key}]; s != nil {
		o, _ = s.was.(OrganizationRecord)
	}
	return o
}

// ServiceAccountCreated says that an organization has a new service account.
type ServiceAccountCreated struct {
	User         UserID         `json:"user,omitzero"`
	Organization OrganizationID `json:"organization,omitzero"`
	Created      Instant        `json:"created,omitzero"`
}

func (e ServiceAccountCreated) apply(w *world) {
	w.create(UserRecord{ID: e.User, ServiceAccount: true, Created: e.Created})
}

var serviceAccountEvents = []EventData{ServiceAccountCreated{}, KeyCreated{}, KeyRevoked{}}
