package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// model says what an operation leads to by the rules: it rewrites the operation, as each
// rule asks, into such operations as the peer understands, has the peer apply them, and
// mends what the peer made of them as the rules ask.
type model struct {
	peer   *peer
	schema []*attribute
	off    map[rule]bool // rules that are left out
	fired  map[rule]bool // rules that changed something
}

// on reports whether a rule holds, and notes that it changes something.
func (m *model) on(r rule) bool {
	if m.off[r] {
		return false
	}
	m.fired[r] = true
	return true
}

// refusal is that the rules refuse an operation, with this scimType.
type refusal string

func (r refusal) Error() string { return string(r) }

// refuse returns a refusal, or nil if the rule is left out.
func (m *model) refuse(r rule, scimType string) error {
	if !m.on(r) {
		return errLeftOut
	}
	return refusal(scimType)
}

// errLeftOut is that the operation goes to the peer as it is.
var errLeftOut = errors.New("the rule is left out")

// predict returns what the operation leads to.
func (m *model) predict(before doc, o operation) (outcome, error) {
	m.fired = map[rule]bool{}
	d, err := m.run(before, o)
	var refused refusal
	switch {
	case errors.As(err, &refused):
		return outcome{Document: before, Refused: string(refused)}, nil
	case errors.Is(err, errLeftOut):
		return m.peer.apply(before, o)
	case errors.Is(err, errPeer):
		return outcome{Document: before, Refused: err.Error()}, nil
	}
	return outcome{Document: d}, err
}

var errPeer = errors.New("the peer refuses")

func (m *model) run(d doc, o operation) (doc, error) {
	if lower := strings.ToLower(o.Op); lower != o.Op && m.on(anyOp) {
		o.Op = lower
	}
	verb := strings.ToLower(o.Op)
	if o.Path != "" {
		return m.edit(d, o, verb, false)
	}
	if verb == "remove" {
		return nil, m.refuse(refusesNoTarget, "noTarget")
	}
	members, is := o.Value.(doc)
	if !is {
		return nil, m.refuse(refusesValue, "invalidValue")
	}
	if !m.on(membersAreOperations) {
		return m.elementary(d, o)
	}
	return m.members(d, o, "", members)
}

