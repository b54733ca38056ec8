package console

import (
	"context"

	"github.com/add4b1c6/tenancy"
)

// serviceAccountRoutes serves the pages of an organization's service accounts.
func (c *console) serviceAccountRoutes() {
	if !c.shows(PartServiceAccounts) {
		return
	}
	const needs = tenancy.ManageIdentity
	c.takeIn("/service-accounts", needs, serviceAccounts)
	c.getIn("/service-accounts/new", needs, newServiceAccount)
	c.postIn("/service-accounts", needs, newServiceAccount, createServiceAccount,
		fields{tenancy.CodeName: "name", tenancy.CodeRole: "role"})
	c.takeIn("/service-accounts/{user}", needs, serviceAccount)
	c.postIn("/service-accounts/{user}/name", needs, serviceAccount, renameServiceAccount,
		fields{tenancy.CodeName: "name"})
	c.postIn("/service-accounts/{user}/role", needs, serviceAccount, setServiceAccountRole,
		fields{tenancy.CodeRole: "role"})
	c.takeBy("/service-accounts/{user}/deactivation", needs, serviceAccount, deactivateServiceAccount, nil)
	c.postIn("/service-accounts/{user}/reactivation", needs, serviceAccount, reactivateServiceAccount, nil)
	c.takeIn("/service-accounts/{user}/deletion", needs, deletionOfServiceAccount)
	c.takeBy("/service-accounts/{user}/deletion", needs, deletionOfServiceAccount, deleteServiceAccount, nil)
	c.keyRoutes()
	c.says("service-account-created", "The service account was created. It needs a key before a program can act as it.")
	c.says("service-account-renamed", "The service account was renamed.")
	c.says("service-account-role", "The service account's role was changed.")
	c.says("service-account-deactivated", "The service account was deactivated. Its keys are refused until it is reactivated.")
	c.says("service-account-reactivated", "The service account was reactivated. Its keys are accepted again.")
	c.says("service-account-deleted", "The service account was deleted, and its keys with it.")
}

// serviceAccountsPage is what the list of service accounts shows.
type serviceAccountsPage struct {
	Search string
	Found  list[tenancy.OrganizationUser]
}

// serviceAccounts lists the service accounts of an organization, or those that a search
// finds.
func serviceAccounts(v *visit) (*page, error) {
	data := serviceAccountsPage{Search: v.query("q")}
	query := tenancy.UserQuery{
		Kind: tenancy.KindManaged, ServiceAccount: new(true), Search: data.Search, After: v.after(),
	}
	var err error
	if data.Found, err = collect(v, v.s.Users(v.ctx(), v.org.ID, query)); err != nil {
		return nil, err
	}
	return v.serviceAccountPage("serviceaccounts", v.t("Service accounts"), data), nil
}

// serviceAccountPage is a page of service accounts.
func (v *visit) serviceAccountPage(template, title string, data any) *page {
	return &page{template: template, title: title, at: "service-accounts", data: data}
}

func newServiceAccount(v *visit) (*page, error) {
	return v.serviceAccountPage("newserviceaccount", v.t("New service account"), v.rolesToGive("")), nil
}

func createServiceAccount(v *visit) (string, error) {
	made, err := v.once().CreateServiceAccount(v.ctx(), v.org.ID,
		tenancy.NewServiceAccount{Name: v.value("name"), Role: tenancy.OrganizationRole(v.value("role"))})
	if err != nil {
		return v.at("service-accounts"), err
	}
	return done(v.at("service-accounts", made.ID), "service-account-created"), nil
}

// serviceAccountData is what the page of a service account shows.
type serviceAccountData struct {
	tenancy.User
	Role  tenancy.OrganizationRole
	Roles []option // that can be given
	Keys  list[tenancy.ListedKey]
	After tenancy.Cursor // where that page of keys begins
	Lives []option       // of a new key
	Reach []tenancy.Reach
	More  bool // it reaches more accounts
}

