package scim

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// node is a document or a part of one: what is kept of a resource, by the names of the
// tables in schema.go. Values are string, bool, node and []any of nodes. What is not
// assigned is absent.
type node map[string]any

// text returns a text of the document, or "".
func (n node) text(names ...string) string {
	for _, name := range names[:len(names)-1] {
		n, _ = n[name].(node)
	}
	value, _ := n[names[len(names)-1]].(string)
	return value
}

// maxElements bounds a list of a user's document.
const maxElements = 100

// verb is the operation of a PATCH.
type verb string

const (
	add     verb = "add"
	replace verb = "replace"
	remove  verb = "remove"
)

// edit changes a document at one place. A POST and a PUT are edits of an empty document.
type edit struct {
	verb  verb
	value any // of the JSON of the request; for remove what is to go, nil: all
	path  path
	// whole says that the client named a whole resource, or parts of one without a path.
	// What it may not change in that is ignored, because clients send back what they read.
	whole bool
}

// editAll applies what an object without a path says to the document: each member is an
// edit, and its name a path. Entra sends paths as names, as in "name.givenName".
func editAll(n node, attributes []attribute, v verb, said object) error {
	for _, m := range said {
		p, err := parsePath(m.name)
		switch {
		case err == nil:
		case strings.Contains(m.name, "["):
			return err
		default:
			continue // the name of nothing that is kept
		}
		if err := (edit{v, m.value, p, true}).apply(n, attributes); err != nil {
			return err
		}
	}
	return nil
}

// apply changes the document whose attributes the table lists. An attribute that is not
// kept is ignored.
func (e edit) apply(n node, attributes []attribute) error {
	names := e.path.names
	if e.path.sub != "" {
		names = append(slices.Clone(names), e.path.sub)
	}
	var chain []*attribute
	for _, name := range names {
		a := find(attributes, name)
		if a == nil {
			return nil
		}
		if a.readOnly {
			return e.readOnly(a)
		}
		chain, attributes = append(chain, a), a.sub
	}
	if e.path.within != nil && !chain[len(e.path.names)-1].multi {
		return refused(http.StatusBadRequest, invalidPath, "A filter in brackets stands behind an attribute that is a list.")
	}
	return e.at(n, chain)
}

// readOnly answers an edit of what the directory does not determine. emails is one of
// these, and every directory sends it.
func (e edit) readOnly(a *attribute) error {
	if e.whole || a.name == "emails" || a.name == "schemas" {
		return nil
	}
	return refused(http.StatusBadRequest, mutability, a.name+" is read-only.")
}

// at changes the attribute that the chain leads to from n.
func (e edit) at(n node, chain []*attribute) error {
	a, rest := chain[0], chain[1:]
	if a.multi {
		return e.list(n, a, rest)
	}
	if len(rest) > 0 {
		return inPart(n, a, func(part node) error { return e.at(part, rest) })
	}
	if e.verb == remove {
		if a.required {
			return refused(http.StatusBadRequest, mutability, a.name+" is required.")
		}
		e.value = nil
	}
	if a.kind == complexKind {
		return e.complex(n, a)
	}
	value, err := a.single(e.value)
	switch {
	case err != nil:
		return err
	case value != nil:
		n[a.name] = value
	case a.required:
		return badValue(a.name + " is required.")
	case !a.keeps:
		delete(n, a.name)
	}
	return nil
}

// inPart runs f on the part of n that a names, which it makes where there is none, and
// removes where nothing is left in it.
func inPart(n node, a *attribute, f func(part node) error) error {
	part, _ := n[a.name].(node)
	if part == nil {
		part = node{}
	}
	if err := f(part); err != nil {
		return err
	}
	if len(part) == 0 {
		delete(n, a.name)
	} else {
		n[a.name] = part
	}
	return nil
}

// complex changes an attribute that has parts. Parts that the value does not name stay
// (RFC 7644, 3.5.2.3).
func (e edit) complex(n node, a *attribute) error {
	if list, is := e.value.([]any); is && len(list) == 1 {
		e.value = list[0] // a manager in a list, as Microsoft's documentation has it
	}
	if text, is := e.value.(string); is && text != "" && a.whole {
		e.value = object{{"value", text}} // a manager as plain text, as Entra sends it
	}
	switch value := e.value.(type) {
	case object:
		if a.whole {
			delete(n, a.name)
		}
		return inPart(n, a, func(part node) error { return editAll(part, a.sub, e.verb, value) })
	case nil:
		delete(n, a.name)
		return nil
	case string:
		if value == "" {
			delete(n, a.name)
			return nil
		}
	}
	return badValue(a.name + " must be an object.")
}

// list changes an attribute that is a list: the whole of it, or the elements that the
// filter of the path meets, or their part that rest leads to.
func (e edit) list(n node, a *attribute, rest []*attribute) error {
	elements, _ := n[a.name].([]any)
	var primary []node // before
	for _, element := range elements {
		if element.(node)["primary"] == true {
			primary = append(primary, element.(node))
		}
	}
	var err error
	if e.path.within == nil && len(rest) == 0 {
		elements, err = e.wholeList(elements, a)
	} else {
		elements, err = e.elements(elements, a, rest)
	}
	if err != nil {
		return err
	}
	elements = distinct(slices.DeleteFunc(elements, hollow))
	if len(elements) > maxElements {
		return badValue(fmt.Sprintf("%s may have %d elements.", a.name, maxElements))
	}
	onePrimary(elements, primary)
	elements = distinct(elements) // two may have differed in that alone
	if len(elements) == 0 {
		delete(n, a.name)
	} else {
		n[a.name] = elements
	}
	return nil
}

