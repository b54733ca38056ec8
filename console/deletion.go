package console

import (
	"context"
	"net/http"
	"strings"
	"unicode"

	"github.com/add4b1c6/tenancy"
)

// deletionRoutes serves the page on which the Owner deletes an organization. Its form enters
// the organization itself, since after the first click there is none to enter.
func (c *console) deletionRoutes() {
	if !c.shows(PartDelete) {
		return
	}
	c.getIn("/deletion", tenancy.DeleteOrganization, deletion)
	c.post(inOrganization+"/deletion", inside(tenancy.DeleteOrganization, deletion), deleteOrganization,
		fields{tenancy.CodeOwnsOrganization: "accounts_to", tenancy.CodeAccountLimit: "accounts_to"})
	c.says("organization-deleted", "The organization was deleted.")
}

// deletionPage is what the Owner is told before the organization is deleted.
type deletionPage struct {
	Owns  list[tenancy.Reach] // the accounts that the reader owns here
	Other []option            // the reader's other organizations, one of which gets them; nil: they have none
	Stop  tenancy.Code        // why it would be refused; "": it would not be
	HIPAA []tenancy.HIPAALine // the first of the designated accounts, if it is for these
}

// deletion says what deleting the organization would do, and what stands against it.
func deletion(v *visit) (*page, error) {
	data := deletionPage{}
	var err error
	if data.Other, err = v.otherOrganizations(); err != nil {
		return nil, err
	}
	in := tenancy.OrganizationDeletion{}
	if len(data.Other) > 0 {
		in.AccountsTo, _ = tenancy.ParseID[tenancy.OrganizationID](data.Other[0].Value)
	}
	_, err = v.s.Preview(v.ctx(), func(ctx context.Context, s *tenancy.Session) error {
		return s.DeleteOrganization(ctx, v.org.ID, in)
	})
	if data.Stop = tenancy.CodeOf(err); err != nil && data.Stop == "" {
		return nil, err
	}
	if len(data.Other) > 1 && (data.Stop == tenancy.CodeAccountLimit || data.Stop == tenancy.CodeHIPAADesignated) {
		data.Stop = "" // another of the organizations may take the accounts
	}
	if data.Stop == tenancy.CodeHIPAADesignated {
		if data.HIPAA, err = v.designated(); err != nil {
			return nil, err
		}
	}
	return &page{template: "deletion", title: v.t("Delete organization"), at: "settings", data: data}, nil
}

// mostDesignated is how many designated accounts stand on the page of the deletion.
const mostDesignated = 10

// designated are the first designated accounts among the organization's first seekMost.
func (v *visit) designated() (found []tenancy.HIPAALine, err error) {
	looked := 0
	for line, err := range v.s.HIPAAReport(v.ctx(), v.org.ID, tenancy.HIPAAQuery{}) {
		if err != nil {
			return nil, err
		}
		if !line.Designated.IsZero() {
			found = append(found, line)
		}
		if looked++; looked == seekMost || len(found) == mostDesignated {
			break
		}
	}
	return found, nil
}

// otherOrganizations are the first of the reader's other organizations that they own.
func (v *visit) otherOrganizations() ([]option, error) {
	first, _, err := tenancy.Collect(v.s.Organizations(v.ctx(), tenancy.OrganizationQuery{}), pageSize+1)
	var others []option
	for _, o := range first {
		if o.Role != nil && *o.Role == tenancy.Owner && o.ID != v.org.ID {
			others = append(others, option{Value: o.ID.String(), Label: isolated(textOf(o.Name))})
		}
	}
	return others, err
}

// asSeen is what a reader sees of a name: without invisible characters, and with one space
// where there are several.
func asSeen(name string) string {
	visible := func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}
	return strings.Join(strings.Fields(strings.Map(visible, name)), " ")
}

// deleteOrganization deletes the organization if its name was typed.
func deleteOrganization(v *visit) (string, error) {
	in := tenancy.OrganizationDeletion{}
	org, err := pathID[tenancy.OrganizationID](v, "org")
	if err == nil && v.value("accounts_to") != "" {
		in.AccountsTo, err = formID[tenancy.OrganizationID](v, "accounts_to")
	}
	if err != nil {
		return "", err
	}
	switch err := v.enter(tenancy.DeleteOrganization); {
	case tenancy.CodeOf(err) == tenancy.CodeNotFound: // the operation says whether this form deleted it
	case err != nil:
		return "", err
	case asSeen(v.value("name")) == "" || asSeen(textOf(v.org.Name)) != asSeen(v.value("name")) && v.org.ID.String() != v.value("name"):
		return "", &refusal{status: http.StatusBadRequest, sentence: "This is not the name of the organization.", field: "name"}
	}
	return done(v.url(), "organization-deleted"), v.once().DeleteOrganization(v.ctx(), org, in)
}
