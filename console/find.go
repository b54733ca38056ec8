package console

import (
	"iter"
	"net/http"
	"net/url"

	"github.com/add4b1c6/tenancy"
)

// find leads to the page of what an ID of the log names. What is not in the organization any
// more, or has no page, leads to what the log says of it.
func find(v *visit) (*page, error) {
	path, err := v.pageOf(v.r.PathValue("id"))
	switch code := tenancy.CodeOf(err); {
	case err != nil && code != tenancy.CodeNotFound && code != tenancy.CodeNotAllowed:
		return nil, err
	case err != nil && v.may[tenancy.ReadLog] && v.shows(PartLog):
		path = v.at("log") + "?" + url.Values{"about": {v.r.PathValue("id")}}.Encode()
	case err != nil:
		return nil, tenancy.CodeNotFound
	}
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil, nil
}

// pageOf is the path of the page of what has an ID in the organization. CodeNotFound if there
// is none.
func (v *visit) pageOf(text string) (string, error) {
	path, err := "", error(tenancy.CodeNotFound)
	if id, bad := tenancy.ParseID[tenancy.UserID](text); bad == nil && v.may[tenancy.ViewUsers] {
		var user tenancy.User
		user, _, err = v.person(id)
		if path = v.UserAt(user); err == nil && path == "" {
			err = tenancy.CodeNotFound
		}
	} else if id, bad := tenancy.ParseID[tenancy.AccountID](text); bad == nil {
		var account tenancy.Account
		account, err = v.s.Account(v.ctx(), id)
		path = v.inside(account.Organization, v.at("accounts", id), &err)
	} else if id, bad := tenancy.ParseID[tenancy.GroupID](text); bad == nil && v.may[tenancy.ViewUsers] {
		var group tenancy.Group
		group, err = v.s.Group(v.ctx(), id)
		path = v.inside(&group.Organization, v.at("groups", id), &err)
	} else if id, bad := tenancy.ParseID[tenancy.DomainID](text); bad == nil {
		var domain tenancy.Domain
		domain, err = v.s.Domain(v.ctx(), id)
		path = v.inside(&domain.Organization, v.at("domains", id), &err)
	} else if id, bad := tenancy.ParseID[tenancy.ConnectionID](text); bad == nil && v.sees(tenancy.ManageIdentity) {
		var connection tenancy.Connection
		connection, err = v.s.Connection(v.ctx(), id)
		path = v.inside(&connection.Organization, v.at("sso", "connections"), &err)
	} else if id, bad := tenancy.ParseID[tenancy.DirectoryID](text); bad == nil && v.sees(tenancy.ManageIdentity) {
		_, err = seek(v, func(after tenancy.Cursor) iter.Seq2[tenancy.ListedDirectory, error] {
			return v.s.Directories(v.ctx(), v.org.ID, tenancy.DirectoryQuery{After: after})
		}, func(d tenancy.ListedDirectory) bool { return d.ID == id })
		path = v.at("directories", id)
	} else if id, bad := tenancy.ParseID[tenancy.OrganizationID](text); bad == nil && id == v.org.ID {
		path, err = v.at(), nil
	}
	if err == nil && !v.answers(path) {
		err = tenancy.CodeNotFound
	}
	return path, err
}

// inside is the path, if an organization is that of the visit; else the error is
// CodeNotFound.
func (v *visit) inside(org *tenancy.OrganizationID, path string, err *error) string {
	if *err == nil && (org == nil || *org != v.org.ID) {
		*err = tenancy.CodeNotFound
	}
	return path
}

// answers reports whether the handler has a page at a path: a part of the pages can be
// hidden.
func (c *console) answers(path string) bool {
	r, err := http.NewRequest(http.MethodGet, path, http.NoBody)
	if err != nil {
		return false
	}
	_, pattern := c.mux.Handler(r)
	return pattern != ""
}
