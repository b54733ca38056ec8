package tenancy

// State is the state that a thing is in. The comment of each State field lists the
// states of that kind of thing.
type State string

// The states.
const (
	StateActive     State = "active"
	StateInactive   State = "inactive"
	StateSuspended  State = "suspended"
	StateClosed     State = "closed"
	StateDeleted    State = "deleted"
	StateMerged     State = "merged"
	StateUnverified State = "unverified"
	StateVerified   State = "verified"
	StateLapsing    State = "lapsing"
	StatePending    State = "pending"
	StateExpired    State = "expired"
	StateAccepted   State = "accepted"
	StateDeclined   State = "declined"
	StateRevoked    State = "revoked"
	StateOpen       State = "open"
	StateSettled    State = "settled"
)

// Kind is the relation of a user or account to an organization.
type Kind string

// The kinds. In a query, the empty one means any.
const (
	// KindManaged is part of the organization.
	KindManaged Kind = "managed"
	// KindIndependent is outside of it: a user with a role on a managed account, or an
	// account that a member has a role on.
	KindIndependent Kind = "independent"
	// KindPending is a user who is invited, or an account that is asked for.
	KindPending Kind = "pending"
	// KindRequested is a person who asked to be invited.
	KindRequested Kind = "requested"
)

// Plan is an account's billing plan.
type Plan string

// The plans.
const (
	PlanTrial Plan = "trial"
	PlanFull  Plan = "full"
)

// Billing is who pays for an account.
type Billing string

// The ways of billing.
const (
	BillingOwn      Billing = "own" // it pays for itself
	BillingInvoiced Billing = "invoiced"
)

// SignUpPolicy decides what happens when somebody with an address on a verified domain
// signs up (USR-1).
type SignUpPolicy string

// The sign-up policies. A domain whose policy is zero has its organization's. An
// organization whose policy is zero has PolicyInvitationOnly (DOM-6).
const (
	PolicyInherited      SignUpPolicy = ""
	PolicyInvitationOnly SignUpPolicy = "invitation_only"
	PolicyAutomatic      SignUpPolicy = "automatic"
	PolicyClosed         SignUpPolicy = "closed"
)

// InvitationPolicy decides whom an organization may invite (USR-5).
type InvitationPolicy string

// The invitation policies. The zero value lets it invite anybody.
const (
	InviteAnybody     InvitationPolicy = ""
	InviteLiveDomains InvitationPolicy = "live_domains"
)

// InvitationKind is what an invitation is for.
type InvitationKind string

// The kinds of invitations.
const (
	InvitationToOrganization InvitationKind = "organization"    // a person, to an organization
	InvitationToAccount      InvitationKind = "account"         // a person, to an account
	InvitationOfAccount      InvitationKind = "account_request" // an account, into an organization
)
