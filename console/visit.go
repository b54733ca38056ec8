package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// visit is one request by somebody who is signed in.
type visit struct {
	*console
	w      http.ResponseWriter
	r      *http.Request
	s      *tenancy.Session
	p      *tenancy.Platform // of an Operator, whose session s is then; nil: a user acts
	locale *locale

	// Of pages of an organization; zero on others.
	org tenancy.Organization
	may map[tenancy.OrganizationPermission]bool // what the reader may do in it

	// takes is what they may do if it only takes something away, which goes on while the
	// organization is suspended (ORG-15).
	takes map[tenancy.OrganizationPermission]bool

	refused *refusedForm // what a form was refused for, as the page is shown again; nil: none was
}

// ctx is the request's context.
func (v *visit) ctx() context.Context { return v.r.Context() }

// self is the reader.
func (v *visit) self() tenancy.UserID { return v.s.Actor().User }

// url returns the path of a page under the prefix: texts and IDs, joined by slashes.
func (c *console) url(parts ...any) string {
	var path strings.Builder
	path.WriteString(c.o.Prefix)
	for _, part := range parts {
		path.WriteString("/")
		path.WriteString(url.PathEscape(textOf(part)))
	}
	if len(parts) == 0 {
		path.WriteString("/")
	}
	return path.String()
}

// at returns the path of a page of the visit's organization.
func (v *visit) at(parts ...any) string {
	return v.url(append([]any{"organizations", v.org.ID}, parts...)...)
}

// pathID reads an ID from a wildcard of the path. What is none is not found.
func pathID[I tenancy.OrganizationID | tenancy.AccountID | tenancy.UserID | tenancy.DomainID | tenancy.InvitationID |
	tenancy.RequestID | tenancy.ConnectionID | tenancy.KeyID | tenancy.GroupID | tenancy.DirectoryID](
	v *visit, wildcard string,
) (id I, err error) {
	if id, err = tenancy.ParseID[I](v.r.PathValue(wildcard)); err != nil || id == *new(I) {
		return id, tenancy.CodeNotFound
	}
	return id, nil
}

// shows reports whether the host offers a part of the pages.
func (c *console) shows(part Part) bool { return !c.hidden[part] }

// screen makes a page.
type screen func(*visit) (*page, error)

// page is what a screen shows.
type page struct {
	template string // the file, without .html
	title    string // in the reader's language
	at       string // the entry of the navigation that it belongs to
	data     any
}

// action does what a form asks for, and returns the path of the page that is shown then.
type action func(*visit) (string, error)

// get serves a page of the person's own, which belongs to no organization.
func (c *console) get(path string, show screen) {
	c.mux.HandleFunc("GET "+c.o.Prefix+path, c.visits(func(v *visit) error { return v.show(http.StatusOK, show) }))
}

// post serves a form of such a page. If it is refused, the screen is shown again, with what
// was entered and the sentence of the refusal beside the field that fields names for its
// code, or at the form's head.
func (c *console) post(path string, again screen, do action, fields fields) {
	c.mux.HandleFunc("POST "+c.o.Prefix+path, c.visits(func(v *visit) error { return v.act(again, do, fields) }))
}

// leadIn sends who asks for the path of a form of an organization to the page that has the
// form. Without it they are sent to the page above the path: see missing.
func (c *console) leadIn(path, page string) {
	c.mux.HandleFunc("GET "+c.o.Prefix+inOrganization+path, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, c.url("organizations", r.PathValue("org"))+"/"+page, http.StatusSeeOther)
	})
}

// inOrganization is the path of an organization's pages.
const inOrganization = "/organizations/{org}"

// getIn serves a page of an organization, to those who have the permission in it.
func (c *console) getIn(path string, needs tenancy.OrganizationPermission, show screen) {
	c.get(inOrganization+path, inside(needs, show))
}

