package tenancy

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestClaimable(t *testing.T) {
	for _, c := range []struct {
		name, given string
		err         error
	}{
		{"DOM-1 a company's", "example.com", nil},
		{"DOM-1 capitals and a dot", "EXAMPLE.com.", nil},
		{"DOM-1 U-labels", "bücher.de", nil},
		{"DOM-1 .test is not special", "company.test", nil},
		{"DOM-1 .example is not special", "company.example", nil},
		{"DOM-1 home.arpa", "home.arpa", CodeDomainReserved},
		{"DOM-1 top-level domain", "com", CodeDomainReserved},
		{"DOM-1 unknown top-level domain", "nosuchtld", CodeDomainReserved},
		{"DOM-1 top-level domain in U-labels", "рф", CodeDomainReserved},
		{"DOM-1 special use, .localhost", "app.localhost", CodeDomainReserved},
		{"DOM-1 special use, .local", "printer.local", CodeDomainReserved},
		{"DOM-1 special use, .internal", "db.corp.internal", CodeDomainReserved},
		{"DOM-1 special use, .invalid", "company.invalid", CodeDomainReserved},
		{"DOM-1 special use, .onion", "expyuzz4wqqyqhjn.onion", CodeDomainReserved},
		{"DOM-1 special use, .arpa", "2.0.192.in-addr.arpa", CodeDomainReserved},
		{"DOM-1 special use, capitals", "PRINTER.Local.", CodeDomainReserved},
		{"DOM-1 special use is the last label only", "local.internal.example.com", nil},
		{"DOM-1 special use is the whole label only", "company.notlocal", nil},
		{"USR-3 subdomain", "mail.example.com", nil},
		{"SEC-3 Tailscale TS-2025-004", "poczta.onet.pl", CodeMailProvider},
		{"SEC-3 gmail.com", "gmail.com", CodeMailProvider},
		{"SEC-3 capitals and a dot", "GMail.com.", CodeMailProvider},
		{"SEC-3 outlook.com", "outlook.com", CodeMailProvider},
		{"SEC-3 yahoo.co.uk", "yahoo.co.uk", CodeMailProvider},
		{"SEC-3 hey.com", "hey.com", CodeMailProvider},
		{"SEC-3 disposable", "mailinator.com", CodeMailProvider},
		{"SEC-3 below a provider's, not listed", "corp.gmail.com", CodeMailProvider},
		{"SEC-3 far below a provider's", "a.b.c.yahoo.co.uk", CodeMailProvider},
		{"SEC-3 above a provider's", "appleid.com", nil},
		{"SEC-3 longer than a provider's", "notgmail.com", nil},
		{"SEC-3 a provider's name below another", "gmail.com.example.com", nil},
		{"SEC-4 public suffix of ICANN's part", "co.uk", CodeDomainReserved},
		{"SEC-4 public suffix, capitals and a dot", "CO.UK.", CodeDomainReserved},
		{"SEC-4 public suffix in U-labels", "公司.cn", CodeDomainReserved},
		{"SEC-4 public suffix of the private part", "github.io", CodeDomainReserved},
		{"SEC-4 another of the private part", "appspot.com", CodeDomainReserved},
		{"SEC-4 public suffix by a wildcard", "anything.ck", CodeDomainReserved},
		{"SEC-4 exception from a wildcard", "www.ck", nil},
		{"SEC-4 below a public suffix", "company.co.uk", nil},
		{"SEC-4 below one of the private part", "company.github.io", nil},
		{"SEC-4 localhost", "localhost", CodeDomainReserved},
		{"SEC-4 internal", "internal", CodeDomainReserved},
		{"SEC-4 EXAMPLE.com", "EXAMPLE.com", nil},
		{"SEC-4 onmicrosoft.com", "onmicrosoft.com", CodeMailProvider},
		{"SEC-4 below onmicrosoft.com", "contoso.onmicrosoft.com", CodeMailProvider},
		{"SEC-4 trailing dot", "company.com.", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			canonical, err := parseDomain(c.given)
			require.NoError(t, err)
			require.Equal(t, c.err, claimable(canonical, defaultMailProviders()))
		})
	}
	t.Run("DOM-1 nothing is claimable", func(t *testing.T) {
		require.Equal(t, CodeDomainReserved, claimable("", defaultMailProviders()))
	})
}

func TestMailProviders(t *testing.T) {
	t.Run("DOM-1 a host's list stands instead", func(t *testing.T) {
		providers, err := mailProviders([]string{"Mail.Example.", "bücher.de", "localhost", "bücher.de"})
		require.NoError(t, err)
		require.Equal(t, map[string]struct{}{"mail.example": {}, "xn--bcher-kva.de": {}, "localhost": {}}, providers)
		require.Equal(t, CodeMailProvider, claimable("mail.example", providers))
		require.Equal(t, CodeMailProvider, claimable("eu.mail.example", providers))
		require.NoError(t, claimable("gmail.com", providers))
	})
	t.Run("DOM-1 an empty list refuses nothing", func(t *testing.T) {
		for _, list := range [][]string{nil, {}} {
			providers, err := mailProviders(list)
			require.NoError(t, err)
			require.NotNil(t, providers)
			require.NoError(t, claimable("gmail.com", providers))
		}
	})
	t.Run("DOM-1 a public suffix in a list covers nothing below it", func(t *testing.T) {
		providers, err := mailProviders([]string{"com", "co.uk"})
		require.NoError(t, err)
		require.NoError(t, claimable("example.com", providers))
		require.NoError(t, claimable("example.co.uk", providers))
	})
	for _, entry := range []string{"", "# comment", "ann@example.com", "@example.com", "*.example.com", "192.0.2.1", "ｅxample.com", "example..com"} {
		t.Run("DOM-1 malformed entry "+entry, func(t *testing.T) {
			providers, err := mailProviders([]string{"example.com", entry})
			require.Equal(t, CodeOption, err)
			require.Nil(t, providers)
		})
	}
}

