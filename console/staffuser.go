package console

import (
	"context"
	"net/http"

	"github.com/add4b1c6/tenancy"
)

// staffUserRoutes serves the staff's pages of a person or a service account.
func (c *console) staffUserRoutes() {
	c.get("/users/{user}", staffUser)
	c.post("/users/{user}/deactivation", staffUser, staffOnUser("user-deactivated",
		func(v *visit, p *tenancy.Platform, id tenancy.UserID) error {
			_, err := p.DeactivateUser(v.ctx(), id)
			return err
		}), referenceField)
	c.post("/users/{user}/reactivation", staffUser, staffOnUser("user-reactivated",
		func(v *visit, p *tenancy.Platform, id tenancy.UserID) error {
			_, err := p.ReactivateUser(v.ctx(), id)
			return err
		}), referenceField)
	c.get("/users/{user}/address", staffAddress)
	c.post("/users/{user}/address", staffAddress, staffOnUser("user-address", changeAddress),
		fields{tenancy.CodeReference: "correlation", tenancy.CodeEmail: "email", tenancy.CodeEmailTaken: "email"})
	c.get("/users/{user}/deletion", staffDeletion)
	c.post("/users/{user}/deletion", staffDeletion, staffOnUser("user-deleted", deleteByStaff),
		fields{tenancy.CodeReference: "correlation", tenancy.CodeOwnsAccounts: "heir", tenancy.CodeNotMember: "heir",
			tenancy.CodeNotPerson: "heir", tenancy.CodeManagedElsewhere: "heir", tenancy.CodeInactive: "heir"})
	log := func(v *visit) (logOf, error) {
		id, err := pathID[tenancy.UserID](v, "user")
		return v.staffLog(tenancy.Stream{User: id}, v.url("users", id, "log")), err
	}
	c.staffLogRoutes("/users/{user}", log)
	c.says("user-deactivated", "The user was deactivated by the staff, and only the staff can reactivate them.")
	c.says("user-reactivated", "The user is no longer deactivated by the staff.")
	c.says("user-address", "The user has another address.")
	c.says("user-deleted", "The user was deleted, and nothing personal of them is left.")
}

// referenceField is where a refused reference is said that an operation does not take itself.
var referenceField = fields{tenancy.CodeReference: "correlation"}

// staffUserPage is what the page of a user shows.
type staffUserPage struct {
	tenancy.User
	Members []staffMembership // the first of them
	More    int               // memberships that are not shown
	Reach   list[tenancy.Reach]
	Stop    tenancy.Code // of the page of the deletion: why it would be refused; "": it would not be
}

// Owns reports whether the user is the Owner of an organization.
func (p staffUserPage) Owns() bool {
	for _, m := range p.Members {
		if m.Role == tenancy.Owner {
			return true
		}
	}
	return false
}

// staffMembership is a membership with the organization's name.
type staffMembership struct {
	tenancy.Membership
	Name tenancy.Personal
}

// mostMemberships is of how many of a user's organizations the names are read. Only an Owner
// has several.
const mostMemberships = 10

func (v *visit) staffUserPage() (data staffUserPage, err error) {
	id, err := pathID[tenancy.UserID](v, "user")
	if err != nil {
		return data, err
	}
	var members []tenancy.Membership
	if data.User, members, err = v.s.User(v.ctx(), id); err != nil {
		return data, err
	}
	first := members[:min(len(members), mostMemberships)]
	data.More = len(members) - len(first)
	for _, m := range first {
		org, err := v.s.Organization(v.ctx(), m.Organization)
		if err != nil {
			return data, err
		}
		data.Members = append(data.Members, staffMembership{m, org.Name})
	}
	return data, nil
}

func staffUser(v *visit) (*page, error) {
	data, err := v.staffUserPage()
	if err != nil {
		return nil, err
	}
	if data.State != tenancy.StateDeleted {
		reach := v.s.AccountsOf(v.ctx(), data.ID, tenancy.AccountsOfQuery{After: v.after()})
		if data.Reach, err = collect(v, reach); err != nil {
			return nil, err
		}
	}
	return &page{template: "staff-user", title: v.t("User"), data: data}, nil
}

// staffOnUser makes the action of a form of a user's page.
func staffOnUser(notice string, do func(*visit, *tenancy.Platform, tenancy.UserID) error) action {
	return func(v *visit) (string, error) {
		id, err := pathID[tenancy.UserID](v, "user")
		if err != nil {
			return "", err
		}
		return done(v.url("users", id), notice), do(v, v.operateOnce(), id)
	}
}

func staffAddress(v *visit) (*page, error) {
	data, err := v.staffUserPage()
	if err == nil && (data.ServiceAccount || data.State == tenancy.StateDeleted) {
		err = tenancy.CodeNotFound
	}
	if err != nil {
		return nil, err
	}
	return &page{template: "staff-address", title: v.t("Change address"), data: data}, nil
}

func changeAddress(v *visit, p *tenancy.Platform, id tenancy.UserID) error {
	if v.value("proven") != "yes" {
		return &refusal{status: http.StatusBadRequest, field: "proven",
			sentence: "Confirm that the address was proven to be theirs."}
	}
	_, err := p.ChangeEmail(v.ctx(), id, tenancy.Proven(v.value("email")))
	return err
}

// staffDeletion says what deleting a user does, and what stands against it.
func staffDeletion(v *visit) (*page, error) {
	data, err := v.staffUserPage()
	if err == nil && data.State == tenancy.StateDeleted {
		err = tenancy.CodeNotFound
	}
	if err != nil {
		return nil, err
	}
	_, err = v.p.Preview(v.ctx(), func(ctx context.Context, p *tenancy.Platform) error {
		return p.DeleteUser(ctx, data.ID, tenancy.UserDeletion{})
	})
	if data.Stop = tenancy.CodeOf(err); err != nil && data.Stop == "" {
		return nil, err
	}
	return &page{template: "staff-deletion", title: v.t("Delete user"), data: data}, nil
}

// NeedsHeir reports whether the user owns accounts, which somebody has to get.
func (p staffUserPage) NeedsHeir() bool { return p.Stop == tenancy.CodeOwnsAccounts }

func deleteByStaff(v *visit, p *tenancy.Platform, id tenancy.UserID) error {
	in := tenancy.UserDeletion{}
	if v.value("heir") != "" {
		var err error
		if in.AccountsTo, err = formID[tenancy.UserID](v, "heir"); err != nil {
			return &refusal{status: http.StatusBadRequest, sentence: tenancy.CodeID.Sentence(), field: "heir"}
		}
	}
	return p.DeleteUser(v.ctx(), id, in)
}
