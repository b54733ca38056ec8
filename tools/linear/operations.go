package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/storetest/reference"
)

// call is an operation, and how a client calls it.
type call struct {
	operation
	do func(context.Context, *client) (any, error)
	// note keeps what it made for others, once it succeeded, or may have.
	note func(*client, made)
}

// kind is a kind of operation, and how often it is drawn.
type kind struct {
	weight int
	draw   func(*client) call
}

// kinds are what clients do.
var kinds = []kind{
	{4, inviteUser}, {6, acceptInvitation}, {2, revokeInvitation}, {1, resendInvitation}, {1, declineInvitation},
	{2, inviteToAccount}, {4, setOrganizationRole}, {2, removeUser}, {2, leave}, {3, transferOwnership},
	{2, createAccount}, {1, createSubaccount}, {3, transferAccount}, {3, assignRoles}, {2, revokeRoles},
	{1, closeAccount}, {2, deactivateUser}, {3, reactivateUser}, {1, mergeOrganizations}, {1, renameOrganization},
	{1, setLimits}, {2, signUp}, {1, suspendOrganization}, {2, reactivateOrganization},
	{3, readCan}, {2, readPermissions}, {3, readOrganizationPermissions}, {3, readOrganization}, {3, readUser},
	{3, readAccount}, {3, readAll},
}

// draw draws the next operation.
func (c *client) draw() call {
	total := 0
	for _, k := range kinds {
		total += k.weight
	}
	n := c.random.IntN(total)
	for _, k := range kinds {
		if n -= k.weight; n < 0 {
			return k.draw(c)
		}
	}
	panic("unreachable")
}

// What is drawn: the Owner and the Administrator of the first organization more often, so
// that much succeeds, and few of everything, so that clients contend.

func (c *client) user() tenancy.UserID { return one(&c.world.board, c.random, &c.world.people) }

func (c *client) actor() tenancy.UserID {
	switch c.random.IntN(10) {
	case 0, 1, 2, 3:
		return c.world.who("ana@acme.com")
	case 4:
		return c.world.who("ben@acme.com")
	case 5, 6:
		return c.world.who("eve@acme.com")
	}
	return c.user()
}

func (c *client) organization() tenancy.OrganizationID {
	if c.random.IntN(2) == 0 {
		return c.world.organizations[0]
	}
	return one(&c.world.board, c.random, &c.world.organizations)
}

func (c *client) account() tenancy.AccountID {
	return one(&c.world.board, c.random, &c.world.accounts)
}

// letter draws an invitation, a recent one more often.
func (c *client) letter() letter {
	b := &c.world.board
	b.mu.Lock()
	defer b.mu.Unlock()
	n := len(b.letters)
	return b.letters[n-1-min(c.random.IntN(n), c.random.IntN(n))]
}

func (c *client) address() string {
	if c.random.IntN(4) == 0 {
		return pick(c, c.world.strangers...)
	}
	return pick(c, addresses...)
}

var addresses = []string{"ana@acme.com", "ben@acme.com", "cleo@acme.com", "dan@elsewhere.net", "eve@acme.com",
	"gus@elsewhere.net", "ivy@acme.com"}

func pick[T any](c *client, from ...T) T { return from[c.random.IntN(len(from))] }

func (c *client) role() tenancy.OrganizationRole {
	return pick(c, tenancy.StandardUser, tenancy.Administrator)
}

func (c *client) roles() tenancy.RoleSet {
	return pick(c, tenancy.Roles(tenancy.Developer), tenancy.Roles(tenancy.AccountAdministrator),
		tenancy.Roles(tenancy.BillingManager, tenancy.Support))
}

// says names an operation for messages: the actor first, and then what it is about.
func (c *client) says(name string, by any, about ...any) operation {
	var words []string
	for _, a := range append([]any{by}, about...) {
		switch a := a.(type) {
		case tenancy.UserID:
			words = append(words, c.world.name(a))
		case tenancy.OrganizationID:
			words = append(words, c.world.name(a))
		case tenancy.AccountID:
			words = append(words, c.world.name(a))
		case tenancy.InvitationID:
			words = append(words, c.world.name(a))
		default:
			words = append(words, fmt.Sprint(a))
		}
	}
	return operation{name: name, text: name + " by " + strings.Join(words, ", ")}
}

// write is an operation that writes, of which no more than success or refusal is compared.
func (c *client) write(o operation, do func(context.Context, *client) error,
	apply func(*reference.Model, made) reference.Answer) call {
	o.apply = func(m *reference.Model, made made, _ any) reference.Answer { return apply(m, made) }
	return call{operation: o, do: func(ctx context.Context, c *client) (any, error) { return nil, do(ctx, c) }}
}

