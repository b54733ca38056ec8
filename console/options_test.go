package console_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
)

// URLs that a browser would run or that lead nowhere, and colours that are hard to read, are
// refused when the pages are made.
func TestOptionsAreChecked(t *testing.T) {
	s := newSite(t, console.Options{})
	made := func(o console.Options) error {
		o.Session = s.session
		_, err := console.NewHandler(&o)
		return err
	}
	for _, bad := range []string{"javascript:x", "data:text/html,x", "//elsewhere.example", "sign-in", "https:", "mailto:a@b.example", "%"} {
		require.ErrorIs(t, made(console.Options{SignIn: bad}), tenancy.CodeOption, bad)
		require.ErrorIs(t, made(console.Options{SignOut: bad}), tenancy.CodeOption, bad)
		require.ErrorIs(t, made(console.Options{Look: console.Look{Home: bad}}), tenancy.CodeOption, bad)
	}
	require.ErrorIs(t, made(console.Options{SignOut: "https://elsewhere.example/out"}), tenancy.CodeOption, "no form may post there")
	for _, look := range []console.Look{
		{Accent: "blue"}, {AccentDark: "#12345"}, {Accent: "#ffff00"}, {Accent: "#777777"}, {AccentDark: "#2456c9"}, {AccentDark: "#000000"},
	} {
		require.ErrorIs(t, made(console.Options{Look: look}), tenancy.CodeOption, look)
	}
	require.NoError(t, made(console.Options{
		SignIn: "https://id.example/sign-in?client=console", SignOut: "/out",
		Look: console.Look{Home: "/", Accent: "#0b6e4f", AccentDark: "#7fd8b5"},
	}))
	require.NoError(t, made(console.Options{SignIn: "http://localhost:8080/", Look: console.Look{Accent: "#2456C9", AccentDark: "#8ab0ff"}}))
}

// The contrast of a colour is measured against those that the style sheet has.
func TestContrastIsOfTheStyleSheet(t *testing.T) {
	sheet, err := os.ReadFile("assets/console.css")
	require.NoError(t, err)
	for _, text := range []string{
		"--ground: #f7f8fa;", "--on-accent: #fff;", "--surface: #171c25;", "--on-accent: #0c1220;",
		"[hidden] { display: none !important; }", // "Copy" is hidden until the script shows it
	} {
		require.Contains(t, string(sheet), text)
	}
}

// The guide has the sentences of the navigation, for who translates a part of the pages.
func TestNavigationIsInTheGuide(t *testing.T) {
	s := newSite(t, console.Options{})
	guide, err := os.ReadFile("../docs/console.md")
	require.NoError(t, err)
	_, said, _ := strings.Cut(string(guide), "The navigation says:")
	said, _, _ = strings.Cut(said, "## ")
	words := 0
	for _, nav := range s.as(s.acme.Owner).get(s.in()).named("nav")[:1] {
		for n := range nav.Descendants() {
			if n.Data == "a" || n.Data == "h2" {
				require.Contains(t, said, textIn(n))
				words++
			}
		}
	}
	require.Greater(t, words, 20)
}
