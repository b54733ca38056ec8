package console

import (
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/add4b1c6/tenancy"
)

//go:embed templates/*.html
var templateFiles embed.FS

// pages are the templates of all pages, by their names, in one language.
type pages map[string]*template.Template

// shared are the files that every page has.
var shared = []string{"templates/layout.html", "templates/parts.html", "templates/accountparts.html", "templates/groupparts.html"}

// readTemplates makes the pages of every language.
func (c *console) readTemplates() error {
	c.locales = map[string]*locale{}
	sentences := c.o.translatable()
	for _, l := range append([]Locale{{Tag: english}}, c.o.Locales...) {
		if l.Tag == "" || c.locales[l.Tag] != nil {
			return unfit("a locale has no Tag of its own")
		}
		if err := l.check(sentences); err != nil {
			return err
		}
		own := &locale{Locale: l, pages: pages{}}
		own.events = own.eventWords()
		base, err := template.New("").Funcs(c.functions(own)).ParseFS(templateFiles, shared...)
		if err != nil {
			return err
		}
		files, err := fs.Glob(templateFiles, "templates/*.html")
		if err != nil {
			return err
		}
		for _, file := range files {
			if slices.Contains(shared, file) {
				continue
			}
			set, err := base.Clone()
			if err == nil {
				set, err = set.ParseFS(templateFiles, file)
			}
			if err != nil {
				return err
			}
			own.pages[strings.TrimSuffix(path.Base(file), ".html")] = set
		}
		c.locales[l.Tag] = own
	}
	return nil
}

// functions are what templates call, beside the methods of their view.
func (c *console) functions(l *locale) template.FuncMap {
	return template.FuncMap{
		"t":        l.say,
		"url":      c.url,
		"lang":     func() string { return l.Tag },
		"rtl":      func() bool { return l.RightToLeft },
		"asset":    c.assetURL,
		"product":  func() string { return cmp.Or(c.o.Look.Product, l.say("Console")) },
		"home":     func() string { return cmp.Or(c.o.Look.Home, c.url()) },
		"signout":  func() string { return c.o.SignOut },
		"time":     timeOf,
		"day":      dayOf,
		"role":     l.role,
		"roles":    l.roles,
		"state":    l.state,
		"text":     textOf,
		"value":    value,
		"chosen":   chosen,
		"required": required,
		"hint":     hint,
		"submit":   submit,
		"style":    style,
		"about":    about,
		"hidden":   hidden,
		"options":  func(o ...option) []option { return o },
		"option":   func(value any, label string) option { return option{Value: textOf(value), Label: label} },
		"list":     func(values ...any) []any { return values },
	}
}

// timeOf shows a time in UTC. The script turns it into the reader's zone.
func timeOf(t time.Time) template.HTML {
	if t.IsZero() {
		return ""
	}
	t = t.UTC()
	return template.HTML(fmt.Sprintf(`<time datetime="%s" title="%s">%s</time>`,
		t.Format(time.RFC3339), t.Format("2006-01-02 15:04:05 UTC"), t.Format("2 Jan 2006, 15:04 UTC")))
}

// dayOf shows the day of a time, in UTC.
func dayOf(t time.Time) template.HTML {
	if t.IsZero() {
		return ""
	}
	return template.HTML("<time>" + t.UTC().Format(time.DateOnly) + "</time>")
}

// textOf is the text of a value, or of what it points to, for a page. Personal texts are
// revealed: operations give them only to who may see them.
func textOf(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return value
	case tenancy.Personal:
		return value.Reveal()
	}
	pointer := reflect.ValueOf(value)
	switch {
	case pointer.Kind() != reflect.Pointer:
		return fmt.Sprint(value)
	case pointer.IsNil():
		return ""
	}
	return textOf(pointer.Elem().Interface())
}

// role names a role, in the organization or on an account. One of the host's own has the
// name that the host gave it, or its translation.
func (l *locale) role(role any) string {
	name := textOf(role)
	if own := roleNames[name]; own != "" {
		name = own
	}
	return l.say(name)
}

// roles names the account roles of a set.
func (l *locale) roles(set tenancy.RoleSet) string {
	var names []string
	for _, role := range set.All() {
		names = append(names, l.role(role))
	}
	return strings.Join(names, ", ")
}

var roleNames = map[string]string{
	string(tenancy.Owner):          "Owner",
	string(tenancy.Administrator):  "Administrator",
	string(tenancy.StandardUser):   "Standard User",
	string(tenancy.Developer):      "Developer",
	string(tenancy.BillingManager): "Billing Manager",
	string(tenancy.Support):        "Support",
}

// state names a state or a kind.
func (l *locale) state(state any) string {
	name := textOf(state)
	if own := stateNames[name]; own != "" {
		name = own
	}
	return l.say(name)
}

var stateNames = map[string]string{
	"active": "Active", "inactive": "Deactivated", "suspended": "Suspended", "closed": "Closed", "deleted": "Deleted",
	"merged": "Merged", "pending": "Pending", "accepted": "Accepted", "declined": "Declined", "revoked": "Revoked",
	"expired": "Expired", "managed": "Managed", "independent": "Independent", "requested": "Requested",
	"verified": "Verified", "unverified": "Not verified", "lapsing": "Record missing",
}
