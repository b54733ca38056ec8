package tenancy

import (
	"cmp"
	"time"
)

// OrganizationCreated says that an organization was made, and who owns it.
type OrganizationCreated struct {
	Organization OrganizationID
	Owner        UserID
	Created      Instant
}

// OrganizationRenamed says that an organization has another name.
type OrganizationRenamed struct{ Organization OrganizationID }

// OrganizationOwnerChanged says that an organization has another Owner.
type OrganizationOwnerChanged struct {
	Organization OrganizationID
	Owner        UserID
	Reference    Reference // with ReplaceOwner: why
}

func (e OrganizationCreated) apply(w *world) {
	w.create(OrganizationRecord{ID: e.Organization, Owner: e.Owner, State: StateActive, Created: e.Created})
}

func (e OrganizationRenamed) apply(*world) {}

func (e OrganizationOwnerChanged) apply(w *world) {
	edit(w, organizationByID(e.Organization), func(o *OrganizationRecord) { o.Owner = e.Owner })
}

var organizationEvents = []EventData{OrganizationCreated{}, OrganizationRenamed{}, OrganizationOwnerChanged{}}

// Organization is a customer's organization.
type Organization struct {
	ID         OrganizationID
	Name       Personal // zero: purged
	State      State    // StateActive, StateDeleted, StateMerged
	MergedInto OrganizationID
	Created    time.Time
	Ended      time.Time             // zero: it has not
	Settings   *OrganizationSettings // nil for whoever may not see it: Owner, Administrators, Operators and System may
}

// OrganizationSettings is what only those who manage an organization see of it.
type OrganizationSettings struct {
	Owner             UserID
	SignUpPolicy      SignUpPolicy
	InvitationPolicy  InvitationPolicy
	HIPAAEntitlement  HIPAAEntitlement
	ImportEntitlement ImportEntitlement
	Limits            *Limits // its own; nil: the directory's
}

// viewOrganization is an organization as the actor may see it.
func (c *changes) viewOrganization(o OrganizationRecord, st standing) Organization {
	view := Organization{ID: o.ID, Name: Personal{kept(o.Personal.Name, o.Ended, c.now)}, State: o.State, MergedInto: o.MergedInto,
		Created: o.Created.Time(), Ended: o.Ended.Time()}
	if c.actor.isUser() && !st.managesUsers() {
		return view
	}
	view.Settings = &OrganizationSettings{Owner: o.Owner, SignUpPolicy: cmp.Or(o.SignUpPolicy, PolicyInvitationOnly), InvitationPolicy: o.InvitationPolicy,
		HIPAAEntitlement:  HIPAAEntitlement{o.HIPAA, o.HIPAAReference, o.HIPAAExecuted.Time()},
		ImportEntitlement: ImportEntitlement{o.Import, o.ImportReference}}
	if o.Limited {
		view.Settings.Limits = new(o.Limits)
	}
	return view
}
