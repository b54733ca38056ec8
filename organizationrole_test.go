package tenancy_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// nameable are the built-in permissions that a role of the host's can be given, with what
// each includes, written down a second time (ROLE-9).
var nameable = map[tenancy.OrganizationPermission]tenancy.OrganizationPermission{
	tenancy.ViewOrganization: "", tenancy.CreateAccounts: "", tenancy.ReadLog: "", tenancy.ManageOrganization: "",
	tenancy.ViewUsers: "", tenancy.ViewAccounts: "", tenancy.ViewDomains: "",
	tenancy.ManageUsers: tenancy.ViewUsers, tenancy.ManageAccounts: tenancy.ViewAccounts, tenancy.ManageDomains: tenancy.ViewDomains,
}

// invoices is a permission of the host's.
const invoices tenancy.OrganizationPermission = "read_invoices"

// hostRoles are roles of a host's: an auditor, one who manages people, a billing contact.
var hostRoles = map[tenancy.OrganizationRole][]tenancy.OrganizationPermission{
	"auditor": {tenancy.ViewUsers, tenancy.ViewAccounts, tenancy.ViewDomains, tenancy.ReadLog},
	"people":  {tenancy.ManageUsers, tenancy.CreateAccounts},
	"hr":      {tenancy.ManageUsers, tenancy.ManageAccounts, tenancy.CreateAccounts},
	"merger":  {tenancy.ManageUsers, tenancy.ManageOrganization, tenancy.CreateAccounts},
	"billing": {invoices},
}

// withRoles are options with roles of the host's.
func withRoles(roles map[tenancy.OrganizationRole][]tenancy.OrganizationPermission) tenancy.Options {
	return tenancy.Options{OrganizationRoles: tenancy.OrganizationRoleOptions{
		Permissions: []tenancy.OrganizationPermission{invoices}, Roles: roles,
	}}
}

func TestOrganizationRoleOptions(t *testing.T) {
	type roles = map[tenancy.OrganizationRole][]tenancy.OrganizationPermission
	for name, options := range map[string]tenancy.OrganizationRoleOptions{
		"a built-in role's name":          {Roles: roles{tenancy.StandardUser: {tenancy.ReadLog}}},
		"Administrator's":                 {Roles: roles{tenancy.Administrator: {}}},
		"Owner's":                         {Roles: roles{tenancy.Owner: {}}},
		"an empty name":                   {Roles: roles{"": {}}},
		"a name with a space":             {Roles: roles{"the auditor": {}}},
		"a name that is too long":         {Roles: roles{tenancy.OrganizationRole(strings.Repeat("a", 65)): {}}},
		"a permission that is not there":  {Roles: roles{"auditor": {"fly"}}},
		"an empty permission":             {Roles: roles{"auditor": {""}}},
		"a permission on an account":      {Roles: roles{"auditor": {tenancy.OrganizationPermission(tenancy.Bill)}}},
		"what is the Owner's":             {Roles: roles{"auditor": {tenancy.ReleaseAccounts}}},
		"the Owner's role":                {Roles: roles{"auditor": {tenancy.TransferOwnership}}},
		"the organization's end":          {Roles: roles{"auditor": {tenancy.DeleteOrganization}}},
		"single sign-on":                  {Roles: roles{"auditor": {tenancy.ManageIdentity}}},
		"a permission of no name":         {Permissions: []tenancy.OrganizationPermission{""}},
		"a permission with a space":       {Permissions: []tenancy.OrganizationPermission{"read invoices"}},
		"a built-in permission's name":    {Permissions: []tenancy.OrganizationPermission{tenancy.ReadLog}},
		"a permission twice":              {Permissions: []tenancy.OrganizationPermission{invoices, invoices}},
		"an Owner's permission's name":    {Permissions: []tenancy.OrganizationPermission{tenancy.DeleteOrganization}},
		"a permission named, not defined": {Roles: roles{"auditor": {invoices}}},
	} {
		t.Run("ROLE-9 refused: "+name, func(t *testing.T) {
			_, err := tenancy.New(memstore.New(), &tenancy.Options{OrganizationRoles: options})
			refused(t, err, tenancy.CodeOption)
		})
	}
	t.Run("ROLE-9 a role of no permissions has ViewOrganization", func(t *testing.T) {
		c := newCustomer(t, withRoles(roles{"nothing": nil}))
		user := c.joins("nia", "nothing")
		require.Equal(t, []tenancy.OrganizationPermission{tenancy.ViewOrganization}, c.permissions(c.dir, user))
	})
}

