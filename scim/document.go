package scim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
)

// Bounds of a JSON text, beside its length. A text within them costs a few tens of
// megabytes at most.
const (
	maxDepth  = 16      // of objects and lists within each other
	maxTokens = 500_000 // names, values and brackets; 10,000 members with all attributes have 120,000
)

// object is a JSON object: its members in the order in which they came. Values are
// string, bool, json.Number, nil, object and []any.
type object []member

type member struct {
	name  string
	value any
}

// get returns the value of a member, and whether there is one. The names of attributes
// are the same in any case (RFC 7643, section 2.1), which is that of ASCII: a letter
// beyond it that folds to one of it has more bytes.
func (o object) get(name string) (any, bool) {
	for _, m := range o {
		if len(m.name) == len(name) && strings.EqualFold(m.name, name) {
			return m.value, true
		}
	}
	return nil, false
}

// parseObject parses a JSON text that is one object. It refuses a text that is not, one
// that is not UTF-8, one that names a member twice, and one beyond the bounds.
func parseObject(text []byte) (object, error) {
	// Valid first: the decoder alone is no judge of what stands between its tokens.
	if !utf8.Valid(text) || !json.Valid(text) {
		return nil, refused(http.StatusBadRequest, invalidSyntax, "The body is not JSON in UTF-8.")
	}
	p := parser{dec: json.NewDecoder(bytes.NewReader(text))}
	p.dec.UseNumber()
	value, err := p.value(0)
	if err != nil {
		return nil, err
	}
	o, is := value.(object)
	if !is {
		return nil, refused(http.StatusBadRequest, invalidSyntax, "The body is not a JSON object.")
	}
	return o, nil
}

type parser struct {
	dec    *json.Decoder
	tokens int
}

// next returns the next token of a text that is known to be JSON.
func (p *parser) next() (json.Token, error) {
	if p.tokens++; p.tokens > maxTokens {
		return nil, refused(http.StatusRequestEntityTooLarge, tooMany,
			fmt.Sprintf("The body holds more than %d names and values.", maxTokens))
	}
	token, err := p.dec.Token()
	if err != nil {
		return nil, refused(http.StatusBadRequest, invalidSyntax, "The body is not JSON in UTF-8.")
	}
	return token, nil
}

func (p *parser) value(depth int) (any, error) {
	token, err := p.next()
	if err != nil {
		return nil, err
	}
	opening, nested := token.(json.Delim)
	switch {
	case !nested:
		return token, nil
	case depth == maxDepth:
		return nil, refused(http.StatusBadRequest, invalidSyntax,
			fmt.Sprintf("The body holds objects or lists more than %d deep.", maxDepth))
	case opening == '{':
		return p.object(depth + 1)
	default:
		return p.list(depth + 1)
	}
}

// object parses the rest of an object.
func (p *parser) object(depth int) (object, error) {
	o, named := object{}, map[string]bool{}
	for p.dec.More() {
		token, err := p.next()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string)
		if folded := strings.ToLower(name); named[folded] {
			return nil, refused(http.StatusBadRequest, invalidSyntax, "An object of the body names an attribute twice.")
		} else {
			named[folded] = true
		}
		value, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		o = append(o, member{name, value})
	}
	_, err := p.next() // the closing bracket
	return o, err
}

// list parses the rest of a list.
func (p *parser) list(depth int) ([]any, error) {
	list := []any{}
	for p.dec.More() {
		value, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	_, err := p.next() // the closing bracket
	return list, err
}
