package scim

import (
	"fmt"
	"net/http"
	"strings"
)

// maxOperations bounds the operations of a PATCH.
const maxOperations = 1000

// operation is an operation of a PATCH (RFC 7644, section 3.5.2).
type operation struct {
	verb   verb
	path   *path  // nil: none
	said   object // without a path: the attributes and their values
	value  any    // with a path; nil: null or none
	valued bool   // there is a value, null too
}

// operations reads the body of a PATCH.
func (c *call) operations() ([]operation, error) {
	said, err := c.body()
	if err != nil {
		return nil, err
	}
	value, _ := said.get("Operations")
	list, is := value.([]any)
	if !is || len(list) == 0 {
		return nil, refused(http.StatusBadRequest, invalidSyntax, "Operations must be a list of operations.")
	}
	if len(list) > maxOperations {
		return nil, refused(http.StatusRequestEntityTooLarge, tooMany,
			fmt.Sprintf("A PATCH may have %d operations.", maxOperations))
	}
	operations := make([]operation, len(list))
	for i, one := range list {
		said, is := one.(object)
		if !is {
			return nil, refused(http.StatusBadRequest, invalidSyntax, "An operation must be an object.")
		}
		if operations[i], err = operationOf(said); err != nil {
			return nil, err
		}
	}
	return operations, nil
}

func operationOf(said object) (o operation, err error) {
	named, _ := said.get("op")
	name, _ := named.(string)
	switch o.verb = verb(strings.ToLower(name)); o.verb {
	case add, replace, remove:
	default:
		return o, refused(http.StatusBadRequest, invalidSyntax, "op must be add, replace or remove.")
	}
	o.value, o.valued = said.get("value")
	where, _ := said.get("path")
	switch where := where.(type) {
	case nil:
	case string:
		if where == "" {
			break
		}
		p, err := parsePath(where)
		o.path = &p
		return o, err
	default:
		return o, refused(http.StatusBadRequest, invalidPath, "path must be a string.")
	}
	if o.verb == remove {
		return o, refused(http.StatusBadRequest, noTarget, "remove needs a path.")
	}
	var is bool
	if o.said, is = o.value.(object); !is {
		return o, badValue("Without a path, value must be an object.")
	}
	return o, nil
}
