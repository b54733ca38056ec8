// Package tenancy stands in for what the root is about to have: what a directory may do.
package tenancy

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	root "github.com/add4b1c6/tenancy"
)

type (
	Code           = root.Code
	Category       = root.Category
	Personal       = root.Personal
	Secret         = root.Secret
	SentInvitation = root.SentInvitation
	Invitation     = root.Invitation
)

var (
	CodeOf      = root.CodeOf
	ParseSecret = root.ParseSecret
	NewPersonal = root.NewPersonal
)

const (
	CodeActor                 = root.CodeActor
	CodeNotFound              = root.CodeNotFound
	CodeID                    = root.CodeID
	CodeEmail                 = root.CodeEmail
	CodeInput                 = root.CodeInput
	CodeName                  = root.CodeName
	CodeOffDomain             = root.CodeOffDomain
	CodeSignUpClosed          = root.CodeSignUpClosed
	CodeMemberLimit           = root.CodeMemberLimit
	CodeGroupLimit            = root.CodeGroupLimit
	CodeGroupMemberLimit      = root.CodeGroupMemberLimit
	CodeTheOwner              = root.CodeTheOwner
	CodeOrganizationSuspended = root.CodeOrganizationSuspended
	CodeSSOAddress            = root.CodeSSOAddress
	CodeEmailTaken            = root.CodeEmailTaken
	CodeBusy                  = root.CodeBusy

	CodeDomainLapsed  Code = "domain_lapsed"
	CodeIdentityLimit Code = "identity_limit"
	CodeIdentityTaken Code = "identity_taken"
	CodeVersion       Code = "version"

	ErrInvalid            = root.ErrInvalid
	ErrNotFound           = root.ErrNotFound
	ErrPermissionDenied   = root.ErrPermissionDenied
	ErrAlreadyExists      = root.ErrAlreadyExists
	ErrPreconditionFailed = root.ErrPreconditionFailed
	ErrLimitReached       = root.ErrLimitReached
	ErrConflict           = root.ErrConflict
	ErrUnavailable        = root.ErrUnavailable
	ErrAmbiguous          = root.ErrAmbiguous
)

type kind interface{ prefix() string }

type ID[K kind] [16]byte

type (
	directoryKind   struct{}
	provisionedKind struct{}
	groupKind       struct{}
	DirectoryID     = ID[directoryKind]
	ProvisionedID   = ID[provisionedKind]
	GroupID         = ID[groupKind]
)

func (directoryKind) prefix() string   { return "DR" }
func (provisionedKind) prefix() string { return "PV" }
func (groupKind) prefix() string       { return "GR" }

func (id ID[K]) String() string { var k K; return k.prefix() + hex.EncodeToString(id[:]) }

func ParseID[I DirectoryID | ProvisionedID | GroupID](text string) (I, error) {
	var id I
	prefix := fmt.Sprint(id)[:2]
	if len(text) != 34 || text[:2] != prefix || strings.ToLower(text[2:]) != text[2:] {
		return id, CodeID
	}
	raw, err := hex.DecodeString(text[2:])
	if err != nil {
		return id, CodeID
	}
	copy(id[:], raw)
	return id, nil
}

type NewProvisioned struct {
	UserName, ExternalID string
	Names                ProvisionedNames
	Attributes           string
	Active               *bool
}

type ProvisionedNames struct{ Display, Formatted, Given, Family string }

type ProvisionedUpdate struct {
	UserName, ExternalID, Attributes *string
	Names                            *ProvisionedNames
	Active                           *bool
	Version                          int
}

type Provisioned struct {
	ProvisionedIdentity
	Invitation *SentInvitation
}

type ProvisionedNamesView struct{ Display, Formatted, Given, Family Personal }

type ProvisionedIdentity struct {
	ID                   ProvisionedID
	Directory            DirectoryID
	UserName, ExternalID Personal
	Names                ProvisionedNamesView
	Attributes           Personal
	Active               bool
	Version              int
	Created, Changed     time.Time
}

type ProvisionedPage struct{ Start, Count int }

type ProvisionedList struct {
	Items []ProvisionedIdentity
	Total int
}

type NewProvisionedGroup struct {
	Name, ExternalID string
	Members          []ProvisionedID
}

type ProvisionedGroupUpdate struct {
	Name, ExternalID *string
	Members          *[]ProvisionedID
	Add, Remove      []ProvisionedID
	Version          int
}

type ProvisionedGroup struct {
	ID               GroupID
	Name, ExternalID Personal
	Members          int
	Version          int
	Created, Changed time.Time
}

type ProvisionedGroupList struct {
	Items []ProvisionedGroup
	Total int
}

type DirectoryToken struct {
	Token   Secret
	Expires time.Time
}

