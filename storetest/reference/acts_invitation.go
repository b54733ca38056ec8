package reference

import (
	"slices"

	"github.com/add4b1c6/tenancy"
)

func (m *machine) keep(i tenancy.SentInvitation, ok bool) (sent, bool) {
	if !ok {
		return sent{}, false
	}
	s := sent{i.Secret, i.ID, m.model.Invitations[i.ID].Address}
	m.secrets = append(m.secrets, s)
	return s, true
}

func (m *machine) inviteUser(by Actor, org tenancy.OrganizationID, in tenancy.NewInvitation) (sent, bool) {
	return m.keep(do(m, "InviteUser", by,
		func(s *side) (tenancy.SentInvitation, error) { return s.session(by).InviteUser(m.ctx, org, in) },
		func(r tenancy.SentInvitation) Answer { return m.model.InviteUser(by, org, in, r.ID) }, nil))
}

func (m *machine) resend(by Actor, id tenancy.InvitationID) {
	m.keep(do(m, "ResendInvitation", by,
		func(s *side) (tenancy.SentInvitation, error) { return s.session(by).ResendInvitation(m.ctx, id) },
		func(r tenancy.SentInvitation) Answer { return m.model.ResendInvitation(by, id, r.ID) }, nil))
}

// letter draws an invitation that somebody has, mostly a pending one; to a user, or to one
// whom nobody has signed up yet.
func (m *machine) letter(users bool) sent {
	pending := slices.DeleteFunc(slices.Clone(m.secrets), func(s sent) bool {
		_, taken := m.model.userAt(s.address)
		return !m.model.pending(m.model.Invitations[s.id]) || taken != users
	})
	switch {
	case len(pending) > 0 && !m.oneIn("any letter?", 5):
		return choose(m, "letter", pending...)
	case len(m.secrets) > 0 && !m.oneIn("forged?", 10):
		return choose(m, "letter", m.secrets...)
	}
	return sent{secret: tenancy.ParseSecret("forged"), address: m.address()}
}

// inviting is inviting, accepting and what else becomes of invitations.
func (m *machine) inviting() map[string]func() {
	invite := func() {
		org := m.org()
		address := m.address()
		if m.oneIn("a user?", 3) {
			address = m.addressOf(m.people())
		}
		m.inviteUser(m.actor(m.rulers(org)...), org, tenancy.NewInvitation{Email: address, Role: m.rank()})
	}
	toAccount := func() {
		account := m.account()
		address := m.address()
		if m.oneIn("a user?", 2) {
			address = m.addressOf(m.people())
		}
		in := tenancy.NewAccountInvitation{Email: address, Roles: m.roles(), For: m.lasting()}
		by := m.actor(m.holders(account)...)
		m.keep(do(m, "InviteToAccount", by,
			func(s *side) (tenancy.SentInvitation, error) {
				return s.session(by).InviteToAccount(m.ctx, account, in)
			},
			func(r tenancy.SentInvitation) Answer { return m.model.InviteToAccount(by, account, in, r.ID) }, nil))
	}
	// senders are those who mostly act on an invitation
	senders := func(id tenancy.InvitationID) []tenancy.UserID {
		i := m.model.Invitations[id]
		users := []tenancy.UserID{i.Inviter.User}
		if i.Kind == tenancy.InvitationToAccount {
			return append(users, m.holders(i.Account)...)
		}
		return append(users, m.rulers(i.Organization)...)
	}
	pending := func() tenancy.InvitationID {
		return some(m, "pending", where(m.model.Invitations,
			func(_ tenancy.InvitationID, i Invitation) bool { return m.model.pending(i) }), keysOf(m.model.Invitations))
	}
	again := func() { // the same address, until it is too often
		org := some(m, "again", m.activeOrgs(), keysOf(m.model.Organizations))
		owner := Actor{User: m.model.Organizations[org].Owner}
		i, ok := m.inviteUser(owner, org, tenancy.NewInvitation{Email: m.newcomer(choose(m, "at", domains...))})
		for range 5 {
			if ok {
				m.resend(owner, i.id)
				i = m.secrets[len(m.secrets)-1]
			}
		}
	}
	return map[string]func(){
		"InviteUser": invite, "InviteUser 2": invite, "InviteToAccount": toAccount, "InviteToAccount 2": toAccount,
		"AcceptInvitation": m.acceptInvitation, "AcceptInvitation 2": m.acceptInvitation,
		"AcceptInvitation 3": m.acceptInvitation,
		"ResendInvitation": func() {
			id := pending()
			m.resend(m.actor(senders(id)...), id)
		},
		"RevokeInvitation": func() {
			id := pending()
			by := m.actor(senders(id)...)
			do(m, "RevokeInvitation", by,
				func(s *side) (struct{}, error) { return only(s.session(by).RevokeInvitation(m.ctx, id)) },
				func(struct{}) Answer { return m.model.RevokeInvitation(by, id) }, nil)
		},
		"DeclineInvitation": func() {
			via := m.letter(m.oneIn("a user's?", 2))
			user, _ := m.model.userAt(via.address)
			by := m.actor(user, user)
			in := tenancy.Declination{Secret: via.secret}
			switch m.between("by", 0, 5) {
			case 0, 1:
				in = tenancy.Declination{Invitation: via.id}
			case 2:
				by = Actor{System: true}
			}
			do(m, "DeclineInvitation", by,
				func(s *side) (struct{}, error) { return only(s.session(by).DeclineInvitation(m.ctx, in)) },
				func(struct{}) Answer {
					return m.model.DeclineInvitation(by, via.id, in.Invitation, !in.Secret.IsZero())
				}, nil)
		},
		"invited again": again,
	}
}

