package console

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// Locale is a language of the pages beside English.
type Locale struct {
	// Tag is the language's tag, as browsers take it, such as "de" or "pt-BR".
	Tag string
	// RightToLeft says that it is written from right to left.
	RightToLeft bool
	// Sentences are the translations, by the English sentence: those of the pages (the function
	// Sentences), of the codes (tenancy.Codes) and of the events (tenancy.Sentences), and the
	// names of Options.Roles and AccountRoles. Another key is refused: it would never be shown.
	// A place for a value, %s, stays in the translation; where their order changes they are
	// numbered, as in %[2]s. What is missing is shown in English, so a locale with few
	// sentences makes a page of two languages.
	Sentences map[string]string
}

// tagForm is a language tag, as browsers take it.
var tagForm = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

// check refuses a locale that has a Tag which is none, a translation of what is no sentence, or one with other
// places for values than the English sentence: the page would show that it is broken.
func (l Locale) check(sentences map[string]bool) error {
	if !tagForm.MatchString(l.Tag) {
		return unfit("a locale's Tag is no language tag: " + strconv.Quote(l.Tag))
	}
	for sentence, own := range l.Sentences {
		if !sentences[sentence] {
			return unfit("a translation's key is no sentence of the pages: " + strconv.Quote(sentence))
		}
		values := make([]any, strings.Count(sentence, "%s"))
		for i := range values {
			values[i] = ""
		}
		if len(values) > 0 && own != "" && strings.Contains(fmt.Sprintf(own, values...), "%!") {
			return unfit("a translation has not the places for values that its sentence has: " + strconv.Quote(sentence))
		}
	}
	return nil
}

// translatable are the keys that Locale.Sentences may have.
func (o Options) translatable() map[string]bool {
	all := map[string]bool{}
	for _, sentence := range Sentences() {
		all[sentence] = true
	}
	for _, sentence := range tenancy.Sentences() {
		all[sentence] = true
	}
	for _, code := range tenancy.Codes() {
		all[code.Sentence] = true
	}
	for _, role := range o.Roles {
		all[string(role)] = true
	}
	for _, role := range o.AccountRoles {
		all[string(role)] = true
	}
	return all
}

// locale is a language with its pages.
type locale struct {
	Locale
	pages  pages
	events map[string]string // what tenancy.Sentences returns, in the language
}

// say translates a sentence, and puts values in the places that it has for them.
func (l *locale) say(sentence string, values ...any) string {
	if own := l.Sentences[sentence]; own != "" {
		sentence = own
	}
	if len(values) == 0 {
		return sentence
	}
	for i, value := range values {
		values[i] = isolated(textOf(value))
	}
	return fmt.Sprintf(sentence, values...)
}

// isolated keeps a text in its own direction within a sentence (Unicode's isolates).
func isolated(text string) string { return "\u2068" + text + "\u2069" }

// t translates a sentence for the reader.
func (v *visit) t(sentence string, values ...any) string { return v.locale.say(sentence, values...) }

// localeOf returns the language of a request.
func (c *console) localeOf(r *http.Request) *locale {
	if c.o.Language != nil {
		if l := c.locales[c.o.Language(r)]; l != nil {
			return l
		}
		return c.locales[english]
	}
	for _, wanted := range accepted(r.Header.Get("Accept-Language")) {
		for tag := wanted; tag != ""; tag = cutTag(tag) {
			for own, l := range c.locales {
				if strings.EqualFold(own, tag) {
					return l
				}
			}
		}
	}
	return c.locales[english]
}

// accepted returns the tags of an Accept-Language header, the most wanted one first.
func accepted(header string) (tags []string) {
	weights := map[string]float64{}
	header = header[:min(len(header), 1000)] // browsers send a few tags
	for part := range strings.SplitSeq(header, ",") {
		tag, parameter, _ := strings.Cut(strings.TrimSpace(part), ";")
		weight := 1.0
		if q, is := strings.CutPrefix(strings.TrimSpace(parameter), "q="); is {
			weight, _ = strconv.ParseFloat(q, 64)
		}
		if tag = strings.TrimSpace(tag); tag != "" && weight > 0 {
			tags, weights[tag] = append(tags, tag), weight
		}
	}
	slices.SortStableFunc(tags, func(a, b string) int { return cmp.Compare(weights[b], weights[a]) })
	return tags
}

// english is the tag of the language that the pages are written in.
const english = "en"

// cutTag cuts the last part of a tag: "pt-BR", "pt", "".
func cutTag(tag string) string {
	i := strings.LastIndexByte(tag, '-')
	return tag[:max(i, 0)]
}