// Directory keeps one organization's directory in memory.
type Directory struct {
	mu      sync.Mutex
	ID      DirectoryID
	Secret  string
	next    byte
	nextTwo byte
	users   []ProvisionedIdentity
	groups  []ProvisionedGroup
	members map[GroupID][]ProvisionedID
	Fail    error
	Stale   int
	Calls   map[string]int
}

func New() *Directory {
	return &Directory{ID: DirectoryID{15: 1}, Secret: "the-secret", members: map[GroupID][]ProvisionedID{}, Calls: map[string]int{}}
}

type Provisioner struct {
	d      *Directory
	secret string
}

func (d *Directory) AsDirectory(secret Secret) *Provisioner { return &Provisioner{d, secret.Reveal()} }

func (p *Provisioner) Directory() DirectoryID {
	if p.secret == p.d.Secret || p.secret == "a-token" {
		return p.d.ID
	}
	return DirectoryID{}
}

func (p *Provisioner) enter(name string) (func(), error) {
	p.d.mu.Lock()
	p.d.Calls[name]++
	if p.Directory() == (DirectoryID{}) {
		return p.d.mu.Unlock, CodeActor
	}
	if name != "ListProvisioned" && p.d.Fail != nil {
		return p.d.mu.Unlock, p.d.Fail
	}
	return p.d.mu.Unlock, nil
}

func (p *Provisioner) Token(context.Context) (DirectoryToken, error) {
	if p.secret != p.d.Secret {
		return DirectoryToken{}, CodeActor
	}
	return DirectoryToken{Token: ParseSecret("a-token")}, p.d.Fail
}

func (p *Provisioner) take() (raw [16]byte) {
	if p.d.next++; p.d.next == 0 {
		p.d.nextTwo++
	}
	raw[14], raw[15] = p.d.nextTwo, p.d.next
	return raw
}

func (p *Provisioner) find(keep func(ProvisionedIdentity) bool) (*ProvisionedIdentity, error) {
	i := slices.IndexFunc(p.d.users, keep)
	if i < 0 {
		return &ProvisionedIdentity{}, CodeNotFound
	}
	return &p.d.users[i], nil
}

func (p *Provisioner) check(i ProvisionedIdentity) error {
	name := i.UserName.Reveal()
	switch {
	case !strings.Contains(name, "@"):
		return CodeEmail
	case !strings.HasSuffix(strings.ToLower(name), "@acme.example"):
		return CodeOffDomain
	case len(i.Attributes.Reveal()) > 16<<10 || len(i.Names.Display.Reveal()) > 255:
		return CodeInput
	}
	for _, other := range p.d.users {
		if other.ID != i.ID && (strings.EqualFold(other.UserName.Reveal(), name) ||
			other.ExternalID != (Personal{}) && other.ExternalID == i.ExternalID) {
			return CodeIdentityTaken
		}
	}
	return nil
}

func view(n ProvisionedNames) ProvisionedNamesView {
	return ProvisionedNamesView{NewPersonal(n.Display), NewPersonal(n.Formatted), NewPersonal(n.Given), NewPersonal(n.Family)}
}

func (p *Provisioner) Provision(_ context.Context, in NewProvisioned) (Provisioned, error) {
	leave, err := p.enter("Provision")
	defer leave()
	if err != nil {
		return Provisioned{}, err
	}
	i := ProvisionedIdentity{
		ID: p.take(), Directory: p.d.ID, UserName: NewPersonal(in.UserName), ExternalID: NewPersonal(in.ExternalID),
		Names: view(in.Names), Attributes: NewPersonal(in.Attributes), Active: in.Active == nil || *in.Active, Version: 1,
	}
	if err := p.check(i); err != nil {
		return Provisioned{}, err
	}
	p.d.users = append(p.d.users, i)
	out := Provisioned{ProvisionedIdentity: i}
	if strings.HasPrefix(in.UserName, "elsewhere") {
		out.Invitation = &SentInvitation{Secret: ParseSecret("an-invitation")}
	}
	return out, nil
}

func (p *Provisioner) UpdateProvisioned(_ context.Context, id ProvisionedID, u ProvisionedUpdate) (Provisioned, error) {
	leave, err := p.enter("UpdateProvisioned")
	defer leave()
	if err != nil {
		return Provisioned{}, err
	}
	at, err := p.find(func(i ProvisionedIdentity) bool { return i.ID == id })
	if err != nil {
		return Provisioned{}, err
	}
	i := *at
	if p.d.Stale > 0 {
		p.d.Stale--
		return Provisioned{}, CodeVersion
	}
	if u.Version != 0 && u.Version != i.Version {
		return Provisioned{}, CodeVersion
	}
	if u.UserName != nil {
		i.UserName = NewPersonal(*u.UserName)
	}
	if u.ExternalID != nil {
		i.ExternalID = NewPersonal(*u.ExternalID)
	}
	if u.Attributes != nil {
		i.Attributes = NewPersonal(*u.Attributes)
	}
	if u.Names != nil {
		i.Names = view(*u.Names)
	}
	if u.Active != nil {
		i.Active = *u.Active
	}
	if err := p.check(i); err != nil {
		return Provisioned{}, err
	}
	if i != *at {
		i.Version++
	}
	*at = i
	return Provisioned{ProvisionedIdentity: i}, nil
}