// joins lets the Owner invite a person with a role, who signs up with the secret.
func (c *customer) joins(name string, role tenancy.OrganizationRole) tenancy.UserID {
	c.Helper()
	return c.set.Join(c.ana, c.org, name, address(name), role)
}

// permissions returns what a user may do in the organization, by name.
func (c *customer) permissions(dir *tenancy.Directory, user tenancy.UserID) (all []tenancy.OrganizationPermission) {
	c.Helper()
	for _, p := range append(tenancy.OrganizationTable(), invoices) {
		d, err := dir.System().CanInOrganization(c.ctx(), user, p, c.org)
		require.NoError(c, err)
		if d.Allowed {
			all = append(all, p)
		}
	}
	slices.Sort(all)
	return all
}

func TestHostRoleCells(t *testing.T) {
	roles := map[tenancy.OrganizationRole][]tenancy.OrganizationPermission{"only_" + tenancy.OrganizationRole(invoices): {invoices}}
	for p := range nameable {
		roles["only_"+tenancy.OrganizationRole(p)] = []tenancy.OrganizationPermission{p}
	}
	c := newCustomer(t, withRoles(roles))
	for role, named := range roles {
		p := named[0]
		t.Run("ROLE-9 every cell of "+string(role), func(t *testing.T) {
			want := []tenancy.OrganizationPermission{p}
			if p != tenancy.ViewOrganization {
				want = append(want, tenancy.ViewOrganization)
			}
			if also := nameable[p]; also != "" {
				want = append(want, also)
			}
			slices.Sort(want)
			user := c.joins(strings.ReplaceAll(string(role), "_", "-"), role)
			require.Equal(t, want, c.permissions(c.dir, user))
			d, err := c.as(user).CanInOrganization(t.Context(), user, p, c.org)
			require.NoError(t, err)
			require.Equal(t, tenancy.Decision{Allowed: true, Why: tenancy.WhyOrganizationRole, OrganizationRole: role}, d)
		})
	}
	t.Run("ROLE-9 the Owner and Administrators have the host's permissions, a Standard User none", func(t *testing.T) {
		require.Contains(t, c.permissions(c.dir, c.ana), invoices)
		require.Contains(t, c.permissions(c.dir, c.adam), invoices)
		require.NotContains(t, c.permissions(c.dir, c.stan), invoices)
	})
	t.Run("ROLE-9 a permission that the host does not name is none", func(t *testing.T) {
		plain, err := tenancy.New(c.store, &tenancy.Options{Now: c.clock.Now})
		require.NoError(t, err)
		_, err = plain.As(c.ana).CanInOrganization(t.Context(), c.ana, invoices, c.org)
		refused(t, err, tenancy.CodePermission)
	})
	t.Run("ROLE-9 a stored role that a Directory does not name permits what a Standard User's does", func(t *testing.T) {
		plain, err := tenancy.New(c.store, &tenancy.Options{Now: c.clock.Now,
			OrganizationRoles: tenancy.OrganizationRoleOptions{Permissions: []tenancy.OrganizationPermission{invoices}}})
		require.NoError(t, err)
		standard := c.permissions(plain, c.stan)
		require.Equal(t, []tenancy.OrganizationPermission{tenancy.CreateAccounts, tenancy.ViewOrganization}, standard)
		for _, u := range items(t, c.as(c.ana).Users(t.Context(), c.org, tenancy.UserQuery{Kind: tenancy.KindManaged})) {
			if strings.HasPrefix(string(u.Role), "only_") {
				require.Equal(t, standard, c.permissions(plain, u.User.ID), u.Role)
				_, member, err := plain.As(u.User.ID).Member(t.Context(), c.org, u.User.ID)
				require.NoError(t, err)
				require.Equal(t, u.Role, member.Role, "it is kept")
			}
		}
	})
}

