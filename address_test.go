package tenancy

import (
	"net/mail"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

const (
	label63   = "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabc"
	domain253 = label63 + "." + label63 + "." + label63 + ".abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghija"
	domain189 = label63 + "." + label63 + ".abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghija"
	local64   = label63 + "d"
)

var ulabels190 = strings.Repeat("例", 50) + "." + strings.Repeat("例", 12) + ".jp"

func TestEmailCanonical(t *testing.T) {
	require.Len(t, local64+"@"+domain189, 254)
	for _, c := range []struct{ name, given, canonical string }{
		{"ADR-1 plain", "ann@example.com", "ann@example.com"},
		{"ADR-1 case of the local part", "Ann.Lee@example.com", "ann.lee@example.com"},
		{"ADR-1 case of the domain part", "ann@EXAMPLE.Com", "ann@example.com"},
		{"ADR-1 plus-tag is kept", "Ann+News@example.com", "ann+news@example.com"},
		{"ADR-1 dots are kept", "a.n.n@gmail.com", "a.n.n@gmail.com"},
		{"ADR-1 every printable character of atext", "!#$%&'*+-/=?^_`{|}~09aZ@example.com", "!#$%&'*+-/=?^_`{|}~09az@example.com"},
		{"ADR-1 one character", "a@b.co", "a@b.co"},
		{"ADR-1 digits", "0123456789@163.com", "0123456789@163.com"},
		{"ADR-1 hyphens at the ends of the local part", "-a-@example.com", "-a-@example.com"},
		{"ADR-1 local part of 64", local64 + "@example.com", local64 + "@example.com"},
		{"ADR-1 254 octets", local64 + "@" + domain189, local64 + "@" + domain189},
		{"ADR-1 254 octets, fewer in A-labels", label63 + "@" + ulabels190,
			label63 + "@xn--fsqaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.xn--fsqaaaaaaaaaaa.jp"},
		{"DOM-1 U-labels", "ann@bücher.example", "ann@xn--bcher-kva.example"},
		{"DOM-1 A-labels", "ann@XN--BCHER-KVA.example", "ann@xn--bcher-kva.example"},
		{"DOM-1 mixed labels", "ann@bücher.xn--p1ai", "ann@xn--bcher-kva.xn--p1ai"},
		{"DOM-1 refusals that concern claims are not an address's: public suffix", "ann@co.uk", "ann@co.uk"},
		{"DOM-1 refusals that concern claims are not an address's: special use", "ann@host.local", "ann@host.local"},
		{"DOM-1 refusals that concern claims are not an address's: provider", "ann@gmail.com", "ann@gmail.com"},
		{"SEC-5 Cyrillic look-alike stays another one", "ann@еxample.com", "ann@xn--xample-2of.com"},
		{"SEC-5 dotless i in a domain stays another one", "ann@gıthub.com", "ann@xn--gthub-n4a.com"},
		{"SEC-6 longer name", "a@evilb.com", "a@evilb.com"},
		{"SEC-6 name below another", "a@b.com.evil.com", "a@b.com.evil.com"},
	} {
		t.Run(c.name, func(t *testing.T) {
			canonical, err := parseEmail(c.given)
			require.NoError(t, err)
			require.Equal(t, c.canonical, canonical)
			again, err := parseEmail(canonical)
			require.NoError(t, err)
			require.Equal(t, canonical, again)
		})
	}
}

func TestEmailRefused(t *testing.T) {
	for _, c := range []struct{ name, given string }{
		{"ADR-1 empty", ""},
		{"ADR-1 no at sign", "ann.example.com"},
		{"ADR-1 at sign alone", "@"},
		{"ADR-1 no local part", "@example.com"},
		{"ADR-1 no domain part", "ann@"},
		{"ADR-1 two at signs", "ann@@example.com"},
		{"ADR-1 two at signs with a part between", "ann@example.com@example.org"},
		{"ADR-1 at sign at the end", "ann@example.com@"},
		{"ADR-1 full-width at sign", "ann＠example.com"},
		{"ADR-1 full-width at sign beside one", "ann＠b.com@example.com"},
		{"ADR-1 local part of 65", local64 + "e@example.com"},
		{"ADR-1 255 octets", local64 + "@a" + domain189},
		{"ADR-1 255 octets, fewer in A-labels", local64 + "@" + ulabels190},
		{"ADR-1 255 octets once in A-labels", local64 + "@ü." + domain189[3:]},
		{"ADR-1 leading dot", ".ann@example.com"},
		{"ADR-1 trailing dot", "ann.@example.com"},
		{"ADR-1 two dots", "ann..lee@example.com"},
		{"ADR-1 dot alone", ".@example.com"},
		{"ADR-1 quoted", `"ann"@example.com`},
		{"ADR-1 quoted space", `"ann lee"@example.com`},
		{"ADR-1 quote inside", `a"b"c@example.com`},
		{"ADR-1 backslash", `a\b@example.com`},
		{"ADR-1 comment before", "(x)ann@example.com"},
		{"ADR-1 comment after the local part", "ann(x)@example.com"},
		{"ADR-1 comment after", "ann@example.com(x)"},
		{"ADR-1 comment after a space", "ann@example.com (Ann)"},
		{"ADR-1 display name", "Ann <ann@example.com>"},
		{"ADR-1 angle brackets", "<ann@example.com>"},
		{"ADR-1 route", "@a.com,@b.com:ann@example.com"},
		{"ADR-1 list", "ann@example.com,bob@example.com"},
		{"ADR-1 list of semicolons", "ann;bob@example.com"},
		{"ADR-1 group", "g:ann@example.com;"},
		{"ADR-1 mailto", "mailto:ann@example.com"},
		{"ADR-1 query", "ann@example.com?cc=bob"},
		{"ADR-1 space before", " ann@example.com"},
		{"ADR-1 space after", "ann@example.com "},
		{"ADR-1 space inside", "ann lee@example.com"},
		{"ADR-1 space before the at sign", "ann @example.com"},
		{"ADR-1 space after the at sign", "ann@ example.com"},
		{"ADR-1 no-break space", "ann\u00a0lee@example.com"},
		{"ADR-1 tab", "ann\t@example.com"},
		{"ADR-1 line feed after", "ann@example.com\n"},
		{"ADR-1 header injection", "ann@example.com\r\nBcc: bob@example.com"},
		{"ADR-1 folding", "ann@\r\n example.com"},
		{"ADR-1 NUL", "ann\x00@example.com"},
		{"ADR-1 NUL in the domain", "ann@example.com\x00.org"},
		{"ADR-1 DEL", "ann\x7f@example.com"},
		{"ADR-1 escape", "ann\x1b[1m@example.com"},
		{"ADR-1 invalid UTF-8 in the local part", "ann\xff@example.com"},
		{"ADR-1 invalid UTF-8 in the domain part", "ann@ex\xffample.com"},
		{"ADR-1 cut UTF-8", "ann@b\xc3"},
		{"ADR-1 encoded word", "=?utf-8?q?x=40y.com=3e?=@example.com\x00"},
		{"ADR-1 single label", "ann@localhost"},
		{"DOM-1 trailing dot is no address's", "ann@example.com."},
		{"DOM-1 two trailing dots", "ann@example.com.."},
		{"DOM-1 leading dot", "ann@.example.com"},
		{"DOM-1 two dots", "ann@example..com"},
		{"DOM-1 dot alone", "ann@."},
		{"DOM-1 IPv4", "ann@192.0.2.1"},
		{"DOM-1 IPv4 literal", "ann@[192.0.2.1]"},
		{"DOM-1 IPv6 literal", "ann@[IPv6:2001:db8::1]"},
		{"DOM-1 all-numeric last label", "ann@example.123"},
		{"DOM-1 port", "ann@example.com:25"},
		{"DOM-1 percent-encoding", "ann@example%2ecom"},
		{"DOM-1 underscore", "ann@ex_ample.com"},
		{"SEC-5 dotless i", "mıke@example.com"},
		{"SEC-5 capital I with a dot", "Mİke@example.com"},
		{"SEC-5 Kelvin sign", "mi\u212ae@example.com"},
		{"SEC-5 Kelvin sign in the domain", "mike@\u212aelvin.com"},
		{"SEC-5 long s", "ſam@example.com"},
		{"SEC-5 long s in the domain", "sam@ſun.com"},
		{"SEC-5 sharp s", "straße@example.com"},
		{"SEC-5 Cyrillic a", "аnn@example.com"},
		{"SEC-5 full-width letter", "ａnn@example.com"},
		{"SEC-5 full-width letter in the domain", "ann@ｅxample.com"},
		{"SEC-5 ideographic full stop", "ann@example。com"},
		{"SEC-5 combining accent", "ann\u0301@example.com"},
		{"SEC-5 zero-width space", "ann\u200b@example.com"},
		{"SEC-5 zero-width space in the domain", "ann@exam\u200bple.com"},
		{"SEC-5 zero-width joiner", "an\u200dn@example.com"},
		{"SEC-5 soft hyphen", "an\u00adn@example.com"},
		{"SEC-5 soft hyphen in the domain", "ann@exam\u00adple.com"},
		{"SEC-5 byte order mark", "\ufeffann@example.com"},
		{"SEC-5 right-to-left override", "ann\u202e@example.com"},
		{"SEC-5 right-to-left override in the domain", "ann@\u202eexample.com"},
		{"SEC-6 at sign in quotes", `"a@evil.com"@b.com`},
		{"SEC-6 two at signs", "a@b.com@c.com"},
		{"SEC-6 source route of percent signs after a second at sign", "a%b.com@c.com@d.com"},
		{"SEC-28 local part alone", strings.Repeat("a", 1<<20)},
	} {
		t.Run(c.name, func(t *testing.T) {
			canonical, err := parseEmail(c.given)
			require.Equal(t, CodeEmail, err)
			require.Empty(t, canonical)
		})
	}
}

func TestEmailDomain(t *testing.T) {
	for _, c := range []struct{ name, given, domain string }{
		{"USR-3 exactly its own name", "ann@example.com", "example.com"},
		{"USR-3 subdomain", "ann@mail.example.com", "mail.example.com"},
		{"USR-3 case", "ann@EXAMPLE.com", "example.com"},
		{"SEC-6 longer name", "a@evilb.com", "evilb.com"},
		{"SEC-6 name below another", "a@b.com.evil.com", "b.com.evil.com"},
	} {
		t.Run(c.name, func(t *testing.T) {
			canonical, err := parseEmail(c.given)
			require.NoError(t, err)
			require.Equal(t, c.domain, emailDomain(canonical))
		})
	}
	require.Empty(t, emailDomain(""), "no address has no domain")
}

func TestDomainCanonical(t *testing.T) {
	require.Len(t, domain253, 253)
	for _, c := range []struct{ name, given, canonical string }{
		{"DOM-1 plain", "example.com", "example.com"},
		{"DOM-1 one trailing dot", "example.com.", "example.com"},
		{"DOM-1 253 octets", domain253, domain253},
		{"DOM-1 253 octets and the dot", domain253 + ".", domain253},
		{"DOM-1 label of 63 octets", label63 + ".com", label63 + ".com"},
		{"DOM-1 one-character labels", "a.b.c", "a.b.c"},
		{"DOM-1 digits first", "3com.com", "3com.com"},
		{"DOM-1 numbers before the last label", "1.2.3.com", "1.2.3.com"},
		{"DOM-1 hyphens inside", "a-b---c.com", "a-b---c.com"},
		{"DOM-1 last label that only begins like a number", "example.0xyz", "example.0xyz"},
		{"DOM-1 single label is claimable's to refuse", "localhost", "localhost"},
		{"DOM-1 example.com stays usable", "example.com", "example.com"},
		{"DOM-1 U-label", "bücher.de", "xn--bcher-kva.de"},
		{"DOM-1 U-label with ASCII capitals", "BüCHER.DE", "xn--bcher-kva.de"},
		{"DOM-1 A-label", "xn--bcher-kva.de", "xn--bcher-kva.de"},
		{"DOM-1 A-label in capitals", "XN--BCHER-KVA.DE", "xn--bcher-kva.de"},
		{"DOM-1 U-labels with a dot", "пример.рф.", "xn--e1afmkfd.xn--p1ai"},
		{"DOM-1 long U-labels", "оченьдлинноедоменноеимядляпроверки.рф", "xn--b1adaacbbacxedzehldidaeakhcef1a3ad4qmguec.xn--p1ai"},
		{"DOM-1 right to left", "אבג.דה", "xn--4dbcd.xn--7dbc"},
		{"DOM-1 ideographs", "例え.テスト", "xn--r8jz45g.xn--zckzah"},
		{"SEC-4 capitals", "EXAMPLE.com", "example.com"},
		{"SEC-5 sharp s is not two s", "faß.de", "xn--fa-hia.de"},
		{"SEC-5 final sigma is not sigma", "βόλος.com", "xn--nxasmm1c.com"},
		{"SEC-5 sigma", "βόλοσ.com", "xn--nxasmq6b.com"},
		{"SEC-5 dotless i", "ı.com", "xn--cfa.com"},
		{"SEC-5 Cyrillic look-alike", "раураl.com", "xn--l-7sba6dbr.com"},
	} {
		t.Run(c.name, func(t *testing.T) {
			canonical, err := parseDomain(c.given)
			require.NoError(t, err)
			require.Equal(t, c.canonical, canonical)
			again, err := parseDomain(canonical)
			require.NoError(t, err)
			require.Equal(t, canonical, again)
		})
	}
}

func TestDomainRefused(t *testing.T) {
	for _, c := range []struct{ name, given string }{
		{"DOM-1 empty", ""},
		{"DOM-1 dot", "."},
		{"DOM-1 two dots alone", ".."},
		{"DOM-1 leading dot", ".example.com"},
		{"DOM-1 two trailing dots", "example.com.."},
		{"DOM-1 three trailing dots", "example.com..."},
		{"DOM-1 two dots inside", "example..com"},
		{"DOM-1 254 octets", "a" + domain253},
		{"DOM-1 254 octets and the dot", "a" + domain253 + "."},
		{"DOM-1 254 octets once in A-labels", "ü." + domain253[4:]},
		{"DOM-1 label of 64 octets", label63 + "d.com"},
		{"DOM-1 label of 64 octets once an A-label", "ü" + label63[:57] + ".com"},
		{"DOM-1 leading hyphen", "-example.com"},
		{"DOM-1 trailing hyphen", "example-.com"},
		{"DOM-1 hyphen alone", "-.com"},
		{"DOM-1 hyphens at third and fourth place", "ab--cd.com"},
		{"DOM-1 trailing hyphen before the dot", "example.com-."},
		{"DOM-1 underscore", "_dmarc.example.com"},
		{"DOM-1 wildcard", "*.example.com"},
		{"DOM-1 space", "example .com"},
		{"DOM-1 space before", " example.com"},
		{"DOM-1 line feed", "example.com\n"},
		{"DOM-1 NUL", "example.com\x00"},
		{"DOM-1 DEL", "example\x7f.com"},
		{"DOM-1 URL", "https://example.com"},
		{"DOM-1 path", "example.com/"},
		{"DOM-1 port", "example.com:443"},
		{"DOM-1 at sign", "ann@example.com"},
		{"DOM-1 percent-encoding", "example%2ecom"},
		{"DOM-1 escaped dot", `example\.com`},
		{"DOM-1 invalid UTF-8", "ex\xffample.com"},
		{"DOM-1 cut UTF-8", "example.\xc3"},
		{"DOM-1 surrogate", "ex\xed\xa0\x80ample.com"},
		{"DOM-1 overlong UTF-8", "example\xc0\xaecom"},
		{"DOM-1 replacement character", "ex\ufffdample.com"},
		{"DOM-1 IPv4", "192.0.2.1"},
		{"DOM-1 IPv4 and a dot", "192.0.2.1."},
		{"DOM-1 IPv4 in one number", "3221225985"},
		{"DOM-1 IPv4 in one hexadecimal number", "0xc0000201"},
		{"DOM-1 IPv4 in octal", "0300.0.02.01"},
		{"DOM-1 IPv4 in hexadecimal", "0x7f.1"},
		{"DOM-1 IPv4 with its last part in hexadecimal", "127.0.0.0X1"},
		{"DOM-1 IPv4 with its last part 0x alone", "127.0.0.0x"},
		{"DOM-1 IPv4 of too many parts", "1.2.3.4.5"},
		{"DOM-1 IPv4 in full-width digits", "１９２.0.2.1"},
		{"DOM-1 IPv4 in brackets", "[192.0.2.1]"},
		{"DOM-1 IPv6", "2001:db8::1"},
		{"DOM-1 IPv6 of an IPv4", "::ffff:192.0.2.1"},
		{"DOM-1 IPv6 in brackets", "[2001:db8::1]"},
		{"DOM-1 IPv6 with a zone", "fe80::1%eth0"},
		{"DOM-1 all-numeric last label", "example.123"},
		{"DOM-1 all-numeric last label and a dot", "example.123."},
		{"SEC-5 full-width letters", "ｅｘａｍｐｌｅ.com"},
		{"SEC-5 full-width dot", "example．com"},
		{"SEC-5 ideographic full stop", "example。com"},
		{"SEC-5 ideographic full stop at the end", "example.com。"},
		{"SEC-5 half-width ideographic full stop", "example｡com"},
		{"SEC-5 one dot leader", "example․com"},
		{"SEC-5 ligature", "oﬃce.com"},
		{"SEC-5 superscript", "example².com"},
		{"SEC-5 circled letter", "ⓔxample.com"},
		{"SEC-5 mathematical letter", "𝐞xample.com"},
		{"SEC-5 fraction slash after a digit", "½.com"},
		{"SEC-5 account of", "example.com℀.org"},
		{"SEC-5 Kelvin sign", "\u212aelvin.com"},
		{"SEC-5 angstrom sign", "\u212b.com"},
		{"SEC-5 long s", "ſun.com"},
		{"SEC-5 capital I with a dot", "İstanbul.com"},
		{"SEC-5 capital sharp s", "faẞ.de"},
		{"SEC-5 capital of another script", "ПРИМЕР.рф"},
		{"SEC-5 capital U-label", "BÜCHER.de"},
		{"SEC-5 not normalized", "bu\u0308cher.de"},
		{"SEC-5 combining mark first", "\u0308a.com"},
		{"SEC-5 zero-width space", "exam\u200bple.com"},
		{"SEC-5 zero-width non-joiner", "exam\u200cple.com"},
		{"SEC-5 zero-width joiner", "exam\u200dple.com"},
		{"SEC-5 zero-width joiner where the script has a use for it", "ශ්\u200dරී.com"},
		{"SEC-5 zero-width joiner where the script has a use for it, A-label", "xn--10cl1a0b660p.com"},
		{"SEC-5 zero-width non-joiner where the script has a use for it", "نامه\u200cای.com"},
		{"SEC-5 zero-width non-joiner where the script has a use for it, A-label", "xn--mgba3gch31f060k.com"},
		{"SEC-5 word joiner", "exam\u2060ple.com"},
		{"SEC-5 byte order mark", "\ufeffexample.com"},
		{"SEC-5 soft hyphen", "exam\u00adple.com"},
		{"SEC-5 combining grapheme joiner", "exam\u034fple.com"},
		{"SEC-5 variation selector", "exam\ufe0fple.com"},
		{"SEC-5 tag character", "example\U000e0061.com"},
		{"SEC-5 Hangul filler", "exam\u3164ple.com"},
		{"SEC-5 right-to-left mark", "exam\u200fple.com"},
		{"SEC-5 right-to-left override", "\u202eelpmaxe.com"},
		{"SEC-5 left-to-right isolate", "\u2066example.com"},
		{"SEC-5 right to left against the rule", "אa.com"},
		{"SEC-5 right to left beside a label that begins with a digit", "0a.אבג"},
		{"SEC-5 private use", "\ue000.com"},
		{"SEC-5 unassigned", "\u0378.com"},
		{"SEC-5 fake A-label of ASCII", "xn--example-.com"},
		{"SEC-5 fake A-label of ASCII that hides a name", "xn--gmail-.com"},
		{"SEC-5 fake A-label, empty", "xn--.com"},
		{"SEC-5 fake A-label, hyphen", "xn---.com"},
		{"SEC-5 fake A-label, no punycode", "xn--0.com"},
		{"SEC-5 fake A-label, overflow", "xn--99999999.com"},
		{"SEC-5 fake A-label, of a capital", spelledInASCII("bÜcher.de")},
		{"SEC-5 fake A-label, of an A-label", "xn--xn--bcher-kva-.de"},
		{"SEC-5 fake A-label, not normalized", spelledInASCII("bu\u0308cher.de")},
		{"SEC-5 fake A-label, full-width letter", spelledInASCII("ｅxample.com")},
		{"SEC-5 fake A-label, ideographic full stop", spelledInASCII("example。com")},
		{"SEC-5 fake A-label, zero-width space", spelledInASCII("exam\u200bple.com")},
		{"SEC-5 prefix before a U-label", "xn--bücher.de"},
		{"SEC-28 labels without end", strings.Repeat("a.", 1<<19)},
		{"SEC-28 label without end", strings.Repeat("a", 1<<20)},
		{"SEC-28 A-label without end", "xn--" + strings.Repeat("a", 1<<20)},
	} {
		t.Run(c.name, func(t *testing.T) {
			canonical, err := parseDomain(c.given)
			require.Equal(t, CodeDomainName, err)
			require.Empty(t, canonical)
		})
	}
}

// TestDistinct has look-alikes that Unicode case folding, normalization or transitional IDNA would make equal.
func TestDistinct(t *testing.T) {
	for _, c := range []struct{ name, a, b string }{
		{"ADR-1 plus-tag", "ann@example.com", "ann+a@example.com"},
		{"ADR-1 dots", "ann.lee@gmail.com", "annlee@gmail.com"},
		{"USR-3 subdomain", "ann@example.com", "ann@mail.example.com"},
		{"SEC-5 Cyrillic e", "ann@example.com", "ann@еxample.com"},
		{"SEC-5 Cyrillic throughout", "ann@соса.com", "ann@coca.com"},
		{"SEC-5 dotless i", "ann@github.com", "ann@gıthub.com"},
		{"SEC-5 sharp s", "ann@strasse.de", "ann@straße.de"},
		{"SEC-5 accents", "ann@example.com", "ann@éxample.com"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := parseEmail(c.a)
			require.NoError(t, err)
			b, err := parseEmail(c.b)
			require.NoError(t, err)
			require.NotEqual(t, a, b)
		})
	}
}

