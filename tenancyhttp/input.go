package tenancyhttp

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// fieldsOf returns the names, in lower case, that encoding/json finds the fields of an
// input by. It panics if the type cannot be an input.
func fieldsOf[In any]() map[string]bool {
	of := reflect.TypeFor[In]()
	switch any(new(In)).(type) {
	case json.Unmarshaler, encoding.TextUnmarshaler:
		panic(fmt.Sprintf("tenancyhttp: the input %s has a form of its own in JSON", of))
	}
	if of.Kind() != reflect.Struct {
		panic(fmt.Sprintf("tenancyhttp: the input %s is not a struct", of))
	}
	names := map[string]bool{}
	for _, field := range reflect.VisibleFields(of) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" {
			name = field.Name
		}
		if field.IsExported() && name != "-" {
			names[strings.ToLower(name)] = true
		}
	}
	return names
}

// wildcard matches the wildcards of a pattern that have a name.
var wildcard = regexp.MustCompile(`\{([^{}$.]+)(?:\.\.\.)?\}`)

// none matches the text forms of zero IDs, which name nothing in a path.
var none = regexp.MustCompile(`^[A-Z]{2}0{32}$`)

var errNoPattern = errors.New("tenancyhttp: a handler of Handle belongs in a http.ServeMux, whose pattern names the input's fields")

// read reads the input of a request: the query or the body, and then the path.
func read(r *http.Request, into any, fields map[string]bool) error {
	if r.Pattern == "" {
		return errNoPattern // nothing says what the path names
	}
	var err error
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodDelete:
		if r.Method == http.MethodDelete {
			err = bodiless(r.Body)
		}
		if err == nil {
			err = readQuery(r.URL.RawQuery, into)
		}
	default:
		err = decode(r.Body, into)
	}
	if err != nil {
		return err
	}
	for _, found := range wildcard.FindAllStringSubmatch(r.Pattern, -1) {
		name := found[1]
		if !fields[strings.ToLower(name)] {
			return fmt.Errorf("tenancyhttp: the input has no field for {%s} of the pattern %q", name, r.Pattern)
		}
		value := r.PathValue(name)
		if none.MatchString(value) {
			return tenancy.CodeID
		}
		if err := member(into, name, value); err != nil {
			return err
		}
	}
	return nil
}

// bodiless refuses a body where none is read: what is to be done by what it says would be
// done without.
func bodiless(body io.Reader) error {
	switch n, err := io.ReadFull(body, make([]byte, 1)); {
	case n > 0:
		return tenancy.CodeInput
	case err == io.EOF:
		return nil
	default:
		return err
	}
}

// readQuery reads the parameters of a query, each of which comes once.
func readQuery(raw string, into any) error {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return tenancy.CodeInput
	}
	seen := map[string]bool{}
	for name, values := range query {
		folded := strings.ToLower(name)
		if len(values) != 1 || seen[folded] {
			return tenancy.CodeInput
		}
		seen[folded] = true
		if err := member(into, name, values[0]); err != nil {
			return err
		}
	}
	return nil
}

// literal matches the values that are JSON without quotes around them.
var literal = regexp.MustCompile(`^(?:true|false|-?(?:0|[1-9][0-9]*))$`)

// member reads a value of the path or the query into the field with a name: as a text, or,
// if the field takes none, as a number, true or false.
func member(into any, name, value string) error {
	text, err := json.Marshal(map[string]string{name: value})
	if err != nil {
		return err
	}
	err = decode(bytes.NewReader(text), into)
	if err == tenancy.CodeInput && literal.MatchString(value) {
		if text, err = json.Marshal(map[string]json.RawMessage{name: json.RawMessage(value)}); err == nil {
			err = decode(bytes.NewReader(text), into)
		}
	}
	return err
}

// decode reads one JSON object, or nothing. A value's own refusal has its code, and
// everything else that is malformed is CodeInput.
func decode(from io.Reader, into any) error {
	object := json.NewDecoder(from)
	object.DisallowUnknownFields()
	err := object.Decode(into)
	if err == nil {
		if _, err = object.Token(); err == nil {
			return tenancy.CodeInput // there is more behind the object
		}
	}
	switch _, tooLarge := errors.AsType[*http.MaxBytesError](err); {
	case err == io.EOF:
		return nil
	case tooLarge:
		return errTooLarge
	case tenancy.CodeOf(err) != "":
		return err
	}
	return tenancy.CodeInput
}