// TestHostRolesTouch lets somebody who manages people touch members of every role.
func TestHostRolesTouch(t *testing.T) {
	c := newCustomer(t, withRoles(hostRoles))
	elsewhere, err := tenancy.New(c.store, &tenancy.Options{Now: c.clock.Now,
		OrganizationRoles: tenancy.OrganizationRoleOptions{
			Roles: map[tenancy.OrganizationRole][]tenancy.OrganizationPermission{"stranger": {}},
		}})
	require.NoError(t, err)
	members := map[tenancy.OrganizationRole]tenancy.UserID{
		tenancy.Owner: c.ana, tenancy.Administrator: c.adam, tenancy.StandardUser: c.stan,
		"stranger": c.joins("strange", tenancy.StandardUser),
	}
	_, err = elsewhere.As(c.ana).SetOrganizationRole(t.Context(), c.org, members["stranger"], "stranger")
	require.NoError(t, err)
	for role := range hostRoles {
		members[role] = c.joins("a-"+string(role), role)
	}
	actors := map[tenancy.OrganizationRole]tenancy.UserID{"people": c.joins("paul", "people"),
		"hr": c.joins("hana", "hr"), tenancy.Administrator: c.joins("ada", tenancy.Administrator)}
	covered := map[tenancy.OrganizationRole][]tenancy.OrganizationRole{
		"people": {tenancy.StandardUser, "people"},
		"hr":     {tenancy.StandardUser, "people", "hr"},
		tenancy.Administrator: {tenancy.StandardUser, tenancy.Administrator, "stranger", "people", "hr", "auditor",
			"merger", "billing"},
	}
	touch := map[string]func(*tenancy.Session, tenancy.UserID) error{
		"UpdateUser": func(s *tenancy.Session, user tenancy.UserID) error {
			return errOf(s.UpdateUser(c.ctx(), user, tenancy.UserUpdate{Name: new("New")}))
		},
		"SetOrganizationRole": func(s *tenancy.Session, user tenancy.UserID) error {
			return errOf(s.SetOrganizationRole(c.ctx(), c.org, user, tenancy.StandardUser))
		},
		"DeactivateUser": func(s *tenancy.Session, user tenancy.UserID) error { return errOf(s.DeactivateUser(c.ctx(), user)) },
		"ReactivateUser": func(s *tenancy.Session, user tenancy.UserID) error { return errOf(s.ReactivateUser(c.ctx(), user)) },
		"RemoveUser": func(s *tenancy.Session, user tenancy.UserID) error {
			return s.RemoveUser(c.ctx(), c.org, user, tenancy.Removal{})
		},
		"DeleteUser": func(s *tenancy.Session, user tenancy.UserID) error {
			return s.DeleteUser(c.ctx(), user, tenancy.UserDeletion{})
		},
	}
	for by, actor := range actors {
		for role, member := range members {
			for op, call := range touch {
				t.Run(fmt.Sprintf("ROLE-9 %s of %s by %s", op, role, by), func(t *testing.T) {
					code := tenancy.CodeRank
					switch {
					case role == tenancy.Owner:
						code = tenancy.CodeTheOwner
					case slices.Contains(covered[by], role):
						code = ""
					}
					var refusal error
					_, err := c.as(actor).Preview(t.Context(), func(_ context.Context, s *tenancy.Session) error {
						refusal = call(s, member)
						return nil
					})
					require.NoError(t, err)
					require.Equal(t, code, tenancy.CodeOf(refusal))
				})
			}
		}
		for role := range members {
			t.Run(fmt.Sprintf("ROLE-9 the role %s is given and offered by %s", role, by), func(t *testing.T) {
				code := tenancy.CodeRank
				switch {
				case role == tenancy.Owner || role == "stranger":
					code = tenancy.CodeRole
				case slices.Contains(covered[by], role):
					code = ""
				}
				_, err := c.as(actor).Preview(t.Context(), func(ctx context.Context, s *tenancy.Session) error {
					err := errOf(s.SetOrganizationRole(ctx, c.org, c.stan, role))
					require.Equal(t, code, tenancy.CodeOf(err))
					err = errOf(s.InviteUser(ctx, c.org, tenancy.NewInvitation{Email: "new@example.com", Role: role}))
					require.Equal(t, code, tenancy.CodeOf(err))
					return nil
				})
				require.NoError(t, err)
			})
		}
	}
	t.Run("ROLE-9 without CreateAccounts nobody gives the role Standard User", func(t *testing.T) {
		c := newCustomer(t, withRoles(map[tenancy.OrganizationRole][]tenancy.OrganizationPermission{
			"people": {tenancy.ManageUsers}}))
		paul := c.joins("paul", "people")
		c.unchanged(func() {
			refused(t, errOf(c.as(paul).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: "new@example.com"})), tenancy.CodeRank)
		})
		_, err := c.as(paul).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: "new@example.com", Role: "people"})
		require.NoError(t, err)
	})
	t.Run("ROLE-4 ROLE-9 nobody changes their own role", func(t *testing.T) {
		refused(t, errOf(c.as(actors["hr"]).SetOrganizationRole(t.Context(), c.org, actors["hr"], "people")), tenancy.CodeOneself)
	})
}

