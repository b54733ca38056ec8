package tenancy

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Search is by words: whoever has, for each word of the text, a word of their name or an
// address that begins with it is found (USR-16). Both sides are folded, so that what a
// list shows can be typed, in upper or lower case.

// maxSearch is how many characters a search text may have. No name and no address is
// longer.
const maxSearch = 256

// What is kept of a name or an address in the index of words. A name has up to 64
// characters, but some single characters are whole phrases when they are folded.
const (
	maxWords      = 64 // of a name
	maxWordLength = 64 // characters of a word
)

// fold returns a text in which characters that people take for the same are the same:
// those that differ in case alone, by Unicode's case folding, and those that differ in
// form alone, by its normalization form NFKC, such as full-width letters. Marks are kept:
// "é" is not "e". Characters that nobody can see or type are left out.
func fold(text string) string {
	visible := strings.Map(func(c rune) rune {
		if ignorable(c) {
			return -1
		}
		return c
	}, text)
	return norm.NFKC.String(strings.Map(foldCase, longFolding.Replace(norm.NFKD.String(visible))))
}

// longFolding has the characters that fold to several, of those that have no marks: NFKD
// takes letters and marks apart.
var longFolding = strings.NewReplacer("ß", "ss", "ẞ", "ss")

// foldCase returns the first letter of those that Unicode's simple case folding takes for
// the same, such as "Σ" for "σ" and "ς". Lower case would not do, because it keeps these
// two apart. Letters come before marks, or every iota would become the one that is
// written below the letter before it.
func foldCase(given rune) rune {
	first := given
	for other := unicode.SimpleFold(given); other != given; other = unicode.SimpleFold(other) {
		if unicode.IsMark(first) || other < first && !unicode.IsMark(other) {
			first = other
		}
	}
	return first
}

// ignorable reports whether a character is not seen in a text: zero-width characters,
// soft hyphens, variation selectors and control characters that are no white space.
func ignorable(c rune) bool {
	format := unicode.Is(unicode.Cf, c) && !unicode.Is(unicode.Prepended_Concatenation_Mark, c)
	return format || unicode.Is(unicode.Variation_Selector, c) ||
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, c) ||
		unicode.IsControl(c) && !unicode.IsSpace(c)
}

// wordsOf returns the words of a text, folded: what stands between white space.
func wordsOf(text string) []string {
	words := strings.Fields(fold(text))
	return words[:min(len(words), maxWords)]
}

// search is the words of a search text, folded, the longest first and each once. No word
// finds everybody.
type search []string

// searchOf returns the search for a text.
func searchOf(text string) search {
	words := strings.Fields(fold(text)) // all of them: a query is bounded by its length
	slices.SortFunc(words, func(a, b string) int {
		if longer := len(b) - len(a); longer != 0 {
			return longer
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(words)
}

// finds reports whether each word of the search begins a word of a name or one of the
// addresses.
func (s search) finds(name string, addresses ...string) bool {
	if len(s) == 0 {
		return true
	}
	words := wordsOf(name)
	for _, address := range addresses {
		words = append(words, fold(address))
	}
	for _, typed := range s {
		if !slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, typed) }) {
			return false
		}
	}
	return true
}

// mostAsked is how many words of a search are looked up. Those found by them are filtered
// by the others.
const mostAsked = 3

// asked returns what is looked up for the search: the beginnings of its longest words, as
// the index of words has them. The domain of an address has two spellings, of which the
// index has one, so a word is looked up without it.
func (s search) asked() (prefixes []string) {
	for _, word := range s[:min(len(s), mostAsked)] {
		if local, _, isAddress := strings.Cut(word, "@"); isAddress && local != "" {
			word = local + "@"
		}
		prefixes = append(prefixes, indexed(word))
	}
	return prefixes
}

// indexed returns a word as the index has it.
func indexed(word string) string {
	if len(word) <= maxWordLength {
		return word
	}
	for i, n := 0, 0; i < len(word); n++ {
		if n == maxWordLength {
			return word[:i]
		}
		_, size := utf8.DecodeRuneInString(word[i:])
		i += size
	}
	return word
}

