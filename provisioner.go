package tenancy

import (
	"context"
	"iter"
	"time"
)

// ProvisioningDirectory is an organization's directory: the identity provider, such as
// Okta or Entra, that keeps the organization's people here (PRV-1). It may provision
// addresses on all live domains of the organization.
type ProvisioningDirectory struct {
	ID           DirectoryID    `json:"id,omitzero"`
	Organization OrganizationID `json:"organization,omitzero"`
	Name         Personal       `json:"name,omitzero"`
	Created      time.Time      `json:"created,omitzero"`
	// PreviousEnds is when the secret that was rotated last ends. Zero: only one holds.
	PreviousEnds time.Time `json:"previousEnds,omitzero"`
	Identities   int       `json:"identities"` // what Limits.Identities counts
	Groups       int       `json:"groups"`     // that it keeps
}

// DirectoryWithSecret is a directory and its new secret, which is shown only this once.
type DirectoryWithSecret struct {
	ProvisioningDirectory
	Secret Secret `json:"secret,omitzero"`
}

// ListedDirectory is an item of Directories.
type ListedDirectory struct {
	ProvisioningDirectory
	listed
}

// DirectoryQuery says where a list of directories begins. The zero value is from the
// start.
type DirectoryQuery struct {
	After Cursor `json:"after,omitzero"` // of an item; "": from the start
}

// AddDirectory adds a directory to an organization, and returns its secret this once
// (PRV-1). The customer's administrator gives the secret to the identity provider, which
// sends it with each request: AsDirectory. The library stores the secret's SHA-256. The
// Owner and Administrators may call it, if they are persons.
//
// Errors: CodeID, CodeName; CodeNotFound, CodeNotAllowed, CodeMerged; CodeDirectoryLimit;
// CodeOrganizationSuspended.
func (s *Session) AddDirectory(
	ctx context.Context, org OrganizationID, name string,
) (DirectoryWithSecret, error) {
	var check form
	check.id(org)
	name = check.name(name)
	return update(ctx, s, call{opAddDirectory, org.String(), check.err},
		func(r *reads) addDirectoryFacts { return r.loadAddDirectory(org) },
		func(f addDirectoryFacts, c *changes) (DirectoryWithSecret, error) {
			return decideAddDirectory(f, name, c)
		})
}

// addDirectoryFacts is the organization that gets a directory.
type addDirectoryFacts struct{ standing }

func (r *reads) loadAddDirectory(org OrganizationID) addDirectoryFacts {
	return addDirectoryFacts{r.standing(org)}
}

func decideAddDirectory(f addDirectoryFacts, name string, c *changes) (DirectoryWithSecret, error) {
	if err := c.authorizeAlive(f.standing); err != nil {
		return DirectoryWithSecret{}, err
	}
	o := f.organization
	if exceeds(o.Directories, 1, c.dir.limitsOf(*o).Directories) {
		return DirectoryWithSecret{}, CodeDirectoryLimit
	}
	made := DirectoryID(c.tape.id())
	c.makes(made)
	c.say(DirectoryAdded{made, o.ID, c.now}, streamOfOrganization(o.ID))
	secret := c.dir.directorySecret(made, c.tape.secret())
	edit(c.world, directoryByID(made), func(d *DirectoryRecord) {
		d.Personal.Name = NewPersonal(name)
		d.Personal.Secret, d.Personal.Verifier = secret.hash(), secret.tokenKey()
	})
	return DirectoryWithSecret{viewDirectory(*get(c.world, directoryByID(made))), secret}, nil
}

// DirectoryRotation is the input of RotateDirectorySecret. The zero value keeps the secret
// before for a day.
type DirectoryRotation struct {
	// PreviousFor is how long the secret before still holds: up to 30 days, and zero ends
	// it at once. Nil: a day.
	PreviousFor *time.Duration
}

// maxPreviousFor is how long the secret before a rotation may still hold.
const maxPreviousFor = 30 * 24 * time.Hour

// RotateDirectorySecret gives a directory another secret, and returns it this once
// (PRV-1). The one before holds for a while, so that the provider can be told of the new
// one meanwhile; one before that ends at once. The Owner and Administrators may call it,
// if they are persons.
//
// Errors: CodeID; CodeInput if the secret before would hold for less than zero or for more
// than 30 days; CodeNotFound, CodeNotAllowed.
func (s *Session) RotateDirectorySecret(
	ctx context.Context, directory DirectoryID, in DirectoryRotation,
) (DirectoryWithSecret, error) {
	var check form
	check.id(directory)
	previous := 24 * time.Hour
	if in.PreviousFor != nil {
		previous = *in.PreviousFor
	}
	check.that(previous >= 0 && previous <= maxPreviousFor, CodeInput)
	return update(ctx, s, call{opRotateDirectorySecret, directory.String(), check.err},
		func(r *reads) rotateDirectorySecretFacts { return r.loadRotateDirectorySecret(directory) },
		func(f rotateDirectorySecretFacts, c *changes) (DirectoryWithSecret, error) {
			return decideRotateDirectorySecret(f, previous, c)
		})
}

