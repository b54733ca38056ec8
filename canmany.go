package tenancy

import "context"

// Permissions returns what Can answers about a user and an account, for every permission
// on an account at once: the built-in ones and the host's (GEN-21). It is one read, which
// costs what one Can does. A page asks it for which buttons to show. Who may ask about
// whom is as with Can, and about oneself an account that one does not reach is a no for
// every permission.
//
// Errors: CodeID if an ID is zero; CodeNotFound, CodeNotAllowed.
func (s *Session) Permissions(
	ctx context.Context, user UserID, account AccountID,
) (map[Permission]Decision, error) {
	var check form
	check.id(user)
	check.id(account)
	asked := call{opPermissions, account.String(), check.err}
	if check.err != nil || s.asksAboutAnother(user) {
		return look(ctx, s, asked,
			func(r *reads) permissionsFacts { return r.loadPermissions(user, account) }, decidePermissions)
	}
	return observe(ctx, s, opPermissions.name, func(ctx context.Context, s *Session) (map[Permission]Decision, error) {
		q := questions.Get().(*question)
		defer questions.Put(q)
		if err := q.askOne(ctx, s, user, account); err != nil {
			return nil, s.fail(ctx, asked, err)
		}
		return s.dir.decisions(account, &q.row[0]), nil
	})
}

// permissionsFacts is what Permissions about somebody else needs to know.
type permissionsFacts struct{ canFacts }

func (r *reads) loadPermissions(user UserID, account AccountID) permissionsFacts {
	return permissionsFacts{r.loadCan(user, account)}
}

func decidePermissions(f permissionsFacts, c *changes) (map[Permission]Decision, error) {
	if err := c.authorizeAsking(f.canFacts); err != nil {
		return nil, err
	}
	return c.dir.decisions(f.account.ID, f.told()), nil
}

// asksAboutAnother reports whether the actor is a user, and not the one asked about.
func (s *Session) asksAboutAnother(user UserID) bool { return s.actor.isUser() && s.actor.User != user }

// decisions decides about every permission of the table.
func (d *Directory) decisions(account AccountID, row *AccessRow) map[Permission]Decision {
	all := make(map[Permission]Decision, len(d.table.rules))
	for permission, rule := range d.table.rules {
		all[permission] = decideCan(rule, d.organizationRules, account, row)
	}
	return all
}

// OrganizationPermissions returns what CanInOrganization answers about a user and an
// organization, for every permission in an organization at once: the built-in ones and the
// host's (GEN-21). It is one read, which costs what one CanInOrganization does. A page asks
// it for which buttons to show. Who may ask about whom is as with CanInOrganization, and
// about oneself an organization that one does not belong to is a no for every permission. A
// merged organization's ID stands for its survivor (ORG-13).
//
// Errors: CodeID if an ID is zero; CodeNotFound, CodeNotAllowed.
func (s *Session) OrganizationPermissions(
	ctx context.Context, user UserID, org OrganizationID,
) (map[OrganizationPermission]Decision, error) {
	var check form
	check.id(user)
	check.id(org)
	return look(ctx, s, call{opOrganizationPermissions, org.String(), check.err},
		func(r *reads) organizationPermissionsFacts { return r.loadOrganizationPermissions(user, org) },
		func(f organizationPermissionsFacts, c *changes) (map[OrganizationPermission]Decision, error) {
			return decideOrganizationPermissions(f, user, c)
		})
}

// organizationPermissionsFacts is what OrganizationPermissions needs to know.
type organizationPermissionsFacts struct{ canInOrganizationFacts }

func (r *reads) loadOrganizationPermissions(user UserID, org OrganizationID) organizationPermissionsFacts {
	return organizationPermissionsFacts{r.loadCanInOrganization(user, org)}
}

func decideOrganizationPermissions(
	f organizationPermissionsFacts, user UserID, c *changes,
) (map[OrganizationPermission]Decision, error) {
	if err := c.authorizeAskingIn(f.canInOrganizationFacts, user); err != nil {
		return nil, err
	}
	known := c.dir.organizationRules.known()
	all := make(map[OrganizationPermission]Decision, len(known))
	for permission := range known {
		all[permission] = f.decision(permission, c)
	}
	return all, nil
}

