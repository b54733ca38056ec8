package tenancy

import (
	"context"
	"time"
)

// InvitationRequest is a person's request to be invited to the organization that has
// their address's domain.
type InvitationRequest struct {
	ID           RequestID      `json:"id,omitzero"`
	Organization OrganizationID `json:"organization,omitzero"`
	Email        Personal       `json:"email,omitzero"` // as it was given; empty from 30 days after it was settled or expired (ORG-11)
	State        State          `json:"state,omitzero"` // StateOpen, StateExpired, StateSettled
	Created      time.Time      `json:"created,omitzero"`
	Expires      time.Time      `json:"expires,omitzero"` // from this moment on it is no longer open
}

// RequestInvitation asks the organization that has the address's domain for an
// invitation, where the organization's policy, PolicyInvitationOnly, refused the address
// (USR-18). One request is open per address and organization. It expires as invitations
// do. Inviting the address, the address's joining, or DismissRequest settles it. System
// and Operators may call it.
//
// Errors: CodeEmail; CodeNotAllowed; CodeNotRefused if the policy would not refuse the
// address or a user has it, CodeRequestOpen.
func (p *Platform) RequestInvitation(ctx context.Context, email ProvenEmail) (InvitationRequest, error) {
	var check form
	address := check.email(email.reveal())
	personal := RequestPersonal{Personal(email), NewPersonal(address)}
	return update(ctx, p.Session, call{opRequestInvitation, "", check.err},
		func(r *reads) requestInvitationFacts { return r.loadRequestInvitation(address) },
		func(f requestInvitationFacts, c *changes) (InvitationRequest, error) {
			return decideRequestInvitation(f, personal, c)
		})
}

// requestInvitationFacts is what decides whether an address may ask to be invited.
type requestInvitationFacts struct {
	coverage                // of the address
	holder   *UserRecord    // of the address; nil: nobody has it
	open     *RequestRecord // the address's, to the organization, expired or not; nil: none
}

func (r *reads) loadRequestInvitation(address string) requestInvitationFacts {
	f := requestInvitationFacts{coverage: r.coverage(address), holder: find(r, userByAddress(address))}
	if f.domain != nil {
		r.needHead(streamOfOrganization(f.domain.Organization))
		f.open = find(r, openRequest(f.domain.Organization, address))
	}
	return f
}

func decideRequestInvitation(
	f requestInvitationFacts, personal RequestPersonal, c *changes,
) (InvitationRequest, error) {
	if err := c.platform(); err != nil {
		return InvitationRequest{}, err
	}
	switch {
	case !f.refused(c):
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
	edit(c.world, requestByID(made), func(q *RequestRecord) { q.Personal = personal })
	return viewRequest(*get(c.world, requestByID(made)), c.now), nil
}

// refused reports whether the address's domain keeps a new person out unless they are
// invited, and they are not.
func (f requestInvitationFacts) refused(c *changes) bool {
	return f.holder == nil && f.policy(c) == PolicyInvitationOnly && !f.invited(c.now)
}

// DismissRequest settles a request without an invitation (USR-18), an open or an expired
// one. The Owner and Administrators may call it.
//
// Errors: CodeID; CodeNotFound, CodeNotAllowed, CodeMerged; CodeSettled.
func (s *Session) DismissRequest(ctx context.Context, request RequestID) error {
	var check form
	check.id(request)
	return change(ctx, s, call{opDismissRequest, request.String(), check.err},
		func(r *reads) dismissRequestFacts { return r.loadDismissRequest(request) }, decideDismissRequest)
}

// dismissRequestFacts is a request, and the actor's standing in its organization.
type dismissRequestFacts struct {
	standing
	request *RequestRecord // nil: there is none
}

func (r *reads) loadDismissRequest(id RequestID) dismissRequestFacts {
	f := dismissRequestFacts{request: find(r, requestByID(id))}
	if f.request != nil {
		f.standing = r.standing(f.request.Organization)
	}
	return f
}

func decideDismissRequest(f dismissRequestFacts, c *changes) error {
	if err := c.authorize(f.standing); err != nil {
		return err
	}
	if f.request.State != StateOpen {
		return CodeSettled
	}
	c.say(RequestSettled{f.request.ID, c.now}, streamOfOrganization(f.request.Organization))
	return nil
}

// viewRequest shows a request.
func viewRequest(q RequestRecord, now Instant) InvitationRequest {
	view := InvitationRequest{
		ID:           q.ID,
		Organization: q.Organization,
		Email:        kept(q.Personal.Email, due(q.Settled, q.Expires), now),
		State:        q.State,
		Created:      q.Created.Time(),
		Expires:      q.Expires.Time(),
	}
	if q.State == StateOpen && now >= q.Expires {
		view.State = StateExpired
	}
	return view
}

// RequestOpened says that a person asked to be invited.
type RequestOpened struct {
	Request      RequestID      `json:"request,omitzero"`
	Organization OrganizationID `json:"organization,omitzero"`
	Created      Instant        `json:"created,omitzero"`
	Expires      Instant        `json:"expires,omitzero"`
}

// RequestSettled says that a request was answered: the address was invited or joined, or
// the request was dismissed.
type RequestSettled struct {
	Request RequestID `json:"request,omitzero"`
	Settled Instant   `json:"settled,omitzero"`
}

func (e RequestOpened) apply(w *world) {
	w.create(RequestRecord{
		ID: e.Request, Organization: e.Organization, State: StateOpen, Created: e.Created, Expires: e.Expires,
	})
}

func (e RequestSettled) apply(w *world) {
	edit(w, requestByID(e.Request), func(q *RequestRecord) { q.State, q.Settled = StateSettled, e.Settled })
}

var requestEvents = []EventData{RequestOpened{}, RequestSettled{}}
