package console

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// importRoutes serves the pages on which an organization imports users who signed up on their
// own with an address on one of its domains.
func (c *console) importRoutes() {
	if !c.shows(PartImport) {
		return
	}
	c.getIn("/import", tenancy.ManageUsers, importing)
	c.postIn("/import", tenancy.ManageUsers, importing, importPasted, nil)
	c.getIn("/import/{domain}", tenancy.ManageUsers, importable)
	c.postIn("/import/{domain}", tenancy.ManageUsers, importable, importChosen, nil)
}

const (
	// mostImported is how many addresses one form imports.
	mostImported = 20_000
	// importBatch is how many of them one page imports.
	importBatch = 500
)

var (
	errNobodyChosen = &refusal{http.StatusUnprocessableEntity, "Choose at least one user.", ""}
	errTooManyHere  = &refusal{http.StatusUnprocessableEntity, "These are too many addresses. One form takes 20,000.", "emails"}
)

// importPage is what the page shows on which users are imported.
type importPage struct {
	Refusal tenancy.Code // why nothing can be imported; "": nothing stands against it
	Domains []tenancy.ListedDomain
	More    bool // there are more domains
}

// mayImport returns why the reader cannot import users, if they cannot: the organization is
// not entitled, or they may not do all that it takes.
func (v *visit) mayImport() error {
	switch {
	case !v.imports():
		return tenancy.CodeNotAllowed
	case v.org.Settings != nil && !v.org.Settings.ImportEntitlement.On:
		return tenancy.CodeNotEntitled
	}
	return nil
}

// importing shows the live domains whose users can be imported, and a form for addresses.
func importing(v *visit) (*page, error) {
	data := importPage{}
	switch err := v.mayImport(); {
	case tenancy.CodeOf(err) == tenancy.CodeNotEntitled:
		data.Refusal = tenancy.CodeNotEntitled
	case err != nil:
		return nil, err
	case v.may[tenancy.ViewDomains]:
		domains, more, err := tenancy.Collect(v.s.Domains(v.ctx(), v.org.ID, tenancy.DomainQuery{}), 2*pageSize)
		if err != nil {
			return nil, err
		}
		data.Domains, data.More = slices.DeleteFunc(domains, func(d tenancy.ListedDomain) bool { return !d.Live }), more != ""
		if len(data.Domains) == 0 && !data.More {
			data.Refusal = tenancy.CodeNoLiveDomain
		}
	}
	return &page{template: "import", title: v.t("Import users"), at: "users", data: data}, nil
}

// importablePage is what the page shows of those who can be imported because of a domain.
type importablePage struct {
	tenancy.Domain
	Users list[tenancy.ImportableUser]
}

// Merges is that a user's organizations merge, as the page says and its form carries it.
func (importablePage) Merges(u tenancy.ImportableUser) string { return mergesOf(u) }

func mergesOf(u tenancy.ImportableUser) string { return strconv.Itoa(u.Owns) + " " + u.Email.Reveal() }

// importable lists the users who can be imported because of a domain of the organization.
func importable(v *visit) (*page, error) {
	data := importablePage{}
	var err error
	if data.Domain, err = v.importDomain(); err != nil {
		return nil, err
	}
	query := tenancy.ImportableUserQuery{After: v.after()}
	if data.Users, err = collect(v, v.s.ImportableUsers(v.ctx(), data.ID, query)); err != nil {
		return nil, err
	}
	return &page{template: "importable", title: v.t("Import users"), at: "users", data: data}, nil
}

// importDomain reads the domain of the path, which is the organization's.
func (v *visit) importDomain() (tenancy.Domain, error) {
	domain, err := v.domainOf(v.ctx(), v.s)
	if err == nil {
		err = v.mayImport()
	}
	return domain, err
}

