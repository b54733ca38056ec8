package console

import "github.com/add4b1c6/tenancy"

// navEntry is an entry of an organization's navigation: a page, who sees it, and the part of
// the pages that it belongs to.
type navEntry struct {
	at    string // the path's first part, and the name of the entry
	label string
	needs tenancy.OrganizationPermission
	part  Part // "": cannot be hidden
}

// navigation has the entries in their groups. A group without a title comes first.
var navigation = []struct {
	title   string
	entries []navEntry
}{
	{"", []navEntry{
		{"overview", "Overview", tenancy.ViewOrganization, ""},
	}},
	{"People", []navEntry{
		{"users", "Users", tenancy.ViewUsers, ""},
		{"groups", "Groups", tenancy.ViewUsers, PartGroups},
		{"service-accounts", "Service accounts", tenancy.ManageIdentity, PartServiceAccounts},
	}},
	{"Accounts", []navEntry{
		{"accounts", "Accounts", tenancy.ViewAccounts, ""},
		{"hipaa", "HIPAA", tenancy.ViewAccounts, PartHIPAA},
	}},
	{"Access", []navEntry{
		{"domains", "Domains", tenancy.ViewDomains, PartDomains},
		{"sign-up", "Sign-up policy", tenancy.ViewDomains, PartDomains},
		{"sso", "Single sign-on", tenancy.ManageIdentity, PartSSO},
		{"directories", "Directories", tenancy.ManageIdentity, PartDirectories},
	}},
	{"Organization", []navEntry{
		{"merge", "Merge", tenancy.ManageOrganization, PartMerge},
		{"log", "Log", tenancy.ReadLog, PartLog},
		{"settings", "Settings", tenancy.ViewOrganization, ""},
	}},
}

// navGroup is a group of the navigation, as its reader sees it.
type navGroup struct {
	Title string
	Links []navLink
}

// navLink is a link of the navigation.
type navLink struct {
	Label, Path string
	Current     bool
}

// Nav returns the navigation of the organization, with what the reader may see.
func (v *view) Nav() (groups []navGroup) {
	for _, group := range navigation {
		shown := navGroup{Title: v.t(group.title)}
		for _, entry := range group.entries {
			if !v.sees(entry.needs) || v.hidden[entry.part] {
				continue
			}
			path := v.at(entry.at)
			if entry.at == "overview" {
				path = v.at()
			}
			shown.Links = append(shown.Links, navLink{v.t(entry.label), path, entry.at == v.At})
		}
		if shown.Links != nil {
			groups = append(groups, shown)
		}
	}
	return groups
}

// InOrganization reports whether the page belongs to an organization.
func (v *view) InOrganization() bool { return v.may != nil }

// Org is the organization of the page.
func (v *view) Org() tenancy.Organization { return v.org }

// In is the path of a page of the organization.
func (v *view) In(parts ...any) string { return v.at(parts...) }

// May reports whether the reader may do something in the organization.
func (v *view) May(permission string) bool { return v.may[tenancy.OrganizationPermission(permission)] }

// MayTake reports whether they may do what only takes something away.
func (v *view) MayTake(permission string) bool {
	return v.takes[tenancy.OrganizationPermission(permission)]
}

// sees reports whether the reader has the pages of a permission. Those about identities show
// what there is while the organization is suspended too.
func (v *visit) sees(needs tenancy.OrganizationPermission) bool {
	return v.may[needs] || needs == tenancy.ManageIdentity && v.takes[needs]
}

// Shows reports whether the host offers a part of the pages.
func (v *view) Shows(part string) bool { return v.shows(Part(part)) }

// SignedIn reports whether somebody is signed in.
func (v *view) SignedIn() bool { return v.s != nil }

// Is reports whether a user is the reader.
func (v *view) Is(user tenancy.UserID) bool { return v.self() == user }

// Me is the reader.
func (v *view) Me() tenancy.UserID { return v.self() }

// Answers reports whether the handler has a page at a path.
func (v *view) Answers(path string) bool { return v.answers(path) }

// Staff reports whether the pages are those of the host's staff.
func (v *view) Staff() bool { return v.staff != nil }
