-- +goose Up
-- The schema of pgstore, version 1. docs/stores.md describes its tables. The line above is for goose. Run
-- this file in one transaction.
--
-- IDs are uuids, and NULL stands for the zero one. Instants are microseconds since 1970 in UTC, and 0
-- stands for none. Every UNIQUE index stands behind a rule that was decided by reading. Anybody may
-- read; only the library may write.

-- The migrations that were carried out, and when. The highest version is the schema's. This table comes
-- first: of two processes that create it at once, one waits and then loses.
CREATE TABLE tenancy_schema (
    version                bigint NOT NULL,
    applied                bigint NOT NULL,
    PRIMARY KEY (version)
);

CREATE TABLE tenancy_organizations (
    id                     uuid NOT NULL,
    owner_id               uuid,
    state                  text NOT NULL,
    merged_into_id         uuid,
    suspended              boolean NOT NULL,
    sign_up_policy         text NOT NULL,
    invitation_policy      text NOT NULL,
    hipaa                  boolean NOT NULL,
    hipaa_reference        text NOT NULL,
    hipaa_executed         bigint NOT NULL,
    import                 boolean NOT NULL,
    import_reference       text NOT NULL,
    limited                boolean NOT NULL,
    limit_members          bigint NOT NULL,
    limit_accounts         bigint NOT NULL,
    limit_subaccounts      bigint NOT NULL,
    limit_trial_subaccounts bigint NOT NULL,
    limit_domains          bigint NOT NULL,
    limit_service_accounts bigint NOT NULL,
    limit_keys             bigint NOT NULL,
    limit_groups           bigint NOT NULL,
    limit_group_members    bigint NOT NULL,
    limit_account_groups   bigint NOT NULL,
    limit_directories      bigint NOT NULL,
    limit_identities       bigint NOT NULL,
    created                bigint NOT NULL,
    ended                  bigint NOT NULL,
    purged                 bigint NOT NULL,
    seats                  bigint NOT NULL,
    accounts               bigint NOT NULL,
    service_accounts       bigint NOT NULL,
    groups                 bigint NOT NULL,
    directories            bigint NOT NULL,
    name                   text NOT NULL,
    due                    bytea,
    PRIMARY KEY (id)
);
CREATE INDEX tenancy_organizations_due ON tenancy_organizations (due, id) WHERE due IS NOT NULL;
CREATE INDEX tenancy_organizations_into ON tenancy_organizations (merged_into_id, id) WHERE merged_into_id IS NOT NULL;

