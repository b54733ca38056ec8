package tenancy

import (
	"reflect"
	"strconv"
	"strings"
	"time"
)

// SentencePart is a piece of an event's sentence, for a page that makes links of it.
type SentencePart struct {
	Text string    // personal data if Name is set
	ID   string    // the text form of what the text calls, or of the Actor; "": the text is words
	Name bool      // the text is a name or an address, not a description of what has none
	Time time.Time // what the text says; zero: it says no time
}

// Sentence says what happened, with IDs and without names. The table is one as Sentences
// returns it, of the host's; nil means Sentences(). Of a type that it does not have the
// name is returned. A place that the type does not have is left as it is. Times are in
// UTC, to the minute.
func (e Event) Sentence(table map[string]string) string {
	t := teller{event: e, table: table, name: func(id string) SentencePart { return SentencePart{Text: id, ID: id} }}
	return joinParts(t.tell())
}

// RevealSentence is Sentence with names in place of IDs, or with addresses where Names has
// only those. What has no name there is described by the table's words, such as "a deleted
// user": its ID is in the event's data. What RevealSentence returns is personal data.
func (e LoggedEvent) RevealSentence(table map[string]string) string {
	return joinParts(e.SentenceParts(table))
}

// SentenceParts returns the pieces of what RevealSentence returns. Each piece that stands
// for something with an ID has the ID, also where there is no name for it.
func (e LoggedEvent) SentenceParts(table map[string]string) []SentencePart {
	t := teller{event: e.Event, table: table}
	t.name = func(id string) SentencePart {
		part := SentencePart{ID: id, Name: true}
		switch named := e.NameOf(id); {
		case !named.Name.IsZero():
			part.Text = named.Name.Reveal()
		case !named.Email.IsZero():
			part.Text = named.Email.Reveal()
		case id == Actor{}.String():
			return SentencePart{Text: t.word(id, id)}
		case strings.HasPrefix(id, operatorPrefix):
			return SentencePart{Text: t.word("operator", id), ID: id}
		case named.Gone:
			return SentencePart{Text: t.word("gone/"+id[:2], id), ID: id}
		default:
			return SentencePart{Text: t.word("hidden/"+id[:2], id), ID: id}
		}
		return part
	}
	return t.tell()
}

func joinParts(parts []SentencePart) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.Text)
	}
	return b.String()
}

// teller fills in the sentence of an event.
type teller struct {
	event Event
	table map[string]string
	name  func(id string) SentencePart // what an ID is called
}

// tell returns the sentence of the event.
func (t teller) tell() []SentencePart {
	if t.table == nil {
		t.table = eventSentences
	}
	kind := EventType(t.event.Data)
	sentence, ok := t.table[kind+"/"+t.event.sentenceCase()]
	if !ok {
		sentence, ok = t.table[kind]
	}
	if !ok {
		return words(kind)
	}
	return t.fillIn(sentence, t.place)
}

// word returns the table's word for a key, the English one if it has none, or else another
// text.
func (t teller) word(key, otherwise string) string {
	for _, table := range []map[string]string{t.table, eventSentences} {
		if word, ok := table[key]; ok {
			return word
		}
	}
	return otherwise
}

// fillIn fills the places of a text.
func (t teller) fillIn(text string, fill func(place string) ([]SentencePart, bool)) (parts []SentencePart) {
	for text != "" {
		before, after, open := strings.Cut(text, "{")
		place, behind, closed := strings.Cut(after, "}")
		if !open || !closed {
			return append(parts, words(text)...)
		}
		parts = append(parts, words(before)...)
		if filled, ok := fill(place); ok {
			parts = append(parts, filled...)
		} else {
			parts = append(parts, words("{"+place+"}")...)
		}
		text = behind
	}
	return parts
}

// words is a part without a name, or none if there is no text.
func words(text string) []SentencePart {
	if text == "" {
		return nil
	}
	return []SentencePart{{Text: text}}
}

// place returns what stands in a place of the event's sentence.
func (t teller) place(place string) ([]SentencePart, bool) {
	if place == "actor" {
		part := t.name(t.event.Actor.String())
		if t.event.Actor.isDirectory() && !part.Name && part.Text != part.ID {
			part.Text = t.word("directory", part.ID)
		}
		return []SentencePart{part}, true
	}
	data := reflect.ValueOf(t.event.Data)
	if place == "roles" {
		set, ok := reflect.TypeAssert[RoleSet](data.FieldByName("Roles"))
		key := "roles"
		if len(set.All()) == 1 {
			key = "role"
		}
		return t.fillIn(t.word(key, ""), t.place), ok
	}
	field := data.FieldByName(place)
	if !field.IsValid() {
		return nil, false
	}
	return t.value(field), true
}

// value says a value of the event's data.
func (t teller) value(field reflect.Value) []SentencePart {
	switch value := field.Interface().(type) {
	case Instant:
		return t.instant(value)
	case Duration:
		return t.duration(time.Duration(value))
	case Actor:
		return []SentencePart{t.name(value.String())}
	case RoleSet:
		return t.several(reflect.ValueOf(value.All()))
	case interface{ String() string }:
		if field.Kind() == reflect.Array && !field.IsZero() {
			return []SentencePart{t.name(value.String())}
		}
		return nil
	}
	switch field.Kind() {
	case reflect.String:
		return words(t.word(field.Type().Name()+"/"+field.String(), field.String()))
	case reflect.Slice:
		return t.several(field)
	}
	return nil
}

// several says all of several values.
func (t teller) several(values reflect.Value) (parts []SentencePart) {
	for i := range values.Len() {
		switch i {
		case 0:
		case values.Len() - 1:
			parts = append(parts, words(" "+t.word("and", "")+" ")...)
		default:
			parts = append(parts, words(", ")...)
		}
		parts = append(parts, t.value(values.Index(i))...)
	}
	return parts
}

// instant says a time. Zero is none.
func (t teller) instant(at Instant) []SentencePart {
	if at == 0 {
		return nil
	}
	time := at.Time().UTC()
	return []SentencePart{{Text: time.Format("2006-01-02 15:04 MST"), Time: time}}
}

// duration says how long something lasts, in the longest unit that says it exactly, and no
// more exactly than in seconds.
func (t teller) duration(d time.Duration) []SentencePart {
	unit, name := time.Second, "second"
	for _, longer := range []struct {
		unit time.Duration
		name string
	}{{time.Minute, "minute"}, {time.Hour, "hour"}, {24 * time.Hour, "day"}} {
		if d >= longer.unit && d%longer.unit == 0 {
			unit, name = longer.unit, longer.name
		}
	}
	n := (d + unit - 1) / unit
	if n != 1 {
		name += "s"
	}
	return t.fillIn(t.word("Duration/"+name, ""), func(place string) ([]SentencePart, bool) {
		return words(strconv.FormatInt(int64(n), 10)), place == "n"
	})
}