func only[T any](_ T, err error) error { return err }

func as(user tenancy.UserID) reference.Actor { return reference.Actor{User: user} }

var (
	system = reference.Actor{System: true}
	staff  = reference.Actor{Operator: "staff"}
)

// Invitations.

func inviteUser(c *client) call {
	by, org := c.actor(), c.organization()
	in := tenancy.NewInvitation{Email: c.address(), Role: c.role()}
	w := c.write(c.says("InviteUser", by, org, in.Email, in.Role),
		func(ctx context.Context, c *client) error { return only(c.dir.As(by).InviteUser(ctx, org, in)) },
		func(m *reference.Model, made made) reference.Answer {
			return m.InviteUser(as(by), org, in, made.invitation)
		})
	w.note = func(c *client, made made) { c.world.addLetter(letter{made.invitation, org, in.Email}) }
	return w
}

func inviteToAccount(c *client) call {
	by, account := c.actor(), c.account()
	in := tenancy.NewAccountInvitation{Email: c.address(), Roles: c.roles()}
	w := c.write(c.says("InviteToAccount", by, account, in.Email, in.Roles),
		func(ctx context.Context, c *client) error {
			return only(c.dir.As(by).InviteToAccount(ctx, account, in))
		},
		func(m *reference.Model, made made) reference.Answer {
			return m.InviteToAccount(as(by), account, in, made.invitation)
		})
	w.note = func(c *client, made made) {
		c.world.addLetter(letter{id: made.invitation, address: in.Email})
	}
	return w
}

func acceptInvitation(c *client) call {
	l := c.letter()
	by := c.world.who(l.address)
	if by.IsZero() {
		by = c.user()
	}
	in := tenancy.Acceptance{Invitation: l.id}
	var agreed reference.Terms
	// what is shown is looked at before the operation begins, and is no part of the history
	if offer, err := c.calm.As(by).InvitationByID(c.ctx, l.id); err == nil && offer.Terms != nil {
		in.Terms = offer.Terms.Token
		for _, o := range offer.Terms.Merged {
			agreed.Merged = append(agreed.Merged, o.ID)
		}
		for _, o := range offer.Terms.Dissolved {
			agreed.Dissolved = append(agreed.Dissolved, o.ID)
		}
		for _, a := range offer.Terms.Accounts {
			agreed.Accounts = append(agreed.Accounts, a.ID)
		}
	}
	o := c.says("AcceptInvitation", by, l.id)
	o.apply = func(m *reference.Model, _ made, _ any) reference.Answer {
		return m.AcceptInvitation(as(by), tenancy.InvitationID{}, l.id, false, agreed, in.Terms != "")
	}
	o.essence = func(r any) any { return reference.AcceptedEssence(r.(tenancy.AcceptedInvitation)) }
	return call{operation: o, do: func(ctx context.Context, c *client) (any, error) {
		r, err := c.dir.As(by).AcceptInvitation(ctx, in)
		return r, err
	}}
}

func revokeInvitation(c *client) call {
	by, l := c.actor(), c.letter()
	return c.write(c.says("RevokeInvitation", by, l.id),
		func(ctx context.Context, c *client) error { return c.dir.As(by).RevokeInvitation(ctx, l.id) },
		func(m *reference.Model, _ made) reference.Answer { return m.RevokeInvitation(as(by), l.id) })
}

func resendInvitation(c *client) call {
	by, l := c.actor(), c.letter()
	w := c.write(c.says("ResendInvitation", by, l.id),
		func(ctx context.Context, c *client) error { return only(c.dir.As(by).ResendInvitation(ctx, l.id)) },
		func(m *reference.Model, made made) reference.Answer {
			return m.ResendInvitation(as(by), l.id, made.invitation)
		})
	w.note = func(c *client, made made) {
		c.world.addLetter(letter{made.invitation, l.organization, l.address})
	}
	return w
}

func declineInvitation(c *client) call {
	l := c.letter()
	by := c.world.who(l.address)
	if by.IsZero() {
		by = c.user()
	}
	return c.write(c.says("DeclineInvitation", by, l.id),
		func(ctx context.Context, c *client) error {
			return c.dir.As(by).DeclineInvitation(ctx, tenancy.Declination{Invitation: l.id})
		},
		func(m *reference.Model, _ made) reference.Answer {
			return m.DeclineInvitation(as(by), tenancy.InvitationID{}, l.id, false)
		})
}

