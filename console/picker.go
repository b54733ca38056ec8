package console

import (
	"net/url"
	"slices"

	"github.com/add4b1c6/tenancy"
)

// picker is a search for a user within a page that needs one, such as a new Owner or a member
// for a group. The results are buttons, links, or fields of the page's form. A page has one at most.
//
// In a screen:
//
//	data.Picker, err = v.pick(v.at("groups", id), tenancy.UserQuery{Kind: tenancy.KindManaged})
//
// In the template, for buttons that each post the user's ID as "user":
//
//	{{template "picker" (.Data.Picker.Buttons (t "Add") (.In "groups" .Data.ID "members"))}}
//
// For links to a page that asks for the rest and confirms, whose path ends with the user's ID:
//
//	{{template "picker" (.Data.Picker.Links (t "Choose") (printf "%s/" (.In "owner")))}}
//
// Or for fields of a form, radio buttons (Radios) or check boxes (Checks):
//
//	{{template "picker-search" .Data.Picker}}
//	{{with $f := .Form path}}{{template "form" $f}}
//	{{template "picker-results" ($.Data.Picker.Radios $f "user" (t "Who becomes the Owner"))}}
type picker struct {
	Page   string // the path of the page's own
	Keep   []hiddenField
	Search string
	From   string // the cursor of the results
	Found  []tenancy.OrganizationUser
	Pager  pager

	Kind    string // of the choice: "button", "link", "radio" or "check"
	Label   string // of the button or link, or above the fields
	Name    string // of the field
	Problem string // why the choice was refused; "": it was not

	v      *visit
	action string
	chosen []string
}

// The parameters of a picker's search. A form carries them along, so that the same results
// are shown if it is refused.
const (
	findParameter = "find"
	fromParameter = "from"
)

// pickSize is how many results a picker shows.
const pickSize = 20

// pick reads what a picker finds among those of the organization's users whom the query
// selects, except some. The page is the path of the page that the picker is on, with the
// parameters that a search keeps.
func (v *visit) pick(page string, query tenancy.UserQuery, except ...tenancy.UserID) (*picker, error) {
	at, err := url.Parse(page)
	if err != nil {
		return nil, err
	}
	p := &picker{Page: at.Path, Search: v.sent(findParameter), From: v.sent(fromParameter), v: v}
	kept := at.Query()
	for name, values := range kept {
		for _, value := range values {
			p.Keep = append(p.Keep, hiddenField{name, value})
		}
	}
	query.Search, query.After = p.Search, tenancy.Cursor(p.From)
	found, next, err := tenancy.Collect(v.s.Users(v.ctx(), v.org.ID, query), pickSize)
	if err != nil {
		return nil, err
	}
	for _, user := range found {
		if !slices.Contains(except, user.User.ID) {
			p.Found = append(p.Found, user)
		}
	}
	if p.Search != "" {
		kept.Set(findParameter, p.Search)
	}
	if p.From != "" {
		p.Pager.First = linkTo(p.Page, kept)
	}
	if next != "" {
		kept.Set(fromParameter, string(next))
		p.Pager.Next = linkTo(p.Page, kept)
	}
	return p, nil
}

// sent is a value that came with a form that was refused, or else in the query.
func (v *visit) sent(name string) string {
	if v.refused != nil {
		return v.refused.values.Get(name)
	}
	return v.query(name)
}

// linkTo is a path with parameters.
func linkTo(path string, query url.Values) string {
	return (&url.URL{Path: path, RawQuery: query.Encode()}).String()
}

// Buttons offers each result as a button that posts the user's ID.
func (p *picker) Buttons(label, action string) *picker {
	p.Kind, p.Label, p.action = "button", label, action
	if f := p.v.refused; f != nil && f.action == action && !p.has(f.values.Get("user")) {
		p.Problem, f.shown = f.sentence, true
	}
	return p
}

// Links offers each result as a link to what begins the path, followed by the user's ID.
func (p *picker) Links(label, path string) *picker {
	p.Kind, p.Label, p.action = "link", label, path
	return p
}

// Link is where the link of a result leads to.
func (p *picker) Link(user tenancy.UserID) string { return p.action + user.String() }

// has reports whether a user is among the results.
func (p *picker) has(user string) bool {
	return slices.ContainsFunc(p.Found, func(u tenancy.OrganizationUser) bool { return u.User.ID.String() == user })
}

// Button is the form of a result that is a button.
func (p *picker) Button(user tenancy.UserID) *form {
	f := &form{Action: p.action, Operation: tenancy.NewOperationID()}
	if r := p.v.refused; r != nil && r.values.Get("user") == user.String() {
		f = p.v.Form(p.action)
	}
	f.Submit, f.Style = p.Label, "quiet"
	return p.carried(hidden("user", user, f))
}

// carried makes a form carry the search along.
func (p *picker) carried(f *form) *form {
	for _, carried := range p.Carried() {
		f = hidden(carried.Name, carried.Value, f)
	}
	return f
}

// Carried are the fields with which a form carries the search along.
func (p *picker) Carried() (fields []hiddenField) {
	for _, field := range []hiddenField{{findParameter, p.Search}, {fromParameter, p.From}} {
		if field.Value != "" {
			fields = append(fields, field)
		}
	}
	return fields
}

// Radios offers the results as a field of a form, of which one is chosen.
func (p *picker) Radios(f *form, name, label string) *picker { return p.field("radio", f, name, label) }

// Checks offers them as a field of a form, of which any number is chosen.
func (p *picker) Checks(f *form, name, label string) *picker { return p.field("check", f, name, label) }

func (p *picker) field(kind string, f *form, name, label string) *picker {
	p.Kind, p.Name, p.Label = kind, name, label
	if f.refused != nil {
		p.chosen = f.refused.values[name]
		if f.refused.field == name {
			p.Problem = f.refused.sentence
		}
	}
	return p
}

// Chosen reports whether a user was chosen in the form that was refused.
func (p *picker) Chosen(user tenancy.UserID) bool { return slices.Contains(p.chosen, user.String()) }