// TestHostRolesInvitations sends again and revokes what others offered.
func TestHostRolesInvitations(t *testing.T) {
	c := newCustomer(t, withRoles(hostRoles))
	paul, aud, bill := c.joins("paul", "people"), c.joins("audrey", "auditor"), c.joins("bill", "billing")
	offer := func(role tenancy.OrganizationRole) tenancy.SentInvitation {
		sent, err := c.as(c.ana).InviteUser(c.ctx(), c.org,
			tenancy.NewInvitation{Email: fmt.Sprintf("new-%s@example.com", role), Role: role})
		require.NoError(t, err)
		return sent
	}
	low, high := offer("people"), offer("auditor")
	t.Run("ROLE-9 who could send it revokes it and sends it again", func(t *testing.T) {
		_, err := c.as(paul).ResendInvitation(c.ctx(), high.ID)
		refused(t, err, tenancy.CodeRank)
		refused(t, c.as(paul).RevokeInvitation(c.ctx(), high.ID), tenancy.CodeRank)
		again, err := c.as(paul).ResendInvitation(c.ctx(), low.ID)
		require.NoError(t, err)
		require.NoError(t, c.as(paul).RevokeInvitation(c.ctx(), again.ID))
	})
	t.Run("GEN-5 who sees it in the list may not, and to others it is not there", func(t *testing.T) {
		_, err := c.as(aud).InvitationByID(c.ctx(), high.ID)
		require.NoError(t, err)
		refused(t, errOf(c.as(aud).ResendInvitation(c.ctx(), high.ID)), tenancy.CodeNotAllowed)
		refused(t, c.as(aud).RevokeInvitation(c.ctx(), high.ID), tenancy.CodeNotAllowed)
		for _, other := range []tenancy.UserID{bill, c.stan} {
			refused(t, errOf(c.as(other).InvitationByID(c.ctx(), high.ID)), tenancy.CodeNotFound)
			refused(t, errOf(c.as(other).ResendInvitation(c.ctx(), high.ID)), tenancy.CodeNotFound)
			refused(t, c.as(other).RevokeInvitation(c.ctx(), high.ID), tenancy.CodeNotFound)
		}
	})
	t.Run("USR-10 ROLE-9 an account request is revoked by who could ask", func(t *testing.T) {
		hana := c.joins("hana", "hr")
		asked, err := c.as(hana).AddAccount(c.ctx(), c.org, tenancy.AccountID{1})
		require.NoError(t, err)
		refused(t, c.as(paul).RevokeInvitation(c.ctx(), asked.ID), tenancy.CodeNotFound)
		refused(t, c.as(aud).RevokeInvitation(c.ctx(), asked.ID), tenancy.CodeNotAllowed)
		require.NoError(t, c.as(hana).RevokeInvitation(c.ctx(), asked.ID))
	})
	t.Run("USR-6 ROLE-9 an inviter who may give the role no longer", func(t *testing.T) {
		pia := c.joins("pia", "people")
		sent, err := c.as(pia).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: address("late"), Role: "people"})
		require.NoError(t, err)
		_, err = c.as(c.ana).SetOrganizationRole(c.ctx(), c.org, pia, "auditor")
		require.NoError(t, err)
		_, err = c.host.SignUp(c.ctx(), tenancy.NewSignUp{Email: tenancy.Proven(address("late")), Name: "L", Secret: sent.Secret})
		refused(t, err, tenancy.CodeSecretRefused)
		again, err := c.as(paul).ResendInvitation(c.ctx(), sent.ID)
		require.NoError(t, err)
		_, err = c.host.SignUp(c.ctx(), tenancy.NewSignUp{Email: tenancy.Proven(address("late")), Name: "L", Secret: again.Secret})
		require.NoError(t, err)
	})
	t.Run("ROLE-9 a role that the host names no longer is not offered again", func(t *testing.T) {
		sent := offer("merger")
		plain, err := tenancy.New(c.store, &tenancy.Options{Now: c.clock.Now})
		require.NoError(t, err)
		refused(t, errOf(plain.As(c.ana).ResendInvitation(c.ctx(), sent.ID)), tenancy.CodeRank)
		refused(t, errOf(plain.System().SignUp(c.ctx(), tenancy.NewSignUp{Email: tenancy.Proven("new-merger@example.com"),
			Name: "M", Secret: sent.Secret})), tenancy.CodeSecretRefused)
		require.NoError(t, plain.As(c.ana).RevokeInvitation(c.ctx(), sent.ID))
	})
}

