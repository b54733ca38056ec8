package tenancy

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// The lengths DNS and SMTP allow, in octets. They are looked at before anything else is (SEC-28), so that all work below is bounded.
const (
	maxEmail  = 254 // RFC 5321, path without its brackets
	maxLocal  = 64
	maxDomain = 253 // without the root's dot; IDNA holds its labels to 63
)

// parseEmail gives the canonical form of an e-mail address, the only form in which two are ever compared (ADR-1): the local part and the
// domain part with ASCII letters lowered, the domain part as parseDomain has it. Nothing else is the same address: a plus-tag makes
// another one, and so does any dot. Mail goes to the address as given, never to this.
//
// It takes local-part@domain and nothing around it: a dot-atom of RFC 5322 in printable ASCII, one @, a name of two labels or more. Quotes,
// comments, display names, spaces, address literals and a trailing dot are refused, whatever RFC 5322 says of them, and never repaired.
// The one refusal is CodeEmail.
func parseEmail(given string) (canonical string, err error) {
	if len(given) > maxEmail {
		return "", CodeEmail
	}
	local, domain, _ := strings.Cut(given, "@") // a second @ is in the domain, which takes none
	if !isDotAtom(local) || strings.HasSuffix(domain, ".") {
		return "", CodeEmail
	}
	domain, err = parseDomain(domain)
	if err != nil || !strings.Contains(domain, ".") {
		return "", CodeEmail
	}
	canonical = lowerASCII(local) + "@" + domain
	if len(canonical) > maxEmail { // A-labels can be longer than what they were made of
		return "", CodeEmail
	}
	return canonical, nil
}

// emailDomain gives the domain part of a canonical address. It is compared for equality only, never as a suffix (USR-3, SEC-6).
func emailDomain(canonical string) string {
	_, domain, _ := strings.Cut(canonical, "@")
	return domain
}

// isDotAtom says whether s can be a local part: 1 to 64 characters of RFC 5322's atext, in atoms with single dots between.
func isDotAtom(s string) bool {
	if s == "" || len(s) > maxLocal || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !isAlphanumeric(c) && strings.IndexByte(".!#$%&'*+-/=?^_`{|}~", c) < 0 {
			return false
		}
	}
	return true
}

// registration is what a registry asks of a name: it maps nothing, not even what transitional processing would, and checks the characters
// of STD 3, hyphens, lengths, joiners and the rule for right-to-left names (RFC 5891, section 4).
var registration = idna.New(idna.ValidateForRegistration())

// parseDomain gives the canonical form of a domain name, the only form in which two are ever compared (DOM-1): ASCII letters lowered,
// U-labels as A-labels, one trailing dot removed. It is of [a-z0-9.-] alone. Everything else is refused with CodeDomainName:
//
//   - what IDNA would map, ignore or read as a dot, and zero-width characters even in the scripts that have a use for them: such a name
//     would be another one to another resolver;
//   - an A-label that is not the one of its U-label, and any value that comes with an IDNA error;
//   - IP addresses, and with them any last label that resolvers may read as a number: digits only, or hexadecimal with 0x;
//   - a name over 253 octets as given, U-labels being counted in UTF-8, or in canonical form.
//
// A single label is a name to it. An address takes none, and nobody can claim one: parseEmail and claimable refuse it.
func parseDomain(given string) (canonical string, err error) {
	name := strings.TrimSuffix(given, ".")
	if len(name) > maxDomain || strings.HasSuffix(name, ".") { // IDNA lets one more dot pass
		return "", CodeDomainName
	}
	name = lowerASCII(name)
	ascii, err := registration.ToASCII(name)
	if err != nil {
		return "", CodeDomainName
	}
	unicode, err := registration.ToUnicode(ascii)
	if err != nil || strings.ContainsAny(unicode, "\u200c\u200d") {
		return "", CodeDomainName
	}
	if !sameLabels(name, ascii, unicode) || endsInNumber(ascii) {
		return "", CodeDomainName
	}
	return ascii, nil
}

// sameLabels says whether each label of name is the A-label or the U-label at its place: then nothing was changed but the spelling.
func sameLabels(name, ascii, unicode string) bool {
	a, u := strings.Split(ascii, "."), strings.Split(unicode, ".")
	labels := strings.Split(name, ".")
	if len(labels) != len(a) || len(labels) != len(u) {
		return false
	}
	for i, label := range labels {
		if label != a[i] && label != u[i] {
			return false
		}
	}
	return true
}

// endsInNumber says whether resolvers may take a name for an IPv4 address in one of inet_aton's spellings.
func endsInNumber(ascii string) bool {
	last := ascii[strings.LastIndexByte(ascii, '.')+1:]
	if hex, found := strings.CutPrefix(last, "0x"); found {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == ""
}

// specialUse are the last labels of names that are nobody's. There are no others: example.com and .test can be claimed (DOM-1).
var specialUse = []string{"localhost", "local", "internal", "invalid", "onion", "arpa"}

// claimable says whether an organization may claim a domain, given in canonical form. CodeDomainReserved refuses public suffixes, ICANN's
// and private ones, single labels and special-use names; CodeMailProvider those of the mail providers (DOM-1, SEC-3, SEC-4).
//
// A provider's name covers the names below it too, though a claim covers none (USR-3): providers give out mailboxes on many of their
// own, and lists have only some. The names above it are not covered, and what is below a public suffix is not the suffix's.
func claimable(canonical string, providers map[string]struct{}) error {
	suffix, _ := publicsuffix.PublicSuffix(canonical) // of a single label the label itself, whatever the list has
	if suffix == canonical || slices.Contains(specialUse, canonical[strings.LastIndexByte(canonical, '.')+1:]) {
		return CodeDomainReserved
	}
	for name := canonical; name != suffix && name != ""; _, name, _ = strings.Cut(name, ".") {
		if _, listed := providers[name]; listed {
			return CodeMailProvider
		}
	}
	return nil
}

//go:embed mailproviders.txt
var mailProviderList string

// parsedMailProviders reads the embedded list once. Its lines are canonical: a test holds them to it.
var parsedMailProviders = sync.OnceValue(func() map[string]struct{} {
	providers := make(map[string]struct{}, strings.Count(mailProviderList, "\n"))
	for line := range strings.Lines(mailProviderList) {
		line = strings.TrimSpace(line)
		if line != "" && line[0] != '#' {
			providers[line] = struct{}{}
		}
	}
	return providers
})

// defaultMailProviders gives the embedded list of common mail providers. Everybody has the same map: nobody changes it.
func defaultMailProviders() map[string]struct{} { return parsedMailProviders() }

// mailProviders makes a host's own list ready, which stands instead of the embedded one; an empty one refuses nothing.
// CodeOption refuses it if one entry is no domain name.
func mailProviders(list []string) (map[string]struct{}, error) {
	providers := make(map[string]struct{}, len(list))
	for _, entry := range list {
		canonical, err := parseDomain(entry)
		if err != nil {
			return nil, CodeOption
		}
		providers[canonical] = struct{}{}
	}
	return providers, nil
}

// lowerASCII lowers A to Z and leaves all else as it is, byte by byte. strings.ToLower would make letters of other scripts into ASCII
// ones, such as the Kelvin sign into k (SEC-5).
func lowerASCII(s string) string {
	lowered := []byte(s)
	for i, c := range lowered {
		if 'A' <= c && c <= 'Z' {
			lowered[i] = c + 'a' - 'A'
		}
	}
	return string(lowered)
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}