func (p *Provisioner) Deprovision(_ context.Context, id ProvisionedID, version int) error {
	leave, err := p.enter("Deprovision")
	defer leave()
	if err != nil {
		return err
	}
	at, err := p.find(func(i ProvisionedIdentity) bool { return i.ID == id })
	if err != nil {
		return err
	}
	if version != 0 && version != at.Version {
		return CodeVersion
	}
	p.d.users = slices.DeleteFunc(p.d.users, func(i ProvisionedIdentity) bool { return i.ID == id })
	for g, list := range p.d.members {
		p.d.members[g] = slices.DeleteFunc(list, func(m ProvisionedID) bool { return m == id })
	}
	return nil
}

func (p *Provisioner) Provisioned(_ context.Context, id ProvisionedID) (ProvisionedIdentity, error) {
	return p.by("Provisioned", func(i ProvisionedIdentity) bool { return i.ID == id })
}

func (p *Provisioner) by(name string, keep func(ProvisionedIdentity) bool) (ProvisionedIdentity, error) {
	leave, err := p.enter(name)
	defer leave()
	if err != nil {
		return ProvisionedIdentity{}, err
	}
	i, err := p.find(keep)
	return *i, err
}

func (p *Provisioner) ProvisionedByUserName(_ context.Context, userName string) (ProvisionedIdentity, error) {
	return p.by("ProvisionedByUserName", func(i ProvisionedIdentity) bool { return strings.EqualFold(i.UserName.Reveal(), userName) })
}

func (p *Provisioner) ProvisionedByExternalID(_ context.Context, id string) (ProvisionedIdentity, error) {
	return p.by("ProvisionedByExternalID", func(i ProvisionedIdentity) bool { return id != "" && i.ExternalID.Reveal() == id })
}

func part[T any](all []T, in ProvisionedPage) []T {
	from := min(in.Start-1, len(all))
	return slices.Clone(all[from:min(from+in.Count, len(all))])
}

func (p *Provisioner) ListProvisioned(_ context.Context, in ProvisionedPage) (ProvisionedList, error) {
	leave, err := p.enter("ListProvisioned")
	defer leave()
	if err != nil {
		return ProvisionedList{}, err
	}
	return ProvisionedList{part(p.d.users, in), len(p.d.users)}, nil
}

func (p *Provisioner) known(ids []ProvisionedID) error {
	for _, id := range ids {
		if _, err := p.find(func(i ProvisionedIdentity) bool { return i.ID == id }); err != nil {
			return err
		}
	}
	return nil
}

func (p *Provisioner) CreateGroup(_ context.Context, in NewProvisionedGroup) (ProvisionedGroup, error) {
	leave, err := p.enter("CreateGroup")
	defer leave()
	if err := errors.Join(err, p.known(in.Members)); err != nil {
		return ProvisionedGroup{}, err
	}
	g := ProvisionedGroup{ID: p.take(), Name: NewPersonal(in.Name), ExternalID: NewPersonal(in.ExternalID), Version: 1, Members: len(in.Members)}
	if len(in.Name) > 64 {
		return g, CodeName
	}
	if p.taken(g) {
		return g, CodeIdentityTaken
	}
	p.d.groups = append(p.d.groups, g)
	p.d.members[g.ID] = slices.Clone(in.Members)
	return g, nil
}

// taken reports whether another group has the external ID of this one.
func (p *Provisioner) taken(g ProvisionedGroup) bool {
	external := g.ExternalID.Reveal()
	return external != "" && slices.ContainsFunc(p.d.groups, func(other ProvisionedGroup) bool {
		return other.ID != g.ID && other.ExternalID.Reveal() == external
	})
}

func (p *Provisioner) groupAt(id GroupID) (*ProvisionedGroup, error) {
	i := slices.IndexFunc(p.d.groups, func(g ProvisionedGroup) bool { return g.ID == id })
	if i < 0 {
		return &ProvisionedGroup{}, CodeNotFound
	}
	return &p.d.groups[i], nil
}