func signUp(c *client) call {
	address := pick(c, c.world.strangers...)
	in := tenancy.NewSignUp{Email: tenancy.Proven(address), Name: "New"}
	if l := c.letter(); l.address == address {
		in.Invitation = l.id
	}
	o := c.says("SignUp", "System", address, in.Invitation)
	o.apply = func(m *reference.Model, made made, _ any) reference.Answer {
		return m.SignUp(system, in, address, tenancy.InvitationID{},
			reference.MadeBySignUp{User: made.user, Organization: made.organization, Account: made.account})
	}
	o.essence = func(r any) any { return reference.SignedUpEssence(r.(tenancy.SignedUp)) }
	return call{operation: o,
		do: func(ctx context.Context, c *client) (any, error) {
			r, err := c.dir.System().SignUp(ctx, in)
			return r, err
		},
		note: func(c *client, made made) { c.world.addPerson(made.user, address) }}
}

// Members.

func setOrganizationRole(c *client) call {
	by, org, user, role := c.actor(), c.organization(), c.user(), c.role()
	return c.write(c.says("SetOrganizationRole", by, org, user, role),
		func(ctx context.Context, c *client) error {
			return only(c.dir.As(by).SetOrganizationRole(ctx, org, user, role))
		},
		func(m *reference.Model, _ made) reference.Answer {
			return m.SetOrganizationRole(as(by), org, user, role)
		})
}

func removeUser(c *client) call {
	by, org, user := c.actor(), c.organization(), c.user()
	in := tenancy.Removal{AccountsTo: c.user()}
	return c.write(c.says("RemoveUser", by, org, user, in.AccountsTo),
		func(ctx context.Context, c *client) error { return c.dir.As(by).RemoveUser(ctx, org, user, in) },
		func(m *reference.Model, _ made) reference.Answer { return m.RemoveUser(as(by), org, user, in) })
}

func leave(c *client) call {
	by, org := c.user(), c.organization()
	return c.write(c.says("Leave", by, org),
		func(ctx context.Context, c *client) error { return c.dir.As(by).Leave(ctx, org) },
		func(m *reference.Model, _ made) reference.Answer { return m.Leave(as(by), org) })
}

func transferOwnership(c *client) call {
	by, org := c.actor(), c.organization()
	in := tenancy.NewOwner{User: c.user(),
		Previous: pick(c, tenancy.PreviousAdministrator, tenancy.PreviousStandardUser, tenancy.PreviousLeaves)}
	return c.write(c.says("TransferOwnership", by, org, in.User, in.Previous),
		func(ctx context.Context, c *client) error { return only(c.dir.As(by).TransferOwnership(ctx, org, in)) },
		func(m *reference.Model, _ made) reference.Answer { return m.TransferOwnership(as(by), org, in) })
}

func deactivateUser(c *client) call {
	by, user := c.actor(), c.user()
	return c.write(c.says("DeactivateUser", by, user),
		func(ctx context.Context, c *client) error { return only(c.dir.As(by).DeactivateUser(ctx, user)) },
		func(m *reference.Model, _ made) reference.Answer { return m.DeactivateUser(as(by), user) })
}

func reactivateUser(c *client) call {
	by, user := c.actor(), c.user()
	return c.write(c.says("ReactivateUser", by, user),
		func(ctx context.Context, c *client) error { return only(c.dir.As(by).ReactivateUser(ctx, user)) },
		func(m *reference.Model, _ made) reference.Answer { return m.ReactivateUser(as(by), user) })
}

// Accounts.

func createAccount(c *client) call {
	by, org := c.actor(), c.organization()
	in := tenancy.NewAccount{Name: "Another"}
	w := c.write(c.says("CreateAccount", by, org),
		func(ctx context.Context, c *client) error { return only(c.dir.As(by).CreateAccount(ctx, org, in)) },
		func(m *reference.Model, made made) reference.Answer {
			return m.CreateAccount(as(by), org, in, made.account)
		})
	w.note = func(c *client, made made) { c.world.addAccount(made.account) }
	return w
}

func createSubaccount(c *client) call {
	by, parent := c.actor(), c.account()
	w := c.write(c.says("CreateSubaccount", by, parent),
		func(ctx context.Context, c *client) error {
			return only(c.dir.As(by).CreateSubaccount(ctx, parent, tenancy.NewSubaccount{Name: "Sub"}))
		},
		func(m *reference.Model, made made) reference.Answer {
			return m.CreateSubaccount(as(by), parent, "Sub", made.account)
		})
	w.note = func(c *client, made made) { c.world.addAccount(made.account) }
	return w
}

