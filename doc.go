// Package tenancy keeps the organizations of a product's customers: who belongs to
// each, which accounts they have, who may do what in them, and how all of that
// changes. It is for engineers who build products that businesses buy. It is a
// library over a store of yours, not a server: memory for tests and small tools, an
// SQL database beyond that.
//
// It neither authenticates nor sends mail. The host, which is the program that
// imports the library, says who acts and which address it has proven, and puts
// secrets into its own mails. The library decides, records what happened, and
// enforces the rules no matter who calls it and how many call at once.
//
//	dir, err := tenancy.New(memstore.New(), nil)
//	host := dir.System()
//	ana, err := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ana@acme.example"), Name: "Ana", Organization: "Acme"})
//	sent, err := dir.As(ana.User.ID).InviteUser(ctx, ana.Organization.ID, tenancy.NewInvitation{Email: "ben@acme.example"})
//	ben, err := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("ben@acme.example"), Name: "Ben", Secret: sent.Secret})
//	d, err := host.Can(ctx, ben.User.ID, tenancy.Build, ana.Account.ID)
//
// The rules have IDs, such as ORG-8. Comments, error codes and tests name them.
//
// # The nouns
//
// An organization holds a company's people and accounts. It has exactly one Owner,
// any number of Administrators, and Standard Users.
//
// An account is what the product's resources and billing hang on: a workspace, a
// project, an environment. One user owns it. It may have subaccounts, one level
// deep.
//
// A user is a person with one address. A user is a member of one organization or of
// none; only an Owner may be a member of several.
//
// Belonging to an organization and reaching an account are two things. A user's
// grant on an account, a set of account roles, determines what they may do there. An
// organization role does not replace it: an organization's Owner and Administrators
// manage its accounts, but cannot build, bill or read in them without a role there.
//
// Seen from an organization, a user or an account has a [Kind]. A managed one is
// part of the organization. An independent one is outside it, but has access to one
// of its accounts, or one of its members has access to it. A pending one was asked
// and has not accepted yet.
//
// # Actors
//
// A [Directory], made once by [New], has no operations of its own. The host says who
// acts, and that determines what can be called:
//
//   - [Directory.As] returns the [Session] of a user whom the host has
//     authenticated: what people do. Make one for each request.
//   - [Directory.Operator] returns the [Platform] of one of the host's staff, under
//     an ID that is not an address: what a support team does. Operators see
//     everything, may do what a rule names them for, and are nobody's Administrator.
//   - [Directory.System] returns the Platform of the host itself: its sign-up page,
//     its timers, its checks before it does something. Make it once.
//
// A Platform is a Session with operations that no user may ask for, so a handler
// that holds a Session cannot even name those. An actor who is unknown, inactive or
// deleted can do nothing. Each operation checks that in its own transaction (GEN-2).
//
// # Organizations
//
// Signing up founds a person's first organization. [Session.CreateOrganization]
// makes another, with the accounts that its creator owns. [Session.Organization] and
// [Session.Organizations] show what the actor may see of them, and
// [Session.RenameOrganization] renames one. [Session.TransferOwnership] hands an
// organization over to an active member. Where the Owner cannot act, an Operator
// uses [Platform.ReplaceOwner]. An Operator sets an organization's own limits with
// [Platform.SetLimits].
//
// For unpaid bills or abuse an Operator or System suspends an organization with
// [Platform.SuspendOrganization]: its people read, and little else, until
// [Platform.ReactivateOrganization].
//
// [Session.DeleteOrganization] ends an organization: its accounts stay with their
// owners, and its members go on without it. Within 29 days
// [Platform.RestoreOrganization] brings it back with its Owner.
//
// # Users
//
// [Platform.SignUp] makes a user of a person whom the host has authenticated. They
// found an organization with an account. With the secret or the ID of an invitation
// they accept that in the same step instead. Where an organization has their address's
// domain, its policy decides what happens.
//
// [Session.User] shows a user and their memberships, [Platform.UserByEmail] finds
// one for a sign-in page, [Session.Member] shows one member of an organization, and
// [Session.Users] lists an organization's users.
//
// [Session.UpdateUser] changes a name, and [Platform.ChangeEmail] gives a user
// another proven address. [Session.SetOrganizationRole] makes a member Administrator
// or Standard User, or gives them a role of the host's. [Session.DeactivateUser] stops
// a user, who keeps membership and roles until [Session.ReactivateUser].
// [Session.RemoveUser] ends a membership and [Session.Leave] ends the actor's own; the
// user lives on. [Session.DeleteUser]
// deletes a user for good, and what is personal of them. A user who owns accounts
// can be neither removed nor deleted until the input says who gets the accounts.
//
// # Service accounts
//
// [Session.CreateServiceAccount] makes a user who is no person, for a customer's own
// programs. [Session.CreateKey] makes a key for it and returns the secret, which a
// request brings to [Platform.Authenticate]: that gives a session which acts as the
// service account. [Session.Actor] says which one that is. [Session.Keys] lists its keys,
// and [Session.RevokeKey] ends one.
//
// # Invitations
//
// [Session.InviteUser] invites an address to an organization. [Session.InviteToAccount]
// invites one to an account, as an independent user if they are not a member. Each
// returns the secret once, for the mail; the store keeps only its hash.
// [Session.ResendInvitation] replaces an invitation by a new one,
// [Session.RevokeInvitation] ends one, and [Session.Invitations] and
// [Session.AccountInvitations] list what was sent. [Session.InvitationByID] shows one.
// Each says whether the invitation could be accepted now, and if not why.
//
// [Session.Invitation] shows the invitee what is offered, and what accepting would
// bring along: accounts that become managed, organizations that merge.
// [Session.InvitationsTo] lists all that is pending for a user's address, so that
// nobody needs the mail again, and [Platform.InvitationsToAddress] lists it for a person
// who is yet to sign up. [Session.AcceptInvitation] takes the secret, or the ID from the
// list, and the token of these Terms, so that nobody agrees to what they were not shown.
// [Session.DeclineInvitation] takes the same; the secret alone is enough for it. Only the user whose address it was sent to can accept, and only once.
// Everything is decided again at that moment: an invitation is void if its inviter
// could no longer send it.
//
// When a sign-up policy has refused a person, the host can ask for an invitation
// with [Platform.RequestInvitation]. Inviting the person settles the request, and so
// does [Session.DismissRequest].
//
// # Accounts
//
// [Session.CreateAccount] makes an account, and [Session.CreateSubaccount] one below
// it. [Session.Account] shows an account, [Session.Accounts] lists an organization's,
// [Session.AccountsOf] lists those that a user reaches and how, and [Session.Access]
// lists who reaches an account.
//
// [Session.RenameAccount], [Session.SuspendAccount] and [Session.ReactivateAccount]
// manage an account. The customer's suspension and the platform's are two, and each
// side lifts its own. [Session.CloseAccount] is final.
//
// [Session.AssignRoles] sets a user's roles on an account, [Session.RevokeRoles]
// takes them away, and [Session.Relinquish] gives up the actor's own.
// [Session.TransferAccount] gives an account to another owner, and
// [Session.MoveAccount] moves one to another organization of its Owner. An
// organization asks for an existing account with [Session.AddAccount]. The account's
// owner sees that in [Session.AccountRequests] and agrees with
// [Session.AcceptAccountRequest].
//
// Billing belongs to the account and follows no organization. Only
// [Platform.UpgradeAccount], [Platform.InvoiceAccount] and [Platform.SetPricing]
// change it. [Platform.VerifyPhone] records a number that the host has verified.
//
// # Roles and decisions
//
// [Session.Can] is the question that a host asks before it does anything in an
// account, and [Session.CanInOrganization] is the one about an organization. Both
// answer with a [Decision]: whether, and why. [Session.Permissions] answers for every
// permission on an account at once, [Session.OrganizationPermissions] for every one in an
// organization, and [Session.CanMany] for many accounts. The [Why] of a decision tells a
// 404 from a 403:
//
//	d, err := host.Can(ctx, user, tenancy.Build, account)
//	switch {
//	case err != nil: // the store, the context, or a malformed question
//	case d.Allowed:
//	case d.Why == tenancy.WhyUnreachable: // 404: for them it is not there
//	default: // 403: they know it; d.Why says what is missing
//	}
//
// An organization role is [StandardUser], [Administrator] or [Owner]. The account
// roles are [AccountOwner], [AccountAdministrator], [Developer], [BillingManager] and
// [Support], and those that [Options] add, as they add permissions. A user's roles on
// an account are a [RoleSet]. A [Grant] can also hold temporary roles, which end by the
// clock; [Decision] says until when one allows. One table says which role permits what, and
// another who may call which operation.
//
// # Groups
//
// A group gives all of its members the same roles on accounts, and takes them back from
// whoever leaves it. [Session.CreateGroup] makes one of an organization's members,
// [Session.RenameGroup] and [Session.DeleteGroup] rename and end it.
// [Session.AddToGroup] and [Session.RemoveFromGroup] change who is in it, and
// [Session.AssignGroupRoles] and [Session.RevokeGroupRoles] what it gives on an account.
// [Session.Groups] lists an organization's groups, [Session.Group] shows one,
// [Session.GroupMembers] and [Session.GroupAccounts] list its members and the accounts on
// which it has roles, and [Session.GroupsOf] the groups of a user. What a group gives
// counts beside the member's own roles, wherever somebody asks who has a role, and Can
// names the group.
//
// # Domains and sign-up policies
//
// [Session.AddDomain] claims an internet domain and returns the TXT record that proves
// the claim. [Session.VerifyDomain] looks the record up. Until then others may claim
// the domain too: whoever proves it first has it. [Session.Domains] lists an
// organization's domains, [Session.Domain] shows one, and [Session.RemoveDomain] gives
// one up.
// [Platform.RecheckDomains], called daily, keeps domains live: joining, importing and
// merging by a domain need its record to have been found within the last days.
//
// [Session.SetSignUpPolicy] sets what happens when somebody with an address on a
// verified domain signs up: invitation only, which is the default, automatic, or
// closed. [Session.SetInvitationPolicy] can restrict invitations to the
// organization's own domains.
//
// # Single sign-on
//
// [Session.AddConnection] names a connection to an identity provider,
// [Platform.MarkConnectionTested] records that a sign-in through it worked,
// [Session.Connections] lists connections, [Session.Connection] shows one, and
// [Session.RemoveConnection] removes one.
// [Session.EnforceSSO] requires a connection on a verified domain,
// [Session.StopEnforcingSSO] ends that, and [Session.SetSSOExemption] exempts a member.
// At every sign-in the host asks [Platform.SignInRequirement]. When somebody comes
// through a connection with an identity that the host does not know,
// [Platform.VouchesFor] says whether it may be linked to the user who has the address, and
// [Platform.ReportSignIn] that a person signed in whom a directory had made a user. Single
// sign-on is never required of an Owner, so a provider that fails locks nobody out for good.
//
// # Directories
//
// A directory, such as Okta or Entra, keeps an organization's people and groups here. An
// administrator adds it with [Session.AddDirectory] and gives the provider the secret,
// which [Session.RotateDirectorySecret] replaces. [Session.Directories] lists directories,
// [Session.ProvisionedUsers] the people of one with the users to whom they are linked, and
// [Session.RemoveDirectory] removes one. Module scim speaks the providers' protocol.
//
// [Directory.AsDirectory] returns a [*Provisioner] for the secret that a request brings,
// or for a token that [Provisioner.Token] made from it. [Provisioner.Provision] adds a
// person whose address is on one of the organization's live domains: it makes a user,
// links a member, or invites. [Provisioner.UpdateProvisioned] changes what the directory
// says, holds the person inactive and lifts that, and [Provisioner.Deprovision] takes them
// out of the directory and deletes nobody. [Provisioner.Provisioned],
// [Provisioner.ProvisionedByUserName], [Provisioner.ProvisionedByExternalID] and
// [Provisioner.ListProvisioned] read back what the directory said.
// [Provisioner.CreateProvisionedGroup] makes a group that the directory keeps, with its
// people in it, [Provisioner.UpdateProvisionedGroup] changes it and
// [Provisioner.DeleteProvisionedGroup] deletes it. Administrators give it roles, and leave
// all else of it to the directory. [Provisioner.ProvisionedGroup],
// [Provisioner.ProvisionedGroupMembers], [Provisioner.ProvisionedGroupByExternalID],
// [Provisioner.ProvisionedGroupsByName], [Provisioner.ListProvisionedGroups],
// [Provisioner.ProvisionedGroupsOf] and [Provisioner.InProvisionedGroup] read groups.
// [Provisioner.Directory] says which directory it is. [Provisioner.Once],
// [Provisioner.Correlate] and [Provisioner.On] do what they do for a Session; blocks are
// for people and the host.
//
// A user whom a directory made can do nothing until the person signs up with the address,
// or signs in through the organization's connection.
//
// # Merging and importing
//
// In a merge two organizations become one. The Candidate's people become Standard Users
// of the Prime (an invited Owner what they were invited as), its accounts become the
// Prime's, and nobody's access to an account changes. A merge happens when the
// Candidate's Owner accepts the Prime's invitation, by [Session.ImportUsers], or,
// between two organizations of one Owner, by [Session.MergeOrganizations].
// [Session.PreviewMerge] shows exactly what a merge would do, and which prerequisite is
// not met.
//
// Importing makes people with an address on a live domain members without asking them,
// where an Operator has allowed it with [Platform.SetImportEntitlement].
// [Session.ImportableUsers] lists who can be imported.
//
// # HIPAA
//
// [Platform.SetHIPAAEntitlement] records that an addendum was executed. After that
// [Session.EnableHIPAA] designates accounts one by one, and [Session.DisableHIPAA] ends
// a designation. [Session.HIPAAReport] lists all accounts with their designations and
// gaps. A designated account does not leave for an organization that would not cover
// it.
//
// # Events
//
// An operation that changes something appends [Event] values in the transaction that
// changes it. An operation that is refused, or that changes nothing, appends none. An
// event says who did what, in which operation, and carries the hash of the event
// before it in its [Stream]. The stream is an organization's, or a user's for what
// belongs to no organization.
//
// [Session.Events] reads a stream, forwards or backwards and by what an [EventQuery] asks
// for, with the names of what its events name ([LoggedEvent]); [Event.Sentence] says an
// event in words. [Session.VerifyLog] finds tampering. [ExportLog] writes a log to a file,
// and [VerifyExport] examines that without the store.
// [Session.LogHead] returns the head, to be kept where nobody who can write to the store
// can change it. [Session.Correlate] and [Platform.Correlate] put a reference of the
// host's, such as a request's ID, into the events.
//
// [Platform.Relay] hands pending events to a function of the host's, each at least once
// and in order per stream. Call it as often as events should go out, in as many
// processes as you like: they lease streams from each other.
//
// # Operation IDs
//
// A host that crashes, or whose client asks twice, wants to ask again without doing
// something twice. [Session.Once] and [Platform.Once] give an operation an ID of the
// host's: a new one that the host has noted beside its own work ([NewOperationID]), or
// one derived from an idempotency key ([OperationIDOf]). If the operation was done
// before under this ID, it is refused as [CodeAlreadyDone], and [OutcomeOf] returns what
// it made.
//
// When a connection breaks during a commit, the library uses that ID to find out what
// became of it. Only if the store stays unreachable is the answer [CodeAmbiguous]. Later
// [Session.Outcome] says whether the operation was done; what it calls not done cannot
// come about any more. It takes the time of the attempt, which the error carries: IDs are
// forgotten after 90 days, or as Options.OperationLife says ([CodeForgotten]). System asks
// about other actors' operations with [Platform.ActorOutcome].
//
// # Blocks and previews
//
// [Session.Atomically] and [Platform.Atomically] run several operations as one
// transaction, also to read, compare and write in one. An operation refused within it
// has changed nothing, and what the function returns decides whether the rest commits.
// [Session.Preview] and [Platform.Preview] do the same, roll it back, and return the
// events that it would have caused: a dry run with the real rules. The function may run
// again, so what it leaves behind must be that of its last run.
//
// Each store has a Transact, in which [Directory.On] makes operations part of a
// transaction of the host's own, so that its rows and the library's commit together.
// [Session.On] and [Platform.On] do it for one session, which keeps its key.
// Blocks and Transact hand out a context that is marked ([InTransaction]): use it for all
// that is part of the transaction. Other sessions refuse it, since they would wait for the
// transaction or commit without it. A call that uses the outer context by mistake waits
// for a time that each store documents, and is refused with [CodeBusy]. [RunJoined] is for authors of
// stores.
//
// # Lists
//
// Lists are iterators that read page by page. No page is by offset, so lists are stable
// while things change. Each item has a Cursor: pass it as After in the same query to go
// on behind it. [Collect] reads one page for a user interface.
//
//	page, next, err := tenancy.Collect(s.Users(ctx, org, tenancy.UserQuery{After: after}), 50)
//
// In queries a zero field means any. Where zero is itself a value to ask for, the field is
// a pointer.
//
// # Errors
//
// A refusal is an [*Error] with a [Code]. There is one code for each rule, stable across
// releases, and each belongs to one [Category]. Both work with errors.Is; [CodeOf] and
// [CategoryOf] return them. Each code has a status for HTTP ([Code.Status]) and a sentence
// for the person who is refused ([Code.Sentence]). [Codes] lists them all, so that a host
// can translate the sentences. These are the ten categories, with the statuses of their
// codes. Where a code's status is not that of its category, it is named here:
//
//   - [ErrInvalid]: malformed, or what this operation never takes: 400, and 500 for
//     [CodeOption], which only New returns
//   - [ErrNotFound]: absent, or not to be seen by this actor. Both are the same, byte
//     for byte, so that nobody learns which: 404
//   - [ErrPermissionDenied]: seen, but not allowed: 403. [CodeActor] among them means an
//     actor who can do nothing, and [CodeKey] a key that nobody has or that holds no
//     more: 401
//   - [ErrAlreadyExists], [ErrPreconditionFailed], [ErrLimitReached]: the state forbids
//     it now: 409. [CodeInTransaction] among them is a mistake in the host's code: 500.
//     [CodeMailLimit] holds for a day: 429
//   - [ErrConflict]: something changed since the caller looked, or others kept winning:
//     409, and 503 for [CodeBusy]. After [CodeBusy] and [CodeClaimChanged] the caller may
//     try again. After [CodeTermsChanged] the person decides again, and
//     [CodeOperationTaken] is the caller's mistake
//   - [ErrUnavailable]: a name server failed: 503
//   - [ErrAlreadyDone]: it was done the first time, and [OutcomeOf] returns the IDs of
//     what it made: 409, or 200 with these IDs
//   - [ErrAmbiguous]: whether it was done is not known; ask by Error.Operation: 503
//
// Any other error comes from the store's driver, the context or a function of the host's
// as it is, and belongs to no category: 500. The library puts no name, address or secret
// into an error's text, so refusals can be logged. Options.OnRefused is told of every
// refusal, and an [Observer] of every operation, for traces and metrics.
//
// # Guarantees
//
//   - One operation is one serializable transaction: callers see operations as if one
//     had gone after the other. The few that look things up outside or work in batches
//     say so.
//   - A refused operation has changed nothing.
//   - An active organization has exactly one Owner, and an open account exactly one
//     owner. An address belongs to one user, and a verified domain to one organization.
//     [Directory.Check] checks all of these on live data and, if asked, applies the whole
//     log again and compares.
//   - Rights are decided in the transaction that acts, not before.
//   - Nobody changes their own role, gives one above their own rank, or touches the
//     Owner's.
//   - An actor cannot tell what they may not see from what does not exist.
//   - The log explains the state, and tampering with it shows.
//
// # Privacy
//
// Names, addresses and phone numbers are [Personal] in results and stored records, and
// invitations' secrets are [Secret]. Both print a fixed word in fmt, slog and JSON. In
// an unexported field of another struct, where fmt cannot call their methods, they
// print as a pointer. Only Reveal returns the text. Events and errors hold none of it,
// so a log can be kept whole when a person is erased. Deleting a user erases them at
// once. Names of organizations that have ended and addresses in settled invitations may
// be kept for 30 days, and [Platform.Purge] removes them: run it daily.
//
// # What the host sees to
//
//   - It authenticates. It keys people by its provider's issuer and subject, never by
//     address, since an address can pass to another person.
//   - It calls [Proven] only for an address that it has proven, by a mail with a code or
//     by a provider that it trusts to vouch for that very address.
//   - It signs people up in one transaction with its own row, or notes an operation ID in
//     that row first (Once), so that a crash leaves no two users.
//   - It mails an invitation's secret to the address in the result, and to nobody else.
//   - It runs Relay, Purge and RecheckDomains by its own timers, in any number of
//     processes.
//
// # Storage
//
// A [Store] keeps records and events and knows no rules. Package memstore keeps them in
// memory and is the reference of what a store does. Module sqlitestore keeps them in a
// SQLite file, and module pgstore in PostgreSQL, next to the host's own tables;
// docs/stores.md says which to use when. Package storetest is the suite that every store
// passes. Any number of processes may use one store: the library keeps no state and no
// cache of its own. store.go is the whole contract.
//
// Package tenancyhttp answers HTTP requests with pages and with problem details (RFC 9457),
// and package timers does what has to be done by the clock.
//
// Package tenancytest is for the host's own tests: a directory with people in it, a clock,
// a resolver, and checks that a refusal changed nothing.
package tenancy