CREATE TABLE tenancy_users (
    id                     uuid NOT NULL,
    service_account        boolean NOT NULL,
    inactive_organization  boolean NOT NULL,
    inactive_operator      boolean NOT NULL,
    inactive_directory     boolean NOT NULL,
    unclaimed              boolean NOT NULL,
    deleted                boolean NOT NULL,
    managed                boolean NOT NULL,
    created                bigint NOT NULL,
    keys                   bigint NOT NULL,
    email                  text NOT NULL,
    address                text NOT NULL,
    name                   text NOT NULL,
    address_key            bytea,
    domain_group           uuid,
    managed_key            bytea,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX tenancy_users_by_address ON tenancy_users (address_key) WHERE address_key IS NOT NULL;
CREATE INDEX tenancy_users_on_domain ON tenancy_users (domain_group, managed_key, id) WHERE domain_group IS NOT NULL AND managed_key IS NOT NULL;

CREATE TABLE tenancy_members (
    organization_id        uuid NOT NULL,
    user_id                uuid NOT NULL,
    role                   text NOT NULL,
    exempt                 boolean NOT NULL,
    since                  bigint NOT NULL,
    PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX tenancy_memberships_of ON tenancy_members (user_id, organization_id);

-- The words of names and addresses, by which members and independent users are found. word_key: the word, of
-- independent users behind a space. Derived from members, users and independent users.
CREATE TABLE tenancy_words (
    organization_id        uuid NOT NULL,
    user_id                uuid NOT NULL,
    independent            boolean NOT NULL,
    word                   text NOT NULL,
    word_key               bytea NOT NULL,
    PRIMARY KEY (organization_id, word_key, user_id)
);
CREATE TABLE tenancy_former_members (
    organization_id        uuid NOT NULL,
    user_id                uuid NOT NULL,
    left_at                bigint NOT NULL,
    email                  text NOT NULL,
    name                   text NOT NULL,
    due                    bytea,
    PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX tenancy_former_members_of ON tenancy_former_members (user_id, organization_id);
CREATE INDEX tenancy_former_members_due ON tenancy_former_members (due, user_id) WHERE due IS NOT NULL;

CREATE TABLE tenancy_accounts (
    id                     uuid NOT NULL,
    owner_id               uuid,
    organization_id        uuid,
    parent_id              uuid,
    suspended_customer     boolean NOT NULL,
    suspended_platform     boolean NOT NULL,
    plan                   text NOT NULL,
    billing                text NOT NULL,
    designated             bigint NOT NULL,
    designated_by          text NOT NULL,
    created                bigint NOT NULL,
    closed                 bigint NOT NULL,
    subaccounts            bigint NOT NULL,
    groups                 bigint NOT NULL,
    name                   text NOT NULL,
    pricing                text NOT NULL,
    phone                  text NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX tenancy_accounts_in ON tenancy_accounts (organization_id, id) WHERE organization_id IS NOT NULL;
CREATE INDEX tenancy_open_accounts_of ON tenancy_accounts (owner_id, id) WHERE closed = 0 AND parent_id IS NULL AND owner_id IS NOT NULL;
CREATE INDEX tenancy_open_subaccounts_of ON tenancy_accounts (parent_id, id) WHERE closed = 0 AND parent_id IS NOT NULL;

CREATE TABLE tenancy_grants (
    account_id             uuid NOT NULL,
    user_id                uuid NOT NULL,
    roles                  text NOT NULL,
    temporary              text NOT NULL,
    until                  bigint NOT NULL,
    due                    bytea,
    PRIMARY KEY (account_id, user_id)
);
CREATE INDEX tenancy_grants_of ON tenancy_grants (user_id, account_id);
CREATE INDEX tenancy_grants_due ON tenancy_grants (due, user_id) WHERE due IS NOT NULL;

-- Roles of users who are not members on open accounts of an organization, and roles of its members on open
-- accounts that are not the organization's. Derived from members, accounts and grants.
CREATE TABLE tenancy_independent_users (
    organization_id        uuid NOT NULL,
    user_id                uuid,
    account_id             uuid NOT NULL,
    until                  bigint NOT NULL,
    user_key               bytea NOT NULL,
    PRIMARY KEY (organization_id, user_key, account_id)
);
CREATE TABLE tenancy_independent_accounts (
    organization_id        uuid NOT NULL,
    account_id             uuid,
    parent_id              uuid,
    user_id                uuid NOT NULL,
    until                  bigint NOT NULL,
    account_key            bytea NOT NULL,
    PRIMARY KEY (organization_id, account_key, user_id)
);

CREATE TABLE tenancy_invitations (
    id                     uuid NOT NULL,
    kind                   text NOT NULL,
    organization_id        uuid,
    account_id             uuid,
    role                   text NOT NULL,
    roles                  text NOT NULL,
    roles_for              bigint NOT NULL,
    inviter                text NOT NULL,
    charged_id             uuid,
    state                  text NOT NULL,
    created                bigint NOT NULL,
    expires                bigint NOT NULL,
    settled                bigint NOT NULL,
    accepted_by_id         uuid,
    email                  text NOT NULL,
    address                text NOT NULL,
    secret                 bytea CHECK (length(secret) = 32),
    secret_key             bytea,
    pending_key            bytea,
    target_id              uuid,
    asked_id               uuid,
    address_group          uuid,
    due                    bytea,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX tenancy_invitations_by_secret ON tenancy_invitations (secret_key) WHERE secret_key IS NOT NULL;
CREATE UNIQUE INDEX tenancy_pending_invitations ON tenancy_invitations (target_id, pending_key) WHERE target_id IS NOT NULL AND pending_key IS NOT NULL;
CREATE INDEX tenancy_invitations_in ON tenancy_invitations (target_id, id) WHERE target_id IS NOT NULL;
CREATE INDEX tenancy_invitations_for ON tenancy_invitations (asked_id, id) WHERE asked_id IS NOT NULL;
CREATE INDEX tenancy_invitations_by_address ON tenancy_invitations (address_group, id) WHERE address_group IS NOT NULL;
CREATE INDEX tenancy_invitations_due ON tenancy_invitations (due, id) WHERE due IS NOT NULL;

CREATE TABLE tenancy_requests (
    id                     uuid NOT NULL,
    organization_id        uuid,
    state                  text NOT NULL,
    created                bigint NOT NULL,
    expires                bigint NOT NULL,
    settled                bigint NOT NULL,
    email                  text NOT NULL,
    address                text NOT NULL,
    open_key               bytea,
    address_group          uuid,
    due                    bytea,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX tenancy_open_requests ON tenancy_requests (organization_id, open_key) WHERE organization_id IS NOT NULL AND open_key IS NOT NULL;
CREATE INDEX tenancy_requests_in ON tenancy_requests (organization_id, id) WHERE organization_id IS NOT NULL;
CREATE INDEX tenancy_requests_by_address ON tenancy_requests (address_group, id) WHERE address_group IS NOT NULL;
CREATE INDEX tenancy_requests_due ON tenancy_requests (due, id) WHERE due IS NOT NULL;

CREATE TABLE tenancy_domains (
    id                     uuid NOT NULL,
    organization_id        uuid,
    state                  text NOT NULL,
    label                  text NOT NULL,
    found                  bigint NOT NULL,
    verified               bigint NOT NULL,
    lapses                 bigint NOT NULL,
    policy                 text NOT NULL,
    connection_id          uuid,
    created                bigint NOT NULL,
    name                   text NOT NULL,
    token                  text NOT NULL,
    verified_key           bytea,
    PRIMARY KEY (id)
);
CREATE INDEX tenancy_domains_in ON tenancy_domains (organization_id, id) WHERE organization_id IS NOT NULL;
CREATE UNIQUE INDEX tenancy_domains_by_name ON tenancy_domains (organization_id, name) WHERE organization_id IS NOT NULL;
CREATE UNIQUE INDEX tenancy_verified_domains ON tenancy_domains (verified_key) WHERE verified_key IS NOT NULL;

CREATE TABLE tenancy_connections (
    id                     uuid NOT NULL,
    organization_id        uuid,
    tested                 bigint NOT NULL,
    created                bigint NOT NULL,
    name                   text NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX tenancy_connections_in ON tenancy_connections (organization_id, id) WHERE organization_id IS NOT NULL;

CREATE TABLE tenancy_keys (
    id                     uuid NOT NULL,
    user_id                uuid,
    created                bigint NOT NULL,
    expires                bigint NOT NULL,
    revoked                bigint NOT NULL,
    used                   bigint NOT NULL,
    name                   text NOT NULL,
    secret                 bytea CHECK (length(secret) = 32),
    secret_key             bytea,
    due                    bytea,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX tenancy_keys_by_secret ON tenancy_keys (secret_key) WHERE secret_key IS NOT NULL;
CREATE INDEX tenancy_keys_of ON tenancy_keys (user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX tenancy_keys_due ON tenancy_keys (due, id) WHERE due IS NOT NULL;

-- Groups of organizations' members, who is in which, and the roles that they give on accounts. members:
-- how many are in the group. directory_id NULL: no directory made it. identities: how many its directory
-- has put in it.
CREATE TABLE tenancy_groups (
    id                     uuid NOT NULL,
    organization_id        uuid,
    directory_id           uuid,
    created                bigint NOT NULL,
    changed                bigint NOT NULL,
    version                bigint NOT NULL,
    members                bigint NOT NULL,
    identities             bigint NOT NULL,
    name                   text NOT NULL,
    external_id            text NOT NULL,
    external_key           bytea,
    name_key               bytea,
    PRIMARY KEY (id)
);
CREATE INDEX tenancy_groups_in ON tenancy_groups (organization_id, id) WHERE organization_id IS NOT NULL;
CREATE INDEX tenancy_directory_groups ON tenancy_groups (directory_id, id) WHERE directory_id IS NOT NULL;
CREATE UNIQUE INDEX tenancy_groups_by_external_id ON tenancy_groups (directory_id, external_key) WHERE directory_id IS NOT NULL AND external_key IS NOT NULL;
CREATE INDEX tenancy_groups_by_name ON tenancy_groups (directory_id, name_key, id) WHERE directory_id IS NOT NULL AND name_key IS NOT NULL;

CREATE TABLE tenancy_group_members (
    group_id               uuid NOT NULL,
    user_id                uuid NOT NULL,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX tenancy_groups_of ON tenancy_group_members (user_id, group_id);

CREATE TABLE tenancy_group_roles (
    account_id             uuid NOT NULL,
    group_id               uuid NOT NULL,
    roles                  text NOT NULL,
    PRIMARY KEY (account_id, group_id)
);
CREATE INDEX tenancy_group_roles_of ON tenancy_group_roles (group_id, account_id);

-- Organizations' directories, also those that were removed. removed 0: it lives. due: when it was removed,
-- until what it said of people is erased.
CREATE TABLE tenancy_directories (
    id                     uuid NOT NULL,
    organization_id        uuid,
    created                bigint NOT NULL,
    previous_ends          bigint NOT NULL,
    removed                bigint NOT NULL,
    purged                 bigint NOT NULL,
    identities             bigint NOT NULL,
    groups                 bigint NOT NULL,
    name                   text NOT NULL,
    secret                 bytea CHECK (length(secret) = 32),
    verifier               bytea CHECK (length(verifier) = 32),
    previous               bytea CHECK (length(previous) = 32),
    previous_verifier      bytea CHECK (length(previous_verifier) = 32),
    due                    bytea,
    PRIMARY KEY (id)
);
CREATE INDEX tenancy_directories_in ON tenancy_directories (organization_id, id) WHERE removed = 0 AND organization_id IS NOT NULL;
CREATE INDEX tenancy_directories_due ON tenancy_directories (due, id) WHERE due IS NOT NULL;

-- What directories say of people: provisioned identities. user_id NULL: nobody is linked to it. state_key:
-- kept or removed. address_key and external_key are NULL once it was removed, and removed_key, which is its
-- external ID, until then.
CREATE TABLE tenancy_provisioned (
    id                     uuid NOT NULL,
    directory_id           uuid,
    organization_id        uuid,
    user_id                uuid,
    inactive               boolean NOT NULL,
    user_left              boolean NOT NULL,
    version                bigint NOT NULL,
    created                bigint NOT NULL,
    changed                bigint NOT NULL,
    removed                bigint NOT NULL,
    user_name              text NOT NULL,
    address                text NOT NULL,
    external_id            text NOT NULL,
    display                text NOT NULL,
    formatted              text NOT NULL,
    given                  text NOT NULL,
    family                 text NOT NULL,
    attributes             text NOT NULL,
    state_key              bytea,
    address_key            bytea,
    external_key           bytea,
    removed_key            bytea,
    PRIMARY KEY (id)
);
CREATE INDEX tenancy_provisioned_in ON tenancy_provisioned (directory_id, state_key, id) WHERE directory_id IS NOT NULL AND state_key IS NOT NULL;
CREATE UNIQUE INDEX tenancy_provisioned_by_address ON tenancy_provisioned (directory_id, address_key) WHERE directory_id IS NOT NULL AND address_key IS NOT NULL;
CREATE UNIQUE INDEX tenancy_provisioned_by_external_id ON tenancy_provisioned (directory_id, external_key) WHERE directory_id IS NOT NULL AND external_key IS NOT NULL;
CREATE INDEX tenancy_provisioned_of ON tenancy_provisioned (user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX tenancy_provisioned_pending ON tenancy_provisioned (organization_id, address_key, id) WHERE user_id IS NULL AND organization_id IS NOT NULL AND address_key IS NOT NULL;
CREATE INDEX tenancy_provisioned_removed ON tenancy_provisioned (directory_id, removed_key, id) WHERE directory_id IS NOT NULL AND removed_key IS NOT NULL;

-- Which identities a directory has put in which of its groups.
CREATE TABLE tenancy_provisioned_members (
    group_id               uuid NOT NULL,
    identity_id            uuid NOT NULL,
    PRIMARY KEY (group_id, identity_id)
);
CREATE INDEX tenancy_provisioned_groups ON tenancy_provisioned_members (identity_id, group_id);

CREATE TABLE tenancy_heads (
    organization_id        uuid,
    user_id                uuid,
    sequence               bigint NOT NULL,
    hash                   bytea CHECK (length(hash) = 32),
    stream                 uuid NOT NULL,
    PRIMARY KEY (stream)
);

CREATE TABLE tenancy_leases (
    organization_id        uuid,
    user_id                uuid,
    holder_id              uuid,
    since                  bigint NOT NULL,
    until                  bigint NOT NULL,
    stream                 uuid NOT NULL,
    PRIMARY KEY (stream)
);

CREATE TABLE tenancy_operations (
    actor                  text NOT NULL,
    id                     uuid NOT NULL,
    name                   text NOT NULL,
    call_id                uuid,
    time                   bigint NOT NULL,
    fence                  boolean NOT NULL,
    made                   text NOT NULL,
    events                 bigint NOT NULL,
    actor_key              bytea NOT NULL,
    due                    bytea,
    PRIMARY KEY (actor_key, id)
);
CREATE INDEX tenancy_operations_due ON tenancy_operations (due, id) WHERE due IS NOT NULL;

CREATE TABLE tenancy_events (
    stream                 uuid NOT NULL,
    sequence               bigint NOT NULL,
    of_user                boolean NOT NULL,
    id                     uuid,
    time                   bigint NOT NULL,
    actor                  text NOT NULL,
    key_id                 uuid,
    name                   text NOT NULL,
    operation_id           uuid,
    part                   bigint NOT NULL,
    step                   bigint NOT NULL,
    correlation            text NOT NULL,
    type                   text NOT NULL,
    data                   bytea NOT NULL,
    previous               bytea CHECK (length(previous) = 32),
    hash                   bytea CHECK (length(hash) = 32),
    PRIMARY KEY (stream, sequence)
);

CREATE INDEX tenancy_events_by_time ON tenancy_events (stream, time, sequence);
CREATE INDEX tenancy_events_by_actor ON tenancy_events (stream, actor, time, sequence);
CREATE INDEX tenancy_events_by_type ON tenancy_events (stream, type, time, sequence);

CREATE TABLE tenancy_event_subjects (
    stream                 uuid NOT NULL,
    subject                uuid NOT NULL,
    happened               bigint NOT NULL,
    sequence               bigint NOT NULL,
    PRIMARY KEY (stream, subject, happened, sequence)
);

CREATE TABLE tenancy_outbox (
    stream                 uuid NOT NULL,
    sequence               bigint NOT NULL,
    PRIMARY KEY (stream, sequence)
);

INSERT INTO tenancy_schema (version, applied) VALUES (1, (extract(epoch FROM now()) * 1000000)::bigint);