// The embedded list is the package free-email-domains with these changes.
var (
	addedProviders = []string{
		"addy.io", "aleeas.com", "anonaddy.com", "anonaddy.me", "bbox.fr", "buziaczek.pl", "charter.com", "disroot.org", "etik.com", "hey.com",
		"ik.me", "keemail.me", "kolabnow.com", "mailbox.org", "mozmail.com", "murena.io", "passmail.net", "pobox.com",
		"privaterelay.appleid.com", "riseup.net", "simplelogin.com", "slmail.me", "startmail.com", "sympatico.ca", "talktalk.net",
		"telus.net", "tin.it", "tuta.com", "tutamail.com", "tutanota.com", "users.noreply.github.com", "walla.com", "zohomail.eu",
		"onmicrosoft.com", // whose subdomains are its tenants', and no public suffixes
	}
	removedProviders = []string{
		"nus.edu.sg", // a university
	}
)

const mailProvidersHead = `# Common mail providers: anybody gets a mailbox on these domains, so no organization may claim one of them (DOM-1, SEC-3).
# One canonical name a line, sorted, without public suffixes, which nobody can claim anyway.
# Additions and removals of ours are in address_test.go, which makes this file:
#
#   d=$(mktemp -d) && npm pack --pack-destination "$d" free-email-domains && tar -xzf "$d"/*.tgz -C "$d" && go test -run TestMailProviderList . -mailproviders "$d/package"
#
# Source: npm package free-email-domains %s, taken %s.
#
`

