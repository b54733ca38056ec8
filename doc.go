// Package tenancy keeps the organizations of a product's customers: who belongs to which, which accounts they have, who may do what in them,
// and how all of that changes. It is for engineers of products that businesses buy, and it is a library over a store of theirs, no server:
// memory for tests and small tools, an SQL database beyond that.
//
// It neither authenticates nor sends mail. The host, which is the program that imports it, says who acts and which address it has proven, and puts
// the secrets it gets into its own mails. The library decides, writes down what happened, and holds the rules whoever calls it, however many at once.
//
//	dir, err := tenancy.New(memstore.New(), nil)
//	host := dir.System()
//	ana, err := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana", Organization: "Acme"})
//	sent, err := dir.As(ana.User.ID).InviteUser(ctx, ana.Organization.ID, tenancy.NewInvitation{Email: "ben@acme.example"})
//	ben, err := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ben@acme.example"), Name: "Ben", Secret: sent.Secret})
//	d, err := host.Can(ctx, ben.User.ID, tenancy.Build, ana.Account.ID)
//
// The rules have IDs, such as ORG-8: comments, codes of errors and tests name them.
//
// # The nouns
//
// An organization holds a company's people and accounts. It has one Owner at a time, any number of Administrators, and Standard Users. An account
// is what the product's resources and its billing hang on: a workspace, a project, an environment. It belongs to one user, its owner, and may
// have subaccounts, one level of them. A user is a person with one address, a member of one organization or of none; only an Owner may have several.
//
// Belonging to an organization and reaching an account are two things. What a user may do in an account says their grant there, a set of
// account roles, which an organization role does not replace: its Owner and Administrators manage its accounts without being able to build, bill or
// read in them. Seen from an organization a user or account is Managed (part of it), Independent (outside, but with access to one of its accounts,
// or accessed by one of its members) or Pending (asked, and yet to accept).
//
// # Actors
//
// A [Directory], made once by [New], has no operations of its own. Who acts says what can be called, so that nothing is called without saying it:
//
//   - [Directory.As] gives the [Session] of a user whom the host has authenticated: what people do. Make one per request.
//   - [Directory.Operator] gives the [Platform] of one of the host's staff, by an ID that is no address: what a support team does. They see
//     everything, may do what names them, and are nobody's Administrator.
//   - [Directory.System] gives the Platform of the host itself: its sign-up page, its timers, its checks before it does something. Make it once.
//
// A Platform is a Session, and has besides what no user may ask for; a handler that holds a Session can't even name that. An actor who is unknown,
// inactive or deleted can do nothing, and whether they are is looked at in each operation's own transaction (GEN-2).
//
// # Organizations
//
// Signing up founds a person's first organization. [Session.CreateOrganization] makes another, with the accounts its
// creator owns. [Session.Organization] and [Session.Organizations] show what the actor may see of them, [Session.RenameOrganization] renames.
// [Session.TransferOwnership] hands the organization over to an active member; where the Owner cannot act, an Operator uses
// [Platform.ReplaceOwner]. An Operator sets limits of its own with [Platform.SetLimits].
//
// [Session.DeleteOrganization] ends it: accounts stay with their owners, members go on without it. Within 29 days [Platform.RestoreOrganization]
// brings it back with its Owner.
//
// # Users
//
// [Platform.SignUp] makes a user of a person whom the host has authenticated. They found an organization with an account; or, with the secret of an
// invitation, accept that in one step; or, where an organization has the address's domain, that one's policy says what happens.
// [Session.User] shows a user and their memberships, [Platform.UserByEmail] finds one for a sign-in page, [Session.Users] lists those of an organization.
//
// [Session.UpdateUser] renames, [Platform.ChangeEmail] gives another proven address. [Session.SetOrganizationRole] makes a member Administrator or
// Standard User. [Session.DeactivateUser] stops somebody, who keeps membership and roles until [Session.ReactivateUser]. [Session.RemoveUser] ends a
// membership, [Session.Leave] one's own; the user lives on. [Session.DeleteUser] deletes for good what is personal. Whoever owns accounts can neither be
// removed nor deleted before it is said who gets them: there is no default for that.
//
// # Invitations
//
// [Session.InviteUser] asks an address into an organization, [Session.InviteToAccount] to an account, as an independent user if they are no
// member. Each gives the secret once, for the mail; the store keeps its hash. [Session.ResendInvitation] makes a new one of it,
// [Session.RevokeInvitation] ends it, [Session.Invitations] and [Session.AccountInvitations] list what was sent.
//
// [Session.Invitation] shows the invitee what is offered, and what accepting would bring along: accounts that become managed, organizations that merge.
// [Session.AcceptInvitation] takes the secret and the token of these Terms, so that nobody agrees to what they were not shown;
// [Session.DeclineInvitation] needs the secret alone. Only the user whose address it was sent to accepts, once, and everything is decided again then:
// an inviter who could no longer send it makes it void.
//
// For whom a sign-up policy refused the host can ask for an invitation with [Platform.RequestInvitation]: inviting them settles that, and so does
// [Session.DismissRequest].
//
// # Accounts
//
// [Session.CreateAccount] makes one, [Session.CreateSubaccount] one below. [Session.Account] shows it, [Session.Accounts] lists an organization's,
// [Session.AccountsOf] what a user reaches and how, [Session.Access] who reaches an account. [Session.RenameAccount], [Session.SuspendAccount] and
// [Session.ReactivateAccount] manage it: the customer's suspension and the platform's are two, and each lifts its own. [Session.CloseAccount] is final.
//
// [Session.AssignRoles] sets a member's roles on it, [Session.RevokeRoles] takes them, [Session.Relinquish] gives up one's own.
// [Session.TransferAccount] gives it to another owner, [Session.MoveAccount] takes it to another organization of the Owner's. An organization asks for
// an account that exists with [Session.AddAccount]; its owner sees that in [Session.AccountRequests] and says yes with [Session.AcceptAccountRequest].
//
// Billing is the account's and follows no organization: [Platform.UpgradeAccount], [Platform.InvoiceAccount] and [Platform.SetPricing] alone change it.
// [Platform.VerifyPhone] notes a number that the host has verified.
//
// # Roles and decisions
//
// [Session.Can] is the question a host asks before it does anything in an account, [Session.CanInOrganization] the one about an organization. Both answer
// with a [Decision]: whether, and why. Its [Why] tells a 404 from a 403:
//
//	d, err := host.Can(ctx, user, tenancy.Build, account)
//	switch {
//	case err != nil: // the store, the context, or a malformed question
//	case d.Allowed:
//	case d.Why == tenancy.WhyUnreachable: // 404: not there, for them
//	default: // 403: they know it; d.Why says what is missing
//	}
//
// An organization role is [StandardUser], [Administrator] or [Owner]. Account roles are [AccountOwner], [AccountAdministrator], [Developer],
// [BillingManager] and [Support], together in a [RoleSet], and those that [Options] add, as they add permissions. One table says which role permits
// what, and another who may call which operation.
//
// # Domains and sign-up policies
//
// [Session.AddDomain] claims an internet domain and gives the TXT record that proves it; [Session.VerifyDomain] looks that up. Until then others may
// claim it too: the first to prove it has it. [Session.Domains] lists them, [Session.RemoveDomain] lets go. [Platform.RecheckDomains], daily, keeps them
// live: what joins people or merges organizations by their domain needs its record to have been found within the last days.
//
// [Session.SetSignUpPolicy] says what happens when somebody with an address there signs up: invitation only, which is the default, automatic, or
// closed. [Session.SetInvitationPolicy] can keep invitations to the organization's own domains.
//
// # Single sign-on
//
// [Session.AddConnection] names a connection to an identity provider, [Platform.MarkConnectionTested] notes that a sign-in through it worked,
// [Session.Connections] lists and [Session.RemoveConnection] removes. [Session.EnforceSSO] requires one on a verified domain,
// [Session.StopEnforcingSSO] ends that, [Session.SetSSOExemption] excepts a member. At every sign-in the host asks [Platform.SignInRequirement].
// No Owner ever has it required of them: a provider that fails locks nobody out for good.
//
// # Merging and importing
//
// Two organizations become one: the Candidate's people are Standard Users of the Prime, its accounts the Prime's, and nobody's access to an account
// changes. That happens when the Candidate's Owner accepts the Prime's invitation, by [Session.ImportUsers], or, between two of one Owner's, by
// [Session.MergeOrganizations]. [Session.PreviewMerge] says exactly what it would do and which prerequisite is not met.
//
// Importing makes people with an address on a live domain members without asking them, where an Operator has allowed it with
// [Platform.SetImportEntitlement]. [Session.ImportableUsers] lists who could be.
//
// # HIPAA
//
// [Platform.SetHIPAAEntitlement] notes that an addendum was executed; then [Session.EnableHIPAA] designates accounts, one by one, and
// [Session.DisableHIPAA] ends it. [Session.HIPAAReport] lists all accounts with their designation and its gaps. A designated account does not leave
// for where it would not be covered.
//
// # Events
//
// Each operation that changes something appends [Event] values in the transaction that changes it; one that is refused, or changes nothing, appends
// none. An event says who did what, in which operation, and the hash of the one before it in its [Stream]: an organization's, or a user's for what
// belongs to none. [Session.Events] reads a stream, [Session.VerifyLog] finds what was tampered with, [Session.LogHead] gives the head to keep where
// whoever can write the store can not. [Session.Correlate] and [Platform.Correlate] put a reference of the host's, such as a request's ID, into the events.
//
// [Platform.Relay] hands pending events to a function of the host's, each at least once and in order per stream: call it as often as they should go out.
//
// # Operation IDs
//
// A host that crashes, or whose client asks twice, wants to ask again and not to do twice. [Session.Once] and [Platform.Once] give an operation an ID
// of the host's: a new one noted beside its own work ([NewOperationID]), or one derived from an idempotency key ([OperationIDOf]). Done before under
// this ID, it is refused as [CodeAlreadyDone], and [OutcomeOf] gives what it made.
//
// When a connection breaks in a commit, the library finds out by that ID what became of it. Only if the store stays away is the answer
// [CodeAmbiguous]; later [Session.Outcome] says whether it was done, and what it calls not done can't come about any more. System asks about others'
// with [Platform.ActorOutcome].
//
// # Blocks and previews
//
// [Session.Atomically] and [Platform.Atomically] run several operations as one transaction, also to read, compare and write in one. An operation
// refused within has changed nothing, and what the function returns says whether the rest commits. [Session.Preview] and [Platform.Preview] do the same,
// roll it back, and give the events it would have caused: a dry run with the real rules. The function may be run again, so what it leaves behind
// must be that of its last run. [Directory.On] joins a transaction of the host's own instead, on the SQL stores: its rows and ours commit together.
//
// # Lists
//
// Lists are iterators that read page by page; no page is by offset, so they are stable while things change. Each item has a Cursor: pass it as After
// in the same query to go on behind it. [Collect] takes one page for a user interface.
//
//	page, next, err := tenancy.Collect(s.Users(ctx, org, tenancy.UserQuery{After: after}), 50)
//
// In queries zero fields mean any; what zero can't say is a pointer.
//
// # Errors
//
// A refusal is an [*Error] with a [Code], one for each rule, stable across releases, in one [Category]. Both work with errors.Is; [CodeOf] and
// [CategoryOf] give them. A host maps the ten categories to statuses and codes to sentences:
//
//   - [ErrInvalid]: malformed, or what this operation never takes: 400
//   - [ErrNotFound]: absent, or not to be seen by this actor: the same, byte for byte, so that nobody learns which: 404
//   - [ErrPermissionDenied]: seen, and not allowed: 403; [CodeActor] among them, an actor who can do nothing: 401
//   - [ErrAlreadyExists], [ErrPreconditionFailed], [ErrLimitReached]: the state forbids it now: 409
//   - [ErrConflict]: something changed since the caller looked, or others kept winning: 409, and the caller may try again
//   - [ErrUnavailable]: a name server failed: 503
//   - [ErrAlreadyDone]: the answer of the first time: 200
//   - [ErrAmbiguous]: not known whether it was done, ask by Error.Operation: 503
//
// Anything else comes from the store's driver or the context as it is, and is in no category: 500. No error text holds a name, an address or a
// secret, so that all of them can be logged. Options.OnRefused is told of every refusal.
//
// # Guarantees
//
//   - One operation is one serializable transaction: callers see it as if one had gone after the other. The few that look things up outside or work
//     in batches say so.
//   - A refused operation has changed nothing.
//   - An active organization has exactly one Owner, an open account exactly one owner; an address is one user's, a verified domain one organization's.
//     [Directory.Check] looks for all of these on live data, and, if asked, applies the whole log again and compares.
//   - Rights are decided in the transaction that acts, not before.
//   - Nobody changes their own role, gives one above their own rank, or touches the Owner's.
//   - What an actor may not see they cannot tell from what is not there.
//   - The log explains the state, and tampering with it shows.
//
// # Privacy
//
// Names, addresses and phone numbers stand in results as [Personal], invitations' secrets as [Secret]: both show nothing in fmt, slog and JSON, until
// Reveal is called. Events and errors hold none of it, which is why a log can be kept whole when a person is erased. Deleting a user erases them at once.
// What may be kept for 30 days, the names of organizations that have ended and addresses in settled invitations, [Platform.Purge] removes: run it daily.
//
// # What the host sees to
//
//   - It authenticates, and keys people by its provider's issuer and subject, never by address: addresses pass to other people.
//   - It calls [Proven] only for an address that it has proven, by a mail with a code or a provider it trusts to vouch for that very address.
//   - It signs people up in one transaction with its own row, or notes an operation ID in that row first (Once), so that a crash leaves no two users.
//   - It mails an invitation's secret to the address in the result, and to nobody else.
//   - It runs Relay, Purge and RecheckDomains by its own timers; any number of processes may.
//
// # Storage
//
// A [Store] keeps records and events and knows no rules. Package memstore is the one in memory and the reference of what a store does; module sqlitestore
// keeps them in a SQLite file, module pgstore in PostgreSQL, next to the host's own tables: docs/stores.md says which when. Package storetest is the suite
// that every store passes. Any number of processes may use one store; the library keeps no state and no cache of its own. store.go is the whole contract.
package tenancy
