package tenancy

import "slices"

// formerIdentity is a removed identity, by which a person comes back under another address
// (PRV-7).
type formerIdentity struct {
	user        *UserRecord        // whose it was; nil: there is none
	memberships []MembershipRecord // theirs
	identities  []ProvisionedRecord
	signIn      signIn
}

// mayCome refuses a person who may not become a member, and one who may not come back by a
// removed identity. The answer is the same whether nobody has the address or somebody
// outside (PRV-3).
func (f provisionFacts) mayCome(in NewProvisioned, returns bool, c *changes) error {
	switch {
	case returns:
		return f.mayReturn(in, c)
	case f.claim.member(f.organization.ID) == nil:
		return f.claim.mayJoin(f.organization.ID, c)
	}
	return nil
}

// returns reports whether the external ID is that of a removed identity whose user the new
// one is linked to if nobody has the address: no member has it, and the user is a member
// whom no directory keeps.
func (f provisionFacts) returns() bool {
	user, org := f.former.user, f.organization.ID
	return f.claim.member(org) == nil && user != nil && !user.Deleted &&
		membershipIn(f.former.memberships, org) != nil && keeping(f.former.identities, org) == nil
}

// mayReturn refuses to link a new identity to the user of a removed one.
func (f provisionFacts) mayReturn(in NewProvisioned, c *changes) error {
	user := *f.former.user
	member := *membershipIn(f.former.memberships, f.organization.ID)
	if member.Role == Owner {
		return CodeTheOwner
	}
	theirs := slices.ContainsFunc(f.former.identities, func(old ProvisionedRecord) bool {
		return old.Directory == f.directory.ID && old.Personal.Address == user.Personal.Address
	})
	if err := c.mayReaddress(f.former.signIn, theirs, f.claim); err != nil {
		return err
	}
	return c.mayHold(user, member, in.inactive())
}

// bringBack links a new identity to the user of a removed one, whose address follows as
// that of an identity that gets another one (PRV-5).
func (f provisionFacts) bringBack(made ProvisionedID, in NewProvisioned, c *changes) (Provisioned, error) {
	c.readdress(f.former.signIn, f.claim, NewPersonal(in.UserName))
	member := *membershipIn(f.former.memberships, f.organization.ID)
	if err := c.link(made, *f.former.user, member, f.former.identities, nil); err != nil {
		return Provisioned{}, err
	}
	return Provisioned{ProvisionedIdentity: c.viewProvisionedNow(made)}, nil
}
