package tenancy

import (
	"context"
	"iter"
)

// Provisioned returns an identity of the directory (PRV-10).
//
// Errors: CodeActor; CodeID; CodeNotFound, also for one that was removed.
func (p *Provisioner) Provisioned(ctx context.Context, id ProvisionedID) (ProvisionedIdentity, error) {
	var check form
	check.id(id)
	return look(ctx, p.session, call{opProvisioned, id.String(), check.err},
		func(r *reads) provisionedFacts { return r.loadProvisioned(provisionedByID(id)) }, decideProvisioned)
}

// ProvisionedByUserName returns the directory's identity that has a user name, which is
// compared as addresses are (PRV-10).
//
// Errors: CodeActor; CodeEmail; CodeNotFound.
func (p *Provisioner) ProvisionedByUserName(ctx context.Context, userName string) (ProvisionedIdentity, error) {
	var check form
	address, directory := check.email(userName), p.Directory()
	return look(ctx, p.session, call{opProvisionedByUserName, directory.String(), check.err},
		func(r *reads) provisionedFacts { return r.loadProvisioned(provisionedByAddress(directory, address)) },
		decideProvisioned)
}

// ProvisionedByExternalID returns the directory's identity that has an external ID, which
// is compared exactly (PRV-10).
//
// Errors: CodeActor; CodeInput; CodeNotFound, also for the empty one.
func (p *Provisioner) ProvisionedByExternalID(ctx context.Context, externalID string) (ProvisionedIdentity, error) {
	var check form
	check.externalID(externalID)
	directory := p.Directory()
	return look(ctx, p.session, call{opProvisionedByExternalID, directory.String(), check.err},
		func(r *reads) provisionedFacts {
			return r.loadProvisioned(provisionedByExternalID(directory, externalID))
		},
		decideProvisioned)
}

// provisionedFacts is an identity that is looked for.
type provisionedFacts struct {
	identity *ProvisionedRecord // nil: the directory has none such
}

func (r *reads) loadProvisioned(at one[ProvisionedRecord]) (f provisionedFacts) {
	p := find(r, at)
	if p != nil && p.Directory == r.actor.Directory && p.Removed == 0 {
		f.identity = p
	}
	return f
}

func decideProvisioned(f provisionedFacts, _ *changes) (ProvisionedIdentity, error) {
	if f.identity == nil {
		return ProvisionedIdentity{}, CodeNotFound
	}
	return viewProvisioned(*f.identity), nil
}

// ProvisionedPage says which part of a directory's own list is asked for, by ID.
type ProvisionedPage struct {
	Start int // from 1, which zero is too
	Count int // how many at most, 0 to 100; 0: only the total is asked for
}

// ProvisionedList is a part of the list of a directory's identities.
type ProvisionedList struct {
	Items []ProvisionedIdentity `json:"items,omitzero"`
	Total int                   `json:"total"` // how many there are
}

// maxProvisionedPage is how many items a part of a directory's own list has at most.
const maxProvisionedPage = 100

// ListProvisioned lists the directory's identities by ID (PRV-10). It is a list by
// offset, as SCIM has it: if identities come or go meanwhile, the parts do not fit
// together.
//
// Errors: CodeActor; CodeInput if the start is negative, or the count is or is over 100.
func (p *Provisioner) ListProvisioned(ctx context.Context, in ProvisionedPage) (ProvisionedList, error) {
	var check form
	check.provisionedPage(in)
	directory := p.Directory()
	return look(ctx, p.session, call{opListProvisioned, directory.String(), check.err},
		func(r *reads) listProvisionedFacts { return r.loadListProvisioned(in) }, decideListProvisioned)
}

// provisionedPage refuses a part of a list that there is not.
func (f *form) provisionedPage(in ProvisionedPage) {
	f.that(in.Start >= 0 && in.Count >= 0 && in.Count <= maxProvisionedPage, CodeInput)
}

// listProvisionedFacts is a part of the directory's identities.
type listProvisionedFacts struct {
	provisioning
	identities []ProvisionedRecord
}

func (r *reads) loadListProvisioned(in ProvisionedPage) listProvisionedFacts {
	return listProvisionedFacts{r.provisioning(), partOf(r, provisionedIn(r.actor.Directory, ProvisionedID{}), in)}
}

// partOf returns a part of a directory's own list.
func partOf[R Record](r *reads, m many[R], in ProvisionedPage) []R {
	if in.Count == 0 {
		return nil
	}
	m.Skip = max(in.Start, 1) - 1
	return list(r, m, in.Count)
}

func decideListProvisioned(f listProvisionedFacts, _ *changes) (ProvisionedList, error) {
	done := ProvisionedList{Total: f.directory.Identities}
	for _, p := range f.identities {
		done.Items = append(done.Items, viewProvisioned(p))
	}
	return done, nil
}

// ProvisionedUser is a person of a directory as the organization's administrators see
// them (PRV-3).
type ProvisionedUser struct {
	ProvisionedIdentity
	// User is who the person is here. Zero: the identity is pending, because somebody has
	// the address who is no member, or nobody has it any longer.
	User UserID `json:"user,omitzero"`
	listed
}

// ProvisionedQuery says where a list of a directory's people begins. The zero value is from
// the start.
type ProvisionedQuery struct {
	After Cursor `json:"after,omitzero"` // of an item; "": from the start
}

// ProvisionedUsers lists the people of a directory by ID, with the user to whom each is
// linked (PRV-3, GEN-9). The Owner and Administrators of its organization may call it, if
// they are persons, and Operators and System.
//
// Errors: CodeID, CodeCursor; CodeNotFound, also for whoever may not see them.
func (s *Session) ProvisionedUsers(
	ctx context.Context, directory DirectoryID, query ProvisionedQuery,
) iter.Seq2[ProvisionedUser, error] {
	l := listOf("ProvisionedUsers", directory.String())
	return pages(l, query.After, func(from place, malformed error) (page[ProvisionedUser], error) {
		check := form{malformed}
		check.id(directory)
		return look(ctx, s, call{opProvisionedUsers, directory.String(), check.err},
			func(r *reads) provisionedUsersFacts { return r.loadProvisionedUsers(directory, from) },
			func(f provisionedUsersFacts, c *changes) (page[ProvisionedUser], error) {
				return decideProvisionedUsers(f, l, c)
			})
	})
}

// provisionedUsersFacts is a page of a directory's people.
type provisionedUsersFacts struct {
	directoryStanding
	identities []ProvisionedRecord
}

func (r *reads) loadProvisionedUsers(directory DirectoryID, from place) provisionedUsersFacts {
	return provisionedUsersFacts{r.directoryStanding(directory),
		list(r, provisionedIn(directory, ProvisionedID(from.key.ID)), pageSize)}
}

func decideProvisionedUsers(f provisionedUsersFacts, l listID, c *changes) (page[ProvisionedUser], error) {
	if err := c.authorizeDirectory(f.directoryStanding); err != nil {
		return page[ProvisionedUser]{}, err
	}
	p := page[ProvisionedUser]{end: len(f.identities) < pageSize}
	for _, record := range f.identities {
		p.next = place{key: Key{ID: record.ID}}
		p.items = append(p.items, ProvisionedUser{viewProvisioned(record), record.User, listedAt(l, p.next)})
	}
	return p, nil
}
