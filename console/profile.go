package console

import (
	"net/http"

	"github.com/add4b1c6/tenancy"
)

// profileRoutes serves a person's page outside of organizations.
func (c *console) profileRoutes() {
	c.get("/profile", profile)
	c.post("/profile/name", profile, renameOneself, fields{tenancy.CodeName: "name"})
	c.get("/profile/deletion", leavingForGood)
	c.post("/profile/deletion", leavingForGood, deleteOneself, nil)
	c.says("own-name", "Your name was changed.")
}

// profilePage is what a person's own page shows.
type profilePage struct {
	tenancy.User
	Members []tenancy.Membership
	Owned   []tenancy.Reach // accounts that keep them from being deleted; read for that page alone
}

func (v *visit) profile() (data profilePage, err error) {
	data.User, data.Members, err = v.s.User(v.ctx(), v.self())
	return data, err
}

// profile shows a person their name and address.
func profile(v *visit) (*page, error) {
	data, err := v.profile()
	return &page{template: "profile", title: v.t("Your profile"), data: data}, err
}

func renameOneself(v *visit) (string, error) {
	name := v.value("name")
	_, err := v.once().UpdateUser(v.ctx(), v.self(), tenancy.UserUpdate{Name: &name})
	return done(v.url("profile"), "own-name"), err
}

// leavingForGood says what deleting oneself does, and what stands against it.
func leavingForGood(v *visit) (*page, error) {
	data, err := v.profile()
	if err != nil {
		return nil, err
	}
	if data.Owned, err = v.owned(v.ctx(), v.s, v.self()); err != nil {
		return nil, err
	}
	return &page{template: "profile-deletion", title: v.t("Delete yourself"), data: data}, nil
}

// deleteOneself deletes the reader, who can see no page any more: this one is the last.
func deleteOneself(v *visit) (string, error) {
	err := v.once().DeleteUser(v.ctx(), v.self(), tenancy.UserDeletion{})
	if err != nil {
		return v.url(), err
	}
	return "", v.render(http.StatusOK, &page{template: "gone", title: v.t("You are deleted")})
}