// TestLengthFirst holds that a value over the length limits is refused before any work is done on it (SEC-28, GEN-14): what looks at it
// first would allocate, since lowering, splitting and IDNA all do.
func TestLengthFirst(t *testing.T) {
	const size = 1 << 20
	for _, c := range []struct{ name, hostile string }{
		{"SEC-28 letters", strings.Repeat("a", size)},
		{"SEC-28 capitals", strings.Repeat("A", size)},
		{"SEC-28 at signs", strings.Repeat("@", size)},
		{"SEC-28 dots", strings.Repeat(".", size)},
		{"SEC-28 labels", strings.Repeat("a.", size/2)},
		{"SEC-28 quotes", strings.Repeat(`"`, size)},
		{"SEC-28 comments", strings.Repeat("(", size)},
		{"SEC-28 A-labels", strings.Repeat("xn--bcher-kva.", size/14)},
		{"SEC-28 punycode", "xn--" + strings.Repeat("9", size)},
		{"SEC-28 U-labels", strings.Repeat("ü.", size/3)},
		{"SEC-28 combining marks", "a" + strings.Repeat("\u0308", size/2)},
		{"SEC-28 invalid UTF-8", strings.Repeat("\xff", size)},
		{"SEC-28 address with an endless domain part", "ann@" + strings.Repeat("a.", size/2) + "com"},
		{"SEC-28 address with an endless local part", strings.Repeat("a.", size/2) + "a@example.com"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Zero(t, testing.AllocsPerRun(10, func() { _, _ = parseEmail(c.hostile) }))
			require.Zero(t, testing.AllocsPerRun(10, func() { _, _ = parseDomain(c.hostile) }))
			_, err := parseEmail(c.hostile)
			require.Equal(t, CodeEmail, err)
			_, err = parseDomain(c.hostile)
			require.Equal(t, CodeDomainName, err)
		})
	}
}

