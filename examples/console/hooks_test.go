//go:build !race

package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// focused is the text of what has the focus.
const focused = `(document.activeElement.getAttribute("aria-label") || document.activeElement.innerText || "").replace(/[\u2068\u2069]/g, "").trim()`

// The keyboard alone goes everywhere: first to the link that skips what is on every page,
// and then in the order of the page. What has the focus shows it.
func TestKeyboard(t *testing.T) {
	r := read(t, sharedSite(t), "owner").northwind()
	require.NoError(t, r.Key("\t"))
	require.Equal(t, "Skip to the content", eval[string](r, focused))
	require.True(t, eval[bool](r, `document.activeElement.getBoundingClientRect().left >= 0`))
	require.NoError(t, r.Key("\r"))
	r.await(`document.activeElement.id === "main"`)
	require.NoError(t, r.Key("\t"))
	require.True(t, eval[bool](r, `document.activeElement.closest("main") !== null`), "what comes after the skip link is in the page's main part")
	require.True(t, eval[bool](r, `getComputedStyle(document.activeElement).outlineStyle !== "none"`))
	r.northwind()
	for range 60 {
		require.NoError(t, r.Key("\t"))
		if eval[string](r, focused) == "Users" {
			break
		}
	}
	require.NoError(t, r.Enter())
	r.says("Name or address")
}

// A list follows its search as somebody types, and the page's path does too.
func TestSearchAsOneTypes(t *testing.T) {
	r := read(t, sharedSite(t), "owner").northwind().follow("Users")
	r.fill("Name or address", "Omar")
	r.await(`document.querySelectorAll("#results tbody tr").length === 1`).says("omar.haddad@northwind.example")
	r.await(`location.search.includes("q=Omar")`)
	require.True(t, eval[bool](r, `document.activeElement.id === "q"`))
	r.fill("Name or address", "nobody at all").await(`document.querySelector("#results .empty")`).says("Nobody was found.")
}

// A button copies what stands beside it, and says so.
func TestCopy(t *testing.T) {
	site := sharedSite(t)
	r := read(t, site, "owner")
	require.NoError(t, r.Clipboard(site))
	r.northwind().follow("Settings").press("Copy").await(`[...document.querySelectorAll(".copy button")].some((b) => b.innerText === "Copied")`)
	copied := eval[string](r, `navigator.clipboard.readText()`)
	require.Equal(t, eval[string](r, `document.querySelector(".copy code").innerText`), copied)
}

// Times are in the reader's zone.
func TestZone(t *testing.T) {
	r := read(t, sharedSite(t), "owner")
	shown := map[string]string{}
	for _, zone := range []string{"Pacific/Kiritimati", "America/Los_Angeles"} {
		require.NoError(t, r.Zone(zone))
		r.northwind().follow("Settings")
		shown[zone] = eval[string](r, `document.querySelector("time").innerText`)
		require.Equal(t, shown[zone], eval[string](r, `new Intl.DateTimeFormat(document.documentElement.lang,
			{dateStyle: "medium", timeStyle: "short", timeZone: "`+zone+`"}).format(new Date(document.querySelector("time").dateTime))`))
	}
	require.NotEqual(t, shown["Pacific/Kiritimati"], shown["America/Los_Angeles"])
}

// Nothing moves for those who prefer that.
func TestStill(t *testing.T) {
	r := read(t, sharedSite(t), "owner")
	moves := `getComputedStyle(document.querySelector("main button")).transitionDuration !== "0s"`
	require.NoError(t, r.Media("light", false))
	r.northwind().follow("Settings")
	require.True(t, eval[bool](r, moves))
	require.NoError(t, r.Media("light", true))
	require.False(t, eval[bool](r, moves))
}

// On a phone the navigation opens by a tap.
func TestPhoneMenu(t *testing.T) {
	r := read(t, sharedSite(t), "owner")
	require.NoError(t, r.Size(390, 844))
	r.northwind().press("Menu").await(`document.querySelector("details.menu").open`).follow("Users").says("Name or address")
}