// importChosen imports those who were chosen of a page, or all of it who bring no organization:
// a merge is for those alone who were chosen one by one.
func importChosen(v *visit) (string, error) {
	domain, err := v.importDomain()
	if err != nil {
		return "", err
	}
	chosen := v.r.PostForm["email"]
	if v.value("all") == "yes" {
		chosen = v.r.PostForm["listed"]
	}
	if len(chosen) == 0 {
		return "", errNobodyChosen
	}
	if err := v.mergesAsSaid(domain.ID, chosen); err != nil {
		return "", err
	}
	return "", v.importBatch(imported{Back: v.at("import", domain.ID)}, chosen)
}

// mergesAsSaid refuses to import somebody whose organizations merge without the page having
// said so, such as one that was founded since.
func (v *visit) mergesAsSaid(domain tenancy.DomainID, chosen []string) error {
	merges := func(u tenancy.ImportableUser) bool {
		return u.Owns > 0 && slices.Contains(chosen, u.Email.Reveal()) && !slices.Contains(v.r.PostForm["merges"], mergesOf(u))
	}
	query := tenancy.ImportableUserQuery{After: v.position()}
	_, unsaid, err := firstOf(v.s.ImportableUsers(v.ctx(), domain, query), merges)
	if unsaid {
		return errChanged
	}
	return err
}

// importPasted imports the addresses that were entered, or goes on with those that are left.
func importPasted(v *visit) (string, error) {
	emails := addresses(v.value("emails"))
	switch {
	case len(emails) == 0:
		return "", errNoAddress
	case len(emails) > mostImported:
		return "", errTooManyHere
	}
	so := imported{Back: v.at("import")}
	so.Done, _ = strconv.Atoi(v.value("done"))
	so.Refused, _ = strconv.Atoi(v.value("refused"))
	return "", v.importBatch(so, emails)
}

// imported is what the page shows after a batch of an import.
type imported struct {
	Back    string
	Notify  bool
	Results []importResult // of this batch
	Done    int            // imported, by all batches so far
	Refused int            // not imported
	Left    int            // not tried yet
	Rest    string         // those who are left, on lines
	Problem string         // what ended the batch; "": nothing
}

// Total is how many addresses the import has.
func (i imported) Total() int { return i.Done + i.Refused + i.Left }

// Tried is how many of them were tried.
func (i imported) Tried() int { return i.Done + i.Refused }

// importResult is what became of an address.
type importResult struct {
	Email    string
	User     tenancy.UserID // zero: not imported
	Brought  int            // how many organizations were merged
	Sentence string         // why not imported
}

// importBatch imports the first of some addresses, and answers with the page that says what
// became of each and goes on with the rest. Sent again, it finds its users to be members.
func (v *visit) importBatch(so imported, emails []string) error {
	if err := v.mayImport(); err != nil {
		return err
	}
	batch := emails[:min(len(emails), importBatch)]
	so.Notify = v.value("notify") != ""
	results, err := v.s.ImportUsers(v.ctx(), v.org.ID, tenancy.UserImport{Emails: batch, Notify: so.Notify})
	if err != nil && len(results) == 0 {
		return err
	}
	rest := slices.Clone(emails[len(batch):])
	for _, r := range results {
		one := importResult{Email: r.Email.Reveal(), User: r.User, Brought: len(r.Brought)}
		switch {
		case !r.User.IsZero():
			so.Done++
		case r.Err != nil:
			so.Refused++
			one.Sentence = v.problemOf(r.Err).Title
			if tenancy.CodeOf(r.Err) == tenancy.CodeNotEligible {
				one.Sentence = v.t("This address is on none of the organization's verified domains, or nobody has signed up with it.")
			}
		default: // the call failed before it came to them
			rest = append(rest, one.Email)
			continue
		}
		so.Results = append(so.Results, one)
	}
	if err != nil {
		problem := v.problemOf(err)
		so.Problem = problem.Title
		v.logFailure(problem, err)
	}
	so.Left, so.Rest = len(rest), strings.Join(rest, "\n")
	return v.render(http.StatusOK, &page{template: "imported", title: v.t("Import users"), at: "users", data: so})
}
