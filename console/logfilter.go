package console

import (
	"strings"
	"time"

	"github.com/add4b1c6/tenancy"
)

// logFilter is what the reader asked for, as they entered it, and why it is none.
type logFilter struct {
	Kind, By, About, Since, Until                       string
	ByProblem, AboutProblem, SinceProblem, UntilProblem string
}

// Set reports whether there is a filter.
func (f logFilter) Set() bool { return f.Kind+f.By+f.About+f.Since+f.Until != "" }

// unfit reports whether it is one that cannot be carried out.
func (f logFilter) unfit() bool {
	return f.ByProblem+f.AboutProblem+f.SinceProblem+f.UntilProblem != ""
}

// named is what the name of a file says of the filter: IDs, and neither names nor addresses.
func (f logFilter) named(q tenancy.EventQuery) string {
	var name string
	if len(q.Types) > 0 {
		name += "-" + f.Kind
	}
	if f.Since != "" {
		name += "-from-" + f.Since
	}
	if f.Until != "" {
		name += "-to-" + f.Until
	}
	if q.Actor != nil {
		name += "-by-" + q.Actor.String()
	}
	if q.Subject != "" {
		name += "-about-" + q.Subject
	}
	return strings.Map(func(r rune) rune {
		if r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_' // an Operator is called as the host likes
	}, name)
}

// readFilter reads the filter of a request to a log, as a query without a place to begin.
func (v *visit) readFilter(l logOf) (f logFilter, q tenancy.EventQuery, err error) {
	f = logFilter{Kind: v.query("kind"), By: v.query("by"), About: v.query("about"), Since: v.query("since"), Until: v.query("until")}
	q = tenancy.EventQuery{Backwards: true, Types: typesOf(f.Kind)}
	if by := strings.TrimSpace(f.By); by != "" {
		actor, bad := tenancy.ParseActor(by)
		if bad != nil {
			actor.User, f.ByProblem, err = v.whom(l, by)
		}
		q.Actor = &actor
	}
	if about := strings.TrimSpace(f.About); err == nil && about != "" {
		q.Subject = about
		if !isID(about) {
			var user tenancy.UserID
			user, f.AboutProblem, err = v.whom(l, about)
			q.Subject = user.String()
		}
	}
	var wrong bool
	if q.Since, wrong = day(f.Since); wrong {
		f.SinceProblem = v.t("This is not a day.")
	}
	if q.Until, wrong = day(f.Until); wrong {
		f.UntilProblem = v.t("This is not a day.")
	} else if !q.Until.IsZero() {
		q.Until = q.Until.AddDate(0, 0, 1) // the day itself is shown
	}
	return f, q, err
}

// isID reports whether a text is an ID of any kind.
func isID(text string) bool {
	for _, id := range []interface{ UnmarshalText([]byte) error }{
		new(tenancy.OrganizationID), new(tenancy.AccountID), new(tenancy.UserID), new(tenancy.DomainID),
		new(tenancy.InvitationID), new(tenancy.RequestID), new(tenancy.ConnectionID), new(tenancy.KeyID),
		new(tenancy.GroupID), new(tenancy.DirectoryID), new(tenancy.ProvisionedID), new(tenancy.EventID),
		new(tenancy.OperationID),
	} {
		if id.UnmarshalText([]byte(text)) == nil {
			return true
		}
	}
	return false
}

// findsPeople reports whether the filter of a log takes names and addresses: it is that of an
// organization, and the reader may look for its users.
func (v *visit) findsPeople(l logOf) bool {
	return !l.OfPerson() && (v.p != nil || v.may[tenancy.ViewUsers])
}

// whom finds the user of an organization whom a name or an address means. If that is nobody,
// or several are meant, it says so.
func (v *visit) whom(l logOf, text string) (found tenancy.UserID, problem string, err error) {
	if !v.findsPeople(l) {
		return found, v.t(tenancy.CodeID.Sentence()), nil
	}
	users, next, err := tenancy.Collect(v.s.Users(v.ctx(), l.stream.Organization, tenancy.UserQuery{Search: text}), pickSize)
	if err != nil && tenancy.CodeOf(err) == "" {
		return found, "", err
	}
	var all, exact []tenancy.UserID
	for _, u := range users {
		if u.User.ID.IsZero() { // invited, and not known yet
			continue
		}
		all = append(all, u.User.ID)
		if textOf(u.User.Email) == text || textOf(u.User.Name) == text {
			exact = append(exact, u.User.ID)
		}
	}
	switch {
	case len(exact) == 1 && next == "":
		return exact[0], "", nil
	case len(all) == 0 && next == "":
		return found, v.t("Nobody in the organization has this name or address. Whoever left it is found by their ID."), nil
	case len(all) == 1 && next == "":
		return all[0], "", nil
	}
	return found, v.t("Several people are found by this. Enter more of the name, or the whole address."), nil
}

// day reads a day of a form, in UTC. An empty one is zero.
func day(text string) (at time.Time, wrong bool) {
	if text == "" {
		return at, false
	}
	at, err := time.Parse(time.DateOnly, text)
	return at, err != nil
}