// rotateDirectorySecretFacts is the directory that gets another secret.
type rotateDirectorySecretFacts struct{ directoryStanding }

func (r *reads) loadRotateDirectorySecret(id DirectoryID) rotateDirectorySecretFacts {
	return rotateDirectorySecretFacts{r.directoryStanding(id)}
}

func decideRotateDirectorySecret(
	f rotateDirectorySecretFacts, previous time.Duration, c *changes,
) (DirectoryWithSecret, error) {
	if err := c.authorizeDirectory(f.directoryStanding); err != nil {
		return DirectoryWithSecret{}, err
	}
	var ends Instant
	if previous > 0 {
		ends = c.now.add(previous)
	}
	id := f.directory.ID
	c.say(DirectorySecretRotated{id, ends}, f.directory.stream())
	secret := c.dir.directorySecret(id, c.tape.secret())
	edit(c.world, directoryByID(id), func(d *DirectoryRecord) {
		d.Personal.Previous, d.Personal.PreviousVerifier = [32]byte{}, [32]byte{}
		if ends != 0 {
			d.Personal.Previous, d.Personal.PreviousVerifier = d.Personal.Secret, d.Personal.Verifier
		}
		d.Personal.Secret, d.Personal.Verifier = secret.hash(), secret.tokenKey()
	})
	return DirectoryWithSecret{viewDirectory(*get(c.world, directoryByID(id))), secret}, nil
}

// Directories lists an organization's directories by ID (PRV-1, GEN-9). One that was
// removed is not among them. The Owner and Administrators may call it, if they are
// persons, and Operators and System.
//
// Errors: CodeID, CodeCursor; CodeNotFound, CodeNotAllowed.
func (s *Session) Directories(
	ctx context.Context, org OrganizationID, query DirectoryQuery,
) iter.Seq2[ListedDirectory, error] {
	l := listOf("Directories", org.String())
	return pages(l, query.After, func(from place, malformed error) (page[ListedDirectory], error) {
		check := form{malformed}
		check.id(org)
		return look(ctx, s, call{opDirectories, org.String(), check.err},
			func(r *reads) directoriesFacts { return r.loadDirectories(org, from) },
			func(f directoriesFacts, c *changes) (page[ListedDirectory], error) { return decideDirectories(f, l, c) })
	})
}

// directoriesFacts is a page of an organization's directories.
type directoriesFacts struct {
	standing
	directories []DirectoryRecord
}

func (r *reads) loadDirectories(org OrganizationID, from place) directoriesFacts {
	org = r.shown(org)
	return directoriesFacts{r.standing(org), list(r, directoriesIn(org, DirectoryID(from.key.ID)), pageSize)}
}

func decideDirectories(f directoriesFacts, l listID, c *changes) (page[ListedDirectory], error) {
	if err := c.authorize(f.standing); err != nil {
		return page[ListedDirectory]{}, err
	}
	p := page[ListedDirectory]{end: len(f.directories) < pageSize}
	for _, d := range f.directories {
		p.next = place{key: Key{ID: d.ID}}
		p.items = append(p.items, ListedDirectory{viewDirectory(d), listedAt(l, p.next)})
	}
	return p, nil
}

// directoryStanding is a directory acted on, and what the actor is in its organization.
type directoryStanding struct {
	standing
	directory *DirectoryRecord // nil: there is none
}

// directoryStanding asks for a directory and what the actor is in its organization.
func (r *reads) directoryStanding(id DirectoryID) (st directoryStanding) {
	if st.directory = find(r, directoryByID(id)); st.directory != nil {
		st.standing = r.standing(st.directory.Organization)
	}
	if o := st.organization; o != nil && !o.MergedInto.IsZero() {
		return directoryStanding{} // it has ended with its organization
	}
	return st
}

// authorizeDirectory decides whether the actor may do this operation to a directory that
// lives.
func (c *changes) authorizeDirectory(st directoryStanding) error {
	if err := c.authorize(st.standing); err != nil {
		return err
	}
	if st.directory.Removed != 0 {
		return CodeNotFound
	}
	return nil
}

// stream returns the stream of the directory's organization.
func (d DirectoryRecord) stream() Stream { return streamOfOrganization(d.Organization) }

func viewDirectory(d DirectoryRecord) ProvisioningDirectory {
	return ProvisioningDirectory{
		ID: d.ID, Organization: d.Organization, Name: d.Personal.Name, Created: d.Created.Time(),
		PreviousEnds: d.PreviousEnds.Time(), Identities: d.Identities, Groups: d.Groups,
	}
}

// Provisioner is what an organization's directory may do, and nothing else (PRV-1). It is
// a small value: make one for each request. It is safe for concurrent use. Each operation
// looks whether the secret holds, and is refused as CodeActor if it does not: a host
// answers 401. Its events name the directory.
type Provisioner struct{ session *Session }

