package console_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// The browser's languages choose the locale, by their weights and without their regions.
func TestLanguageIsChosen(t *testing.T) {
	s := newSite(t, console.Options{})
	s.mount(console.Options{Locales: []console.Locale{
		{Tag: "de", Sentences: map[string]string{"Your organizations": "Ihre Organisationen", "Signed in as %s.": "Angemeldet: %s"}},
		{Tag: "ar", RightToLeft: true},
		{Tag: "pt-BR"},
	}})
	for header, tag := range map[string]string{
		"":                                 "en",
		"de":                               "de",
		"de-AT, en;q=0.8":                  "de",
		"DE":                               "de",
		"en;q=0.5, ar;q=0.7, de;q=0.6":     "ar",
		"fr, de;q=0, en;q=0.1":             "en",
		"pt-br":                            "pt-BR",
		"pt":                               "en",
		"fr;q=x, ;, de-1996-x;q=0.3, *;q=": "de",
	} {
		r := httptest.NewRequest(http.MethodGet, prefix+"/", nil)
		r.Header.Set("Actor", s.acme.Owner.String())
		r.Header.Set("Accept-Language", header)
		w := httptest.NewRecorder()
		s.pages.ServeHTTP(w, r)
		require.Contains(t, w.Body.String(), `<html lang="`+tag+`"`, header)
		switch tag {
		case "de":
			require.Contains(t, w.Body.String(), "Ihre Organisationen")
			require.Contains(t, w.Body.String(), "Angemeldet: \u2068owner\u2069")
		case "ar":
			require.Contains(t, w.Body.String(), `dir="rtl"`)
		}
	}
}

// A translation that would show broken is refused when the pages are made.
func TestLocalesAreChecked(t *testing.T) {
	s := newSite(t, console.Options{})
	options := console.Options{Session: s.session}
	for _, unfit := range []console.Locale{
		{},
		{Tag: "en"},
		{Tag: "de_AT"}, {Tag: "Deutsch (Österreich)"}, {Tag: "x"}, // which the browser takes for no language
		{Tag: "de", Sentences: map[string]string{"Signed in as %s.": "Angemeldet"}},
		{Tag: "de", Sentences: map[string]string{"Signed in as %s.": "Angemeldet: %s %s"}},
		{Tag: "de", Sentences: map[string]string{"Signed in as %s.": "Angemeldet: %d"}},
		{Tag: "de", Sentences: map[string]string{"Userz": "Benutzer"}},
		{Tag: "de", Sentences: map[string]string{"Auditor": "Prüfer"}}, // no role that the pages know
	} {
		options.Locales = []console.Locale{unfit}
		_, err := console.NewHandler(&options)
		require.ErrorIs(t, err, tenancy.CodeOption)
	}
	options.Locales = []console.Locale{{Tag: "de", Sentences: map[string]string{
		"%s invites you to join %s.": "In %[2]s lädt %[1]s Sie ein.", "Signed in as %s.": "",
		tenancy.CodeActor.Sentence(): "Ihr Zugang ist beendet.", tenancy.Sentences()["AccountClosed"]: "{Account}",
		"Auditor": "Prüfer", "Reader": "Leser"}}}
	options.Roles, options.AccountRoles = []tenancy.OrganizationRole{"Auditor"}, []tenancy.AccountRole{"Reader"}
	_, err := console.NewHandler(&options)
	require.NoError(t, err)
}