func TestLowerASCII(t *testing.T) {
	t.Parallel()
	require.Equal(t, "@az[`az{0.\x00\xff", lowerASCII("@AZ[`az{0.\x00\xff"))
	for r := rune(0x80); r <= utf8.MaxRune; r++ { // SEC-5: no other letter becomes another one
		if utf8.ValidRune(r) && lowerASCII(string(r)) != string(r) {
			require.Fail(t, "another letter", "%U", r)
		}
	}
}

// TestRuneByRune holds for every character of Unicode that a name with it is refused, or is A-labels that give back exactly that
// character: nothing is mapped, dropped, or made into ASCII (DOM-1, SEC-5).
func TestRuneByRune(t *testing.T) {
	t.Parallel()
	accepted := 0
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if !utf8.ValidRune(r) || 0x50000 <= r && r < 0xe0000 { // planes without a single character
			continue
		}
		for _, given := range []string{"a" + string(r) + "a.com", string(r) + ".com"} {
			canonical, err := parseDomain(given)
			if err != nil {
				continue
			}
			accepted++
			if want := spelledInASCII(given); canonical != want {
				require.Equal(t, want, canonical, "%U", r)
			}
		}
		if _, err := parseEmail("a" + string(r) + "a@example.com"); err == nil && r >= utf8.RuneSelf {
			require.Fail(t, "not ASCII in a local part", "%U", r)
		}
	}
	require.Greater(t, accepted, 100_000)
}