func transferAccount(c *client) call {
	by, account, to := c.actor(), c.account(), c.user()
	return c.write(c.says("TransferAccount", by, account, to),
		func(ctx context.Context, c *client) error {
			return only(c.dir.As(by).TransferAccount(ctx, account, to))
		},
		func(m *reference.Model, _ made) reference.Answer { return m.TransferAccount(as(by), account, to) })
}

func closeAccount(c *client) call {
	by, account := c.actor(), c.account()
	return c.write(c.says("CloseAccount", by, account),
		func(ctx context.Context, c *client) error { return only(c.dir.As(by).CloseAccount(ctx, account)) },
		func(m *reference.Model, _ made) reference.Answer { return m.CloseAccount(as(by), account) })
}

func assignRoles(c *client) call {
	by, account, user := c.actor(), c.account(), c.user()
	in := tenancy.Assignment{Roles: c.roles()}
	return c.write(c.says("AssignRoles", by, account, user, in.Roles),
		func(ctx context.Context, c *client) error {
			return only(c.dir.As(by).AssignRoles(ctx, account, user, in))
		},
		func(m *reference.Model, _ made) reference.Answer { return m.AssignRoles(as(by), account, user, in) })
}

func revokeRoles(c *client) call {
	by, account, user := c.actor(), c.account(), c.user()
	return c.write(c.says("RevokeRoles", by, account, user),
		func(ctx context.Context, c *client) error { return c.dir.As(by).RevokeRoles(ctx, account, user) },
		func(m *reference.Model, _ made) reference.Answer { return m.RevokeRoles(as(by), account, user) })
}

// Organizations.

func mergeOrganizations(c *client) call {
	by, prime, candidate := c.actor(), c.world.organizations[0], c.organization()
	return c.write(c.says("MergeOrganizations", by, prime, candidate),
		func(ctx context.Context, c *client) error {
			return only(c.dir.As(by).MergeOrganizations(ctx, prime, candidate))
		},
		func(m *reference.Model, _ made) reference.Answer {
			return m.MergeOrganizations(as(by), prime, candidate)
		})
}

func renameOrganization(c *client) call {
	by, org, name := c.actor(), c.organization(), pick(c, "One", "Two", "Three")
	return c.write(c.says("RenameOrganization", by, org, name),
		func(ctx context.Context, c *client) error {
			return only(c.dir.As(by).RenameOrganization(ctx, org, name))
		},
		func(m *reference.Model, _ made) reference.Answer { return m.RenameOrganization(as(by), org, name) })
}

func setLimits(c *client) call {
	org, limits := c.organization(), pick(c, nil, &tenancy.Limits{Members: 4, Accounts: 3}, &tenancy.Limits{Members: 6})
	return c.write(c.says("SetLimits", "an Operator", org, limits),
		func(ctx context.Context, c *client) error {
			return only(c.dir.Operator("staff").SetLimits(ctx, org, limits))
		},
		func(m *reference.Model, _ made) reference.Answer { return m.SetLimits(staff, org, limits) })
}

func suspendOrganization(c *client) call {
	org := c.organization()
	return c.write(c.says("SuspendOrganization", "an Operator", org),
		func(ctx context.Context, c *client) error {
			return only(c.dir.Operator("staff").SuspendOrganization(ctx, org, "t-1"))
		},
		func(m *reference.Model, _ made) reference.Answer {
			return m.SuspendOrganization(staff, org, "t-1", true)
		})
}

func reactivateOrganization(c *client) call {
	org := c.organization()
	return c.write(c.says("ReactivateOrganization", "an Operator", org),
		func(ctx context.Context, c *client) error {
			return only(c.dir.Operator("staff").ReactivateOrganization(ctx, org, "t-1"))
		},
		func(m *reference.Model, _ made) reference.Answer {
			return m.SuspendOrganization(staff, org, "t-1", false)
		})
}

// Reads, as System is answered: it sees everything.

func read[R any](o operation, do func(context.Context, *client) (R, error), holds func(*reference.Model, R) bool) call {
	o.holds = func(m *reference.Model, got any) bool { return holds(m, got.(R)) }
	return call{operation: o, do: func(ctx context.Context, c *client) (any, error) {
		r, err := do(ctx, c)
		return r, err
	}}
}

func readCan(c *client) call {
	user, account := c.user(), c.account()
	right := pick(c, tenancy.ManageMembers, tenancy.Build, tenancy.TransferAccount)
	return read(c.says("Can", "System", user, right, account),
		func(ctx context.Context, c *client) (tenancy.Decision, error) {
			return c.dir.System().Can(ctx, user, right, account)
		},
		func(m *reference.Model, got tenancy.Decision) bool { return m.Can(user, right, account).Same(got) })
}

