package scim

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// userOf returns the document of a user from the body of a POST or a PUT.
func userOf(said object) (node, error) {
	n := node{}
	if err := editAll(n, userRoot, replace, said); err != nil {
		return nil, err
	}
	if n.text("userName") == "" {
		return nil, badValue("userName is required.")
	}
	return n, nil
}

// kept returns the document that is kept of an identity, which edits change.
func kept(identity tenancy.ProvisionedIdentity) node {
	n := decodeAttributes(identity.Attributes.Reveal())
	names := identity.Names
	for _, one := range []struct {
		name  []string
		value string
	}{
		{[]string{"userName"}, identity.UserName.Reveal()},
		{[]string{"externalId"}, identity.ExternalID.Reveal()},
		{[]string{"displayName"}, names.Display.Reveal()},
		{[]string{"name", "formatted"}, names.Formatted.Reveal()},
		{[]string{"name", "givenName"}, names.Given.Reveal()},
		{[]string{"name", "familyName"}, names.Family.Reveal()},
	} {
		if one.value == "" {
			continue
		}
		part := n
		if len(one.name) > 1 {
			part, _ = n[one.name[0]].(node)
			if part == nil {
				part = node{}
				n[one.name[0]] = part
			}
		}
		part[one.name[len(one.name)-1]] = one.value
	}
	n["active"] = identity.Active
	return n
}

// namesOfUser returns the names that the library keeps as fields.
func namesOfUser(n node) tenancy.ProvisionedNames {
	return tenancy.ProvisionedNames{
		Display: n.text("displayName"), Formatted: n.text("name", "formatted"),
		Given: n.text("name", "givenName"), Family: n.text("name", "familyName"),
	}
}

// attributesOf returns the rest of a document, which the library keeps as text: JSON with
// the names in order, so that equal documents have equal texts.
func attributesOf(n node) string {
	rest := restOf(n)
	if len(rest) == 0 {
		return ""
	}
	return string(encode(rest))
}

// decodeAttributes returns the document that attributesOf encoded. What is kept and not
// encoded so, because the host put it there without this module, is left out.
func decodeAttributes(text string) node {
	said, err := parseObject([]byte(text))
	if err != nil {
		return node{}
	}
	n := node{}
	_ = editAll(n, userRoot, replace, said)
	return restOf(n)
}

// restOf returns what of a document the library has no fields for.
func restOf(n node) node {
	rest := maps.Clone(n)
	for _, name := range []string{"userName", "externalId", "displayName", "active", "name"} {
		delete(rest, name)
	}
	if name, is := n["name"].(node); is {
		name = maps.Clone(name)
		for _, part := range []string{"formatted", "givenName", "familyName"} {
			delete(name, part)
		}
		if len(name) > 0 {
			rest["name"] = name
		}
	}
	return rest
}

// encode returns a value in JSON.
func encode(value any) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // of strings, bools, numbers, lists and maps of these
	return bytes.TrimSuffix(text.Bytes(), []byte("\n"))
}

// activeOf returns what a document says of the hold, or nil.
func activeOf(n node) *bool {
	if active, is := n["active"].(bool); is {
		return &active
	}
	return nil
}

// newUser returns the input that provisions a document.
func newUser(n node) tenancy.NewProvisioned {
	return tenancy.NewProvisioned{
		UserName: n.text("userName"), ExternalID: n.text("externalId"), Names: namesOfUser(n),
		Attributes: attributesOf(n), Active: activeOf(n),
	}
}

// replacement returns the update that makes an identity what a document says. What the
// document does not say is emptied, but for the hold.
func replacement(n node) tenancy.ProvisionedUpdate {
	return tenancy.ProvisionedUpdate{
		UserName: new(n.text("userName")), ExternalID: new(n.text("externalId")),
		Attributes: new(attributesOf(n)), Names: new(namesOfUser(n)), Active: activeOf(n),
	}
}

// difference returns the update that leads from one document to another, and whether
// there is anything to update.
func difference(before, after node) (u tenancy.ProvisionedUpdate, any bool) {
	if name := after.text("userName"); name != before.text("userName") {
		u.UserName, any = &name, true
	}
	if id := after.text("externalId"); id != before.text("externalId") {
		u.ExternalID, any = &id, true
	}
	if names := namesOfUser(after); names != namesOfUser(before) {
		u.Names, any = &names, true
	}
	if rest := attributesOf(after); rest != attributesOf(before) {
		u.Attributes, any = &rest, true
	}
	if after["active"] != before["active"] {
		u.Active, any = activeOf(after), true
	}
	return u, any
}

