package tenancy

// State says where in its life a thing is. Which states a kind of thing can be in stands with its State field.
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

// Kind says how a user or account stands to an organization.
type Kind string

// The kinds. The empty one in a query means any.
const (
	KindManaged     Kind = "managed"     // part of the organization
	KindIndependent Kind = "independent" // outside it: a user with a role on a managed account, an account that a member has a role on
	KindPending     Kind = "pending"     // a user who is invited, an account that is asked for
	KindRequested   Kind = "requested"   // an address whose person asked to be invited
)

// Plan is an account's billing plan.
type Plan string

// The plans.
const (
	PlanTrial Plan = "trial"
	PlanFull  Plan = "full"
)

// Billing says who pays for an account.
type Billing string

// The ways of billing.
const (
	BillingOwn      Billing = "own" // it pays by itself
	BillingInvoiced Billing = "invoiced"
)

// SignUpPolicy says what happens when somebody with an address on a verified domain signs up (USR-1).
type SignUpPolicy string

// The sign-up policies. A domain's zero value takes its organization's, and an organization's zero value is PolicyInvitationOnly (DOM-6).
const (
	PolicyInherited      SignUpPolicy = ""
	PolicyInvitationOnly SignUpPolicy = "invitation_only"
	PolicyAutomatic      SignUpPolicy = "automatic"
	PolicyClosed         SignUpPolicy = "closed"
)

// InvitationPolicy says whom an organization may invite (USR-5).
type InvitationPolicy string

// The invitation policies. Zero invites anybody.
const (
	InviteAnybody     InvitationPolicy = ""
	InviteLiveDomains InvitationPolicy = "live_domains"
)

// InvitationKind says what an invitation is for.
type InvitationKind string

// The kinds of invitations.
const (
	InvitationToOrganization InvitationKind = "organization"    // a person, to an organization
	InvitationToAccount      InvitationKind = "account"         // a person, to an account
	InvitationOfAccount      InvitationKind = "account_request" // an account, into an organization
)
