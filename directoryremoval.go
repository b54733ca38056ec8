package tenancy

import "context"

// DirectoryRemoval is the input of RemoveDirectory.
type DirectoryRemoval struct {
	// LiftHolds lifts the directory's holds on the people whom it still has. False leaves
	// them: the organization lifts each with ReactivateUser. Those whom the directory has
	// removed stay held in any case.
	LiftHolds bool
}

// RemovedDirectory says what RemoveDirectory did.
type RemovedDirectory struct {
	Lifted int `json:"lifted"` // holds
	Held   int `json:"held"`   // holds that stay, of people whom it still had
}

// RemoveDirectory removes a directory (PRV-7). Its secrets end first. Then the invitations
// that it sent are revoked, and its holds are lifted if that is asked and the member limit
// lets it. Its groups are the organization's own from then on, and its people the
// organization's to administer: what it said of them is gone. The Owner and
// Administrators may call it, if they are persons.
//
// It works in several transactions. If it ends with an error, call it again: it goes on
// with what is left, also on a directory that is removed.
//
// Errors: CodeInTransaction; CodeInput if it is called with Once; CodeID; CodeNotFound,
// CodeNotAllowed.
func (s *Session) RemoveDirectory(
	ctx context.Context, directory DirectoryID, in DirectoryRemoval,
) (RemovedDirectory, error) {
	return observe(ctx, s, opRemoveDirectory.name, func(ctx context.Context, s *Session) (RemovedDirectory, error) {
		return s.removeDirectory(ctx, directory, in)
	})
}

// removeDirectory is RemoveDirectory, of which the observer was told.
func (s *Session) removeDirectory(
	ctx context.Context, directory DirectoryID, in DirectoryRemoval,
) (RemovedDirectory, error) {
	var check form
	check.set(s.alone(ctx))
	check.that(s.once.IsZero(), CodeInput)
	check.id(directory)
	c := call{opRemoveDirectory, directory.String(), check.err}
	var total RemovedDirectory
	err := change(ctx, s, c, func(r *reads) removeDirectoryFacts { return r.loadRemoveDirectory(directory) },
		decideRemoveDirectory)
	for from := (place{}); err == nil; {
		var batch handedBack
		batch, err = update(ctx, s, c,
			func(r *reads) handBackFacts { return r.loadHandBack(directory, from) },
			func(f handBackFacts, c *changes) (handedBack, error) { return decideHandBack(f, in, c) })
		total.Lifted, total.Held = total.Lifted+batch.Lifted, total.Held+batch.Held
		if batch.end {
			break
		}
		from = batch.next
	}
	return total, err
}

// removeDirectoryFacts is the directory that is removed.
type removeDirectoryFacts struct{ directoryStanding }

func (r *reads) loadRemoveDirectory(id DirectoryID) removeDirectoryFacts {
	return removeDirectoryFacts{r.directoryStanding(id)}
}

func decideRemoveDirectory(f removeDirectoryFacts, c *changes) error {
	if err := c.authorize(f.standing); err != nil {
		return err
	}
	if f.directory.Removed == 0 {
		c.removeDirectory(*f.directory)
	}
	return nil
}

// removeDirectory ends a directory and its secrets, and with it all that it says.
func (c *changes) removeDirectory(d DirectoryRecord) {
	c.say(DirectoryRemoved{d.ID, c.now}, d.stream())
	edit(c.world, directoryByID(d.ID), func(d *DirectoryRecord) { d.Personal = DirectoryPersonal{} })
}

// handBackFacts is a page of the identities of a directory that was removed.
type handBackFacts struct {
	directoryStanding
	people []handedPerson
}

// handedPerson is an identity, and what its directory has done of which something is left.
type handedPerson struct {
	identity ProvisionedRecord
	user     *UserRecord       // nil: it is pending
	member   *MembershipRecord // the user's, of the organization
	invited  *InvitationRecord // pending, to the address; nil: none
}

// handedBack is what a batch did.
type handedBack struct {
	RemovedDirectory
	next place
	end  bool
}

func (r *reads) loadHandBack(id DirectoryID, from place) handBackFacts {
	f := handBackFacts{directoryStanding: r.directoryStanding(id)}
	for _, p := range list(r, provisionedIn(id, ProvisionedID(from.key.ID)), pageSize) {
		person := handedPerson{identity: p}
		if p.User.IsZero() {
			person.invited = find(r, pendingInvitation(p.Organization, p.Personal.Address.Reveal()))
		} else {
			person.user = find(r, userByID(p.User))
			person.member = find(r, memberOf(p.Organization, p.User))
			r.needMemberships(p.User)
		}
		f.people = append(f.people, person)
	}
	return f
}

func decideHandBack(f handBackFacts, in DirectoryRemoval, c *changes) (handedBack, error) {
	if err := c.authorize(f.standing); err != nil {
		return handedBack{}, err
	}
	done := handedBack{end: len(f.people) < pageSize}
	for _, p := range f.people {
		done.next = place{key: Key{ID: p.identity.ID}}
		if i := p.invited; i != nil && i.Inviter.Directory == f.directory.ID {
			c.say(InvitationRevoked{i.ID, c.now}, f.directory.stream())
		}
		if p.user == nil || p.member == nil {
			continue
		}
		c.letGo(p.identity.Organization, p.user.ID)
		if !p.user.InactiveDirectory {
			continue
		}
		if in.LiftHolds && c.hold(*p.user, *p.member, false) == nil {
			done.Lifted++
		} else {
			done.Held++
		}
	}
	return done, nil
}

// directoryRemains is a page of what a directory that was removed said of people.
type directoryRemains struct {
	directory DirectoryRecord
	said      []parting
	members   map[UserID]bool // to whom an identity of the page is linked
}

// directoryRemains asks for what is left of a directory.
func (r *reads) directoryRemains(d DirectoryRecord) directoryRemains {
	r.needHead(d.stream())
	r.needCounts(d.Organization)
	remains := directoryRemains{directory: d, members: map[UserID]bool{}}
	for _, p := range list(r, everyProvisionedIn(d.ID), pageSize) {
		remains.said = append(remains.said, parting{identity: p, groups: r.identityGroups(p)})
		if !p.User.IsZero() && p.Removed == 0 {
			need(r, userByID(p.User))
			remains.members[p.User] = find(r, memberOf(d.Organization, p.User)) != nil
		}
	}
	return remains
}

// purge forgets a page of identities. It returns how many these are. With the last page the
// directory is done.
func (d directoryRemains) purge(c *changes) int {
	for _, p := range d.said {
		p.forget(0, c)
		if d.members[p.identity.User] { // if RemoveDirectory did not come so far
			c.letGo(d.directory.Organization, p.identity.User)
		}
	}
	if len(d.said) < pageSize {
		c.say(DirectoryPurged{d.directory.ID, c.now}, d.directory.stream())
	}
	return len(d.said)
}