// A search first reads for each of its words no more than it takes to know whether they
// fit on a page, and filters those of one word that do. If there is no such word, it reads
// up to mostFound. If more begin with each word that is looked up, it goes through the
// list, where it soon finds a page.
const (
	fewFound  = pageSize + 1
	mostFound = 2000
)

// The marks, in the place where a page begins, that the search reads up to mostFound, and
// that it goes through the list. Without one it reads up to fewFound.
var widened, scanned = [16]byte{1}, [16]byte{2}

// foundIn says how a search finds records in an index: how it asks for those that begin
// with a text, and by what ID the list has them.
type foundIn[R Record] struct {
	with func(prefix string) many[R]
	id   func(R) [16]byte
}

func invitationsFound(org OrganizationID) foundIn[InvitationRecord] {
	return foundIn[InvitationRecord]{
		func(prefix string) many[InvitationRecord] { return pendingInvitationsWith(org, lowerASCII(prefix)) },
		func(i InvitationRecord) [16]byte { return i.ID },
	}
}

func requestsFound(org OrganizationID) foundIn[RequestRecord] {
	return foundIn[RequestRecord]{
		func(prefix string) many[RequestRecord] { return openRequestsWith(org, lowerASCII(prefix)) },
		func(q RequestRecord) [16]byte { return q.ID },
	}
}

// wordsFound asks for a page of the members, or of the independent users, of an
// organization that a search may find.
func (r *reads) wordsFound(org OrganizationID, f *usersFacts, words search, independent bool) (users []UserID) {
	for _, w := range lookUp(r, f, words, foundIn[WordRecord]{
		func(prefix string) many[WordRecord] { return wordsWith(org, prefix, independent) },
		func(w WordRecord) [16]byte { return w.User },
	}) {
		users = append(users, w.User)
	}
	return users
}

// lookUp asks for a page of what an index has for every word of a search for which it has
// few, one record for each ID, in the order of the IDs. If it has more for each word, the
// next page begins with a wider search.
func lookUp[R Record](r *reads, f *usersFacts, words search, in foundIn[R]) (records []R) {
	most, wider := fewFound, widened
	if f.from.key.In == widened {
		most, wider = mostFound, scanned
	}
	few := false
	for _, prefix := range words.asked() {
		some := list(r, in.with(prefix), most)
		if len(some) == most {
			continue
		}
		byID := map[[16]byte]R{}
		for _, record := range some {
			byID[in.id(record)] = record
		}
		if few { // by another word
			records = slices.DeleteFunc(records, func(record R) bool {
				_, too := byID[in.id(record)]
				return !too
			})
			continue
		}
		few, records = true, slices.Collect(maps.Values(byID))
	}
	after := f.from.key.ID
	if !few {
		f.more = Key{In: wider, ID: after}
		return nil
	}
	records = slices.DeleteFunc(records, func(record R) bool { return compareBytes(in.id(record), after) <= 0 })
	slices.SortFunc(records, func(a, b R) int { return compareBytes(in.id(a), in.id(b)) })
	if len(records) > pageSize {
		records = records[:pageSize]
		f.goOn(in.id(records[pageSize-1]))
	}
	return records
}

func compareBytes(a, b [16]byte) int { return bytes.Compare(a[:], b[:]) }

// wordsIn returns the words by which a user is found in an organization, as records.
func (u UserRecord) wordsIn(org OrganizationID, independent bool) (words []Record) {
	for _, word := range u.words() {
		words = append(words, WordRecord{org, u.ID, independent, WordPersonal{NewPersonal(word)}})
	}
	return words
}

// words returns the words by which a user is found in the index: those of the name, and
// the canonical address. A word that another one begins with is left out.
func (u UserRecord) words() []string {
	words := wordsOf(u.Personal.Name.Reveal())
	if address := u.Personal.Address.Reveal(); address != "" {
		words = append(words, fold(address))
	}
	for i, word := range words {
		words[i] = indexed(word)
	}
	slices.Sort(words)
	var kept []string
	for i, word := range words {
		if i+1 == len(words) || !strings.HasPrefix(words[i+1], word) {
			kept = append(kept, word)
		}
	}
	return kept
}