// TestHostRolesPassAccounts removes and deletes members who own accounts.
func TestHostRolesPassAccounts(t *testing.T) {
	c := newCustomer(t, withRoles(hostRoles))
	paul, hana := c.joins("paul", "people"), c.joins("hana", "hr")
	a, err := c.as(c.stan).CreateAccount(c.ctx(), c.org, tenancy.NewAccount{Name: "Stan's"})
	require.NoError(t, err)
	heirs := []tenancy.Heir{{Account: a.ID, User: c.adam}}
	t.Run("USR-11 ROLE-9 to pass accounts on takes ManageAccounts", func(t *testing.T) {
		c.unchanged(func() {
			refused(t, c.as(paul).RemoveUser(c.ctx(), c.org, c.stan, tenancy.Removal{AccountsTo: c.adam}), tenancy.CodeNotAllowed)
			refused(t, c.as(paul).RemoveUser(c.ctx(), c.org, c.stan, tenancy.Removal{Heirs: heirs}), tenancy.CodeNotAllowed)
			refused(t, c.as(paul).RemoveUser(c.ctx(), c.org, c.stan, tenancy.Removal{}), tenancy.CodeOwnsAccounts)
			refused(t, c.as(hana).RemoveUser(c.ctx(), c.org, c.stan, tenancy.Removal{Release: true}), tenancy.CodeRelease)
		})
	})
	t.Run("USR-14 ROLE-9 so does deleting", func(t *testing.T) {
		c.unchanged(func() {
			refused(t, c.as(paul).DeleteUser(c.ctx(), c.stan, tenancy.UserDeletion{AccountsTo: c.adam}), tenancy.CodeNotAllowed)
			refused(t, c.as(paul).DeleteUser(c.ctx(), c.stan, tenancy.UserDeletion{Heirs: heirs}), tenancy.CodeNotAllowed)
			refused(t, c.as(paul).DeleteUser(c.ctx(), c.stan, tenancy.UserDeletion{}), tenancy.CodeOwnsAccounts)
		})
		require.NoError(t, c.as(hana).DeleteUser(c.ctx(), c.stan, tenancy.UserDeletion{AccountsTo: c.adam}))
	})
}