// postIn serves a form of such a page.
func (c *console) postIn(
	path string, needs tenancy.OrganizationPermission, again screen, do action, fields fields,
) {
	c.postEntered(path, inside(needs, again), func(v *visit) error { return v.enter(needs) }, do, fields)
}

// takeIn serves a page that leads to what only takes something away, and takeBy a form that
// does. They are there while the organization is suspended too (ORG-15).
func (c *console) takeIn(path string, needs tenancy.OrganizationPermission, show screen) {
	c.get(inOrganization+path, taking(needs, show))
}

func (c *console) takeBy(
	path string, needs tenancy.OrganizationPermission, again screen, do action, fields fields,
) {
	c.postEntered(path, taking(needs, again), func(v *visit) error { return v.enterToTake(needs) }, do, fields)
}

// postEntered serves a form of an organization, which enter enters.
func (c *console) postEntered(path string, again screen, enter func(*visit) error, do action, fields fields) {
	c.post(inOrganization+path, again, func(v *visit) (string, error) {
		if err := enter(v); err != nil {
			return v.url(), v.unlessDone(err)
		}
		return do(v)
	}, fields)
}

// unlessDone is an error, unless the form was sent before and did what it asks for: somebody
// who left, or handed the organization over, may click twice too.
func (v *visit) unlessDone(err error) error {
	again := v.together(func(context.Context, *tenancy.Session) error { return err })
	if tenancy.CodeOf(again) == tenancy.CodeOperationTaken { // by an operation without a block
		return nil
	}
	return again
}

// inside is a screen of an organization.
func inside(needs tenancy.OrganizationPermission, show screen) screen {
	return func(v *visit) (*page, error) {
		if err := v.enter(needs); err != nil {
			return nil, err
		}
		return show(v)
	}
}

// taking is inside for what only takes something away.
func taking(needs tenancy.OrganizationPermission, show screen) screen {
	return func(v *visit) (*page, error) {
		if err := v.enterToTake(needs); err != nil {
			return nil, err
		}
		return show(v)
	}
}

// enter reads the organization of the path and what the reader may do there. Without the
// permission it is CodeNotAllowed, and who does not belong to it finds nothing.
func (v *visit) enter(needs tenancy.OrganizationPermission) error { return v.enterIf(needs, false) }

// enterToTake is enter for what only takes something away.
func (v *visit) enterToTake(needs tenancy.OrganizationPermission) error {
	return v.enterIf(needs, true)
}

func (v *visit) enterIf(needs tenancy.OrganizationPermission, taking bool) error {
	if v.may != nil {
		return nil // a form that is shown again has done it
	}
	id, err := pathID[tenancy.OrganizationID](v, "org")
	if err != nil {
		return err
	}
	if v.org, err = v.s.Organization(v.ctx(), id); err != nil {
		return err
	}
	decisions, err := v.decide()
	if err != nil || v.may[needs] || taking && v.takes[needs] {
		return err
	}
	v.may, v.takes = nil, nil // nothing of the organization is shown, also if this is asked again
	return decisions[needs].Err()
}

// decide finds out what the reader may do in the organization. What is only looked at goes
// on while it is suspended (ORG-15).
func (v *visit) decide() (map[tenancy.OrganizationPermission]tenancy.Decision, error) {
	decisions, err := v.s.OrganizationPermissions(v.ctx(), v.self(), v.org.ID)
	if err != nil {
		return nil, err
	}
	v.may = make(map[tenancy.OrganizationPermission]bool, len(decisions))
	v.takes = make(map[tenancy.OrganizationPermission]bool, len(decisions))
	for permission, d := range decisions {
		v.may[permission] = d.Allowed
		v.takes[permission] = d.Allowed || d.Why == tenancy.WhyOrganizationSuspended
	}
	for _, views := range []tenancy.OrganizationPermission{tenancy.ViewUsers, tenancy.ViewAccounts, tenancy.ViewDomains} {
		v.may[views] = v.takes[views]
	}
	return decisions, nil
}
