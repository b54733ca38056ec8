-- +goose Up
-- The schema of sqlitestore, version 1. docs/stores.md describes its tables. The line above is for goose. Run
-- this file in one transaction.
--
-- IDs are BLOBs of 16 bytes and hashes of 32, and NULL stands for the zero one. Instants are microseconds
-- since 1970 in UTC, and 0 stands for none. Texts are never NULL, except in key columns: these hold what an
-- index needs and no field has, and NULL keeps a row out of the index. Every UNIQUE index stands behind a
-- rule that was decided by reading. Anybody may read; only the library may write.

-- Organizations, also those that have ended. due: since when the name of an ended one is due to be purged.
CREATE TABLE tenancy_organizations (
    id                      BLOB NOT NULL CHECK (length(id) = 16),
    owner_id                BLOB CHECK (length(owner_id) = 16),
    state                   TEXT NOT NULL,
    merged_into_id          BLOB CHECK (length(merged_into_id) = 16),
    suspended               INTEGER NOT NULL CHECK (suspended IN (0, 1)),
    sign_up_policy          TEXT NOT NULL,
    invitation_policy       TEXT NOT NULL,
    hipaa                   INTEGER NOT NULL CHECK (hipaa IN (0, 1)),
    hipaa_reference         TEXT NOT NULL,
    hipaa_executed          INTEGER NOT NULL,
    import                  INTEGER NOT NULL CHECK (import IN (0, 1)),
    import_reference        TEXT NOT NULL,
    limited                 INTEGER NOT NULL CHECK (limited IN (0, 1)),
    limit_members           INTEGER NOT NULL,
    limit_accounts          INTEGER NOT NULL,
    limit_subaccounts       INTEGER NOT NULL,
    limit_trial_subaccounts INTEGER NOT NULL,
    limit_domains           INTEGER NOT NULL,
    limit_service_accounts  INTEGER NOT NULL,
    limit_keys              INTEGER NOT NULL,
    limit_groups            INTEGER NOT NULL,
    limit_group_members     INTEGER NOT NULL,
    limit_account_groups    INTEGER NOT NULL,
    limit_directories       INTEGER NOT NULL,
    limit_identities        INTEGER NOT NULL,
    created                 INTEGER NOT NULL,
    ended                   INTEGER NOT NULL,
    purged                  INTEGER NOT NULL,
    seats                   INTEGER NOT NULL,
    accounts                INTEGER NOT NULL,
    service_accounts        INTEGER NOT NULL,
    groups                  INTEGER NOT NULL,
    directories             INTEGER NOT NULL,
    name                    TEXT NOT NULL,
    due                     TEXT,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tenancy_organizations_due
    ON tenancy_organizations (due, id) WHERE due IS NOT NULL;
CREATE INDEX tenancy_organizations_into
    ON tenancy_organizations (merged_into_id, id) WHERE merged_into_id IS NOT NULL;

-- Users. address_key: the canonical address. domain_group: the first half of the SHA-256 of its domain.
-- managed: by an organization, as a member who is not its Owner. managed_key: 'managed' or 'free'.
-- Both are NULL if there is none.
CREATE TABLE tenancy_users (
    id                    BLOB NOT NULL CHECK (length(id) = 16),
    service_account       INTEGER NOT NULL CHECK (service_account IN (0, 1)),
    inactive_organization INTEGER NOT NULL CHECK (inactive_organization IN (0, 1)),
    inactive_operator     INTEGER NOT NULL CHECK (inactive_operator IN (0, 1)),
    inactive_directory    INTEGER NOT NULL CHECK (inactive_directory IN (0, 1)),
    unclaimed             INTEGER NOT NULL CHECK (unclaimed IN (0, 1)),
    deleted               INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    managed               INTEGER NOT NULL CHECK (managed IN (0, 1)),
    created               INTEGER NOT NULL,
    keys                  INTEGER NOT NULL,
    email                 TEXT NOT NULL,
    address               TEXT NOT NULL,
    name                  TEXT NOT NULL,
    address_key           TEXT,
    domain_group          BLOB CHECK (length(domain_group) = 16),
    managed_key           TEXT,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX tenancy_users_by_address
    ON tenancy_users (address_key) WHERE address_key IS NOT NULL;
CREATE INDEX tenancy_users_on_domain
    ON tenancy_users (domain_group, managed_key, id) WHERE domain_group IS NOT NULL AND managed_key IS NOT NULL;

-- The members of organizations. role: its name.
CREATE TABLE tenancy_members (
    organization_id BLOB NOT NULL CHECK (length(organization_id) = 16),
    user_id         BLOB NOT NULL CHECK (length(user_id) = 16),
    role            TEXT NOT NULL,
    exempt          INTEGER NOT NULL CHECK (exempt IN (0, 1)),
    since           INTEGER NOT NULL,
    PRIMARY KEY (organization_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tenancy_memberships_of
    ON tenancy_members (user_id, organization_id);

-- The words of names and addresses, by which members and independent users are found. word_key: the word, of
-- independent users behind a space. Derived from members, users and independent users.
CREATE TABLE tenancy_words (
    organization_id BLOB NOT NULL CHECK (length(organization_id) = 16),
    user_id         BLOB NOT NULL CHECK (length(user_id) = 16),
    independent     INTEGER NOT NULL CHECK (independent IN (0, 1)),
    word            TEXT NOT NULL,
    word_key        TEXT NOT NULL,
    PRIMARY KEY (organization_id, word_key, user_id)
) STRICT, WITHOUT ROWID;
-- What organizations keep of people who left them. left_at: when. due: that, and the organization.
CREATE TABLE tenancy_former_members (
    organization_id BLOB NOT NULL CHECK (length(organization_id) = 16),
    user_id         BLOB NOT NULL CHECK (length(user_id) = 16),
    left_at         INTEGER NOT NULL,
    email           TEXT NOT NULL,
    name            TEXT NOT NULL,
    due             TEXT,
    PRIMARY KEY (organization_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tenancy_former_members_of
    ON tenancy_former_members (user_id, organization_id);
CREATE INDEX tenancy_former_members_due
    ON tenancy_former_members (due, user_id) WHERE due IS NOT NULL;

-- Accounts and subaccounts. organization_id NULL: unmanaged. parent_id NULL: a main account. closed 0: open.
CREATE TABLE tenancy_accounts (
    id                 BLOB NOT NULL CHECK (length(id) = 16),
    owner_id           BLOB CHECK (length(owner_id) = 16),
    organization_id    BLOB CHECK (length(organization_id) = 16),
    parent_id          BLOB CHECK (length(parent_id) = 16),
    suspended_customer INTEGER NOT NULL CHECK (suspended_customer IN (0, 1)),
    suspended_platform INTEGER NOT NULL CHECK (suspended_platform IN (0, 1)),
    plan               TEXT NOT NULL,
    billing            TEXT NOT NULL,
    designated         INTEGER NOT NULL,
    designated_by      TEXT NOT NULL,
    created            INTEGER NOT NULL,
    closed             INTEGER NOT NULL,
    subaccounts        INTEGER NOT NULL,
    groups             INTEGER NOT NULL,
    name               TEXT NOT NULL,
    pricing            TEXT NOT NULL,
    phone              TEXT NOT NULL,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tenancy_accounts_in
    ON tenancy_accounts (organization_id, id) WHERE organization_id IS NOT NULL;
CREATE INDEX tenancy_open_accounts_of
    ON tenancy_accounts (owner_id, id) WHERE closed = 0 AND parent_id IS NULL AND owner_id IS NOT NULL;
CREATE INDEX tenancy_open_subaccounts_of
    ON tenancy_accounts (parent_id, id) WHERE closed = 0 AND parent_id IS NOT NULL;

-- Users' roles on accounts. due: when the temporary ones end, and the account, NULL if there are none.
CREATE TABLE tenancy_grants (
    account_id BLOB NOT NULL CHECK (length(account_id) = 16),
    user_id    BLOB NOT NULL CHECK (length(user_id) = 16),
    roles      TEXT NOT NULL,
    temporary  TEXT NOT NULL,
    until      INTEGER NOT NULL,
    due        TEXT,
    PRIMARY KEY (account_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tenancy_grants_of
    ON tenancy_grants (user_id, account_id);
CREATE INDEX tenancy_grants_due
    ON tenancy_grants (due, user_id) WHERE due IS NOT NULL;

-- Roles of users who are not members on open accounts of an organization. user_key: the text form of the
-- user's ID, and when the role ends, what lasts longer first. Derived from members, accounts and grants, as
-- the next table is.
CREATE TABLE tenancy_independent_users (
    organization_id BLOB NOT NULL CHECK (length(organization_id) = 16),
    user_id         BLOB CHECK (length(user_id) = 16),
    account_id      BLOB NOT NULL CHECK (length(account_id) = 16),
    until           INTEGER NOT NULL,
    user_key        TEXT NOT NULL,
    PRIMARY KEY (organization_id, user_key, account_id)
) STRICT, WITHOUT ROWID;

-- Roles of an organization's members on open accounts that are not the organization's. account_key: the text
-- form of the main account's ID, followed by the subaccount's, and when the role ends.
CREATE TABLE tenancy_independent_accounts (
    organization_id BLOB NOT NULL CHECK (length(organization_id) = 16),
    account_id      BLOB CHECK (length(account_id) = 16),
    parent_id       BLOB CHECK (length(parent_id) = 16),
    user_id         BLOB NOT NULL CHECK (length(user_id) = 16),
    until           INTEGER NOT NULL,
    account_key     TEXT NOT NULL,
    PRIMARY KEY (organization_id, account_key, user_id)
) STRICT, WITHOUT ROWID;

-- Invitations, and organizations' requests for accounts. The key columns are NULL if the invitation is not
-- found by them.
CREATE TABLE tenancy_invitations (
    id              BLOB NOT NULL CHECK (length(id) = 16),
    kind            TEXT NOT NULL,
    organization_id BLOB CHECK (length(organization_id) = 16),
    account_id      BLOB CHECK (length(account_id) = 16),
    role            TEXT NOT NULL,
    roles           TEXT NOT NULL,
    roles_for       INTEGER NOT NULL,
    inviter         TEXT NOT NULL,
    charged_id      BLOB CHECK (length(charged_id) = 16),
    state           TEXT NOT NULL,
    created         INTEGER NOT NULL,
    expires         INTEGER NOT NULL,
    settled         INTEGER NOT NULL,
    accepted_by_id  BLOB CHECK (length(accepted_by_id) = 16),
    email           TEXT NOT NULL,
    address         TEXT NOT NULL,
    secret          BLOB CHECK (length(secret) = 32),
    secret_key      TEXT,
    pending_key     TEXT,
    target_id       BLOB CHECK (length(target_id) = 16),
    asked_id        BLOB CHECK (length(asked_id) = 16),
    address_group   BLOB CHECK (length(address_group) = 16),
    due             TEXT,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX tenancy_invitations_by_secret
    ON tenancy_invitations (secret_key) WHERE secret_key IS NOT NULL;
CREATE UNIQUE INDEX tenancy_pending_invitations
    ON tenancy_invitations (target_id, pending_key) WHERE target_id IS NOT NULL AND pending_key IS NOT NULL;
CREATE INDEX tenancy_invitations_in
    ON tenancy_invitations (target_id, id) WHERE target_id IS NOT NULL;
CREATE INDEX tenancy_invitations_for
    ON tenancy_invitations (asked_id, id) WHERE asked_id IS NOT NULL;
CREATE INDEX tenancy_invitations_by_address
    ON tenancy_invitations (address_group, id) WHERE address_group IS NOT NULL;
CREATE INDEX tenancy_invitations_due
    ON tenancy_invitations (due, id) WHERE due IS NOT NULL;

-- Requests of people to be invited.
CREATE TABLE tenancy_requests (
    id              BLOB NOT NULL CHECK (length(id) = 16),
    organization_id BLOB CHECK (length(organization_id) = 16),
    state           TEXT NOT NULL,
    created         INTEGER NOT NULL,
    expires         INTEGER NOT NULL,
    settled         INTEGER NOT NULL,
    email           TEXT NOT NULL,
    address         TEXT NOT NULL,
    open_key        TEXT,
    address_group   BLOB CHECK (length(address_group) = 16),
    due             TEXT,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX tenancy_open_requests
    ON tenancy_requests (organization_id, open_key) WHERE organization_id IS NOT NULL AND open_key IS NOT NULL;
CREATE INDEX tenancy_requests_in
    ON tenancy_requests (organization_id, id) WHERE organization_id IS NOT NULL;
CREATE INDEX tenancy_requests_by_address
    ON tenancy_requests (address_group, id) WHERE address_group IS NOT NULL;
CREATE INDEX tenancy_requests_due
    ON tenancy_requests (due, id) WHERE due IS NOT NULL;

-- Claims to domains. verified_key: the name while it is verified or lapsing. One organization has it.
CREATE TABLE tenancy_domains (
    id              BLOB NOT NULL CHECK (length(id) = 16),
    organization_id BLOB CHECK (length(organization_id) = 16),
    state           TEXT NOT NULL,
    label           TEXT NOT NULL,
    found           INTEGER NOT NULL,
    verified        INTEGER NOT NULL,
    lapses          INTEGER NOT NULL,
    policy          TEXT NOT NULL,
    connection_id   BLOB CHECK (length(connection_id) = 16),
    created         INTEGER NOT NULL,
    name            TEXT NOT NULL,
    token           TEXT NOT NULL,
    verified_key    TEXT,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tenancy_domains_in
    ON tenancy_domains (organization_id, id) WHERE organization_id IS NOT NULL;
CREATE UNIQUE INDEX tenancy_domains_by_name
    ON tenancy_domains (organization_id, name) WHERE organization_id IS NOT NULL;
CREATE UNIQUE INDEX tenancy_verified_domains
    ON tenancy_domains (verified_key) WHERE verified_key IS NOT NULL;

-- Connections to identity providers.
CREATE TABLE tenancy_connections (
    id              BLOB NOT NULL CHECK (length(id) = 16),
    organization_id BLOB CHECK (length(organization_id) = 16),
    tested          INTEGER NOT NULL,
    created         INTEGER NOT NULL,
    name            TEXT NOT NULL,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tenancy_connections_in
    ON tenancy_connections (organization_id, id) WHERE organization_id IS NOT NULL;

-- The keys of service accounts. secret_key: the hash of the secret in hex. due: when it was revoked or expires.
-- Both are NULL once its name is erased.
CREATE TABLE tenancy_keys (
    id         BLOB NOT NULL CHECK (length(id) = 16),
    user_id    BLOB CHECK (length(user_id) = 16),
    created    INTEGER NOT NULL,
    expires    INTEGER NOT NULL,
    revoked    INTEGER NOT NULL,
    used       INTEGER NOT NULL,
    name       TEXT NOT NULL,
    secret     BLOB CHECK (length(secret) = 32),
    secret_key TEXT,
    due        TEXT,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX tenancy_keys_by_secret
    ON tenancy_keys (secret_key) WHERE secret_key IS NOT NULL;
CREATE INDEX tenancy_keys_of
    ON tenancy_keys (user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX tenancy_keys_due
    ON tenancy_keys (due, id) WHERE due IS NOT NULL;

-- Groups of organizations' members. members: how many are in it. directory_id NULL: no directory made it.
-- identities: how many its directory has put in it. The key columns are NULL if no directory made it.
CREATE TABLE tenancy_groups (
    id              BLOB NOT NULL CHECK (length(id) = 16),
    organization_id BLOB CHECK (length(organization_id) = 16),
    directory_id    BLOB CHECK (length(directory_id) = 16),
    created         INTEGER NOT NULL,
    changed         INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    members         INTEGER NOT NULL,
    identities      INTEGER NOT NULL,
    name            TEXT NOT NULL,
    external_id     TEXT NOT NULL,
    external_key    TEXT,
    name_key        TEXT,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tenancy_groups_in
    ON tenancy_groups (organization_id, id) WHERE organization_id IS NOT NULL;
CREATE INDEX tenancy_directory_groups
    ON tenancy_groups (directory_id, id) WHERE directory_id IS NOT NULL;
CREATE UNIQUE INDEX tenancy_groups_by_external_id
    ON tenancy_groups (directory_id, external_key) WHERE directory_id IS NOT NULL AND external_key IS NOT NULL;
CREATE INDEX tenancy_groups_by_name
    ON tenancy_groups (directory_id, name_key, id) WHERE directory_id IS NOT NULL AND name_key IS NOT NULL;

-- Who is in which group.
CREATE TABLE tenancy_group_members (
    group_id BLOB NOT NULL CHECK (length(group_id) = 16),
    user_id  BLOB NOT NULL CHECK (length(user_id) = 16),
    PRIMARY KEY (group_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tenancy_groups_of
    ON tenancy_group_members (user_id, group_id);

-- The roles that groups give their members on accounts.
CREATE TABLE tenancy_group_roles (
    account_id BLOB NOT NULL CHECK (length(account_id) = 16),
    group_id   BLOB NOT NULL CHECK (length(group_id) = 16),
    roles      TEXT NOT NULL,
    PRIMARY KEY (account_id, group_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tenancy_group_roles_of
    ON tenancy_group_roles (group_id, account_id);

-- Organizations' directories, also those that were removed. removed 0: it lives. due: when it was removed, until
-- what it said of people is erased.
CREATE TABLE tenancy_directories (
    id                BLOB NOT NULL CHECK (length(id) = 16),
    organization_id   BLOB CHECK (length(organization_id) = 16),
    created           INTEGER NOT NULL,
    previous_ends     INTEGER NOT NULL,
    removed           INTEGER NOT NULL,
    purged            INTEGER NOT NULL,
    identities        INTEGER NOT NULL,
    groups            INTEGER NOT NULL,
    name              TEXT NOT NULL,
    secret            BLOB CHECK (length(secret) = 32),
    verifier          BLOB CHECK (length(verifier) = 32),
    previous          BLOB CHECK (length(previous) = 32),
    previous_verifier BLOB CHECK (length(previous_verifier) = 32),
    due               TEXT,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tenancy_directories_in
    ON tenancy_directories (organization_id, id) WHERE removed = 0 AND organization_id IS NOT NULL;
CREATE INDEX tenancy_directories_due
    ON tenancy_directories (due, id) WHERE due IS NOT NULL;

-- What directories say of people: provisioned identities. user_id NULL: nobody is linked to it. state_key: kept
-- or removed. address_key and external_key are NULL once it was removed, and removed_key, which is its external
-- ID, until then.
CREATE TABLE tenancy_provisioned (
    id              BLOB NOT NULL CHECK (length(id) = 16),
    directory_id    BLOB CHECK (length(directory_id) = 16),
    organization_id BLOB CHECK (length(organization_id) = 16),
    user_id         BLOB CHECK (length(user_id) = 16),
    inactive        INTEGER NOT NULL CHECK (inactive IN (0, 1)),
    user_left       INTEGER NOT NULL CHECK (user_left IN (0, 1)),
    version         INTEGER NOT NULL,
    created         INTEGER NOT NULL,
    changed         INTEGER NOT NULL,
    removed         INTEGER NOT NULL,
    user_name       TEXT NOT NULL,
    address         TEXT NOT NULL,
    external_id     TEXT NOT NULL,
    display         TEXT NOT NULL,
    formatted       TEXT NOT NULL,
    given           TEXT NOT NULL,
    family          TEXT NOT NULL,
    attributes      TEXT NOT NULL,
    state_key       TEXT,
    address_key     TEXT,
    external_key    TEXT,
    removed_key     TEXT,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tenancy_provisioned_in
    ON tenancy_provisioned (directory_id, state_key, id) WHERE directory_id IS NOT NULL AND state_key IS NOT NULL;
CREATE UNIQUE INDEX tenancy_provisioned_by_address
    ON tenancy_provisioned (directory_id, address_key) WHERE directory_id IS NOT NULL AND address_key IS NOT NULL;
CREATE UNIQUE INDEX tenancy_provisioned_by_external_id
    ON tenancy_provisioned (directory_id, external_key) WHERE directory_id IS NOT NULL AND external_key IS NOT NULL;
CREATE INDEX tenancy_provisioned_of
    ON tenancy_provisioned (user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX tenancy_provisioned_pending
    ON tenancy_provisioned (organization_id, address_key, id) WHERE user_id IS NULL AND organization_id IS NOT NULL AND address_key IS NOT NULL;
CREATE INDEX tenancy_provisioned_removed
    ON tenancy_provisioned (directory_id, removed_key, id) WHERE directory_id IS NOT NULL AND removed_key IS NOT NULL;

-- Which identities a directory has put in which of its groups.
CREATE TABLE tenancy_provisioned_members (
    group_id    BLOB NOT NULL CHECK (length(group_id) = 16),
    identity_id BLOB NOT NULL CHECK (length(identity_id) = 16),
    PRIMARY KEY (group_id, identity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tenancy_provisioned_groups
    ON tenancy_provisioned_members (identity_id, group_id);

-- The end of every stream of events: the number and hash of its last event.
CREATE TABLE tenancy_heads (
    organization_id BLOB CHECK (length(organization_id) = 16),
    user_id         BLOB CHECK (length(user_id) = 16),
    sequence        INTEGER NOT NULL,
    hash            BLOB CHECK (length(hash) = 32),
    stream          BLOB NOT NULL CHECK (length(stream) = 16),
    PRIMARY KEY (stream)
) STRICT, WITHOUT ROWID;

-- Which call of Relay delivers the events of a stream, and until when no other does.
CREATE TABLE tenancy_leases (
    organization_id BLOB CHECK (length(organization_id) = 16),
    user_id         BLOB CHECK (length(user_id) = 16),
    holder_id       BLOB CHECK (length(holder_id) = 16),
    since           INTEGER NOT NULL,
    until           INTEGER NOT NULL,
    stream          BLOB NOT NULL CHECK (length(stream) = 16),
    PRIMARY KEY (stream)
) STRICT, WITHOUT ROWID;

-- Operation IDs that are used up, and by what. due: when that was done; the IDs are forgotten some time later. fence 1: what was on its way under the ID can no longer happen.
CREATE TABLE tenancy_operations (
    actor     TEXT NOT NULL,
    id        BLOB NOT NULL CHECK (length(id) = 16),
    name      TEXT NOT NULL,
    call_id   BLOB CHECK (length(call_id) = 16),
    time      INTEGER NOT NULL,
    fence     INTEGER NOT NULL CHECK (fence IN (0, 1)),
    made      TEXT NOT NULL,
    events    INTEGER NOT NULL,
    actor_key TEXT NOT NULL,
    due       TEXT,
    PRIMARY KEY (actor_key, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tenancy_operations_due
    ON tenancy_operations (due, id) WHERE due IS NOT NULL;

-- The log, which only grows. of_user: 1 if the stream is a user's, 0 if it is an organization's.
CREATE TABLE tenancy_events (
    stream       BLOB NOT NULL CHECK (length(stream) = 16),
    sequence     INTEGER NOT NULL,
    of_user      INTEGER NOT NULL CHECK (of_user IN (0, 1)),
    id           BLOB CHECK (length(id) = 16),
    time         INTEGER NOT NULL,
    actor        TEXT NOT NULL,
    key_id       BLOB CHECK (length(key_id) = 16),
    name         TEXT NOT NULL,
    operation_id BLOB CHECK (length(operation_id) = 16),
    part         INTEGER NOT NULL,
    step         INTEGER NOT NULL,
    correlation  TEXT NOT NULL,
    type         TEXT NOT NULL,
    data         BLOB NOT NULL,
    previous     BLOB CHECK (length(previous) = 32),
    hash         BLOB CHECK (length(hash) = 32),
    PRIMARY KEY (stream, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX tenancy_events_by_time
    ON tenancy_events (stream, time, sequence);
CREATE INDEX tenancy_events_by_actor
    ON tenancy_events (stream, actor, time, sequence);
CREATE INDEX tenancy_events_by_type
    ON tenancy_events (stream, type, time, sequence);

-- Which IDs the data of events holds, other than their stream's, to find the events by. happened: the event's time.
CREATE TABLE tenancy_event_subjects (
    stream   BLOB NOT NULL CHECK (length(stream) = 16),
    subject  BLOB NOT NULL CHECK (length(subject) = 16),
    happened INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (stream, subject, happened, sequence)
) STRICT, WITHOUT ROWID;

-- The events that are not acknowledged yet. Relay delivers them.
CREATE TABLE tenancy_outbox (
    stream   BLOB NOT NULL CHECK (length(stream) = 16),
    sequence INTEGER NOT NULL,
    PRIMARY KEY (stream, sequence)
) STRICT, WITHOUT ROWID;

-- The migrations that were carried out, and when. The highest version is the schema's.
CREATE TABLE tenancy_schema (
    version INTEGER NOT NULL PRIMARY KEY,
    applied INTEGER NOT NULL
) STRICT;

INSERT INTO tenancy_schema (version, applied) VALUES (1, CAST(strftime('%s', 'now') AS INTEGER) * 1000000);