// members edits by each member of an object, whose names are paths behind a prefix.
func (m *model) members(d doc, o operation, prefix string, members doc) (doc, error) {
	names := slices.Collect(maps.Keys(members))
	sort.Strings(names) // as encoding/json sends them
	var err error
	for _, name := range names {
		one := operation{Op: o.Op, Path: prefix + name, Value: members[name]}
		if d, err = m.edit(d, one, strings.ToLower(o.Op), true); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// path is a path in its parts.
type path struct {
	chain      []*attribute // nil: not kept
	conditions []condition
	brackets   bool
	text       string // with the names as the schema has them
}

type condition struct {
	name  string
	part  *attribute
	value any
}

var (
	pathForm      = regexp.MustCompile(`^([A-Za-z$][\w$-]*)((?:\.[A-Za-z$][\w$-]*)*)(\[(.*)\])?(?:\.([A-Za-z$][\w$-]*))?$`)
	conditionForm = regexp.MustCompile(`^([A-Za-z$]+) (?i:eq) ("(?:[^"\\]|\\.)*"|(?i:true|false|null)|\d+)$`)
	and           = regexp.MustCompile(` (?i:and) `)
)

func find(among []*attribute, name string) *attribute {
	for _, a := range among {
		if strings.EqualFold(a.Name, name) {
			return a
		}
	}
	return nil
}

// parse parses a path. A filter that is no comparison with eq, or malformed, is refused
// also where the attribute is not kept.
func (m *model) parse(text string) (path, error) {
	among, rest, prefix := m.schema, text, ""
	var chain []*attribute
	lower := strings.ToLower(text)
	switch {
	case lower == strings.ToLower(enterpriseSchema):
		return path{chain: []*attribute{find(m.schema, enterpriseSchema)}, text: enterpriseSchema}, nil
	case strings.HasPrefix(lower, strings.ToLower(enterpriseSchema)+":"):
		chain = []*attribute{find(m.schema, enterpriseSchema)}
		among, rest, prefix = chain[0].SubAttributes, text[len(enterpriseSchema)+1:], enterpriseSchema+":"
	case strings.HasPrefix(lower, strings.ToLower(userSchema)+":"):
		rest = text[len(userSchema)+1:]
	case strings.HasPrefix(lower, "urn:"):
		return path{}, nil
	}
	parts := pathForm.FindStringSubmatch(rest)
	if parts == nil {
		return path{}, m.refuse(refusesPath, "invalidPath")
	}
	p := path{brackets: parts[3] != ""}
	names := append([]string{parts[1]}, strings.FieldsFunc(parts[2], func(r rune) bool { return r == '.' })...)
	var conditions []string
	if p.brackets {
		for _, one := range and.Split(parts[4], -1) {
			c := conditionForm.FindStringSubmatch(one)
			if c == nil {
				return path{}, m.refuse(refusesFilter, "invalidFilter")
			}
			var value any
			if err := json.Unmarshal([]byte(lowerWord(c[2])), &value); err != nil {
				return path{}, err
			}
			p.conditions = append(p.conditions, condition{name: c[1], value: value})
			conditions = append(conditions, one)
		}
	}
	if parts[5] != "" {
		names = append(names, parts[5])
	}
	p.text = prefix
	for i, name := range names {
		a := find(among, name)
		if a == nil {
			return path{}, nil
		}
		chain, among = append(chain, a), a.SubAttributes
		if i > 0 {
			p.text += "."
		}
		p.text += a.Name
		if i == 0 && p.brackets && !(a.Mutability == "readOnly") {
			if !a.MultiValued {
				return path{}, m.refuse(refusesPath, "invalidPath")
			}
			p.text += "[" + strings.Join(conditions, " and ") + "]"
		}
		if a.Mutability == "readOnly" {
			break
		}
	}
	p.chain = chain
	return p, nil
}

func lowerWord(text string) string {
	if strings.HasPrefix(text, `"`) {
		return text
	}
	return strings.ToLower(text)
}

// edit applies an operation with a path. whole: the path is the name of a member.
func (m *model) edit(d doc, o operation, verb string, whole bool) (doc, error) {
	p, err := m.parse(o.Path)
	if err != nil {
		return nil, err
	}
	if p.chain == nil {
		if m.on(notKeptIgnored) {
			return d, nil
		}
		return m.elementary(d, o)
	}
	for _, a := range p.chain {
		if a.Mutability == "readOnly" {
			if !whole && a.Name != "emails" && a.Name != "schemas" {
				return nil, m.refuse(refusesReadOnly, "mutability")
			}
			if m.on(derivedIgnored) {
				return d, nil
			}
			return m.elementary(d, o)
		}
	}
	if p.text != o.Path && m.on(anyCase) {
		o.Path = p.text
	}
	last := p.chain[len(p.chain)-1]
	for _, a := range p.chain {
		if a.MultiValued {
			return m.list(d, o, verb, p, a)
		}
	}
	if last.Type == "complex" {
		return m.complex(d, o, verb, last)
	}
	if verb == "remove" {
		switch {
		case last.Required:
			return nil, m.refuse(refusesRequired, "mutability")
		case last.Name == "active" && m.on(activeStays):
			return d, nil
		}
		return m.elementary(d, operation{Op: o.Op, Path: o.Path, bare: true})
	}
	value, err := m.single(last, o.Value)
	if err != nil {
		return nil, err
	}
	if value == nil {
		switch {
		case last.Required:
			return nil, m.refuse(refusesValue, "invalidValue")
		case last.Name == "active" && m.on(activeStays):
			return d, nil
		case m.on(emptyRemoves):
			return m.elementary(d, operation{Op: "remove", Path: o.Path, bare: true})
		}
		value = o.Value
	}
	if last.Name == "userName" {
		text, _ := value.(string)
		local, found := strings.CutSuffix(strings.ToLower(text), "@"+domain)
		if !found || local == "" {
			return nil, m.refuse(refusesAddress, "invalidValue")
		}
	}
	o.Value = value
	return m.elementary(d, o)
}

// single returns a value as an attribute without parts has it; nil: none.
func (m *model) single(a *attribute, value any) (any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		if v == "" {
			return nil, nil
		}
		if a.Type == "boolean" {
			if lower := strings.ToLower(v); (lower == "true" || lower == "false") && m.on(textTruth) {
				return lower == "true", nil
			}
			return nil, m.refuse(refusesValue, "invalidValue")
		}
		return v, nil
	case bool:
		if a.Type == "boolean" {
			return v, nil
		}
	case int, float64:
		if a.Type != "boolean" && m.on(numberText) {
			return fmt.Sprint(v), nil
		}
	}
	return nil, m.refuse(refusesValue, "invalidValue")
}

// complex edits an attribute that has parts and is no list.
func (m *model) complex(d doc, o operation, verb string, a *attribute) (doc, error) {
	prefix := o.Path + "."
	if a.Name == enterpriseSchema {
		prefix = enterpriseSchema + ":"
	}
	if verb == "remove" {
		o.Value, o.bare = nil, true
	}
	if text, is := o.Value.(string); is && text != "" && a.Name == "manager" && m.on(managerText) {
		o.Value = doc{"value": text}
	}
	switch value := o.Value.(type) {
	case doc:
		if a.Name == "manager" && m.on(managerWhole) {
			var err error
			if d, err = m.elementary(d, operation{Op: "remove", Path: o.Path, bare: true}); err != nil {
				return nil, err
			}
		}
		if a.Name == enterpriseSchema && m.on(wholeExtension) || a.Name != enterpriseSchema && m.on(partsStay) {
			return m.members(d, o, prefix, value)
		}
		return m.elementary(d, o)
	case nil:
	case string:
		if value != "" {
			return nil, m.refuse(refusesValue, "invalidValue")
		}
	default:
		return nil, m.refuse(refusesValue, "invalidValue")
	}
	if verb == "remove" && a.Name != enterpriseSchema {
		return m.elementary(d, o)
	}
	if a.Name == enterpriseSchema {
		if !m.on(wholeExtension) {
			return m.elementary(d, o)
		}
		var err error
		for _, part := range a.SubAttributes {
			if d, err = m.elementary(d, operation{Op: "remove", Path: prefix + part.Name, bare: true}); err != nil {
				return nil, err
			}
		}
		return d, nil
	}
	if m.on(emptyRemoves) {
		return m.elementary(d, operation{Op: "remove", Path: o.Path, bare: true})
	}
	return m.elementary(d, o)
}

// elementary has the peer apply an operation, and mends what it made.
func (m *model) elementary(d doc, o operation) (doc, error) {
	answer, err := m.peer.apply(d, o)
	if err != nil {
		return nil, err
	}
	if answer.Refused != "" {
		return nil, fmt.Errorf("%w %s of %s: %s", errPeer, o.Op, o.Path, answer.Refused)
	}
	after := answer.Document
	for _, name := range lists {
		elements, _ := after[name].([]any)
		for _, element := range elements {
			element, is := element.(doc)
			if !is {
				return nil, fmt.Errorf("%w: an element of %s is no object", errPeer, name)
			}
			delete(element, "mark")
		}
		m.mendList(d, after, name, o)
	}
	pruned := m.prune(after, m.schema).(doc)
	return pruned, nil
}

// prune leaves out what is empty and what is not kept.
func (m *model) prune(value any, among []*attribute) any {
	switch v := value.(type) {
	case doc:
		for name, one := range v {
			a := find(among, name)
			if a == nil {
				if m.on(notKeptIgnored) {
					delete(v, name)
				}
				continue
			}
			one = m.prune(one, a.SubAttributes)
			if one == nil && m.on(emptyRemoves) {
				delete(v, name)
				continue
			}
			v[name] = one
		}
		if len(v) == 0 && among != nil && &among[0] != &m.schema[0] {
			return nil
		}
		return v
	case []any:
		var left []any
		for _, one := range v {
			if one = m.prune(one, among); one != nil {
				left = append(left, one)
			}
		}
		if left == nil {
			return nil
		}
		return left
	case string:
		if v == "" {
			return nil
		}
	}
	return value
}

// list edits a list or its elements.
func (m *model) list(d doc, o operation, verb string, p path, a *attribute) (doc, error) {
	elements, _ := d[a.Name].([]any)
	part := p.chain[len(p.chain)-1]
	if part == a {
		part = nil
	}
	if !p.brackets && part == nil {
		return m.wholeList(d, o, verb, a, elements)
	}
	for i, c := range p.conditions {
		if p.conditions[i].part = find(a.SubAttributes, c.name); p.conditions[i].part == nil {
			return nil, m.refuse(refusesFilter, "invalidFilter")
		}
	}
	var met []int
	for i, element := range elements {
		if meets(element, p.conditions) {
			met = append(met, i)
		}
	}
	if verb == "remove" {
		if len(met) == 0 {
			return d, nil
		}
		return m.marked(d, operation{Op: o.Op, Path: o.Path, bare: true}, p, a, elements, met)
	}
	if len(met) == 0 {
		if !m.on(makesElement) {
			return m.elementary(d, o)
		}
		return m.makeElement(d, o, p, a, part)
	}
	value, err := m.elementValue(o.Value, a, part)
	if err != nil {
		return nil, err
	}
	if value == nil && m.on(emptyRemoves) {
		return m.marked(d, operation{Op: "remove", Path: o.Path, bare: true}, p, a, elements, met)
	}
	o.Value = value
	return m.marked(d, o, p, a, elements, met)
}

// makeElement adds the element that a path describes.
func (m *model) makeElement(d doc, o operation, p path, a, part *attribute) (doc, error) {
	made := doc{}
	for _, c := range p.conditions {
		value, err := m.single(c.part, c.value)
		if err != nil {
			return nil, err
		}
		if value != nil {
			made[c.part.Name] = value
		}
	}
	if meets(made, p.conditions) {
		value, err := m.elementValue(o.Value, a, part)
		if err != nil {
			return nil, err
		}
		switch {
		case part != nil && value == nil:
			delete(made, part.Name)
		case part != nil:
			made[part.Name] = value
		case value == nil:
			clear(made)
		default:
			maps.Copy(made, value.(doc))
		}
	}
	if m.prune(made, a.SubAttributes) == nil {
		return d, nil
	}
	return m.elementary(d, operation{Op: "add", Path: a.Name, Value: []any{made}})
}

// elementValue returns the value of an edit of an element, or of its part; nil: none.
func (m *model) elementValue(value any, a, part *attribute) (any, error) {
	if part != nil {
		return m.single(part, value)
	}
	if value == nil || value == "" {
		return nil, nil
	}
	if _, is := value.(string); is && find(a.SubAttributes, "value") == nil {
		return nil, m.refuse(refusesValue, "invalidValue")
	}
	return m.elementOf(value, a)
}

// elementOf returns an element of a list with names as the schema has them.
func (m *model) elementOf(value any, a *attribute) (doc, error) {
	if text, is := value.(string); is && m.on(elementText) {
		value = doc{"value": text}
	}
	switch v := value.(type) {
	case nil:
		return doc{}, nil
	case doc:
		made := doc{}
		names := slices.Collect(maps.Keys(v))
		sort.Strings(names)
		for _, name := range names {
			part := find(a.SubAttributes, name)
			if part == nil {
				if !m.on(notKeptIgnored) {
					made[name] = v[name]
				}
				continue
			}
			one, err := m.single(part, v[name])
			if err != nil {
				return nil, err
			}
			if part.Name != name && m.on(anyCase) {
				name = part.Name
			}
			made[name] = one
		}
		return made, nil
	}
	return nil, m.refuse(refusesValue, "invalidValue")
}

// wholeList edits all of a list.
func (m *model) wholeList(d doc, o operation, verb string, a *attribute, elements []any) (doc, error) {
	if o.Value == nil {
		switch {
		case verb == "remove":
			return m.elementary(d, operation{Op: o.Op, Path: o.Path, bare: true})
		case !m.on(emptyRemoves):
			return m.elementary(d, o)
		case verb == "add":
			return d, nil
		}
		return m.elementary(d, operation{Op: "remove", Path: o.Path, bare: true})
	}
	list, is := o.Value.([]any)
	if !is {
		if !m.on(oneElement) {
			return m.elementary(d, o)
		}
		list = []any{o.Value}
	}
	given := []any{}
	for _, one := range list {
		element, err := m.elementOf(one, a)
		if err != nil {
			return nil, err
		}
		for name, value := range element {
			if value == nil && m.on(emptyRemoves) {
				delete(element, name)
			}
		}
		given = append(given, element)
	}
	if verb == "remove" {
		if !m.on(removesCovered) {
			return m.elementary(d, o)
		}
		left := []any{}
		for _, element := range elements {
			if !slices.ContainsFunc(given, func(g any) bool { return covers(element.(doc), g.(doc)) }) {
				left = append(left, element)
			}
		}
		o.Op, o.bare = "replace", false
		given = left
	}
	if verb == "add" && len(given) == 0 {
		return d, nil
	}
	o.Value = given
	return m.elementary(d, o)
}

func covers(element, description doc) bool {
	for name, value := range description {
		if element[name] != value {
			return false
		}
	}
	return len(description) > 0
}

func meets(element any, conditions []condition) bool {
	for _, c := range conditions {
		has, wanted := element.(doc)[c.part.Name], c.value
		if text, is := wanted.(string); is && c.part.Type == "boolean" {
			wanted = strings.EqualFold(text, "true")
		}
		if wanted == false && has == nil {
			has = false
		}
		text, isText := has.(string)
		other, otherIs := wanted.(string)
		if isText && otherIs && !c.part.CaseExact {
			if !strings.EqualFold(text, other) {
				return false
			}
		} else if has != wanted {
			return false
		}
	}
	return true
}

// marked has the peer apply an operation to elements of a list: by the filter of the path
// if the peer reads that as we do, else by a mark that the elements get for it.
func (m *model) marked(d doc, o operation, p path, a *attribute, elements []any, met []int) (doc, error) {
	within, rest := "", strings.TrimPrefix(p.text, a.Name)
	if i := strings.LastIndex(rest, "]"); i >= 0 {
		within, rest = rest[:i], rest[i+1:]
	}
	if p.brackets && plainFilter.MatchString(within) && slices.Equal(exactly(elements, p.conditions), met) {
		o.Path = p.text
		return m.elementary(d, o)
	}
	if rule := map[bool]rule{true: filterCase, false: allElements}[p.brackets]; !m.on(rule) {
		return m.elementary(d, o)
	}
	marked := make([]any, len(elements))
	for i, element := range elements {
		marked[i] = element
		if slices.Contains(met, i) {
			copied := maps.Clone(element.(doc))
			copied["mark"] = "met"
			marked[i] = copied
		}
	}
	d = maps.Clone(d)
	d[a.Name] = marked
	o.Path = a.Name + `[mark eq "met"]` + rest
	return m.elementary(d, o)
}

// plainFilter are filters that the peers read without trouble.
var plainFilter = regexp.MustCompile(`^\[([A-Za-z]+ eq ("[\w ]*"|true|false)( and |$))+$`)

// exactly returns which elements have the very values of the conditions.
func exactly(elements []any, conditions []condition) (met []int) {
	for i, element := range elements {
		if !slices.ContainsFunc(conditions, func(c condition) bool { return element.(doc)[c.part.Name] != c.value }) {
			met = append(met, i)
		}
	}
	return met
}

func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(quoted)
}