// spelledInASCII gives a name with its ASCII letters lowered, its last dot removed and its U-labels as bare punycode, unchecked and
// unmapped: the only change of spelling that the canonical form of a name that is accepted may be.
func spelledInASCII(given string) string {
	labels := strings.Split(strings.TrimSuffix(asciiLowered(given), "."), ".")
	for i, label := range labels {
		encoded, err := idna.Punycode.ToASCII(label)
		if err != nil {
			return ""
		}
		if strings.HasPrefix(label, "xn--") {
			encoded = label // which Punycode would decode
		}
		labels[i] = encoded
	}
	return strings.Join(labels, ".")
}

// asciiLowered is lowerASCII, written otherwise.
func asciiLowered(s string) string {
	for c := 'A'; c <= 'Z'; c++ {
		s = strings.ReplaceAll(s, string(c), string(c+32))
	}
	return s
}

func asciiRaised(s string) string {
	for c := 'A'; c <= 'Z'; c++ {
		s = strings.ReplaceAll(s, string(c+32), string(c))
	}
	return s
}

func FuzzDomain(f *testing.F) {
	for _, seed := range []string{
		"example.com", "EXAMPLE.com.", "bücher.de", "xn--bcher-kva.de", "xn--gmail-.com", "пример.рф", "אבג.דה", "0a.אבג", "faß.de",
		"ශ්\u200dරී.com", "☃.net", "xn--n3h.net", "192.0.2.1", "0x7f.1", "a..b", "ab--cd.com", "example。com", "ｅ.com", domain253, "a.0x",
		"\u0660.com", "a\u0660.א", "xn--0.com", "١٢.com", "a·l.cat", "l·l.cat", "xn--99999999.com", "-a.com", "xn--a-ecp.ru", "co.uk", "хn--bcher-kva.de", "é--x.com",
	} {
		f.Add(seed, asciiRaised(seed))
		f.Add(seed, "example.com")
	}
	f.Fuzz(func(t *testing.T, given, other string) {
		canonical, err := parseDomain(given)
		if err != nil {
			require.Equal(t, CodeDomainName, err)
			require.Empty(t, canonical)
			return
		}
		requireDomain(t, canonical)
		require.Equal(t, spelledInASCII(given), canonical)

		unicode, err := idna.Punycode.ToUnicode(canonical)
		require.NoError(t, err)
		for _, same := range []string{canonical, canonical + ".", asciiRaised(canonical), asciiRaised(strings.TrimSuffix(given, ".")), unicode} {
			if len(same) > maxDomain+1 {
				continue // U-labels can be longer than what they become
			}
			again, err := parseDomain(same)
			require.NoError(t, err, same)
			require.Equal(t, canonical, again, same)
		}
		if another, err := parseDomain(other); err == nil && another == canonical {
			require.Equal(t, spelledInASCII(given), spelledInASCII(other))
		}

		switch err := claimable(canonical, defaultMailProviders()); err {
		case nil:
			above, err := publicsuffix.EffectiveTLDPlusOne(canonical)
			require.NoError(t, err)
			require.NotContains(t, defaultMailProviders(), above)
			require.Contains(t, canonical, ".")
		default:
			require.Contains(t, []error{CodeDomainReserved, CodeMailProvider}, err)
		}
	})
}