var renewFrom = flag.String("mailproviders", "", "make mailproviders.txt from the unpacked npm package in this folder")

func TestMailProviderList(t *testing.T) {
	if *renewFrom != "" {
		renewMailProviders(t, *renewFrom)
		return
	}
	providers := defaultMailProviders()
	t.Run("SEC-3 14 k free-mail domains are refused", func(t *testing.T) {
		require.Greater(t, len(providers), 14_000)
		for name := range providers {
			require.Equal(t, CodeMailProvider, claimable(name, providers), name)
		}
	})
	t.Run("SEC-3 the well-known and the added ones are there", func(t *testing.T) {
		for _, name := range append([]string{
			"126.com", "163.com", "aol.com", "comcast.net", "duck.com", "fastmail.com", "freenet.de", "gmail.com", "gmx.de", "gmx.net",
			"googlemail.com", "hotmail.co.uk", "hotmail.com", "icloud.com", "interia.pl", "laposte.net", "libero.it", "list.ru", "live.com",
			"mac.com", "mail.com", "mail.ru", "mailinator.com", "me.com", "msn.com", "naver.com", "o2.pl", "onet.pl", "orange.fr",
			"outlook.com", "pm.me", "poczta.onet.pl", "posteo.de", "proton.me", "protonmail.com", "qq.com", "rediffmail.com", "seznam.cz",
			"t-online.de", "ukr.net", "web.de", "wp.pl", "yahoo.co.jp", "yahoo.co.uk", "yahoo.com", "yandex.ru", "ymail.com", "zoho.com",
		}, addedProviders...) {
			require.Contains(t, providers, name)
		}
	})
	t.Run("SEC-3 no company's, school's or example's is there", func(t *testing.T) {
		for _, name := range append([]string{
			"amazon.com", "apple.com", "cam.ac.uk", "example.com", "example.net", "example.org", "github.com", "google.com", "harvard.edu",
			"ibm.com", "microsoft.com", "mit.edu", "sap.com", "siemens.com", "twilio.com",
		}, removedProviders...) {
			require.NoError(t, claimable(name, providers), name)
		}
	})
	t.Run("DOM-1 lines are canonical, sorted, once each, and no public suffix", func(t *testing.T) {
		var lines []string
		for line := range strings.Lines(mailProviderList) {
			if line[0] == '#' {
				continue
			}
			line = strings.TrimSuffix(line, "\n")
			canonical, err := parseDomain(line)
			require.NoError(t, err, line)
			require.Equal(t, canonical, line)
			require.NoError(t, claimable(line, nil), line)
			lines = append(lines, line)
		}
		require.Len(t, providers, len(lines))
		require.True(t, slices.IsSorted(lines))
	})
	t.Run("DOM-1 dated, with source and licence", func(t *testing.T) {
		require.Regexp(t, `(?m)^# Source: npm package free-email-domains \S+, taken 20\d\d-\d\d-\d\d\.$`,
			mailProviderList)
		require.Contains(t, mailProviderList, "# Permission is hereby granted")
	})
}

func renewMailProviders(t *testing.T, folder string) {
	read := func(name string) []byte {
		content, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		return content
	}
	var about struct{ Name, Version, License string }
	require.NoError(t, json.Unmarshal(read("package.json"), &about))
	require.Equal(t, "free-email-domains", about.Name)
	require.Equal(t, "MIT", about.License)
	var names []string
	require.NoError(t, json.Unmarshal(read("domains.json"), &names))

	var list []string
	for _, name := range slices.Concat(names, addedProviders) {
		canonical, err := parseDomain(strings.TrimSpace(name))
		if err == nil {
			err = claimable(canonical, nil)
		}
		switch {
		case err != nil:
			t.Logf("left out %q: %v", name, err)
		case !slices.Contains(removedProviders, canonical):
			list = append(list, canonical)
		}
	}
	slices.Sort(list)

	var file strings.Builder
	fmt.Fprintf(&file, mailProvidersHead, about.Version, time.Now().UTC().Format(time.DateOnly))
	for line := range strings.Lines(strings.TrimSpace(string(read("LICENSE.md")))) {
		file.WriteString(strings.TrimSpace("# "+strings.TrimSpace(line)) + "\n")
	}
	file.WriteString("#\n" + strings.Join(slices.Compact(list), "\n") + "\n")
	require.NoError(t, os.WriteFile("mailproviders.txt", []byte(file.String()), 0o644))
}