// acceptInvitation lets somebody accept, mostly with the Terms that they are shown.
func (m *machine) acceptInvitation() {
	via := m.letter(true)
	user, _ := m.model.userAt(via.address)
	by := m.actor(user, user, user, user)
	in := tenancy.Acceptance{Secret: via.secret}
	if m.oneIn("by ID?", 3) {
		in = tenancy.Acceptance{Invitation: via.id}
	}
	if m.oneIn("both?", 40) {
		in = tenancy.Acceptance{Invitation: via.id, Secret: via.secret}
	}
	m.offer(by, via)
	if offer, err := m.sides[0].session(by).Invitation(m.ctx, via.secret); err == nil && offer.Terms != nil &&
		!m.oneIn("without Terms?", 8) {
		in.Terms = offer.Terms.Token
	}
	if m.oneIn("other Terms?", 15) {
		in.Terms = "nonsense"
	}
	do(m, "AcceptInvitation", by,
		func(s *side) (tenancy.AcceptedInvitation, error) { return s.session(by).AcceptInvitation(m.ctx, in) },
		func(tenancy.AcceptedInvitation) Answer {
			return m.model.AcceptInvitation(by, via.id, in.Invitation, !in.Secret.IsZero(), m.terms[in.Terms], in.Terms != "")
		},
		func(r tenancy.AcceptedInvitation) any {
			return accepted{Accounts: r.Accounts, Merged: r.Merged, Dissolved: r.Dissolved}
		})
}

// offer compares what an invitee is shown with the model: the Terms, and whether accepting
// would be refused, and how (USR-6, USR-19).
func (m *machine) offer(by Actor, via sent) {
	offer, err := m.sides[0].session(by).Invitation(m.ctx, via.secret)
	if err != nil || offer.Terms == nil || by.platform() {
		return
	}
	var shown Terms
	for _, o := range offer.Terms.Merged {
		shown.Merged = append(shown.Merged, o.ID)
	}
	for _, o := range offer.Terms.Dissolved {
		shown.Dissolved = append(shown.Dissolved, o.ID)
	}
	for _, a := range offer.Terms.Accounts {
		shown.Accounts = append(shown.Accounts, a.ID)
	}
	m.terms[offer.Terms.Token] = shown
	m.model.Now = instant(m.clock.Now())
	// Whether a merge that a closed domain refuses is shown as one, no rule says.
	closed := m.model.closedTo(m.model.Invitations[via.id].Organization, via.address)
	if want := m.model.TermsOf(via.id, by.User); !want.same(shown) && !closed {
		m.fail("the Terms of %v are %+v, and in the model %+v", via.id, shown, want)
	}
	dry := *m.model
	dry.State = m.model.clone()
	answer := dry.AcceptInvitation(by, via.id, tenancy.InvitationID{}, true, shown, offer.Terms.Token != "")
	if offer.Refusal == "" && answer.Codes != nil && !answer.Open ||
		offer.Refusal != "" && !slices.Contains(answer.Codes, offer.Refusal) {
		m.fail("the offer of %v says %q, and the model of accepting it %s", via.id, offer.Refusal, answer.allowed())
	}
}

// merging is what merges and imports.
func (m *machine) merging() map[string]func() {
	merge := func() {
		var prime, candidate tenancy.OrganizationID
		var several []tenancy.UserID
		for _, user := range m.people() {
			if len(m.model.organizationsOf(user)) > 1 {
				several = append(several, user)
			}
		}
		by := m.actor(several...)
		prime = some(m, "prime", m.model.organizationsOf(by.User), keysOf(m.model.Organizations))
		candidate = some(m, "candidate", m.model.organizationsOf(by.User), keysOf(m.model.Organizations))
		do(m, "MergeOrganizations", by,
			func(s *side) (struct{}, error) {
				return errOf(s.session(by).MergeOrganizations(m.ctx, prime, candidate))
			},
			func(struct{}) Answer { return m.model.MergeOrganizations(by, prime, candidate) }, nil)
	}
	imports := func() {
		org := some(m, "entitled", where(m.model.Organizations, func(_ tenancy.OrganizationID, o Organization) bool {
			return o.Import.On && o.State == tenancy.StateActive
		}), keysOf(m.model.Organizations))
		by := m.actor(m.rulers(org)...)
		var emails []string
		for range m.between("addresses", 0, 3) {
			emails = append(emails, m.addressOf(m.people()))
		}
		do(m, "ImportUsers", by,
			func(s *side) ([]tenancy.ImportedUser, error) {
				return s.session(by).ImportUsers(m.ctx, org, tenancy.UserImport{Emails: emails})
			},
			func(got []tenancy.ImportedUser) Answer {
				answer := m.model.ImportUsers(by, org, emails)
				if want, ok := answer.Result.([]Imported); ok && len(want) == len(got) {
					answer.Result = nil
					m.sameImports(got, want)
				}
				return answer
			},
			func(got []tenancy.ImportedUser) any {
				var essence []Imported
				for _, i := range got {
					essence = append(essence, Imported{User: i.User, Brought: i.Brought,
						Codes: []tenancy.Code{tenancy.CodeOf(i.Err)}})
				}
				return essence
			})
	}
	return map[string]func(){
		"MergeOrganizations": merge, "MergeOrganizations 2": merge,
		"ImportUsers": imports, "ImportUsers 2": imports,
	}
}

// sameImports compares what became of each address.
func (m *machine) sameImports(got []tenancy.ImportedUser, want []Imported) {
	for i, w := range want {
		code := tenancy.CodeOf(got[i].Err)
		if (code == "") != (w.Codes == nil) || code != "" && !slices.Contains(w.Codes, code) ||
			got[i].User != w.User || !slices.Equal(got[i].Brought, w.Brought) {
			m.fail("importing the address %d gives %+v, and in the model %+v", i, got[i], w)
		}
	}
}