// wholeList returns what the list is after an edit of all of it.
func (e edit) wholeList(elements []any, a *attribute) ([]any, error) {
	given, err := elementsOf(e.value, a)
	if err != nil {
		return nil, err
	}
	if e.verb == remove {
		if e.value == nil {
			return nil, nil
		}
		return slices.DeleteFunc(elements, func(element any) bool {
			return slices.ContainsFunc(given, func(g node) bool { return covers(element.(node), g) })
		}), nil
	}
	if e.verb == replace {
		elements = nil
	}
	for _, g := range given {
		elements = append(elements, g)
	}
	return elements, nil
}

// elementsOf returns the elements that a value has: of a list, or of one element alone.
func elementsOf(value any, a *attribute) ([]node, error) {
	list, is := value.([]any)
	switch {
	case value == nil:
		return nil, nil
	case !is:
		list = []any{value}
	case len(list) > maxElements:
		return nil, badValue(fmt.Sprintf("%s may have %d elements.", a.name, maxElements))
	}
	var elements []node
	for _, one := range list {
		made := node{}
		switch one := one.(type) {
		case object:
			if err := editAll(made, a.sub, replace, one); err != nil {
				return nil, err
			}
		case string: // an element's value
			if err := editAll(made, a.sub, replace, object{{"value", one}}); err != nil {
				return nil, err
			}
		case nil:
		default:
			return nil, badValue(a.name + " must be a list of objects.")
		}
		elements = append(elements, made)
	}
	return elements, nil
}

// elements returns what the list is after an edit of the elements that the path's filter
// meets, or of all if it has none. Where none is met, add and replace make the element that
// the filter describes, and remove does nothing (PRV-11).
func (e edit) elements(elements []any, a *attribute, rest []*attribute) ([]any, error) {
	for _, c := range e.path.within {
		if find(a.sub, c.path.names[0]) == nil {
			return nil, refused(http.StatusBadRequest, invalidFilter, "The filter names no part of "+a.name+".")
		}
	}
	met := func(element any) bool { return meets(element.(node), e.path.within, a) }
	if e.verb == remove && len(rest) == 0 {
		return slices.DeleteFunc(elements, met), nil
	}
	if e.verb != remove && !slices.ContainsFunc(elements, met) {
		made := node{}
		for _, c := range e.path.within {
			if err := (edit{verb: replace, value: c.value, path: c.path}).apply(made, a.sub); err != nil {
				return nil, err
			}
		}
		elements = append(elements, made)
	}
	for _, element := range elements {
		if met(element) {
			if err := e.element(element.(node), a, rest); err != nil {
				return nil, err
			}
		}
	}
	return elements, nil
}

// element changes one element of a list, or its part that rest leads to.
func (e edit) element(element node, a *attribute, rest []*attribute) error {
	if len(rest) > 0 {
		return e.at(element, rest)
	}
	if e.value == nil || e.value == "" {
		clear(element)
		return nil
	}
	switch value := e.value.(type) {
	case object:
		return editAll(element, a.sub, e.verb, value)
	case string:
		if find(a.sub, "value") != nil {
			return editAll(element, a.sub, e.verb, object{{"value", value}})
		}
	}
	return badValue(a.name + " must be a list of objects.")
}

// meets reports whether an element meets all conditions. Texts are compared in any case.
func meets(element node, conditions []condition, a *attribute) bool {
	for _, c := range conditions {
		sub := find(a.sub, c.path.names[0])
		if sub == nil {
			return false
		}
		wanted, err := sub.single(c.value)
		if err != nil {
			return false
		}
		has := element[sub.name]
		wantedText, isText := wanted.(string)
		hasText, hasIsText := has.(string)
		if isText && hasIsText && !sub.exact {
			if !strings.EqualFold(wantedText, hasText) {
				return false
			}
		} else if has != wanted && (wanted != false || has != nil) {
			return false
		}
	}
	return true
}

// covers reports whether an element has every part that a description names.
func covers(element, description node) bool {
	for name, value := range description {
		if element[name] != value {
			return false
		}
	}
	return len(description) > 0
}

// hollow reports whether an element of a list holds nothing but what kind it is.
func hollow(element any) bool {
	for name := range element.(node) {
		if name != "type" && name != "primary" {
			return false
		}
	}
	return true
}

// distinct returns a list without the elements that equal one before them (RFC 7643, 2.4).
func distinct(elements []any) []any {
	var kept []any
	for _, element := range elements {
		if !slices.ContainsFunc(kept, func(k any) bool { return maps.Equal(k.(node), element.(node)) }) {
			kept = append(kept, element)
		}
	}
	return kept
}

// onePrimary keeps at most one element primary. One that has become primary takes it from
// those that were before (RFC 7644, section 3.5.2).
func onePrimary(elements []any, before []node) {
	count := func() (n int) {
		for _, element := range elements {
			if element.(node)["primary"] == true {
				n++
			}
		}
		return n
	}
	if count() > 1 {
		for _, element := range before {
			if element["primary"] == true {
				delete(element, "primary")
			}
		}
	}
	for _, element := range elements {
		if element.(node)["primary"] == true && count() > 1 {
			delete(element.(node), "primary")
		}
	}
}
