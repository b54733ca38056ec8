package tenancy

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// The lengths that DNS and SMTP allow, in octets. They are checked before anything else is
// (SEC-28), so that all work below is bounded.
const (
	maxEmail  = 254 // RFC 5321, path without its brackets
	maxLocal  = 64
	maxDomain = 253 // without the root's dot; IDNA holds its labels to 63
)

// parseEmail returns the canonical form of an e-mail address, the only form in which
// two are ever compared (ADR-1). It lowers the ASCII letters of the local part, and
// takes the domain part as parseDomain returns it. It merges nothing else: a plus-tag
// makes another address, and so does any dot. Mail goes to the address as given, never
// to its canonical form.
//
// It accepts local-part@domain and nothing around it: a dot-atom of RFC 5322 in
// printable ASCII, one @, and a name of two labels or more. It refuses quotes,
// comments, display names, spaces, address literals and a trailing dot, whatever RFC
// 5322 says of them, and never repairs them. Its one refusal is CodeEmail.
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

// emailDomain returns the domain part of a canonical address. Callers compare it for
// equality only, never as a suffix (USR-3, SEC-6).
func emailDomain(canonical string) string {
	_, domain, _ := strings.Cut(canonical, "@")
	return domain
}

// isDotAtom reports whether s can be a local part: 1 to 64 characters of RFC 5322's
// atext, in atoms with single dots between them.
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

// registration is the profile of IDNA that a registry applies to a name (RFC 5891,
// section 4). It maps nothing, not even what transitional processing would. It checks
// the characters of STD 3, hyphens, lengths, joiners and the rule for right-to-left
// names.
var registration = idna.New(idna.ValidateForRegistration())

// parseDomain returns the canonical form of a domain name, the only form in which two
// are ever compared (DOM-1): ASCII letters lowered, U-labels as A-labels, one trailing
// dot removed. It holds no characters but a–z, 0–9, dots and hyphens. parseDomain
// refuses all else with CodeDomainName:
//
//   - characters that IDNA would map, ignore or read as a dot, and zero-width
//     characters even in the scripts that have a use for them, since another resolver
//     could read such a name as another one;
//   - an A-label that is not its U-label's, and any value that comes with an IDNA error;
//   - IP addresses, and any last label that a resolver may read as a number: digits only, or
//     hexadecimal with 0x;
//   - a name longer than 253 octets, as given (with U-labels in UTF-8) or in canonical form.
//
// It accepts a single label. parseEmail and claimable refuse one.
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

// sameLabels reports whether each label of name is the A-label or the U-label at its
// place, so that the conversion changed nothing but the spelling.
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

// endsInNumber reports whether a resolver may read a name as an IPv4 address in one of
// inet_aton's spellings.
func endsInNumber(ascii string) bool {
	last := ascii[strings.LastIndexByte(ascii, '.')+1:]
	if hex, found := strings.CutPrefix(last, "0x"); found {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == ""
}

// specialUse are the last labels of the special-use names, which nobody can claim.
// Others can be claimed, example.com and .test among them (DOM-1).
var specialUse = []string{"localhost", "local", "internal", "invalid", "onion", "arpa"}

// claimable decides whether an organization may claim a domain, given in canonical
// form. It refuses public suffixes, ICANN's and private ones, single labels and
// special-use names with CodeDomainReserved, and mail providers' domains with
// CodeMailProvider (DOM-1, SEC-3, SEC-4).
//
// A provider's domain covers the names below it too, although a claim covers none
// (USR-3): providers give out mailboxes on many subdomains, and lists have only some of
// them. It does not cover the names above it, and a public suffix does not cover the
// names below it.
func claimable(canonical string, providers map[string]struct{}) error {
	suffix, _ := publicsuffix.PublicSuffix(canonical) // a single label is its own suffix
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

// parsedMailProviders parses the embedded list once. A test checks that its lines are
// canonical.
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

// defaultMailProviders returns the embedded list of common mail providers. All callers
// share the map, and none may change it.
func defaultMailProviders() map[string]struct{} { return parsedMailProviders() }

// mailProviders parses the list that a host uses in place of the embedded one. An empty
// list refuses nothing. The error is CodeOption if an entry is not a domain name.
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

// lowerASCII lowers A to Z and leaves all other bytes as they are. strings.ToLower
// would turn letters of other scripts into ASCII letters, such as the Kelvin sign into
// k (SEC-5).
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
