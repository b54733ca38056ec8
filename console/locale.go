package console

import (
	"fmt"
	"net/http"
	"strings"
)

// Locale is a language of the pages beside English.
type Locale struct {
	// Tag is the language's tag, such as "de" or "pt-BR".
	Tag string
	// RightToLeft says that it is written from right to left.
	RightToLeft bool
	// Sentences are the translations, by the English sentence: those of the pages, of the
	// codes (tenancy.Codes) and of the events (tenancy.Sentences). A place for a value, such
	// as %s, stays in the translation. What is missing is shown in English.
	Sentences map[string]string
}

// locale is a language with its pages.
type locale struct {
	Locale
	pages pages
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
	for _, wanted := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(wanted), ";")
		for ; tag != ""; tag = cutTag(tag) {
			if l := c.locales[tag]; l != nil {
				return l
			}
		}
	}
	return c.locales[english]
}

// english is the tag of the language that the pages are written in.
const english = "en"

// cutTag cuts the last part of a tag: "pt-BR", "pt", "".
func cutTag(tag string) string {
	i := strings.LastIndexByte(tag, '-')
	return tag[:max(i, 0)]
}