func readPermissions(c *client) call {
	user, account := c.user(), c.account()
	return read(c.says("Permissions", "System", user, account),
		func(ctx context.Context, c *client) (map[tenancy.Permission]tenancy.Decision, error) {
			return c.dir.System().Permissions(ctx, user, account)
		},
		func(m *reference.Model, got map[tenancy.Permission]tenancy.Decision) bool {
			for right, d := range got {
				if !m.Can(user, right, account).Same(d) {
					return false
				}
			}
			return true
		})
}

func readOrganizationPermissions(c *client) call {
	user, org := c.user(), c.organization()
	return read(c.says("OrganizationPermissions", "System", user, org),
		func(ctx context.Context, c *client) (map[tenancy.OrganizationPermission]tenancy.Decision, error) {
			return c.dir.System().OrganizationPermissions(ctx, user, org)
		},
		func(m *reference.Model, got map[tenancy.OrganizationPermission]tenancy.Decision) bool {
			for right, d := range got {
				if !m.CanInOrganization(user, right, org).Same(d) {
					return false
				}
			}
			return true
		})
}

func readOrganization(c *client) call {
	org := c.organization()
	return read(c.says("Organization", "System", org),
		func(ctx context.Context, c *client) (tenancy.Organization, error) {
			return c.dir.System().Organization(ctx, org)
		},
		func(m *reference.Model, got tenancy.Organization) bool {
			o, counts := m.Organizations[got.ID], m.Counts()
			s := got.Settings
			return s != nil && got.Name.Reveal() == o.Name && got.State == o.State && got.MergedInto == o.MergedInto &&
				got.Suspended == o.Suspended && s.Owner == o.Owner && (s.Limits != nil) == o.Limited &&
				s.Seats == counts["seats "+got.ID.String()] && s.Accounts == counts["accounts "+got.ID.String()] &&
				(got.ID == org || m.Organizations[org].State == tenancy.StateMerged)
		})
}

// member is a membership that User gives.
type member struct {
	org  tenancy.OrganizationID
	role tenancy.OrganizationRole
}

type userRead struct {
	State   tenancy.State
	Held    tenancy.Inactivity
	Members []member
}

func readUser(c *client) call {
	user := c.user()
	return read(c.says("User", "System", user),
		func(ctx context.Context, c *client) (userRead, error) {
			u, memberships, err := c.dir.System().User(ctx, user)
			if err != nil {
				return userRead{}, err
			}
			r := userRead{State: u.State}
			if u.Inactive != nil {
				r.Held = *u.Inactive
			}
			for _, m := range memberships {
				r.Members = append(r.Members, member{m.Organization, m.Role})
			}
			return r, nil
		},
		func(m *reference.Model, got userRead) bool {
			u := m.Users[user]
			state := tenancy.StateActive
			if u.HeldByOperator || u.HeldByOrganization {
				state = tenancy.StateInactive
			}
			n := 0
			for at, is := range m.Members {
				if at.User != user {
					continue
				}
				if !slices.Contains(got.Members, member{at.Organization, is.Role}) {
					return false
				}
				n++
			}
			return got.State == state && n == len(got.Members) && got.Held.Operator == u.HeldByOperator &&
				got.Held.Organization == u.HeldByOrganization
		})
}

func readAccount(c *client) call {
	account := c.account()
	return read(c.says("Account", "System", account),
		func(ctx context.Context, c *client) (*tenancy.Account, error) {
			a, err := c.dir.System().Account(ctx, account)
			if tenancy.CodeOf(err) == tenancy.CodeNotFound { // one that may not have been made
				return nil, nil
			}
			return &a, err
		},
		func(m *reference.Model, got *tenancy.Account) bool {
			a, ok := m.Accounts[account]
			if got == nil || !ok {
				return !ok && got == nil
			}
			return got.Owner == a.Owner && *got.Organization == a.Organization && *got.Parent == a.Parent &&
				(got.State == tenancy.StateClosed) == (a.Closed != 0)
		})
}

// readAll reads all records in one View.
func readAll(c *client) call {
	return read(c.says("everything", "a View"),
		func(ctx context.Context, c *client) (snapshot, error) { return look(ctx, c.store) },
		func(m *reference.Model, got snapshot) bool {
			return len(reference.Differences(got.state, got.counts, m)) == 0
		})
}