func requireDomain(t *testing.T, canonical string) {
	require.LessOrEqual(t, len(canonical), maxDomain)
	require.Empty(t, strings.Trim(canonical, "abcdefghijklmnopqrstuvwxyz0123456789.-"))
	for label := range strings.SplitSeq(canonical, ".") {
		require.Regexp(t, `^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`, label)
	}
}

func FuzzEmail(f *testing.F) {
	for _, seed := range []string{
		"ann@example.com", "Ann+X@EXAMPLE.com", `"a@evil.com"@b.com`, "a@b.com@c.com", "a@evilb.com", "a@b.com.evil.com", "ann@bücher.de",
		"ann@xn--bcher-kva.de", "ann@example.com.", "ann@[192.0.2.1]", "Ann <ann@example.com>", "mi\u212ae@example.com", "a..b@c.de",
		"!#$%&'*+-/=?^_`{|}~@example.com", "ann@ｅxample.com", "ann\u200b@example.com", local64 + "@" + domain189, "ann@localhost",
	} {
		f.Add(seed, asciiRaised(seed))
		f.Add(seed, "ann@example.com")
	}
	f.Fuzz(func(t *testing.T, given, other string) {
		canonical, err := parseEmail(given)
		if err != nil {
			require.Equal(t, CodeEmail, err)
			require.Empty(t, canonical)
			return
		}
		require.LessOrEqual(t, len(given), maxEmail)
		require.LessOrEqual(t, len(canonical), maxEmail)
		require.Equal(t, 1, strings.Count(canonical, "@"))
		local, domain, _ := strings.Cut(canonical, "@")
		require.Regexp(t, "^[!-~]{1,64}$", local)
		require.NotRegexp(t, `[A-Z"(),:;<>@\[\\\]]|^\.|\.$|\.\.`, local)
		requireDomain(t, domain)
		require.Contains(t, domain, ".")
		require.Equal(t, domain, emailDomain(canonical))
		require.Equal(t, spelledEmail(given), canonical)

		parsed, err := mail.ParseAddress(canonical) // whoever reads it as RFC 5322 has it reads the same
		require.NoError(t, err)
		require.Equal(t, canonical, parsed.Address)
		require.Empty(t, parsed.Name)

		unicode, err := idna.Punycode.ToUnicode(domain)
		require.NoError(t, err)
		for _, same := range []string{canonical, asciiRaised(canonical), asciiRaised(given), local + "@" + unicode} {
			if len(same) > maxEmail {
				continue
			}
			again, err := parseEmail(same)
			require.NoError(t, err, same)
			require.Equal(t, canonical, again, same)
		}
		if another, err := parseEmail(other); err == nil && another == canonical {
			require.Equal(t, spelledEmail(given), spelledEmail(other))
		}
	})
}

func spelledEmail(given string) string {
	local, domain, _ := strings.Cut(given, "@")
	return asciiLowered(local) + "@" + spelledInASCII(domain)
}

func BenchmarkParseEmail(b *testing.B) {
	for _, c := range []struct{ name, given string }{
		{"ASCII", "Ann.Lee@mail.example.com"},
		{"U-labels", "ann.lee@bücher.пример.рф"},
		{"longest", local64 + "@" + domain189},
		{"hostile", strings.Repeat("a@", 1<<19)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = parseEmail(c.given)
			}
		})
	}
}
