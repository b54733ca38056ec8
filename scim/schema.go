package scim

import (
	"encoding/json"
	"strings"
)

// The schemas of resources (RFC 7643).
const (
	userSchema       = "urn:ietf:params:scim:schemas:core:2.0:User"
	enterpriseSchema = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	groupSchema      = "urn:ietf:params:scim:schemas:core:2.0:Group"
)

// attribute is an attribute that is kept or given back. One that stands in no table is
// ignored. The tables are what /Schemas lists, and what reads and changes documents.
type attribute struct {
	name        string
	kind        kind
	description string
	multi       bool // a list
	required    bool
	exact       bool // compared with its case
	readOnly    bool // the directory's word changes nothing
	unique      bool // in its directory
	whole       bool // complex: a new value leaves nothing of the old one
	keeps       bool // no value leaves the one that it has
	sub         []attribute
	// canonical are the values that are usual. Others are kept too.
	canonical []string
}

type kind string

const (
	textKind      kind = "string"
	booleanKind   kind = "boolean"
	referenceKind kind = "reference"
	complexKind   kind = "complex"
)

// find returns the attribute with a name, in any case, or nil.
func find(among []attribute, name string) *attribute {
	for i := range among {
		if strings.EqualFold(among[i].name, name) {
			return &among[i]
		}
	}
	return nil
}

// schema is the schema of a resource or of an extension.
type schema struct {
	urn, name, description string
	attributes             []attribute
}

var schemas = []schema{
	{userSchema, "User", "A person whom the directory keeps", userAttributes},
	{groupSchema, "Group", "A group that the directory keeps", groupAttributes},
	{enterpriseSchema, "EnterpriseUser", "What a company says of a person", enterpriseAttributes},
}

var userAttributes = []attribute{
	{name: "userName", kind: textKind, required: true, unique: true,
		description: "The person's email address, on a domain that the organization has verified"},
	{name: "externalId", kind: textKind, exact: true, unique: true, description: "The person's id in the directory"},
	{name: "name", kind: complexKind, description: "The parts of the person's name", sub: []attribute{
		{name: "formatted", kind: textKind, description: "The whole name"},
		{name: "familyName", kind: textKind, description: "The family name"},
		{name: "givenName", kind: textKind, description: "The given name"},
		{name: "middleName", kind: textKind, description: "The middle name"},
		{name: "honorificPrefix", kind: textKind, description: "What stands before the name"},
		{name: "honorificSuffix", kind: textKind, description: "What stands after the name"},
	}},
	{name: "displayName", kind: textKind, description: "The name to show"},
	{name: "nickName", kind: textKind, description: "What the person is called"},
	{name: "profileUrl", kind: referenceKind, exact: true, description: "A page about the person"},
	{name: "title", kind: textKind, description: "The person's job title"},
	{name: "userType", kind: textKind, description: "The person's relation to the company"},
	{name: "preferredLanguage", kind: textKind, description: "The language that the person prefers"},
	{name: "locale", kind: textKind, description: "The person's locale"},
	{name: "timezone", kind: textKind, description: "The person's time zone"},
	{name: "active", kind: booleanKind, keeps: true, description: "Whether the directory lets the person use the organization"},
	{name: "emails", kind: complexKind, multi: true, readOnly: true,
		description: "One entry, which holds userName", sub: []attribute{
			{name: "value", kind: textKind, readOnly: true, description: "The address"},
			{name: "type", kind: textKind, readOnly: true, canonical: []string{"work"}, description: "Always work"},
			{name: "primary", kind: booleanKind, readOnly: true, description: "Always true"},
		}},
	{name: "phoneNumbers", kind: complexKind, multi: true, description: "Phone numbers", sub: []attribute{
		{name: "value", kind: textKind, description: "The number"},
		{name: "display", kind: textKind, description: "The number to show"},
		{name: "type", kind: textKind, description: "What the number is for",
			canonical: []string{"work", "mobile", "fax", "home", "pager", "other"}},
		{name: "primary", kind: booleanKind, description: "Whether it is the preferred number"},
	}},
	{name: "addresses", kind: complexKind, multi: true, description: "Postal addresses", sub: []attribute{
		{name: "formatted", kind: textKind, description: "The whole address"},
		{name: "streetAddress", kind: textKind, description: "Street and number"},
		{name: "locality", kind: textKind, description: "City"},
		{name: "region", kind: textKind, description: "State or region"},
		{name: "postalCode", kind: textKind, description: "Postal code"},
		{name: "country", kind: textKind, description: "Country"},
		{name: "type", kind: textKind, description: "What the address is for", canonical: []string{"work", "home", "other"}},
		{name: "primary", kind: booleanKind, description: "Whether it is the preferred address"},
	}},
	{name: "groups", kind: complexKind, multi: true, readOnly: true,
		description: "The directory's groups that the person is in", sub: []attribute{
			{name: "value", kind: textKind, exact: true, readOnly: true, description: "The group's id"},
			{name: "$ref", kind: referenceKind, exact: true, readOnly: true, description: "The group's location"},
			{name: "display", kind: textKind, readOnly: true, description: "The group's displayName"},
			{name: "type", kind: textKind, readOnly: true, canonical: []string{"direct"}, description: "Always direct"},
		}},
}

