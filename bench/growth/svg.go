package main

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// curve is how long an operation took at each size.
type curve struct {
	name string
	took []time.Duration
}

// chart is the curves of some operations.
type chart struct {
	file, title string
	operations  []string
}

// charts are the groups of operations. Each operation is in one.
var charts = []chart{
	{"reads", "Decisions and single reads", []string{
		"Can", "Can, of oneself", "CanInOrganization", "Organization", "Organizations", "User, a member", "UserByEmail",
		"Invitation", "Account", "AccountsOf, a member", "SignInRequirement", "LogHead",
	}},
	{"lists", "Lists, read up to the twentieth item", []string{
		"Users, managed", "Users, independent", "Users, pending", "Users, a search that finds one",
		"Users, a search that finds nobody", "Users, a search that finds many", "Invitations", "AccountInvitations",
		"Accounts, managed", "Accounts, independent", "Accounts, pending", "Access", "Domains", "Connections",
		"HIPAAReport", "ImportableUsers", "Events, from the start",
	}},
	{"people", "People and invitations", []string{
		"SignUp, which joins", "SignUp, which founds", "SignUp, with an invitation", "UpdateUser", "ChangeEmail",
		"SetOrganizationRole", "RemoveUser", "Leave", "DeactivateUser", "ReactivateUser", "DeleteUser", "InviteUser",
		"InviteToAccount", "ResendInvitation", "RevokeInvitation", "AcceptInvitation, to the organization",
		"AcceptInvitation, to an account", "DeclineInvitation", "ImportUsers, one", "SetSSOExemption",
	}},
	{"accounts", "Accounts and roles", []string{
		"CreateAccount", "CreateSubaccount", "RenameAccount", "SuspendAccount, and back", "CloseAccount",
		"TransferAccount", "AssignRoles", "RevokeRoles", "Relinquish", "EnableHIPAA, and back", "AcceptAccountRequest",
	}},
	{"organization", "The organization", []string{
		"RenameOrganization", "TransferOwnership, and back", "AddDomain", "VerifyDomain", "RemoveDomain",
		"SetSignUpPolicy, and back", "AddConnection", "EnforceSSO", "SetLimits", "PreviewMerge, of a small one",
		"MergeOrganizations, a small one", "Purge, with nothing due", "Preview, of a rename", "Atomically, two renames",
		"CreateOrganization",
	}},
	{"whole", "On all that the organization has", []string{"MergeOrganizations, the large one", "DeleteOrganization"}},
}

// colours go on the lines in turn. They are middle tones, to be read on light and on dark
// ground, as is ink.
var colours = []string{"#c0504d", "#3a87c8", "#4d9a52", "#b07a1e", "#8a6cc4", "#1f9a94", "#c05a96", "#7d8a2e"}

const (
	ink = "#7d7d7d"

	left, right, top, bottom = 56, 230, 30, 34 // margins
	plotWidth                = 330
	lineHeight               = 13
)

// draw writes a file for each chart that has curves, and returns the files' names.
func draw(dir, kind string, sizes []int, curves []curve) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	var names []string
	for _, c := range charts {
		var its []curve
		for _, one := range curves {
			if slices.Contains(c.operations, one.name) {
				its = append(its, one)
			}
		}
		if len(its) == 0 {
			continue
		}
		name := kind + "-" + c.file + ".svg"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(c.svg(kind, sizes, its)), 0o644); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// svg draws curves over sizes, both in logarithmic measure, with each curve's name behind
// its end.
func (c chart) svg(kind string, sizes []int, curves []curve) string {
	height := max(160, len(curves)*lineHeight)
	low, high := math.Inf(1), math.Inf(-1)
	for _, one := range curves {
		for _, t := range one.took {
			low, high = min(low, math.Log10(t.Seconds())), max(high, math.Log10(t.Seconds()))
		}
	}
	low, high = math.Floor(low), math.Max(math.Ceil(high), math.Floor(low)+1)
	first, last := math.Log10(float64(sizes[0])), math.Log10(float64(sizes[len(sizes)-1]))
	x := func(size int) float64 {
		if last == first {
			return left
		}
		return left + plotWidth*(math.Log10(float64(size))-first)/(last-first)
	}
	y := func(t time.Duration) float64 {
		return top + float64(height)*(high-math.Log10(t.Seconds()))/(high-low)
	}

	var b strings.Builder
	title := fmt.Sprintf("%s, %s", kind, c.title)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="11" fill="%s">`+"\n",
		left+plotWidth+right, top+height+bottom, ink)
	fmt.Fprintf(&b, "<title>%s</title>\n", escape(title))
	fmt.Fprintf(&b, `<text x="%d" y="16" font-size="13">%s</text>`+"\n", left, escape(title))
	fmt.Fprintf(&b, `<g stroke="%s" stroke-opacity=".35">`+"\n", ink)
	for decade := low; decade <= high; decade++ {
		at := y(seconds(decade))
		fmt.Fprintf(&b, `<path d="M%d %.1fh%d"/>`+"\n", left, at, plotWidth)
	}
	for _, size := range sizes {
		fmt.Fprintf(&b, `<path d="M%.1f %dv%d"/>`+"\n", x(size), top, height)
	}
	b.WriteString("</g>\n")
	for decade := low; decade <= high; decade++ {
		fmt.Fprintf(&b, `<text x="%d" y="%.1f" text-anchor="end">%s</text>`+"\n", left-6, y(seconds(decade))+4, seconds(decade))
	}
	for _, size := range sizes {
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", x(size), top+height+14, thousands(size))
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">members</text>`+"\n", left+plotWidth/2, top+height+28)

	curves = slices.SortedStableFunc(slices.Values(curves), func(a, b curve) int {
		return -cmp.Compare(a.took[len(a.took)-1], b.took[len(b.took)-1])
	})
	places := spread(curves, y, float64(top), float64(top+height))
	for i, one := range curves {
		colour := colours[i%len(colours)]
		var points []string
		for n, t := range one.took {
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(sizes[n]), y(t)))
		}
		end := y(one.took[len(one.took)-1])
		fmt.Fprintf(&b, `<polyline fill="none" stroke="%s" stroke-width="1.5" points="%s"/>`+"\n", colour, strings.Join(points, " "))
		fmt.Fprintf(&b, `<path stroke="%s" stroke-opacity=".5" d="M%d %.1fL%d %.1f"/>`+"\n",
			colour, left+plotWidth, end, left+plotWidth+14, places[i])
		fmt.Fprintf(&b, `<text fill="%s" x="%d" y="%.1f">%s</text>`+"\n", colour, left+plotWidth+17, places[i]+4, escape(one.name))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// spread returns where the names of curves go, which are in the order of their ends: each
// as near to its end as the names above it let it be, and all between two places.
func spread(curves []curve, y func(time.Duration) float64, from, to float64) []float64 {
	places := make([]float64, len(curves))
	for i, one := range curves {
		places[i] = max(y(one.took[len(one.took)-1]), from)
		if i > 0 {
			places[i] = max(places[i], places[i-1]+lineHeight)
		}
	}
	for i := len(places) - 1; i >= 0; i-- { // push back up what went out below
		places[i] = min(places[i], to)
		to = places[i] - lineHeight
	}
	return places
}

// seconds returns a power of ten of seconds.
func seconds(decade float64) time.Duration {
	return time.Duration(math.Round(math.Pow10(int(decade)) * float64(time.Second)))
}

// thousands writes a number with commas.
func thousands(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	return b.String()
}
