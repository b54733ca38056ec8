package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// sentences turns codes into what a host shows to people. Error text is for its own log: it has the operation, an ID and the code, nothing personal.
var sentences = map[tenancy.Code]string{
	tenancy.CodeActor:             "You are signed out: an administrator has suspended you.",
	tenancy.CodeEmail:             "This is no e-mail address we can use: one @, plain letters, at most 64 characters before it.",
	tenancy.CodeEmailTaken:        "Somebody has this e-mail address already.",
	tenancy.CodeInvitationPending: "This address has been invited already.",
	tenancy.CodeMember:            "They are a member already.",
	tenancy.CodeName:              "A name has 1 to 64 characters.",
	tenancy.CodeNotAllowed:        "Your role does not allow this.",
	tenancy.CodeNotFound:          "There is no such thing, or it is not yours to see.",
	tenancy.CodeOneself:           "You can't do this to yourself: ask another administrator.",
	tenancy.CodeOwnerLeaves:       "You own the organization: hand it over before you leave.",
	tenancy.CodeOwnsAccounts:      "They own accounts: say who is to have these.",
	tenancy.CodeRole:              "This role can't be given: the Owner hands the organization over.",
	tenancy.CodeTheOwner:          "This can't be done to the organization's Owner.",
}

// sentence says a refusal in words.
func sentence(err error) string {
	if s, known := sentences[tenancy.CodeOf(err)]; known {
		return s
	}
	return "This is refused (" + string(tenancy.CodeOf(err)) + ")."
}

// showRefused shows the rows of the file that were left out. What is not plain letters is shown as it is: a look-alike would not be seen.
func (c *company) showRefused(w *strings.Builder) {
	slices.SortFunc(c.refused, func(a, b badRow) int { return a.line - b.line })
	var rows [][]string
	for _, r := range c.refused {
		address := fmt.Sprintf("%+q", r.email)
		if len(address) > 44 {
			address = address[:40] + `…"`
		}
		reason := sentence(r.err)
		if e, ok := errors.AsType[*tenancy.Error](r.err); ok && !e.Pending.IsZero() {
			if i := slices.IndexFunc(c.people, func(p *person) bool { return p.sent.ID == e.Pending }); i >= 0 {
				reason = fmt.Sprintf("%s (line %d)", reason, c.people[i].line)
			}
		}
		rows = append(rows, []string{fmt.Sprint(r.line), address, reason})
	}
	if len(rows) > 0 {
		table(w, "Rows left out", "LINE|ADDRESS|WHY", rows)
	}
}

// attempt is something that is tried and must be refused.
type attempt struct {
	who, does string
	try       func(context.Context) error
}

// errorOf drops a result that nobody wants.
func errorOf[T any](_ T, err error) error { return err }

// attempts are made by whoever of its kind there is.
func (c *company) attempts(ctx context.Context) ([]attempt, error) {
	owner := c.founder()
	rival, err := c.host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("vera.stone@rival.example"), Name: "Vera Stone", Organization: "Rival"})
	if err != nil {
		return nil, err
	}
	vera, noor := c.dir.As(rival.User.ID), c.dir.As(c.consultant)
	all := []attempt{
		{owner.name + ", Owner", "leaves the organization", func(ctx context.Context) error {
			return c.as(owner).Leave(ctx, c.org)
		}},
		{"Vera Stone of another company", "lists the users", func(ctx context.Context) error {
			return errorOf(collect(vera.Users(ctx, c.org, tenancy.UserQuery{})))
		}},
		{"Vera Stone of another company", "looks at an account", func(ctx context.Context) error {
			return errorOf(vera.Account(ctx, c.staging))
		}},
		{"Noor Haddad, consultant", "lists the users", func(ctx context.Context) error {
			return errorOf(collect(noor.Users(ctx, c.org, tenancy.UserQuery{})))
		}},
	}
	if p := c.member(func(p *person) bool { return p.sent.Role == tenancy.Administrator && !p.suspended }); p != nil {
		all = append(all, c.attemptsOfAdministrator(p)...)
	}
	if p := c.member(func(p *person) bool { return p.sent.Role == tenancy.StandardUser && !p.suspended }); p != nil {
		all = append(all, c.attemptsOfStandardUser(p)...)
	}
	if p := c.member(func(p *person) bool { return p.suspended }); p != nil {
		all = append(all, attempt{p.name + ", suspended", "looks at their account", func(ctx context.Context) error {
			return errorOf(c.as(p).Account(ctx, c.accounts[p.department]))
		}})
	}
	return all, nil
}

