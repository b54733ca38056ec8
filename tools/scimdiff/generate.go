package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

const (
	userSchema       = "urn:ietf:params:scim:schemas:core:2.0:User"
	enterpriseSchema = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
)

// generator makes documents and operations. What it makes depends on the seed alone.
type generator struct{ *rand.Rand }

func pick[T any](g generator, among ...T) T { return among[g.IntN(len(among))] }

// one reports true in one of n cases.
func (g generator) one(n int) bool { return g.IntN(n) == 0 }

// The values are few, so that operations meet what is there.
func (g generator) text() string {
	return pick(g, "a", "b", "A", "Ana María", "x.y", `q"u\o`, "1", "true", "c[d]")
}

func (g generator) userName() string {
	return pick(g, "first", "second", "third") + "@" + domain
}

var (
	textNames = []string{
		"externalId", "displayName", "nickName", "profileUrl", "title", "userType",
		"preferredLanguage", "locale", "timezone",
	}
	nameParts       = []string{"formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix"}
	enterpriseTexts = []string{"employeeNumber", "costCenter", "organization", "division", "department"}
	managerParts    = []string{"value", "$ref", "displayName"}
	lists           = []string{"phoneNumbers", "addresses"}
	phoneParts      = []string{"value", "display"}
	addressParts    = []string{"formatted", "streetAddress", "locality", "region", "postalCode", "country"}
	kinds           = []string{"work", "home", "Work", "other"}
	notKept         = []string{
		"password", "roles", "photos", "ims", "x509Certificates", "entitlements", "customAttribute",
		"urn:example:extension:1.0:User:shoeSize", "roles.value", "urn:example:extension:1.0:User",
	}
)

func partsOf(list string) []string {
	if list == "phoneNumbers" {
		return phoneParts
	}
	return addressParts
}

// some returns an object with some of the names, and values that make makes.
func (g generator) some(names []string, among int, make func() any) doc {
	d := doc{}
	for _, name := range names {
		if g.one(among) {
			d[name] = make()
		}
	}
	return d
}

func (g generator) plain() any { return g.text() }

// document makes a user's document as it is kept: it has nothing empty in it.
func (g generator) document() doc {
	d := g.some(textNames, 3, g.plain)
	d["userName"], d["active"] = g.userName(), g.one(2)
	if name := g.some(nameParts, 2, g.plain); len(name) > 0 && !g.one(4) {
		d["name"] = name
	}
	extension := g.some(enterpriseTexts, 3, g.plain)
	if manager := g.some(managerParts, 2, g.plain); len(manager) > 0 {
		extension["manager"] = manager
	}
	if len(extension) > 0 && g.one(2) {
		d[enterpriseSchema] = extension
	}
	for _, list := range lists {
		var elements []any
		for range g.IntN(4) {
			element := g.some(partsOf(list), 3, g.plain)
			element[partsOf(list)[0]] = fmt.Sprint("n", len(elements))
			if g.one(4) {
				element[partsOf(list)[0]] = g.text() + fmt.Sprint(len(elements))
			}
			if !g.one(4) {
				element["type"] = pick(g, kinds...)
			}
			if len(elements) == 0 && g.one(2) {
				element["primary"] = true
			} else if g.one(5) {
				element["primary"] = false
			}
			elements = append(elements, element)
		}
		if elements != nil {
			d[list] = elements
		}
	}
	return d
}

// said is a value for a text: mostly a text, sometimes what means none, is converted or is
// refused.
func (g generator) said() any {
	switch g.IntN(24) {
	case 0, 1:
		return nil
	case 2, 3:
		return ""
	case 4:
		return 7
	case 5:
		return pick[any](g, true, doc{}, doc{"value": "a"}, []any{"a"}, []any{})
	}
	return g.text()
}

func (g generator) truth() any {
	return pick[any](g, true, false, true, false, "True", "False", "true", "FALSE", nil, "", "no", 1)
}

// element is a value for an element of a list.
func (g generator) element(list string) any {
	switch g.IntN(20) {
	case 0:
		return g.text()
	case 1:
		return nil
	case 2:
		return pick[any](g, "", 7, true, doc{})
	}
	e := g.some(partsOf(list), 2, g.said)
	if g.one(2) {
		e["type"] = pick(g, kinds...)
	}
	if g.one(4) {
		e["primary"] = g.truth()
	}
	if g.one(8) {
		e["unknownPart"] = "a"
	}
	return g.cased(e)
}

// cased puts a name of an object into another case, sometimes.
func (g generator) cased(d doc) doc {
	if !g.one(6) {
		return d
	}
	changed := doc{}
	for name, value := range d {
		changed[strings.ToUpper(name)] = value
	}
	return changed
}

func (g generator) elements(list string) any {
	switch g.IntN(8) {
	case 0:
		return g.element(list)
	case 1:
		return []any{}
	}
	var elements []any
	for range 1 + g.IntN(3) {
		elements = append(elements, g.element(list))
	}
	return elements
}

// existing returns an element that the document has, or a part of one.
func (g generator) existing(d doc, list string) any {
	elements, _ := d[list].([]any)
	if len(elements) == 0 {
		return g.element(list)
	}
	element := doc{}
	for name, value := range pick(g, elements...).(doc) {
		if name == partsOf(list)[0] || !g.one(3) {
			element[name] = value
		}
	}
	return element
}

