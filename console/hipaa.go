package console

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/add4b1c6/tenancy"
)

// hipaaRoutes serves the report of which accounts are designated as subject to HIPAA.
func (c *console) hipaaRoutes() {
	if !c.shows(PartHIPAA) {
		return
	}
	c.getIn("/hipaa", tenancy.ViewAccounts, hipaa)
	c.getIn("/hipaa.csv", tenancy.ViewAccounts, hipaaFile)
	c.postIn("/hipaa/{account}/designation", tenancy.ManageAccounts, hipaa, enableInReport, nil)
	c.says("hipaa-designated", "The account is now designated as subject to HIPAA.")
}

// hipaaPage is what the report shows.
type hipaaPage struct {
	Entitlement *tenancy.HIPAAEntitlement // nil: not to be seen
	Lines       list[tenancy.HIPAALine]
	v           *visit
	names       map[tenancy.AccountID]tenancy.Personal
	people      map[tenancy.UserID]tenancy.Personal
}

// After is where the page of the report begins.
func (p hipaaPage) After() tenancy.Cursor { return p.Lines.Before(0) }

// NameOf is the name of an account of the page, or its ID.
func (p hipaaPage) NameOf(id tenancy.AccountID) string {
	if name := p.names[id]; !name.IsZero() {
		return name.Reveal()
	}
	return id.String()
}

// By names who designated an account.
func (p hipaaPage) By(by tenancy.Actor) string {
	switch {
	case by.User.IsZero():
		return p.v.t("The platform")
	case by.User == p.v.self():
		return p.v.t("You")
	case !p.people[by.User].IsZero():
		return p.people[by.User].Reveal()
	}
	return by.User.String()
}

// Enables reports whether the reader can designate an account of the report.
func (p hipaaPage) Enables(line tenancy.HIPAALine) bool {
	return p.v.may[tenancy.ManageAccounts] && p.Entitlement != nil && p.Entitlement.On &&
		line.Designated.IsZero() && line.State != tenancy.StateClosed
}

// Ends reports whether the reader can end the designation of an account of the report.
func (p hipaaPage) Ends(line tenancy.HIPAALine) bool {
	return p.v.may[tenancy.ManageAccounts] && !line.Designated.IsZero() && line.State != tenancy.StateClosed
}

// hipaa shows which accounts of the organization are designated, and which subaccounts are
// not although their main account is (HIP-6).
func hipaa(v *visit) (*page, error) {
	data := hipaaPage{v: v, names: map[tenancy.AccountID]tenancy.Personal{}, people: map[tenancy.UserID]tenancy.Personal{}}
	if v.org.Settings != nil {
		data.Entitlement = &v.org.Settings.HIPAAEntitlement
	}
	var err error
	if data.Lines, err = collect(v, v.s.HIPAAReport(v.ctx(), v.org.ID, tenancy.HIPAAQuery{After: v.after()})); err != nil {
		return nil, err
	}
	for _, line := range data.Lines.Items {
		data.names[line.Account] = line.Name
		if err := data.know(line.By.User); err != nil {
			return nil, err
		}
	}
	return &page{template: "hipaa", title: v.t("HIPAA"), at: "hipaa", data: data}, nil
}

// maxDesignators is how many people's names the report reads. Those of others are IDs.
const maxDesignators = 8

// know reads the name of somebody who designated an account.
func (p hipaaPage) know(user tenancy.UserID) (err error) {
	if _, known := p.people[user]; known || user.IsZero() || user == p.v.self() || len(p.people) == maxDesignators {
		return nil
	}
	p.people[user], err = p.v.nameOf(user)
	return err
}

// enableInReport designates an account, and leads back to its page of the report.
func enableInReport(v *visit) (string, error) {
	a, err := v.account("")
	if err != nil {
		return "", err
	}
	back := done(v.at("hipaa"), "hipaa-designated")
	if after := v.value("after"); after != "" {
		back += "&after=" + url.QueryEscape(after)
	}
	_, err = v.once().EnableHIPAA(v.ctx(), a.ID)
	return back, err
}

// hipaaFile writes the whole report as comma-separated values. What it reads it writes at
// once, so it needs little memory.
func hipaaFile(v *visit) (*page, error) {
	var file *csv.Writer
	begin := func() {
		v.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		v.w.Header().Set("Content-Disposition", `attachment; filename="hipaa.csv"`)
		file = csv.NewWriter(v.w)
		_ = file.Write([]string{"account", "name", "main_account", "state", "designated", "designated_by", "gap"})
	}
	for line, err := range v.s.HIPAAReport(v.ctx(), v.org.ID, tenancy.HIPAAQuery{}) {
		switch {
		case err != nil && file == nil:
			return nil, err
		case err != nil: // half of a report must not look like a whole one
			v.logFailure(v.problemOf(err), err)
			panic(http.ErrAbortHandler)
		case file == nil:
			begin()
		}
		_ = file.Write(hipaaRow(line))
	}
	if file == nil {
		begin()
	}
	file.Flush()
	return nil, nil
}

// hipaaRow is a line of the report. No cell is a formula to a spreadsheet.
func hipaaRow(line tenancy.HIPAALine) []string {
	parent, since, by, gap := "", "", "", ""
	if !line.Parent.IsZero() {
		parent = line.Parent.String()
	}
	if !line.Designated.IsZero() {
		since, by = line.Designated.UTC().Format(time.RFC3339), line.By.String()
	}
	if line.Gap {
		gap = "yes"
	}
	return []string{line.Account.String(), plainCell(line.Name.Reveal()), parent, string(line.State), since, plainCell(by), gap}
}

// plainCell is a text that no spreadsheet takes for a formula, nor a part of it: where the comma
// is for decimals, a semicolon ends a cell. What cannot be seen before it does not matter.
func plainCell(text string) string {
	unseen := func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }
	parts := strings.Split(text, ";")
	for i, part := range parts {
		if strings.IndexAny(strings.TrimLeftFunc(part, unseen), "=+-@＝＋－＠") == 0 {
			parts[i] = "'" + part
		}
	}
	return strings.Join(parts, ";")
}