// mendList leaves out hollow and equal elements, and all primary ones but one.
func (m *model) mendList(before, after doc, name string, o operation) {
	elements, is := after[name].([]any)
	if !is {
		return
	}
	a := find(m.schema, name)
	had, _ := before[name].([]any)
	replaced := strings.EqualFold(o.Op, "replace") && o.Path == name
	type kept struct {
		element doc
		old     bool // it was primary
	}
	var all []kept
	primary := 0
	same := func(element doc) func(kept) bool {
		return func(k kept) bool { return reflect.DeepEqual(k.element, element) }
	}
	for i, one := range elements {
		element, is := one.(doc)
		if !is {
			return
		}
		if m.prune(element, a.SubAttributes) == nil {
			continue
		}
		if slices.ContainsFunc(all, same(element)) && m.on(noDuplicates) {
			continue
		}
		if hollow(element) && m.on(hollowElements) {
			continue
		}
		k := kept{element: element}
		if i < len(had) && !replaced && len(elements) >= len(had) {
			k.old = had[i].(doc)["primary"] == true
		}
		all = append(all, k)
		if element["primary"] == true {
			primary++
		}
	}
	for _, old := range []bool{true, false} {
		several := primary > 1
		for _, k := range all {
			if k.element["primary"] == true && (old && k.old && several || !old && primary > 1) && m.on(onePrimary) {
				delete(k.element, "primary")
				primary--
			}
		}
	}
	left := []any{}
	for i, k := range all {
		if !slices.ContainsFunc(all[:i], same(k.element)) || !m.on(noDuplicates) {
			left = append(left, k.element)
		}
	}
	after[name] = left
}

func hollow(element doc) bool {
	for name := range element {
		if name != "type" && name != "primary" {
			return false
		}
	}
	return true
}
