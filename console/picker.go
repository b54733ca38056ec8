package console

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/add4b1c6/tenancy"
)

// picker is a search for a user within a page that needs one, such as a new Owner or a member
// for a group. The results are links, or a field of the page's form. A page has one at most.
//
// In a screen:
//
//	data.Picker, err = v.pick(v.at("groups", id), tenancy.UserQuery{Kind: tenancy.KindManaged})
//
// In the template, for links to a page that asks for the rest and confirms, whose path ends
// with the user's ID:
//
//	{{template "picker" (.Data.Picker.Links (t "Choose") (printf "%s/" (.In "owner")))}}
//
// Or for check boxes, which are a field of a form. Its buttons that search and turn the page
// post the form too, which carries what was chosen; the action begins with
//
//	if v.picksOn() {
//		return "", v.pickOn(screen)
//	}
//
// In the template:
//
//	{{with $f := .Form path}}{{template "form" $f}}
//	{{template "picker-checks" ($.Data.Picker.Checks $f "user" (t "Members"))}}
type picker struct {
	Page   string // the path of the page's own
	Keep   []hiddenField
	Search string
	From   string // the cursor of the results
	Found  []tenancy.OrganizationUser
	Next   string // the cursor of the next results; "": there are no more
	Pager  pager  // of links

	Label   string // of the link, or above the field
	Name    string // of the field
	Problem string // why the choice was refused; "": it was not

	path   string // what begins the path of a link
	chosen []string
}

// The parameters of a picker's search. A form carries them along, so that the same results
// are shown if it is refused.
const (
	findParameter = "find"
	fromParameter = "from"
	nextParameter = "next" // where the next results begin
	showParameter = "show" // which button of a picker was pressed
)

// What the buttons of a picker with check boxes show.
const (
	showFound = "found" // the first results of the search
	showNext  = "next"  // the next results
	showNone  = "none"  // the same results, with nobody chosen elsewhere
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
	p := &picker{Page: at.Path, Search: v.sent(findParameter), From: v.sent(fromParameter)}
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
	if p.Next = string(next); next != "" {
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

// Links offers each result as a link to what begins the path, followed by the user's ID.
func (p *picker) Links(label, path string) *picker {
	p.Label, p.path = label, path
	return p
}

// Link is where the link of a result leads to.
func (p *picker) Link(user tenancy.UserID) string { return p.path + user.String() }

// Checks offers the results as a field of a form, of which any number is chosen.
func (p *picker) Checks(f *form, name, label string) *picker {
	p.Label, p.Name = label, name
	if f.refused != nil {
		p.chosen = f.refused.values[name]
		if f.refused.field == name {
			p.Problem = f.refused.sentence
			f.refused.saidAt("picked")
		}
	}
	return p
}

// Chosen reports whether a user was chosen in the form that was refused.
func (p *picker) Chosen(user tenancy.UserID) bool { return slices.Contains(p.chosen, user.String()) }

// Elsewhere are those who were chosen before and are not among the results.
func (p *picker) Elsewhere() (users []string) {
	shown := map[string]bool{}
	for _, u := range p.Found {
		shown[u.User.ID.String()] = true
	}
	for _, user := range p.chosen {
		if !shown[user] {
			users, shown[user] = append(users, user), true
		}
	}
	return users
}

// picksOn reports whether a form was sent to choose more people, not to do what it is for.
func (v *visit) picksOn() bool { return v.value(showParameter) != "" }

// pickOn answers with the form's page, which shows other results. What was chosen stays.
func (v *visit) pickOn(show screen) error {
	values := v.r.PostForm
	switch v.value(showParameter) {
	case showFound:
		values.Del(fromParameter)
	case showNext:
		values.Set(fromParameter, v.value(nextParameter))
	case showNone:
		values.Del("user")
	}
	v.refused = &refusedForm{action: v.r.URL.Path, values: values, operation: v.operationAgain(nil)}
	return v.show(http.StatusOK, show)
}