// TestHostRolesMerge imports, and invites people whose organizations merge.
func TestHostRolesMerge(t *testing.T) {
	c := newCustomer(t, withRoles(hostRoles))
	c.prove(c.ana, c.org, "acme.example.com")
	paul, meg := c.joins("paul", "people"), c.joins("meg", "merger")
	_, err := c.staff.SetImportEntitlement(c.ctx(), c.org, tenancy.ImportEntitlement{On: true, Reference: "t-1"})
	require.NoError(t, err)
	founder := func(name string) tenancy.SignedUp {
		made := c.set.FoundAt(name, name+"@elsewhere.example.com")
		_, err := c.host.ChangeEmail(c.ctx(), made.User.ID, tenancy.Proven(name+"@acme.example.com"))
		if err != nil { // the domain refuses who is not invited: they are now
			_, err = c.as(c.ana).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: name + "@acme.example.com"})
			require.NoError(t, err)
			_, err = c.host.ChangeEmail(c.ctx(), made.User.ID, tenancy.Proven(name+"@acme.example.com"))
		}
		require.NoError(t, err)
		for _, i := range items(t, c.as(c.ana).Invitations(c.ctx(), c.org, tenancy.InvitationQuery{State: tenancy.StatePending})) {
			require.NoError(t, c.as(c.ana).RevokeInvitation(c.ctx(), i.ID))
		}
		return made
	}
	accept := func(user tenancy.UserID, secret tenancy.Secret) (tenancy.AcceptedInvitation, error) {
		offer, err := c.as(user).Invitation(c.ctx(), secret)
		require.NoError(t, err)
		return c.as(user).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: secret, Terms: offer.Terms.Token})
	}
	t.Run("ROLE-9 an invitation that merges takes ManageOrganization of the inviter, when it is accepted", func(t *testing.T) {
		fay := founder("fay")
		sent, err := c.as(paul).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: "fay@acme.example.com"})
		require.NoError(t, err)
		_, err = accept(fay.User.ID, sent.Secret)
		refused(t, err, tenancy.CodeInviter)
		again, err := c.as(meg).ResendInvitation(c.ctx(), sent.ID)
		require.NoError(t, err)
		accepted, err := accept(fay.User.ID, again.Secret)
		require.NoError(t, err)
		require.Equal(t, []tenancy.OrganizationID{fay.Organization.ID}, accepted.Merged)
	})
	t.Run("USR-8 ROLE-9 one that only dissolves does not", func(t *testing.T) {
		gil := c.set.FoundAt("gil", "gil@elsewhere.example.com")
		sent, err := c.as(paul).InviteUser(c.ctx(), c.org, tenancy.NewInvitation{Email: "gil@elsewhere.example.com", Role: "people"})
		require.NoError(t, err)
		accepted, err := accept(gil.User.ID, sent.Secret)
		require.NoError(t, err)
		require.Equal(t, []tenancy.OrganizationID{gil.Organization.ID}, accepted.Dissolved)
	})
	t.Run("ROLE-9 importing takes ManageOrganization", func(t *testing.T) {
		hal := founder("hal")
		in := tenancy.UserImport{Emails: []string{"hal@acme.example.com"}}
		refused(t, errOf(c.as(paul).ImportUsers(c.ctx(), c.org, in)), tenancy.CodeNotAllowed)
		_, err := c.as(paul).PreviewMerge(c.ctx(), c.org, tenancy.MergeCandidate{Owner: hal.User.ID})
		refused(t, err, tenancy.CodeNotFound)
		_, err = c.as(meg).PreviewMerge(c.ctx(), c.org, tenancy.MergeCandidate{Owner: hal.User.ID})
		require.NoError(t, err)
		imported, err := c.as(meg).ImportUsers(c.ctx(), c.org, in)
		require.NoError(t, err)
		require.NoError(t, imported[0].Err)
	})
	t.Run("MRG-4 ROLE-9 who arrives by a merge is a Standard User, whatever they were", func(t *testing.T) {
		ida := founder("ida")
		aud := c.set.Join(ida.User.ID, ida.Organization.ID, "audrey", "audrey@elsewhere.example.com", "auditor")
		_, err := c.as(meg).ImportUsers(c.ctx(), c.org, tenancy.UserImport{Emails: []string{"ida@acme.example.com"}})
		require.NoError(t, err)
		_, member, err := c.as(c.ana).Member(c.ctx(), c.org, aud)
		require.NoError(t, err)
		require.Equal(t, tenancy.StandardUser, member.Role)
	})
	t.Run("INV-5 USR-7 ROLE-9 who has such a role is managed, and joins nobody else", func(t *testing.T) {
		sent, err := c.as(c.other.User.ID).InviteUser(c.ctx(), c.other.Organization.ID, tenancy.NewInvitation{Email: address("paul")})
		require.NoError(t, err)
		refused(t, errOf(c.as(paul).AcceptInvitation(c.ctx(), tenancy.Acceptance{Secret: sent.Secret})), tenancy.CodeManagedElsewhere)
		refused(t, errOf(c.as(paul).CreateOrganization(c.ctx(), tenancy.NewOrganization{Name: "Mine"})), tenancy.CodeManaged)
	})
	t.Run("SSO-3 ROLE-9 an exemption is the Owner's and Administrators' to give", func(t *testing.T) {
		refused(t, errOf(c.as(meg).SetSSOExemption(c.ctx(), c.org, paul, tenancy.SSOExempt)), tenancy.CodeNotAllowed)
		member, err := c.as(c.adam).SetSSOExemption(c.ctx(), c.org, paul, tenancy.SSOExempt)
		require.NoError(t, err)
		require.Equal(t, tenancy.SSOExempt, member.SSO)
	})
}

