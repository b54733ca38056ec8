package scim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Bounds of filters and paths.
const (
	maxFilter     = 4096 // bytes of a filter or a path
	maxConditions = 10   // comparisons in one
)

// path names an attribute, as in "userName", "name.givenName",
// "urn:…:enterprise:2.0:User:department" or `phoneNumbers[type eq "work"].value`.
type path struct {
	// names are the attribute and its parts, from the top of the document. A name of a
	// core schema stands without the schema's URN; that of an extension begins with it.
	names  []string
	within []condition // the filter in brackets behind the last name but sub; nil: none
	sub    string      // the part behind the brackets; "": none
}

// condition is one comparison of a filter: an attribute equals a value.
type condition struct {
	path  path
	value any // string, bool, json.Number or nil
}

// parsePath parses the path of a PATCH operation.
func parsePath(input string) (path, error) {
	s := scanner{rest: input, kind: invalidPath}
	if len(input) > maxFilter {
		return path{}, s.refuse(fmt.Sprintf("A path may have %d bytes.", maxFilter))
	}
	p, err := s.path()
	if err != nil {
		return path{}, err
	}
	if s.space(); s.rest != "" {
		return path{}, s.refuse("A path is an attribute, as in name.givenName or phoneNumbers[type eq \"work\"].value.")
	}
	return p, nil
}

// parseFilter parses the filter of a list: comparisons with eq, joined by and. It refuses
// every other filter, because to leave out a part of one would give what was not asked
// for. Since there is nothing but and, brackets change nothing and are only counted, so
// that no filter makes the parser recurse.
func parseFilter(input string) ([]condition, error) {
	s := scanner{rest: input, kind: invalidFilter}
	if len(input) > maxFilter {
		return nil, s.refuse(fmt.Sprintf("A filter may have %d bytes.", maxFilter))
	}
	var conditions []condition
	open := 0
	for {
		for s.symbol("(") {
			open++
		}
		c, err := s.condition()
		if err != nil {
			return nil, err
		}
		if conditions = append(conditions, c); len(conditions) > maxConditions {
			return nil, s.refuse(fmt.Sprintf("A filter may have %d comparisons.", maxConditions))
		}
		for open > 0 && s.symbol(")") {
			open--
		}
		if s.space(); s.rest == "" && open == 0 {
			return conditions, nil
		}
		if !strings.EqualFold(s.word(), "and") {
			return nil, s.refuse("A filter is comparisons with eq, joined by and.")
		}
	}
}

// scanner reads a filter or a path from the left.
type scanner struct {
	rest string
	kind string // the scimType of refusals
}

func (s *scanner) refuse(detail string) refusal {
	return refused(http.StatusBadRequest, s.kind, detail)
}

func (s *scanner) space() { s.rest = strings.TrimLeft(s.rest, " \t\r\n") }

// symbol takes a symbol, with the space before it, and reports whether it is there.
func (s *scanner) symbol(symbol string) (found bool) {
	s.space()
	s.rest, found = strings.CutPrefix(s.rest, symbol)
	return found
}

// word takes a word: an attribute's name with its schema, or an operator. It returns ""
// if there is none.
func (s *scanner) word() string {
	s.space()
	n := 0
	for n < len(s.rest) && nameByte(s.rest[n]) {
		n++
	}
	word := s.rest[:n]
	s.rest = s.rest[n:]
	return word
}

func nameByte(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || strings.IndexByte(":._-$", b) >= 0
}

// path takes an attribute's path.
func (s *scanner) path() (path, error) {
	word := s.word()
	if word == "" {
		return path{}, s.refuse("An attribute's name is missing.")
	}
	p := path{names: namesOf(word)}
	if slices.Contains(p.names, "") {
		return path{}, s.refuse("An attribute's name is missing.")
	}
	if !s.symbol("[") {
		return p, nil
	}
	for {
		c, err := s.inner()
		if err != nil {
			return path{}, err
		}
		if p.within = append(p.within, c); len(p.within) > maxConditions {
			return path{}, s.refuse(fmt.Sprintf("A filter may have %d comparisons.", maxConditions))
		}
		if s.symbol("]") {
			break
		}
		if !strings.EqualFold(s.word(), "and") {
			return path{}, s.filterRefusal("A filter in brackets is comparisons with eq, joined by and.")
		}
	}
	if strings.HasPrefix(s.rest, ".") {
		word := s.word()
		if p.sub = word[1:]; p.sub == "" || strings.ContainsAny(p.sub, ".:") {
			return path{}, s.refuse("What stands behind the brackets is not an attribute's name.")
		}
	}
	return p, nil
}

// namesOf splits a word into an attribute's names. The URN of an extension is one name,
// and that of a core schema none.
func namesOf(word string) []string {
	for _, schema := range schemas {
		if len(word) < len(schema.urn) || !strings.EqualFold(word[:len(schema.urn)], schema.urn) {
			continue
		}
		rest := word[len(schema.urn):]
		var names []string
		if schema.urn == enterpriseSchema {
			names = []string{enterpriseSchema}
		}
		switch {
		case rest == "" && names != nil:
			return names
		case rest != "" && (rest[0] == ':' || rest[0] == '.'):
			return append(names, strings.Split(rest[1:], ".")...)
		}
	}
	if len(word) >= 4 && strings.EqualFold(word[:4], "urn:") {
		return []string{word} // of a schema that is not kept
	}
	return strings.Split(word, ".")
}

// filterRefusal refuses a filter, within a path too.
func (s *scanner) filterRefusal(detail string) refusal {
	return refused(http.StatusBadRequest, invalidFilter, detail)
}

// condition takes a comparison.
func (s *scanner) condition() (condition, error) {
	p, err := s.path()
	if err != nil {
		return condition{}, err
	}
	if p.within != nil && p.sub == "" {
		return condition{path: p}, nil // an element that meets what stands in brackets
	}
	return s.comparison(p)
}

// inner takes a comparison within brackets, which names a part and holds no brackets.
func (s *scanner) inner() (condition, error) {
	word := s.word()
	if word == "" || strings.ContainsAny(word, ".:") {
		return condition{}, s.filterRefusal("A filter in brackets compares a part of the attribute.")
	}
	return s.comparison(path{names: []string{word}})
}

// comparison takes the operator and the value behind a path.
func (s *scanner) comparison(p path) (condition, error) {
	if !strings.EqualFold(s.word(), "eq") {
		return condition{}, s.filterRefusal("A filter compares with eq and nothing else.")
	}
	value, found := s.value()
	if !found {
		return condition{}, s.filterRefusal("A filter compares with a string, true, false, null or a number, as in JSON.")
	}
	return condition{p, value}, nil
}

// value takes a value as JSON has it. true, false and null may be in any case.
func (s *scanner) value() (any, bool) {
	s.space()
	if !strings.HasPrefix(s.rest, `"`) {
		word := s.word()
		switch strings.ToLower(word) {
		case "true":
			return true, true
		case "false":
			return false, true
		case "null":
			return nil, true
		}
		var number json.Number
		err := json.Unmarshal([]byte(word), &number)
		return number, err == nil && word != ""
	}
	end := 1
	for end < len(s.rest) && s.rest[end] != '"' {
		if s.rest[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(s.rest) {
		return nil, false
	}
	var value string
	err := json.Unmarshal([]byte(s.rest[:end+1]), &value)
	s.rest = s.rest[end+1:]
	return value, err == nil
}