func (c *company) attemptsOfAdministrator(p *person) []attempt {
	who, s := p.name+", Administrator", c.as(p)
	all := []attempt{
		{who, "removes the Owner", func(ctx context.Context) error {
			return s.RemoveUser(ctx, c.org, c.founder().user, tenancy.Removal{})
		}},
		{who, "makes themself Owner", func(ctx context.Context) error {
			return errorOf(s.SetOrganizationRole(ctx, c.org, p.user, tenancy.Owner))
		}},
		{who, "demotes themself", func(ctx context.Context) error {
			return errorOf(s.SetOrganizationRole(ctx, c.org, p.user, tenancy.StandardUser))
		}},
		{who, "hands the organization over", func(ctx context.Context) error {
			return errorOf(s.TransferOwnership(ctx, c.org, tenancy.NewOwner{User: p.user}))
		}},
		{who, "invites a member", func(ctx context.Context) error {
			return errorOf(s.InviteUser(ctx, c.org, tenancy.NewInvitation{Email: c.founder().email}))
		}},
	}
	for _, pending := range c.people[1:] {
		if pending.newcomer {
			all = append(all, attempt{who, "invites a pending user again", func(ctx context.Context) error {
				return errorOf(s.InviteUser(ctx, c.org, tenancy.NewInvitation{Email: pending.email}))
			}}, attempt{who, "accepts another's invitation", func(ctx context.Context) error {
				return errorOf(s.AcceptInvitation(ctx, tenancy.Acceptance{Secret: pending.sent.Secret}))
			}})
			break
		}
	}
	for _, department := range c.departments {
		if head := c.heads[department]; head != c.founder() && head != p {
			return append(all, attempt{who, "removes somebody who owns an account", func(ctx context.Context) error {
				return s.RemoveUser(ctx, c.org, head.user, tenancy.Removal{})
			}})
		}
	}
	return all
}

func (c *company) attemptsOfStandardUser(p *person) []attempt {
	who, s, account := p.name+", Standard User", c.as(p), c.accounts[p.department]
	return []attempt{
		{who, "makes themself Administrator", func(ctx context.Context) error {
			return errorOf(s.SetOrganizationRole(ctx, c.org, p.user, tenancy.Administrator))
		}},
		{who, "closes their department's account", func(ctx context.Context) error {
			return errorOf(s.CloseAccount(ctx, account))
		}},
		{who, "reads the log", func(ctx context.Context) error {
			return errorOf(s.LogHead(ctx, tenancy.Stream{Organization: c.org}))
		}},
	}
}

// showAttempts makes the attempts and shows how each is refused. None of them leaves a trace: the log is as long as it was.
func (c *company) showAttempts(ctx context.Context, w *strings.Builder) error {
	attempts, err := c.attempts(ctx)
	if err != nil {
		return err
	}
	log := tenancy.Stream{Organization: c.org}
	before, err := c.host.LogHead(ctx, log)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, a := range attempts {
		err := a.try(ctx)
		if tenancy.CodeOf(err) == "" {
			return fmt.Errorf("%s %s: not refused: %w", a.who, a.does, err)
		}
		rows = append(rows, []string{a.who, a.does, string(tenancy.CodeOf(err)), sentence(err)})
	}
	after, err := c.host.LogHead(ctx, log)
	if err != nil {
		return err
	}
	if before != after {
		return errors.New("a refusal has left a trace")
	}
	table(w, "What is refused", "WHO|TRIES|CODE|WHAT THEY ARE TOLD", rows)
	fmt.Fprintf(w, "\n  %d tries, all refused; the log is as long as before.\n", len(rows))
	return nil
}