// AsDirectory returns the operations of the directory that a secret belongs to. The secret
// is what a request brings in "Authorization: Bearer", by ParseSecret: one that
// AddDirectory or RotateDirectorySecret returned, or a token that Token returned. It asks
// nothing: each operation looks whether the secret holds.
func (d *Directory) AsDirectory(secret Secret) *Provisioner {
	s := &Session{dir: d, kind: ActorDirectory}
	proof, sound := parseDirectoryProof(secret)
	s.actor.Directory, s.proof = proof.directory, &proof
	if !sound {
		s.malformed = CodeActor
	}
	return &Provisioner{s}
}

// Directory returns which directory the secret names. Zero: it is none of a directory. It
// does not say whether the secret holds.
func (p *Provisioner) Directory() DirectoryID { return p.session.actor.Directory }

// Once is Session.Once for a Provisioner.
func (p *Provisioner) Once(operation OperationID) *Provisioner {
	return &Provisioner{p.session.Once(operation)}
}

// Correlate is Session.Correlate for a Provisioner.
func (p *Provisioner) Correlate(reference Reference) *Provisioner {
	return &Provisioner{p.session.Correlate(reference)}
}

// On is Session.On for a Provisioner.
func (p *Provisioner) On(store Store) *Provisioner { return &Provisioner{p.session.On(store)} }

// DirectoryToken is what Token returns.
type DirectoryToken struct {
	Token   Secret    `json:"token,omitzero"`
	Expires time.Time `json:"expires,omitzero"`
}

// tokenLife is how long a directory's token holds.
const tokenLife = time.Hour

// Token makes a token from the directory's secret, which AsDirectory takes in the secret's
// place for 60 minutes (PRV-11). It ends earlier if the secret or the directory does.
// Nothing is stored: the token is signed with a key that is derived from the secret.
//
// Errors: CodeActor, also if the Provisioner is one of a token.
func (p *Provisioner) Token(ctx context.Context) (DirectoryToken, error) {
	s := p.session
	var check form
	check.that(!s.proof.isToken(), CodeActor)
	return look(ctx, s, call{opToken, s.actor.Directory.String(), check.err}, nothing,
		func(_ struct{}, c *changes) (DirectoryToken, error) { return decideToken(s.proof, c) })
}

func decideToken(proof *directoryProof, c *changes) (DirectoryToken, error) {
	expires := c.now.add(tokenLife)
	return DirectoryToken{c.dir.directoryToken(proof, expires), expires.Time()}, nil
}

// provisioning is the directory that acts, and its organization.
type provisioning struct {
	directory    *DirectoryRecord
	organization *OrganizationRecord
}

// provisioning asks for the directory that acts, which admit has let in once decide runs,
// its organization, and the head of the organization's stream.
func (r *reads) provisioning() (p provisioning) {
	if p.directory = find(r, directoryByID(r.actor.Directory)); p.directory != nil {
		p.organization = find(r, organizationByID(p.directory.Organization))
		r.needHead(p.directory.stream())
	}
	return p
}

// DirectoryAdded says that an organization has a directory.
type DirectoryAdded struct {
	Directory    DirectoryID    `json:"directory,omitzero"`
	Organization OrganizationID `json:"organization,omitzero"`
	Created      Instant        `json:"created,omitzero"`
}

// DirectorySecretRotated says that a directory has another secret.
type DirectorySecretRotated struct {
	Directory    DirectoryID `json:"directory,omitzero"`
	PreviousEnds Instant     `json:"previousEnds,omitzero"` // until when the one before holds; zero: it ended
}

// DirectoryRemoved says that a directory is gone, and with it all that it says of people.
// The groups that it kept are the organization's own.
type DirectoryRemoved struct {
	Directory DirectoryID `json:"directory,omitzero"`
	Removed   Instant     `json:"removed,omitzero"`
}

// DirectoryPurged says that nothing is left of what a removed directory said of people.
type DirectoryPurged struct {
	Directory DirectoryID `json:"directory,omitzero"`
	Purged    Instant     `json:"purged,omitzero"`
}

func (e DirectoryAdded) apply(w *world) {
	w.create(DirectoryRecord{ID: e.Directory, Organization: e.Organization, Created: e.Created})
}

func (e DirectorySecretRotated) apply(w *world) {
	edit(w, directoryByID(e.Directory), func(d *DirectoryRecord) { d.PreviousEnds = e.PreviousEnds })
}

func (e DirectoryRemoved) apply(w *world) {
	edit(w, directoryByID(e.Directory), func(d *DirectoryRecord) {
		d.Removed, d.PreviousEnds, d.Identities, d.Groups = e.Removed, 0, 0, 0
	})
}

func (e DirectoryPurged) apply(w *world) {
	edit(w, directoryByID(e.Directory), func(d *DirectoryRecord) { d.Purged = e.Purged })
}

var directoryEvents = []EventData{
	DirectoryAdded{}, DirectorySecretRotated{}, DirectoryRemoved{}, DirectoryPurged{},
}