// serviceAccount shows a service account with its keys, and the accounts that it reaches.
func serviceAccount(v *visit) (*page, error) {
	user, member, err := v.serviceAccountOf(v.ctx(), v.s)
	if err != nil {
		return nil, err
	}
	data := serviceAccountData{
		User: user, Role: member.Role, Roles: v.rolesToGive(member.Role), After: v.after(), Lives: v.keyLives(),
	}
	if data.Keys, err = collect(v, v.s.Keys(v.ctx(), user.ID, tenancy.KeyQuery{After: v.after()})); err != nil {
		return nil, err
	}
	reach, next, err := tenancy.Collect(v.s.AccountsOf(v.ctx(), user.ID, tenancy.AccountsOfQuery{}), pageSize)
	if err != nil {
		return nil, err
	}
	data.Reach, data.More = reach, next != ""
	return v.serviceAccountPage("serviceaccount", v.t("Service account"), data), nil
}

// serviceAccountOf reads the service account that the path names. A person is not found.
func (v *visit) serviceAccountOf(
	ctx context.Context, s *tenancy.Session,
) (tenancy.User, tenancy.Membership, error) {
	id, err := pathID[tenancy.UserID](v, "user")
	if err != nil {
		return tenancy.User{}, tenancy.Membership{}, err
	}
	user, member, err := s.Member(ctx, v.org.ID, id)
	if err == nil && !user.ServiceAccount {
		err = tenancy.CodeNotFound
	}
	return user, member, err
}

func deletionOfServiceAccount(v *visit) (*page, error) {
	user, _, err := v.serviceAccountOf(v.ctx(), v.s)
	if err != nil {
		return nil, err
	}
	return v.serviceAccountPage("serviceaccountdeletion", v.t("Delete service account"), user), nil
}

// onServiceAccount makes the action of a form on a service account's page.
func onServiceAccount(
	notice string, do func(context.Context, *visit, *tenancy.Session, tenancy.UserID) error,
) action {
	return func(v *visit) (string, error) {
		id, err := pathID[tenancy.UserID](v, "user")
		if err != nil {
			return "", err
		}
		return done(v.at("service-accounts", id), notice),
			v.together(func(ctx context.Context, s *tenancy.Session) error {
				if _, _, err := v.serviceAccountOf(ctx, s); err != nil {
					return err
				}
				return do(ctx, v, s, id)
			})
	}
}

var (
	renameServiceAccount = onServiceAccount("service-account-renamed",
		func(ctx context.Context, v *visit, s *tenancy.Session, id tenancy.UserID) error {
			_, err := s.UpdateUser(ctx, id, tenancy.UserUpdate{Name: new(v.value("name"))})
			return err
		})
	setServiceAccountRole = onServiceAccount("service-account-role",
		func(ctx context.Context, v *visit, s *tenancy.Session, id tenancy.UserID) error {
			_, err := s.SetOrganizationRole(ctx, v.org.ID, id, tenancy.OrganizationRole(v.value("role")))
			return err
		})
	deactivateServiceAccount = onServiceAccount("service-account-deactivated",
		func(ctx context.Context, _ *visit, s *tenancy.Session, id tenancy.UserID) error {
			_, err := s.DeactivateUser(ctx, id)
			return err
		})
	reactivateServiceAccount = onServiceAccount("service-account-reactivated",
		func(ctx context.Context, _ *visit, s *tenancy.Session, id tenancy.UserID) error {
			_, err := s.ReactivateUser(ctx, id)
			return err
		})
)

// deleteServiceAccount deletes a service account, which owns nothing that somebody inherits.
func deleteServiceAccount(v *visit) (string, error) {
	_, err := onServiceAccount("", func(ctx context.Context, _ *visit, s *tenancy.Session, id tenancy.UserID) error {
		return s.DeleteUser(ctx, id, tenancy.UserDeletion{})
	})(v)
	return done(v.at("service-accounts"), "service-account-deleted"), err
}