// createUser answers POST /Users.
func (c *call) createUser() (answer, error) {
	said, err := c.body()
	if err != nil {
		return answer{}, err
	}
	n, err := userOf(said)
	if err != nil {
		return answer{}, err
	}
	made, err := c.provisioner.Provision(c.ctx, newUser(n))
	if err != nil {
		return answer{}, err
	}
	c.invite(made.Invitation)
	// Nothing is read once the user is made. If that failed, the provider would try again,
	// and be told that there is such a user.
	return c.userAnswerWith(201, made.ProvisionedIdentity, nil), nil
}

// user answers GET /Users/{id}.
func (c *call) user(id tenancy.ProvisionedID) (answer, error) {
	identity, err := c.provisioner.Provisioned(c.ctx, id)
	if err != nil {
		return answer{}, err
	}
	if c.unchanged(identity.Version) {
		return notModified(identity.Version), nil
	}
	return c.userAnswer(200, identity)
}

// replaceUser answers PUT /Users/{id}.
func (c *call) replaceUser(id tenancy.ProvisionedID) (answer, error) {
	said, err := c.body()
	if err != nil {
		return answer{}, err
	}
	n, err := userOf(said)
	if err != nil {
		return answer{}, err
	}
	update := replacement(n)
	update.Version, err = c.precondition(func() (int, error) { return c.versionOfUser(id) })
	if err != nil {
		return answer{}, err
	}
	return c.updateUser(id, update)
}

// patchUser answers PATCH /Users/{id}. The document is read, changed and written on the
// condition that it is still the one that was read. If it is not and the client set no
// condition of its own, that is done again.
func (c *call) patchUser(id tenancy.ProvisionedID) (answer, error) {
	operations, err := c.operations()
	if err != nil {
		return answer{}, err
	}
	wanted, err := c.precondition(func() (int, error) { return c.versionOfUser(id) })
	if err != nil {
		return answer{}, err
	}
	for attempt := 1; ; attempt++ {
		identity, err := c.provisioner.Provisioned(c.ctx, id)
		if err != nil {
			return answer{}, err
		}
		if wanted != 0 && wanted != identity.Version {
			return answer{}, tenancy.CodeVersion
		}
		after := kept(identity)
		for _, o := range operations {
			if err := o.applyToUser(after); err != nil {
				return answer{}, err
			}
		}
		update, any := difference(kept(identity), after)
		if !any {
			return c.userAnswer(200, identity)
		}
		update.Version = identity.Version
		given, err := c.updateUser(id, update)
		if tenancy.CodeOf(err) != tenancy.CodeVersion || wanted != 0 {
			return given, err
		}
		if attempt == maxAttempts {
			return answer{}, tenancy.CodeBusy
		}
	}
}

// applyToUser applies an operation to a user's document.
func (o operation) applyToUser(n node) error {
	if o.path != nil {
		return edit{verb: o.verb, value: o.value, path: *o.path}.apply(n, userRoot)
	}
	return editAll(n, userRoot, o.verb, o.said)
}

func (c *call) updateUser(id tenancy.ProvisionedID, update tenancy.ProvisionedUpdate) (answer, error) {
	after, err := c.provisioner.UpdateProvisioned(c.ctx, id, update)
	if err != nil {
		return answer{}, err
	}
	c.invite(after.Invitation)
	return c.userAnswer(200, after.ProvisionedIdentity)
}

// deleteUser answers DELETE /Users/{id}.
func (c *call) deleteUser(id tenancy.ProvisionedID) (answer, error) {
	version, err := c.precondition(func() (int, error) { return c.versionOfUser(id) })
	if err != nil {
		return answer{}, err
	}
	return answer{status: 204}, c.provisioner.Deprovision(c.ctx, id, version)
}

func (c *call) versionOfUser(id tenancy.ProvisionedID) (int, error) {
	identity, err := c.provisioner.Provisioned(c.ctx, id)
	return identity.Version, err
}

// userAnswer answers with a user.
func (c *call) userAnswer(status int, identity tenancy.ProvisionedIdentity) (answer, error) {
	groups, err := c.groupsOf(identity.ID)
	if err != nil {
		return answer{}, err
	}
	return c.userAnswerWith(status, identity, groups), nil
}