// filter makes a filter in brackets.
func (g generator) filter(d doc, list string) string {
	condition := func() string {
		eq := pick(g, "eq", "eq", "eq", "eq", "EQ", "Eq")
		switch g.IntN(12) {
		case 0:
			return "primary " + eq + " " + pick(g, "true", "True", `"True"`, "false")
		case 1:
			if elements, _ := d[list].([]any); len(elements) > 0 {
				part := partsOf(list)[0]
				if value, is := pick(g, elements...).(doc)[part].(string); is {
					return part + " " + eq + " " + quote(value)
				}
			}
			return partsOf(list)[0] + " " + eq + ` "n9"`
		case 2:
			return pick(g, "TYPE", "Type") + " " + eq + ` "WORK"`
		case 3:
			if g.one(4) {
				return pick(g, `unknownPart eq "a"`, `type ne "work"`, `type pr`, `type sw "w"`, `type eq work`)
			}
		}
		return "type " + eq + " " + quote(pick(g, "work", "home", "other", "fax"))
	}
	filter := condition()
	if g.one(5) {
		filter += pick(g, " and ", " AND ") + condition()
	}
	if g.one(40) {
		filter += ` or type eq "home"`
	}
	return filter
}

// target makes a path, and a value for it.
func (g generator) target(d doc, verb string) (path string, value any) {
	switch g.IntN(20) {
	case 0, 1, 2:
		path, value = pick(g, textNames...), g.said()
	case 3:
		path, value = "active", g.truth()
	case 4:
		path, value = "userName", g.userName()
		if g.one(4) {
			value = pick[any](g, nil, "", "first", "first@elsewhere.example", "Second@ACME.example", 7)
		}
	case 5:
		path, value = "name", any(g.cased(g.some(nameParts, 3, g.said)))
		if g.one(6) {
			value = pick[any](g, nil, "", "a", []any{})
		}
	case 6, 7:
		path, value = "name."+pick(g, nameParts...), g.said()
	case 8:
		extension := g.some(enterpriseTexts, 3, g.said)
		if g.one(2) {
			extension["manager"] = g.manager()
		}
		path, value = enterpriseSchema, g.cased(extension)
		if g.one(8) {
			value = nil
		}
	case 9, 10:
		path, value = enterpriseSchema+":"+pick(g, enterpriseTexts...), g.said()
	case 11:
		path, value = enterpriseSchema+":manager", g.manager()
		if g.one(3) {
			path, value = path+"."+pick(g, managerParts...), g.said()
		}
	case 12, 13:
		list := pick(g, lists...)
		path, value = list, g.elements(list)
		if verb == "remove" || g.one(8) {
			value = []any{g.existing(d, list)}
		}
	case 14, 15, 16:
		list := pick(g, lists...)
		path = list + "[" + g.filter(d, list) + "]"
		if g.one(3) {
			value = g.element(list)
			break
		}
		part := pick(g, append([]string{"type", "primary", "unknownPart"}, partsOf(list)...)...)
		path, value = path+"."+part, g.said()
		if part == "primary" {
			value = g.truth()
		}
	case 17:
		list := pick(g, lists...)
		path, value = list+"."+pick(g, append([]string{"type"}, partsOf(list)...)...), g.said()
	case 18:
		path, value = pick(g, `emails[type eq "work"].value`, "emails", `emails[primary eq true]`, "emails.value"),
			pick[any](g, "other@"+domain, []any{doc{"value": "other@" + domain, "type": "work"}}, nil)
		if g.one(2) {
			path, value = pick(g, "id", "groups", "meta.version", "schemas"), pick[any](g, "a", []any{"a"}, nil)
		}
	default:
		path, value = pick(g, notKept...), g.said()
		if g.one(3) {
			path = `roles[primary eq "True"].value`
		}
	}
	if !strings.HasPrefix(strings.ToLower(path), "urn:") && g.one(15) {
		path = userSchema + ":" + path
	}
	if g.one(12) && !strings.Contains(path, "[") {
		path = pick(g, strings.ToLower, strings.ToUpper)(path)
	}
	return path, value
}

func (g generator) manager() any {
	switch g.IntN(6) {
	case 0, 1:
		return g.text()
	case 2:
		return pick[any](g, nil, "", 7, []any{}, doc{})
	}
	return g.cased(g.some(managerParts, 2, g.said))
}

// operation makes an operation on a document.
func (g generator) operation(d doc) operation {
	verb := pick(g, "add", "replace", "replace", "remove")
	said := operation{Op: verb}
	switch g.IntN(8) {
	case 0, 1:
		said.Op = strings.ToUpper(verb[:1]) + verb[1:]
	case 2:
		said.Op = strings.ToUpper(verb)
	}
	if verb == "remove" {
		said.Path, said.Value = g.target(d, verb)
		if list := strings.Contains(strings.ToLower(said.Path), "phonenumbers") || strings.Contains(strings.ToLower(said.Path), "addresses"); !list || g.one(2) {
			said.bare = !g.one(4)
			said.Value = nil
		}
		if g.one(50) {
			said.Path = ""
		}
		return said
	}
	if g.one(4) {
		value, named := doc{}, map[string]bool{}
		for range 1 + g.IntN(4) {
			path, one := g.target(d, verb)
			if folded := strings.ToLower(path); !named[folded] {
				named[folded] = true
				value[path] = one
			}
		}
		said.Value = value
		if g.one(40) {
			said.Value = pick[any](g, nil, "a", []any{}, 7)
		}
		return said
	}
	said.Path, said.Value = g.target(d, verb)
	if g.one(60) {
		said.Path = pick(g, "name.", ".title", "phoneNumbers[", `phoneNumbers[type eq "work"`, `phoneNumbers[type eq "work"]value`, "phoneNumbers[]", `name[givenName eq "a"]`, `title[value eq "a"]`)
	}
	return said
}