// TestHostRolesShownImports holds the reads that show whom an import brings to what ImportUsers
// asks (ROLE-9, GEN-5).
func TestHostRolesShownImports(t *testing.T) {
	manages := []tenancy.OrganizationPermission{tenancy.ManageUsers, tenancy.ManageOrganization, tenancy.ViewDomains}
	c := newCustomer(t, withRoles(map[tenancy.OrganizationRole][]tenancy.OrganizationPermission{
		"less": manages, "bare": {tenancy.ManageOrganization, tenancy.CreateAccounts}, "enough": append(slices.Clone(manages), tenancy.CreateAccounts),
	}))
	rob := c.set.FoundAt("rob", "rob@acme.example.com")
	domain := c.prove(c.ana, c.org, "acme.example.com")
	_, err := c.staff.SetImportEntitlement(c.ctx(), c.org, tenancy.ImportEntitlement{On: true, Reference: "t-1"})
	require.NoError(t, err)
	less, enough, bare := c.joins("les", "less"), c.joins("eno", "enough"), c.joins("bea", "bare")
	in := tenancy.UserImport{Emails: []string{"rob@acme.example.com"}}
	candidate := tenancy.MergeCandidate{Owner: rob.User.ID}
	t.Run("ROLE-9 USR-15 who may not import is not shown whom an import would bring", func(t *testing.T) {
		refused(t, errOf(c.as(less).ImportUsers(c.ctx(), c.org, in)), tenancy.CodeRank)
		refused(t, failure(c.as(less).ImportableUsers(c.ctx(), domain, tenancy.ImportableUserQuery{})), tenancy.CodeRank)
		refused(t, errOf(c.as(less).PreviewMerge(c.ctx(), c.org, candidate)), tenancy.CodeNotFound)
		refused(t, errOf(c.as(bare).ImportUsers(c.ctx(), c.org, in)), tenancy.CodeNotAllowed)
		refused(t, errOf(c.as(bare).PreviewMerge(c.ctx(), c.org, candidate)), tenancy.CodeNotFound)
	})
	t.Run("ROLE-9 USR-15 who may import is", func(t *testing.T) {
		require.Len(t, items(t, c.as(enough).ImportableUsers(c.ctx(), domain, tenancy.ImportableUserQuery{})), 1)
		require.NoError(t, errOf(c.as(enough).PreviewMerge(c.ctx(), c.org, candidate)))
		require.NoError(t, errOf(c.as(enough).ImportUsers(c.ctx(), c.org, in)))
	})
}