// userAnswerWith answers with a user who is in these groups.
func (c *call) userAnswerWith(status int, identity tenancy.ProvisionedIdentity, groups []tenancy.ProvisionedGroup) answer {
	return answer{
		status: status, body: c.userDocument(identity, groups), version: identity.Version,
		location: c.location("Users", identity.ID.String()),
	}
}

// groupsOf returns the groups that a user is in, if the client wants them.
func (c *call) groupsOf(id tenancy.ProvisionedID) ([]tenancy.ProvisionedGroup, error) {
	if !c.selected.wants("groups") {
		return nil, nil
	}
	return c.provisioner.ProvisionedGroupsOf(c.ctx, id)
}

// userResource returns a user of a list as a client sees it.
func (c *call) userResource(identity tenancy.ProvisionedIdentity) (node, error) {
	groups, err := c.groupsOf(identity.ID)
	if err != nil {
		return nil, err
	}
	c.members += len(groups)
	return c.userDocument(identity, groups), nil
}

// userDocument returns a user who is in these groups as a client sees it.
func (c *call) userDocument(identity tenancy.ProvisionedIdentity, groups []tenancy.ProvisionedGroup) node {
	n := kept(identity)
	id := identity.ID.String()
	n["id"] = id
	n["schemas"] = []any{userSchema}
	if n[enterpriseSchema] != nil {
		n["schemas"] = []any{userSchema, enterpriseSchema}
	}
	n["emails"] = []any{node{"value": identity.UserName.Reveal(), "type": "work", "primary": true}}
	n["meta"] = c.meta("User", c.location("Users", id), identity.Version, identity.Created, identity.Changed)
	var list []any
	for _, g := range groups {
		id := g.ID.String()
		list = append(list, node{
			"value": id, "$ref": c.location("Groups", id), "display": g.Name.Reveal(), "type": "direct",
		})
	}
	if list != nil {
		n["groups"] = list
	}
	return c.selected.of(n)
}

// users answers GET /Users.
func (c *call) users() (answer, error) {
	q, err := c.listQuery()
	if err != nil {
		return answer{}, err
	}
	if q.conditions != nil {
		found, total, err := c.findUsers(q)
		if err != nil {
			return answer{}, err
		}
		return listAnswer(c, q, total, found, c.userResource)
	}
	page, err := c.provisioner.ListProvisioned(c.ctx, tenancy.ProvisionedPage{Start: q.start, Count: q.count})
	if err != nil {
		return answer{}, err
	}
	return listAnswer(c, q, page.Total, page.Items, c.userResource)
}

// userFilter is what a filter asks of users. Every part of it has to be met.
type userFilter struct {
	lookups  []func() (tenancy.ProvisionedIdentity, error)
	tests    []func(tenancy.ProvisionedIdentity) bool
	managers []string // that the manager has to be; the document is read once for all
}

// findUsers returns the users that meet a filter: those of the part that is asked for, and
// how many there are. userName, externalId and id are looked up. A filter without any of
// these goes over the directory's pages.
func (c *call) findUsers(q listQuery) ([]tenancy.ProvisionedIdentity, int, error) {
	var f userFilter
	for _, one := range q.conditions {
		if err := c.userCondition(&f, one); err != nil {
			return nil, 0, err
		}
	}
	if f.lookups == nil {
		return c.scanUsers(f, q)
	}
	var found tenancy.ProvisionedIdentity
	for i, lookup := range f.lookups {
		identity, err := lookup()
		switch {
		case absent(err):
			return nil, 0, nil
		case err != nil:
			return nil, 0, err
		case i > 0 && identity.ID != found.ID:
			return nil, 0, nil
		}
		found = identity
	}
	if !f.met(found) {
		return nil, 0, nil
	}
	return cut([]tenancy.ProvisionedIdentity{found}, q), 1, nil
}

func (f userFilter) met(identity tenancy.ProvisionedIdentity) bool {
	for _, test := range f.tests {
		if !test(identity) {
			return false
		}
	}
	if f.managers == nil {
		return true
	}
	manager := managerOf(identity.Attributes.Reveal())
	return !slices.ContainsFunc(f.managers, func(wanted string) bool { return wanted != manager })
}