var enterpriseAttributes = []attribute{
	{name: "employeeNumber", kind: textKind, description: "The person's number in the company"},
	{name: "costCenter", kind: textKind, description: "The person's cost center"},
	{name: "organization", kind: textKind, description: "The person's organization within the company"},
	{name: "division", kind: textKind, description: "The person's division"},
	{name: "department", kind: textKind, description: "The person's department"},
	{name: "manager", kind: complexKind, whole: true, description: "The person's manager, as the directory names them",
		sub: []attribute{
			{name: "value", kind: textKind, exact: true, description: "The manager's id"},
			{name: "$ref", kind: referenceKind, exact: true, description: "The manager's location"},
			{name: "displayName", kind: textKind, description: "The manager's name"},
		}},
}

var groupAttributes = []attribute{
	{name: "displayName", kind: textKind, required: true, description: "The group's name. Two groups may have the same"},
	{name: "externalId", kind: textKind, exact: true, unique: true, description: "The group's id in the directory"},
	{name: "members", kind: complexKind, multi: true, description: "The people in the group", sub: []attribute{
		{name: "value", kind: textKind, exact: true, description: "The person's id"},
		{name: "$ref", kind: referenceKind, exact: true, readOnly: true, description: "The person's location"},
		{name: "type", kind: textKind, readOnly: true, canonical: []string{"User"}, description: "Always User"},
	}},
}

// userRoot are the attributes at the top of a user's document: those of every resource
// that a request may name, those of users, and the extension as one.
var userRoot = append([]attribute{
	{name: "schemas", kind: textKind, multi: true, readOnly: true},
	{name: "id", kind: textKind, exact: true, readOnly: true},
	{name: "meta", kind: complexKind, readOnly: true},
	{name: enterpriseSchema, kind: complexKind, sub: enterpriseAttributes},
}, userAttributes...)

// json returns the attribute as /Schemas describes it (RFC 7643, section 7).
func (a attribute) json() map[string]any {
	described := map[string]any{
		"name": a.name, "type": a.kind, "multiValued": a.multi, "description": a.description,
		"required": a.required, "caseExact": a.exact, "mutability": "readWrite", "returned": "default", "uniqueness": "none",
	}
	if a.readOnly {
		described["mutability"] = "readOnly"
	}
	if a.unique {
		described["uniqueness"] = "server"
	}
	if a.canonical != nil {
		described["canonicalValues"] = a.canonical
	}
	if a.kind == referenceKind {
		described["referenceTypes"] = []string{"external"}
	}
	if a.sub != nil {
		subs := make([]any, len(a.sub))
		for i, s := range a.sub {
			subs[i] = s.json()
		}
		described["subAttributes"] = subs
	}
	return described
}

// single returns a value of the attribute, which has no list and no parts, as documents
// hold it: a string or a bool. It returns nil for a value that means none.
func (a *attribute) single(value any) (any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		if a.kind == booleanKind {
			return a.truth(v)
		}
		if v == "" {
			return nil, nil
		}
		return v, nil
	case json.Number:
		if a.kind != booleanKind {
			return v.String(), nil
		}
	case bool:
		if a.kind == booleanKind {
			return v, nil
		}
	}
	return nil, badValue(a.name + " must be a " + string(a.kind) + ".")
}

// truth returns what a text says of a boolean attribute. Entra sends "True" and "False".
func (a *attribute) truth(said string) (any, error) {
	switch {
	case strings.EqualFold(said, "true"):
		return true, nil
	case strings.EqualFold(said, "false"):
		return false, nil
	case said == "":
		return nil, nil
	}
	return nil, badValue(a.name + " must be true or false.")
}
