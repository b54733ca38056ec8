package console

import (
	"net/http"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// StaffOptions say how the pages of the host's staff are mounted. Operator is needed.
type StaffOptions struct {
	// Operator returns which member of the host's staff sent a request, whom the host has
	// authenticated. If none did it returns ErrSignedOut. Of another error the pages say what
	// they do of one of Options.Session. It is called once for each request but those for assets. Everybody whom it
	// names may do all that an Operator may.
	Operator func(*http.Request) (tenancy.OperatorID, error)
	// Prefix, SignIn, SignOut, Look and Banner are as in Options.
	Prefix, SignIn, SignOut string
	Look                    Look
	Banner                  func(*http.Request) *Banner
	// Customer is what NewHandler was given, so that the pages show what a user sees as the
	// user sees it. Of it, Session and Mail are never called. Its Locales, Language, Limits
	// and Logger are those of the staff's pages too.
	Customer Options
}

// staff is what the pages of the host's staff have beside those of a customer's people.
type staff struct {
	dir      *tenancy.Directory
	operator func(*http.Request) (tenancy.OperatorID, error)
	mirror   http.Handler // a user's pages, as the user sees them
}

// NewStaffHandler returns the pages for the host's staff, to mount at StaffOptions.Prefix. It
// is a handler of its own: that of NewHandler has none of its pages. It returns
// tenancy.CodeOption if the options are unfit: no Directory or Operator, or as NewHandler
// says of a Prefix, a Look, Hide and Locales.
//
// Who acts in it is an Operator (tenancy.Directory.Operator), also in events. A user's pages
// can be seen there as the user sees them, and change nothing. That is told to the Logger.
func NewStaffHandler(dir *tenancy.Directory, o *StaffOptions) (http.Handler, error) {
	if dir == nil || o == nil || o.Operator == nil {
		return nil, unfit("the Directory or Operator is nil")
	}
	own := o.Customer
	own.Prefix, own.SignIn, own.SignOut, own.Look, own.Banner = o.Prefix, o.SignIn, o.SignOut, o.Look, o.Banner
	c, err := build(own)
	if err != nil {
		return nil, err
	}
	c.staff = &staff{dir: dir, operator: o.Operator}
	if c.staff.mirror, err = c.newMirror(o.Customer); err != nil {
		return nil, err
	}
	c.staffRoutes()
	return c.handler(), nil
}

// staffRoutes serves the pages of the host's staff.
func (c *console) staffRoutes() {
	c.get("/{$}", staffHome)
	c.get("/find", staffFind)
	c.post("/people", staffHome, findPerson, fields{tenancy.CodeEmail: "email", tenancy.CodeNotFound: "email"})
	c.get("/status", staffStatus)
	c.post("/status", staffStatus, checkStore, nil)
	c.staffOrganizationRoutes()
	c.staffUserRoutes()
	c.mirrorRoutes()
}

// operate finds out which Operator sent the request.
func (v *visit) operate() error {
	id, err := v.staff.operator(v.r)
	if err != nil {
		return err
	}
	if id == "" {
		return errSession
	}
	v.p = v.staff.dir.Operator(id)
	v.s = v.p.Session
	return nil
}

// operation of a form by an Operator, with the reference that was entered.
func (v *visit) operateOnce() *tenancy.Platform {
	id, _ := v.operation()
	p := v.p.Once(id)
	if reference := v.value("correlation"); reference != "" {
		p = p.Correlate(tenancy.Reference(reference))
	}
	return p
}

// reference is the reference of a form.
func (v *visit) reference() tenancy.Reference { return tenancy.Reference(v.value("reference")) }

// staffHomePage is what the first page of the staff's shows.
type staffHomePage struct {
	Tabs          []navLink
	ID            string // that was looked for and is none; "": it is a first look
	Organizations list[tenancy.OrganizationOf]
}

// organizationStates are the tabs of the list of organizations.
var organizationStates = []struct {
	state tenancy.State
	label string
}{
	{"", "All"}, {tenancy.StateActive, "Active"}, {tenancy.StateDeleted, "Deleted"}, {tenancy.StateMerged, "Merged"},
}

// staffHome looks for organizations and people, and lists organizations.
func staffHome(v *visit) (*page, error) {
	data := staffHomePage{ID: v.query("missing")}
	state := tenancy.State(v.query("state"))
	for _, tab := range organizationStates {
		path := v.url()
		if tab.state != "" {
			path += "?state=" + string(tab.state)
		}
		data.Tabs = append(data.Tabs, navLink{v.t(tab.label), path, tab.state == state})
	}
	var err error
	query := tenancy.OrganizationQuery{State: state, After: v.after()}
	if data.Organizations, err = collect(v, v.s.Organizations(v.ctx(), query)); err != nil {
		return nil, err
	}
	return &page{template: "staff-home", title: v.t("Staff"), data: data}, nil
}

// staffFind leads to the page of what has an ID.
func staffFind(v *visit) (*page, error) {
	text := strings.TrimSpace(v.query("id"))
	path, err := v.staffPageOf(text)
	switch {
	case tenancy.CodeOf(err) == tenancy.CodeNotFound:
		path = v.url() + "?missing=yes"
	case err != nil:
		return nil, err
	}
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil, nil
}

// staffPageOf is the path of the page about what has an ID: of an account, a group or a
// domain it is that of the organization or the owner.
func (v *visit) staffPageOf(text string) (string, error) {
	var org tenancy.OrganizationID
	if id, err := tenancy.ParseID[tenancy.UserID](text); err == nil {
		_, _, err := v.s.User(v.ctx(), id)
		return v.url("users", id), err
	} else if id, err := tenancy.ParseID[tenancy.OrganizationID](text); err == nil {
		org = id
	} else if id, err := tenancy.ParseID[tenancy.AccountID](text); err == nil {
		account, err := v.s.Account(v.ctx(), id)
		if err != nil {
			return "", err
		}
		if account.Organization == nil || account.Organization.IsZero() {
			return v.url("users", account.Owner), nil
		}
		org = *account.Organization
	} else if id, err := tenancy.ParseID[tenancy.GroupID](text); err == nil {
		group, err := v.s.Group(v.ctx(), id)
		if err != nil {
			return "", err
		}
		org = group.Organization
	} else if id, err := tenancy.ParseID[tenancy.DomainID](text); err == nil {
		domain, err := v.s.Domain(v.ctx(), id)
		if err != nil {
			return "", err
		}
		return v.url("organizations", domain.Organization, "domains"), nil
	}
	if org.IsZero() {
		return "", tenancy.CodeNotFound
	}
	_, err := v.s.Organization(v.ctx(), org)
	return v.url("organizations", org), err
}

// findPerson looks for the user with an address. The address is in no URL.
func findPerson(v *visit) (string, error) {
	user, err := v.p.UserByEmail(v.ctx(), v.value("email"))
	if tenancy.CodeOf(err) == tenancy.CodeNotFound {
		return "", &refusal{status: http.StatusUnprocessableEntity, sentence: "Nobody has this address.", field: "email"}
	}
	if err != nil {
		return "", err
	}
	return v.url("users", user.ID), nil
}

// statusPage is what a check of the store found.
type statusPage struct {
	Checked bool
	Found   []tenancy.Violation // the first of them
	More    bool
}

// staffStatus says what checking the store does.
func staffStatus(v *visit) (*page, error) {
	return &page{template: "staff-status", title: v.t("Status"), data: statusPage{}}, nil
}

// checkStore examines the store and shows what is wrong with it.
func checkStore(v *visit) (string, error) {
	data := statusPage{Checked: true}
	for violation, err := range v.staff.dir.Check(v.ctx(), tenancy.CheckOptions{Replay: v.value("replay") == "yes"}) {
		if err != nil {
			return "", err
		}
		if data.More = len(data.Found) == pageSize; data.More {
			break
		}
		data.Found = append(data.Found, violation)
	}
	return "", v.render(http.StatusOK, &page{template: "staff-status", title: v.t("Status"), data: data})
}
