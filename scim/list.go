package scim

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// Bounds of lists.
const (
	maxPage    = 100    // resources in one answer
	maxScanned = 10_000 // users that a filter without an exact lookup goes over
	maxMembers = 20_000 // members of groups, or groups of users, in one list; it ends after what passes that
)

// listQuery is what a request for a list asks for.
type listQuery struct {
	start, count int
	conditions   []condition // nil: no filter
}

// listQuery parses the parameters of a list (RFC 7644, section 3.4.2).
func (c *call) listQuery() (q listQuery, err error) {
	if q.start, err = c.number("startIndex", 1); err != nil {
		return q, err
	}
	if q.count, err = c.number("count", maxPage); err != nil {
		return q, err
	}
	q.start, q.count = max(q.start, 1), min(max(q.count, 0), maxPage)
	switch filters := c.query["filter"]; len(filters) {
	case 0:
		return q, nil
	case 1:
		q.conditions, err = parseFilter(filters[0])
		return q, err
	}
	return q, refused(http.StatusBadRequest, invalidFilter, "The request has more than one filter.")
}

// number parses a parameter that is a whole number of any size.
func (c *call) number(name string, absent int) (int, error) {
	text := c.query.Get(name)
	if text == "" {
		return absent, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, badValue(name + " must be a whole number.")
	}
	return n, nil // a number too large is the largest there is
}

// cut returns the page of what a filter found.
func cut[T any](found []T, q listQuery) []T {
	from := min(q.start-1, len(found))
	return found[from:min(from+q.count, len(found))]
}

// listAnswer answers with a list. It holds fewer than were asked for where the resources
// hold many members, or are in many groups.
func listAnswer[T any](c *call, q listQuery, total int, items []T, resource func(T) (node, error)) (answer, error) {
	resources := []any{}
	for _, item := range items {
		n, err := resource(item)
		if err != nil {
			return answer{}, err
		}
		resources = append(resources, n)
		if c.members > maxMembers {
			break
		}
	}
	return answer{status: http.StatusOK, body: listed(resources, total, q.start)}, nil
}

func listed(resources []any, total, start int) node {
	return node{
		"schemas": []any{"urn:ietf:params:scim:api:messages:2.0:ListResponse"}, "totalResults": total,
		"startIndex": start, "itemsPerPage": len(resources), "Resources": resources,
	}
}

// search answers POST /Users/.search and /Groups/.search, whose body has the parameters
// (RFC 7644, section 3.4.3).
func (c *call) search(list func() (answer, error)) (answer, error) {
	said, err := c.body()
	if err != nil {
		return answer{}, err
	}
	for _, name := range []string{"attributes", "excludedAttributes", "filter", "startIndex", "count"} {
		c.query.Del(name)
		value, _ := said.get(name)
		values, many := value.([]any)
		if !many {
			values = []any{value}
		}
		var texts []string
		for _, one := range values {
			text, err := (&attribute{name: name, kind: textKind}).single(one)
			if err != nil {
				return answer{}, err
			}
			if text != nil {
				texts = append(texts, text.(string))
			}
		}
		if texts != nil {
			c.query.Set(name, strings.Join(texts, ","))
		}
	}
	if c.selected, err = c.selection(); err != nil {
		return answer{}, err
	}
	return list()
}

// attribute returns the name that a condition compares, in lower case: "emails.value".
func (p path) attribute() string {
	name := strings.Join(p.names, ".")
	if p.sub != "" {
		name += "." + p.sub
	}
	return strings.ToLower(name)
}

var unknownFilter = refused(http.StatusBadRequest, invalidFilter,
	"A filter compares id, externalId, displayName, of users userName, active, emails.value and manager, of groups members.")

func filterValue(name string) refusal {
	return refused(http.StatusBadRequest, invalidFilter, "The filter compares "+name+" with a value of another kind.")
}

// absent reports whether a lookup found nothing. What can be no ID or address is nobody's.
func absent(err error) bool {
	switch tenancy.CodeOf(err) {
	case tenancy.CodeNotFound, tenancy.CodeID, tenancy.CodeEmail, tenancy.CodeInput, tenancy.CodeName:
		return true
	}
	return false
}

// selection is which attributes a client wants (RFC 7644, section 3.9). Names are in
// lower case, from the top of the document.
type selection struct {
	only, without [][]string
}

func (c *call) selection() (s selection, err error) {
	if s.only, err = c.attributeNames("attributes"); err != nil {
		return s, err
	}
	s.without, err = c.attributeNames("excludedAttributes")
	return s, err
}

func (c *call) attributeNames(parameter string) (names [][]string, err error) {
	text := strings.Join(c.query[parameter], ",")
	if len(text) > maxFilter {
		return nil, badValue(parameter + " is too long.")
	}
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word != "" {
			names = append(names, namesOf(word))
		}
	}
	return names, nil
}

// wants reports whether any part of an attribute at the top of a document is wanted.
func (s selection) wants(name string) bool {
	for _, one := range s.without {
		if len(one) == 1 && strings.EqualFold(one[0], name) {
			return false
		}
	}
	for _, one := range s.only {
		if strings.EqualFold(one[0], name) {
			return true
		}
	}
	return s.only == nil
}

// of returns what of a resource is wanted. schemas and id always are.
func (s selection) of(n node) node {
	if s.only != nil {
		picked := node{"schemas": n["schemas"], "id": n["id"]}
		for _, names := range s.only {
			pick(picked, n, names)
		}
		n = picked
	}
	for _, names := range s.without {
		if !strings.EqualFold(names[0], "schemas") && !strings.EqualFold(names[0], "id") {
			drop(n, names)
		}
	}
	return n
}

// pick copies an attribute, or a part of one, from a node to another.
func pick(to, from node, names []string) {
	name, value := lookUp(from, names[0])
	if len(names) == 1 || value == nil {
		if value != nil {
			to[name] = value
		}
		return
	}
	switch value := value.(type) {
	case node:
		part, _ := to[name].(node)
		if part == nil {
			part = node{}
		}
		if pick(part, value, names[1:]); len(part) > 0 {
			to[name] = part
		}
	case []any:
		picked, _ := to[name].([]any)
		if picked == nil {
			for range value {
				picked = append(picked, node{})
			}
			to[name] = picked
		}
		for i, element := range value {
			if element, is := element.(node); is {
				pick(picked[i].(node), element, names[1:])
			}
		}
	}
}

// drop removes an attribute, or a part of one.
func drop(n node, names []string) {
	name, value := lookUp(n, names[0])
	if len(names) == 1 {
		delete(n, name)
		return
	}
	switch value := value.(type) {
	case node:
		drop(value, names[1:])
	case []any:
		for _, element := range value {
			if element, is := element.(node); is {
				drop(element, names[1:])
			}
		}
	}
}

// lookUp returns the value of a name in any case, with the name as the node has it.
func lookUp(n node, name string) (string, any) {
	for has, value := range n {
		if strings.EqualFold(has, name) {
			return has, value
		}
	}
	return name, nil
}