func (p *Provisioner) UpdateGroup(_ context.Context, id GroupID, u ProvisionedGroupUpdate) (ProvisionedGroup, error) {
	leave, err := p.enter("UpdateGroup")
	defer leave()
	if err != nil {
		return ProvisionedGroup{}, err
	}
	at, err := p.groupAt(id)
	if err != nil {
		return ProvisionedGroup{}, err
	}
	if u.Version != 0 && u.Version != at.Version {
		return ProvisionedGroup{}, CodeVersion
	}
	list := p.d.members[id]
	if u.Members != nil {
		list = *u.Members
	}
	if err := errors.Join(p.known(list), p.known(u.Add), p.known(u.Remove)); err != nil {
		return ProvisionedGroup{}, CodeNotFound
	}
	list = append(slices.Clone(list), u.Add...)
	list = slices.DeleteFunc(list, func(m ProvisionedID) bool { return slices.Contains(u.Remove, m) })
	slices.SortFunc(list, func(a, b ProvisionedID) int { return slices.Compare(a[:], b[:]) })
	list = slices.Compact(list)
	g := *at
	if u.Name != nil {
		g.Name = NewPersonal(*u.Name)
	}
	if u.ExternalID != nil {
		g.ExternalID = NewPersonal(*u.ExternalID)
	}
	if p.taken(g) {
		return g, CodeIdentityTaken
	}
	g.Members = len(list)
	if g != *at || !slices.Equal(list, p.d.members[id]) {
		g.Version++
	}
	*at, p.d.members[id] = g, list
	return g, nil
}

func (p *Provisioner) DeleteGroup(_ context.Context, id GroupID, version int) error {
	leave, err := p.enter("DeleteGroup")
	defer leave()
	if err != nil {
		return err
	}
	at, err := p.groupAt(id)
	if err != nil {
		return err
	}
	if version != 0 && version != at.Version {
		return CodeVersion
	}
	p.d.groups = slices.DeleteFunc(p.d.groups, func(g ProvisionedGroup) bool { return g.ID == id })
	return nil
}

func (p *Provisioner) Group(_ context.Context, id GroupID) (ProvisionedGroup, error) {
	leave, err := p.enter("Group")
	defer leave()
	if err != nil {
		return ProvisionedGroup{}, err
	}
	g, err := p.groupAt(id)
	return *g, err
}

func (p *Provisioner) GroupMembers(_ context.Context, id GroupID, after ProvisionedID) ([]ProvisionedID, error) {
	leave, err := p.enter("GroupMembers")
	defer leave()
	if err != nil {
		return nil, err
	}
	var list []ProvisionedID
	for _, m := range p.d.members[id] {
		if slices.Compare(m[:], after[:]) > 0 && len(list) < 1000 {
			list = append(list, m)
		}
	}
	return list, nil
}

func (p *Provisioner) GroupByExternalID(_ context.Context, id string) (ProvisionedGroup, error) {
	leave, err := p.enter("GroupByExternalID")
	defer leave()
	if err != nil {
		return ProvisionedGroup{}, err
	}
	for _, g := range p.d.groups {
		if id != "" && g.ExternalID.Reveal() == id {
			return g, nil
		}
	}
	return ProvisionedGroup{}, CodeNotFound
}

func (p *Provisioner) filter(name string, keep func(ProvisionedGroup) bool) (found []ProvisionedGroup, err error) {
	leave, err := p.enter(name)
	defer leave()
	for _, g := range p.d.groups {
		if keep(g) {
			found = append(found, g)
		}
	}
	return found, err
}

func (p *Provisioner) GroupsByName(_ context.Context, name string) ([]ProvisionedGroup, error) {
	return p.filter("GroupsByName", func(g ProvisionedGroup) bool { return strings.EqualFold(g.Name.Reveal(), name) })
}

func (p *Provisioner) ListGroups(_ context.Context, in ProvisionedPage) (ProvisionedGroupList, error) {
	leave, err := p.enter("ListGroups")
	defer leave()
	if err != nil {
		return ProvisionedGroupList{}, err
	}
	return ProvisionedGroupList{part(p.d.groups, in), len(p.d.groups)}, nil
}

func (p *Provisioner) GroupsOf(_ context.Context, id ProvisionedID) ([]ProvisionedGroup, error) {
	return p.filter("GroupsOf", func(g ProvisionedGroup) bool { return slices.Contains(p.d.members[g.ID], id) })
}

func (p *Provisioner) HasMember(_ context.Context, group GroupID, id ProvisionedID) (bool, error) {
	leave, err := p.enter("HasMember")
	defer leave()
	if err != nil {
		return false, err
	}
	if _, err := p.groupAt(group); err != nil {
		return false, err
	}
	return slices.Contains(p.d.members[group], id), nil
}
