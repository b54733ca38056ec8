package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/add4b1c6/tenancy"
)

// mergeRoutes serves the pages on which organizations become one.
func (c *console) mergeRoutes() {
	if !c.shows(PartMerge) {
		return
	}
	c.getIn("/merge", tenancy.ManageOrganization, merge)
	c.getIn("/merge/{candidate}", tenancy.ManageOrganization, previewMerge)
	c.postIn("/merge/{candidate}", tenancy.ManageOrganization, previewMerge, mergeOrganizations, nil)
	c.get("/invitations/{invitation}/merge", previewInvitedMerge)
	c.says("merged", "The organization was merged into this one.")
}

// mergePage is what the first page of merging shows.
type mergePage struct {
	IsOwner bool     // the reader is the Owner, and so may merge others of their own
	Others  []option // their other organizations
}

// merge explains what a merge does, and leads to the two ways.
func merge(v *visit) (*page, error) {
	data := mergePage{IsOwner: v.may[tenancy.TransferOwnership]}
	if data.IsOwner {
		var err error
		if data.Others, err = v.otherOrganizations(); err != nil {
			return nil, err
		}
	}
	return &page{template: "merge", title: v.t("Merge"), at: "merge", data: data}, nil
}

// mergePlanPage is what a merge would do.
type mergePlanPage struct {
	tenancy.MergePlan
	Candidate     tenancy.OrganizationID // zero: all of the invited Owner's
	Name          tenancy.Personal       // its name
	Invitation    tenancy.InvitationID   // that would bring it about; zero: the Owner of both does
	People        []mergedUser           // the first of them
	Accounts      []mergedAccount        // the first of them
	AllAccounts   int
	Prerequisites []prerequisite
	Plan          string // what the button carries along; "": there is none
}

// Refused reports whether the merge would be refused.
func (p mergePlanPage) Refused() bool { return len(p.Unmet) > 0 }

// mergedUser is a member who comes along.
type mergedUser struct {
	tenancy.MergedUser
	Name, Email string // "": not read
}

// Shown reports whether the reader may see if single sign-on is required of them.
func (u mergedUser) Shown() bool { return u.SSO != nil }

// Required reports whether they will have to use single sign-on.
func (u mergedUser) Required() bool { return u.SSO != nil && *u.SSO }

// mergedAccount is an account that comes along.
type mergedAccount struct {
	ID        tenancy.AccountID
	Name      string // "": not read
	Ungrouped bool   // roles of groups on it end
}

// prerequisite is what a merge needs.
type prerequisite struct {
	Text string
	Met  bool
	Help string // what to do; "": nothing can be done here
	Link string // where; "": nowhere
}

// previewMerge shows what merging another organization of the reader's would do.
func previewMerge(v *visit) (*page, error) {
	id, err := pathID[tenancy.OrganizationID](v, "candidate")
	if err != nil || id == v.org.ID {
		return nil, tenancy.CodeNotFound
	}
	// The head comes first: what happens between this and the preview makes the plan an old
	// one, and not the other way round.
	head, err := v.s.LogHead(v.ctx(), tenancy.Stream{Organization: id})
	if err != nil {
		return nil, err
	}
	data := mergePlanPage{Candidate: id}
	if data.MergePlan, err = v.s.PreviewMerge(v.ctx(), v.org.ID, tenancy.MergeCandidate{Organization: id}); err != nil {
		return nil, err
	}
	if err = v.nameMerged(&data); err != nil {
		return nil, err
	}
	data.Prerequisites = v.prerequisites(data.MergePlan)
	data.Plan = planOf(head)
	return &page{template: "merge-preview", title: v.t("Merge"), at: "merge", data: data}, nil
}

// previewInvitedMerge shows an invited Owner what accepting would do to their organizations.
func previewInvitedMerge(v *visit) (*page, error) {
	id, err := pathID[tenancy.InvitationID](v, "invitation")
	if err != nil {
		return nil, err
	}
	offer, err := v.s.InvitationByID(v.ctx(), id)
	if err != nil {
		return nil, err
	}
	if offer.Organization.IsZero() {
		return nil, tenancy.CodeNotFound
	}
	data := mergePlanPage{Invitation: id}
	if data.MergePlan, err = v.s.PreviewMerge(v.ctx(), offer.Organization, tenancy.MergeCandidate{Owner: v.self()}); err != nil {
		return nil, err
	}
	if err = v.nameMerged(&data); err != nil {
		return nil, err
	}
	return &page{template: "merge-preview", title: v.t("Merge"), data: data}, nil
}

// mostNamed is of how many Candidates the names are read.
const mostNamed = 4

