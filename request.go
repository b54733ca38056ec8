package tenancy

import (
	"context"
	"time"
)

// InvitationRequest is a person's wish to be invited to the organization that has their address's domain.
type InvitationRequest struct {
	ID           RequestID
	Organization OrganizationID
	Email        Personal
	State        State // StateOpen, StateExpired, StateSettled
	Created      time.Time
	Expires      time.Time
}

// RequestOpened says that somebody asks to be invited.
type RequestOpened struct {
	Request      RequestID
	Organization OrganizationID
	Created      Instant
	Expires      Instant
}

// RequestSettled says that a request was answered: the address was invited or joined, or the request dismissed.
type RequestSettled struct {
	Request RequestID
	Settled Instant
}

func (e RequestOpened) apply(w *world) {
	w.create(RequestRecord{ID: e.Request, Organization: e.Organization, State: StateOpen, Created: e.Created, Expires: e.Expires})
}

func (e RequestSettled) apply(w *world) {
	edit(w, requestByID(e.Request), func(q *RequestRecord) { q.State, q.Settled = StateSettled, e.Settled })
}

var requestEvents = []EventData{RequestOpened{}, RequestSettled{}}

// RequestInvitation asks the organization that has the address's domain for an invitation, where its policy, invitation only, refused the address
// (USR-18). One request is open per address and organization; it expires as invitations do, and inviting the address, the address's joining, or
// DismissRequest settles it. System or Operator.
//
// Errors: CodeEmail; CodeNotAllowed; CodeNotRefused (the policy would not refuse the address, or a user has it), CodeRequestOpen.
func (p *Platform) RequestInvitation(ctx context.Context, email ProvenEmail) (InvitationRequest, error) {
	var f form
	address := f.email(email.reveal())
	type facts struct {
		coverage
		user *UserRecord
		open *RequestRecord
	}
	return update(ctx, p.Session, call{opRequestInvitation, "", f.err},
		func(r *reads) facts {
			f := facts{coverage: r.coverage(address), user: find(r, userByAddress(address))}
			if f.domain != nil {
				r.needHead(streamOfOrganization(f.domain.Organization))
				f.open = find(r, openRequest(f.domain.Organization, address))
			}
			return f
		},
		func(f facts, c *changes) (InvitationRequest, error) {
			if err := c.platform(); err != nil {
				return InvitationRequest{}, err
			}
			switch {
			case f.user != nil || f.policy(c) != PolicyInvitationOnly || f.invited(c.now):
				return InvitationRequest{}, CodeNotRefused
			case f.open != nil && c.now < f.open.Expires:
				return InvitationRequest{}, CodeRequestOpen
			}
			org := f.domain.Organization
			if f.open != nil {
				c.say(RequestSettled{f.open.ID, c.now}, streamOfOrganization(org))
			}
			made := RequestID(c.tape.id())
			c.makes(made)
			c.say(RequestOpened{made, org, c.now, c.now.add(c.dir.life)}, streamOfOrganization(org))
			edit(c.world, requestByID(made), func(q *RequestRecord) { q.Personal = RequestPersonal{Personal(email), NewPersonal(address)} })
			return viewRequest(*get(c.world, requestByID(made)), c.now), nil
		})
}

func viewRequest(q RequestRecord, now Instant) InvitationRequest {
	view := InvitationRequest{ID: q.ID, Organization: q.Organization, Email: kept(q.Personal.Email, due(q.Settled, q.Expires), now),
		State: q.State, Created: q.Created.Time(), Expires: q.Expires.Time()}
	if q.State == StateOpen && now >= q.Expires {
		view.State = StateExpired
	}
	return view
}

// DismissRequest settles a request without an invitation (USR-18). Owner or Administrator. An expired one can be dismissed too.
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed, CodeMerged; CodeSettled.
func (s *Session) DismissRequest(ctx context.Context, request RequestID) error {
	var f form
	f.id(request)
	type facts struct {
		standing
		request *RequestRecord
	}
	_, err := update(ctx, s, call{opDismissRequest, request.String(), f.err},
		func(r *reads) facts {
			f := facts{request: find(r, requestByID(request))}
			if f.request != nil {
				f.standing = r.standing(f.request.Organization)
			}
			return f
		},
		func(f facts, c *changes) (struct{}, error) {
			if err := c.authorize(f.standing); err != nil {
				return struct{}{}, err
			}
			if f.request.State != StateOpen {
				return struct{}{}, CodeSettled
			}
			c.say(RequestSettled{request, c.now}, streamOfOrganization(f.request.Organization))
			return struct{}{}, nil
		})
	return err
}