// managerOf returns the value of the manager in a text that attributesOf encoded, or "". It
// reads that alone: a scan of all users would be slow otherwise.
func managerOf(attributes string) string {
	if !strings.Contains(attributes, `"manager"`) {
		return ""
	}
	var said struct {
		Enterprise struct {
			Manager struct {
				Value string `json:"value"`
			} `json:"manager"`
		} `json:"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"`
	}
	if json.Unmarshal([]byte(attributes), &said) != nil {
		return ""
	}
	return said.Enterprise.Manager.Value
}

// scanUsers returns the users that meet a filter, page by page. It holds no more of them
// than are asked for.
func (c *call) scanUsers(f userFilter, q listQuery) (found []tenancy.ProvisionedIdentity, total int, err error) {
	for start := 1; ; start += maxPage {
		page, err := c.provisioner.ListProvisioned(c.ctx, tenancy.ProvisionedPage{Start: start, Count: maxPage})
		if err != nil {
			return nil, 0, err
		}
		if page.Total > maxScanned {
			return nil, 0, refused(http.StatusBadRequest, tooMany,
				"The directory has too many users for this filter. Filter by userName, externalId or id.")
		}
		for _, identity := range page.Items {
			if !f.met(identity) {
				continue
			}
			if total++; total >= q.start && len(found) < q.count {
				found = append(found, identity)
			}
		}
		if start+maxPage > page.Total {
			return found, total, nil
		}
	}
}

// managerPath names the manager in a condition. Entra asks whether one user has one
// manager before it writes the manager, and names them without the schema.
var managerPath = strings.ToLower(enterpriseSchema) + ".manager"

// userCondition adds what a condition asks of users.
func (c *call) userCondition(f *userFilter, asked condition) error {
	name := asked.path.attribute()
	if strings.HasPrefix(name, "emails") {
		return c.emailCondition(f, asked)
	}
	if asked.path.within != nil {
		return unknownFilter
	}
	if name == "active" {
		active, err := find(userAttributes, "active").single(asked.value)
		if err != nil || active == nil {
			return filterValue("active")
		}
		f.tests = append(f.tests, func(i tenancy.ProvisionedIdentity) bool { return i.Active == active })
		return nil
	}
	value, isText := asked.value.(string)
	if !isText {
		return filterValue("the attribute")
	}
	switch name {
	case "id":
		f.lookups = append(f.lookups, func() (tenancy.ProvisionedIdentity, error) {
			id, err := tenancy.ParseID[tenancy.ProvisionedID](value)
			if err != nil {
				return tenancy.ProvisionedIdentity{}, err
			}
			return c.provisioner.Provisioned(c.ctx, id)
		})
	case "username":
		c.lookUpUserName(f, value)
	case "externalid":
		f.lookups = append(f.lookups, func() (tenancy.ProvisionedIdentity, error) {
			return c.provisioner.ProvisionedByExternalID(c.ctx, value)
		})
	case "displayname":
		f.tests = append(f.tests, func(i tenancy.ProvisionedIdentity) bool {
			return strings.EqualFold(i.Names.Display.Reveal(), value)
		})
	case "manager", "manager.value", managerPath, managerPath + ".value":
		f.managers = append(f.managers, value)
	default:
		return unknownFilter
	}
	return nil
}

func (c *call) lookUpUserName(f *userFilter, userName string) {
	f.lookups = append(f.lookups, func() (tenancy.ProvisionedIdentity, error) {
		return c.provisioner.ProvisionedByUserName(c.ctx, userName)
	})
}

// emailCondition adds what a condition asks of the one entry of emails: a comparison with
// its value, also as a value path.
func (c *call) emailCondition(f *userFilter, asked condition) error {
	conditions := asked.path.within
	switch asked.path.attribute() {
	case "emails", "emails.value":
		if asked.path.within == nil || asked.path.sub != "" {
			conditions = append(slices.Clone(conditions), condition{path{names: []string{"value"}}, asked.value})
		}
	default:
		return unknownFilter
	}
	for _, one := range conditions {
		value, isText := one.value.(string)
		met := true
		switch one.path.attribute() {
		case "value":
			if !isText {
				return filterValue("emails.value")
			}
			c.lookUpUserName(f, value)
		case "type":
			met = strings.EqualFold(value, "work")
		case "primary":
			primary, err := find(find(userAttributes, "emails").sub, "primary").single(one.value)
			met = err == nil && primary == true
		default:
			return unknownFilter
		}
		f.tests = append(f.tests, func(tenancy.ProvisionedIdentity) bool { return met })
	}
	return nil
}