// nameMerged names the first of the people and accounts of a plan. Lists are read for that,
// not single users and accounts.
func (v *visit) nameMerged(data *mergePlanPage) error {
	people, accounts := map[tenancy.UserID]tenancy.User{}, map[tenancy.AccountID]string{}
	for _, org := range data.Candidates[:min(len(data.Candidates), mostNamed)] {
		found, err := v.s.Organization(v.ctx(), org)
		if err != nil {
			return err
		}
		if data.Name.IsZero() {
			data.Name = found.Name
		}
		users, _, err := tenancy.Collect(v.s.Users(v.ctx(), org, tenancy.UserQuery{Kind: tenancy.KindManaged}), pageSize)
		if err != nil {
			return err
		}
		for _, u := range users {
			people[u.User.ID] = u.User
		}
		managed, _, err := tenancy.Collect(v.s.Accounts(v.ctx(), org, tenancy.AccountQuery{Kind: tenancy.KindManaged}), pageSize)
		if err != nil {
			return err
		}
		for _, a := range managed {
			accounts[a.ID] = textOf(a.Name)
		}
	}
	for _, u := range data.Users[:min(len(data.Users), pageSize)] {
		data.People = append(data.People, mergedUser{u, textOf(people[u.User].Name), textOf(people[u.User].Email)})
	}
	data.AllAccounts = len(data.MergePlan.Accounts)
	for _, a := range data.MergePlan.Accounts[:min(data.AllAccounts, pageSize)] {
		data.Accounts = append(data.Accounts, mergedAccount{a, accounts[a], slices.Contains(data.Ungrouped, a)})
	}
	return nil
}

// prerequisites are what a merge of the reader's own organizations needs, and whether it is
// there (MRG-1).
func (v *visit) prerequisites(plan tenancy.MergePlan) []prerequisite {
	unmet := map[tenancy.Code]bool{}
	for _, u := range plan.Unmet {
		unmet[u.Code] = true
	}
	all := []prerequisite{
		{Text: v.t("This organization has a verified domain."), Met: !unmet[tenancy.CodeNoLiveDomain],
			Help: v.t("Add and verify a domain"), Link: v.at("domains")},
		{Text: v.t("The other organization has no verified domain."), Met: !unmet[tenancy.CodeCandidateDomain],
			Help: v.t("Remove its domains"), Link: v.url("organizations", plan.Candidates[0], "domains")},
		{Text: v.t("The Owner's address is on a verified domain of this organization."), Met: !unmet[tenancy.CodeOwnerOffDomain]},
		{Text: v.t("Nobody has an address on a domain whose policy is Closed."), Met: !unmet[tenancy.CodeMergeClosed],
			Help: v.t("Change the sign-up policy"), Link: v.at("sign-up")},
		{Text: v.t("This organization has room for their members."), Met: !unmet[tenancy.CodeMemberLimit]},
		{Text: v.t("This organization has room for their accounts."), Met: !unmet[tenancy.CodeAccountLimit]},
		{Text: v.t("This organization has room for their groups."), Met: !unmet[tenancy.CodeGroupLimit]},
		{Text: v.t("Neither organization is suspended."), Met: !unmet[tenancy.CodeOrganizationSuspended]},
	}
	known := []tenancy.Code{
		tenancy.CodeNoLiveDomain, tenancy.CodeCandidateDomain, tenancy.CodeOwnerOffDomain, tenancy.CodeMergeClosed,
		tenancy.CodeMemberLimit, tenancy.CodeAccountLimit, tenancy.CodeGroupLimit, tenancy.CodeOrganizationSuspended,
	}
	for _, u := range plan.Unmet {
		if !slices.Contains(known, u.Code) {
			all = append(all, prerequisite{Text: v.t(u.Code.Sentence())})
		}
	}
	for i := range all {
		if all[i].Met || all[i].Link != "" && !v.answers(all[i].Link) {
			all[i].Help, all[i].Link = "", ""
		}
	}
	return all
}

// mergeOrganizations merges another organization of the Owner's into this one.
func mergeOrganizations(v *visit) (string, error) {
	id, err := pathID[tenancy.OrganizationID](v, "candidate")
	if err != nil {
		return "", err
	}
	return done(v.at(), "merged"), v.together(func(ctx context.Context, s *tenancy.Session) error {
		head, err := s.LogHead(ctx, tenancy.Stream{Organization: id})
		if err == nil && planOf(head) != v.value("plan") {
			err = errPlan
		}
		if err == nil {
			_, err = s.MergeOrganizations(ctx, v.org.ID, id)
		}
		return err
	})
}

// planOf is the text that a form carries of what its page showed: whatever happens in the
// organization that is merged stands in its log.
func planOf(head tenancy.LogHead) string { return fmt.Sprintf("%d-%x", head.Sequence, head.Hash) }

var errPlan = &refusal{status: http.StatusConflict, sentence: "The other organization has changed since this page was opened. " +
	"Look at what merging does now, and confirm again."}
