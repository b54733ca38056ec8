package console

import (
	"strconv"

	"github.com/add4b1c6/tenancy"
)

// ownerRoutes serves the pages on which the Owner hands an organization over.
func (c *console) ownerRoutes() {
	c.getIn("/owner", tenancy.TransferOwnership, chooseOwner)
	c.getIn("/owner/{user}", tenancy.TransferOwnership, confirmOwner)
	c.postIn("/owner/{user}", tenancy.TransferOwnership, confirmOwner, transferOwnership,
		fields{tenancy.CodeOwnsOrganization: "previous"})
	c.says("owner", "The organization has a new Owner.")
}

// persons are the query of the people, and no service accounts, who are active members.
func persons() tenancy.UserQuery {
	return tenancy.UserQuery{Kind: tenancy.KindManaged, State: tenancy.StateActive, ServiceAccount: new(false)}
}

// chooseOwner shows the members who could be the Owner.
func chooseOwner(v *visit) (*page, error) {
	found, err := v.pick(v.at("owner"), persons(), v.self())
	if err != nil {
		return nil, err
	}
	return &page{template: "owner", title: v.t("Change the Owner"), at: "settings", data: found}, nil
}

// ownerPage is what the page shows that confirms a new Owner.
type ownerPage struct {
	tenancy.User
	OwnsOthers bool // the previous Owner owns other organizations, and can only leave
	Previous   []option
}

// confirmOwner says what becomes of the old Owner and the new one.
func confirmOwner(v *visit) (*page, error) {
	id, err := pathID[tenancy.UserID](v, "user")
	if err != nil {
		return nil, err
	}
	data := ownerPage{}
	if data.User, _, err = v.s.Member(v.ctx(), v.org.ID, id); err != nil {
		return nil, err
	}
	if data.ServiceAccount || v.self() == id {
		return nil, tenancy.CodeNotFound
	}
	if data.OwnsOthers, err = v.ownsOthers(); err != nil {
		return nil, err
	}
	if !data.OwnsOthers {
		data.Previous = []option{
			previous(tenancy.PreviousAdministrator, v.t("Stay, as Administrator"), v.t("You do what you do now, but no longer name the Owner or delete the organization.")),
			previous(tenancy.PreviousStandardUser, v.t("Stay, as Standard User"), v.t("You keep your roles on accounts, and manage nothing in the organization.")),
		}
	}
	data.Previous = append(data.Previous, previous(tenancy.PreviousLeaves, v.t("Leave the organization"),
		v.t("You lose your roles on its accounts. The accounts that you own here pass to the new Owner.")))
	return &page{template: "owner-confirm", title: v.t("Change the Owner"), at: "settings", data: data}, nil
}

// previous is a choice of what becomes of the Owner.
func previous(becomes tenancy.PreviousOwner, label, hint string) option {
	return option{Value: strconv.Itoa(int(becomes)), Label: label, Hint: hint}
}

// ownsOthers reports whether the reader, who owns the organization, owns another one.
func (v *visit) ownsOthers() (bool, error) {
	owned, _, err := tenancy.Collect(v.s.Organizations(v.ctx(), tenancy.OrganizationQuery{}), 2)
	return len(owned) > 1, err
}

// transferOwnership makes another member the Owner.
func transferOwnership(v *visit) (string, error) {
	id, err := pathID[tenancy.UserID](v, "user")
	if err != nil {
		return "", err
	}
	becomes, err := strconv.ParseUint(v.value("previous"), 10, 8)
	if err != nil {
		return "", errForm
	}
	_, err = v.once().TransferOwnership(v.ctx(), v.org.ID,
		tenancy.NewOwner{User: id, Previous: tenancy.PreviousOwner(becomes)})
	if tenancy.PreviousOwner(becomes) == tenancy.PreviousLeaves {
		return done(v.url(), "owner"), err
	}
	return done(v.at(), "owner"), err
}