// maxCanMany is how many accounts CanMany takes.
const maxCanMany = 100

// AccountDecision is what CanMany answers about one account.
type AccountDecision struct {
	Account AccountID `json:"account,omitzero"`
	Decision
	// Err is why there is no decision about this account: an *Error with CodeNotFound if
	// the actor does not see the account, or not the user on it, or with CodeNotAllowed.
	// Nil: there is one.
	Err error `json:"err,omitzero"`
}

// CanMany returns what Can answers about a user, a permission and several accounts, each
// in the place of its account (GEN-21). It is one read of one snapshot. It takes up to
// 100 accounts, as many as a page of a list has; an account that is named twice is
// answered twice, and no accounts give no answers.
//
// Who may ask about whom is as with Can, account by account: one that the actor does not
// see is CodeNotFound in its own place, and the others are answered. OnRefused is not
// told of such answers.
//
// Errors: CodeID if an ID is zero, CodeInput for more than 100 accounts, CodePermission if
// the permission is neither built in nor the host's; in the Err of an account
// CodeNotFound, CodeNotAllowed.
func (s *Session) CanMany(
	ctx context.Context, user UserID, permission Permission, accounts []AccountID,
) ([]AccountDecision, error) {
	var check form
	check.id(user)
	check.that(len(accounts) <= maxCanMany, CodeInput)
	for _, account := range accounts[:min(len(accounts), maxCanMany)] {
		check.id(account)
	}
	rule, known := s.dir.table.rules[permission]
	check.that(known, CodePermission)
	asked := call{opCanMany, user.String(), check.err}
	if check.err != nil || s.asksAboutAnother(user) {
		return look(ctx, s, asked,
			func(r *reads) canManyFacts { return r.loadCanMany(user, accounts) },
			func(f canManyFacts, c *changes) ([]AccountDecision, error) {
				return decideCanMany(f, accounts, rule, c)
			})
	}
	return observe(ctx, s, opCanMany.name, func(ctx context.Context, s *Session) ([]AccountDecision, error) {
		answers, err := s.canMany(ctx, user, rule, accounts)
		if err != nil {
			return nil, s.fail(ctx, asked, err)
		}
		return answers, nil
	})
}

// canMany answers CanMany for a user about themself, and for Operators and System.
func (s *Session) canMany(
	ctx context.Context, user UserID, rule *grantRule, accounts []AccountID,
) ([]AccountDecision, error) {
	rows := make([]AccessRow, max(len(accounts), 1))
	q := questions.Get().(*question)
	defer questions.Put(q)
	defer func() { q.accounts, q.rows = nil, nil }()
	asked := accounts
	if len(accounts) == 0 {
		asked = make([]AccountID, 1) // so that the actor is asked about
	}
	if err := q.ask(ctx, s, user, asked, rows); err != nil {
		return nil, err
	}
	answers := make([]AccountDecision, len(accounts))
	for i, account := range accounts {
		answers[i].Account = account
		answers[i].Decision = decideCan(rule, s.dir.organizationRules, account, &rows[i])
	}
	return answers, nil
}

// canManyFacts is what CanMany about somebody else needs to know: what Can does, of each
// account.
type canManyFacts []canFacts

func (r *reads) loadCanMany(user UserID, accounts []AccountID) (f canManyFacts) {
	for _, account := range accounts {
		f = append(f, r.loadCan(user, account))
	}
	return f
}

func decideCanMany(
	f canManyFacts, accounts []AccountID, rule *grantRule, c *changes,
) ([]AccountDecision, error) {
	var answers []AccountDecision
	for i, one := range f {
		answer := AccountDecision{Account: accounts[i]}
		if err := c.authorizeAsking(one); err != nil {
			answer.Err = &Error{Op: c.row.name, Subject: accounts[i].String(), Err: err}
		} else {
			answer.Decision = decideCan(rule, c.dir.organizationRules, accounts[i], one.told())
		}
		answers = append(answers, answer)
	}
	return answers, nil
}
