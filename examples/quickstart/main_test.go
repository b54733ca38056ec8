package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the files with the expected output anew")

// header begins a list with the columns that matter.
const header = "First Name [Required],Last Name [Required],Email Address [Required],Department," +
	"Employee Title,Manager Email,Status [READ ONLY],Last Sign In [READ ONLY]\n"

// quick runs the program.
func quick(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), args, &out, &errs)
	return status, out.String(), errs.String()
}

// quickList runs the program on a list, which must succeed, and returns its output.
func quickList(t *testing.T, list string) string {
	t.Helper()
	status, stdout, stderr := quick(t, file(t, list))
	require.Empty(t, stderr)
	require.Zero(t, status)
	require.Contains(t, stdout, "Checked: 0 violations")
	return stdout
}

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "users.csv")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// requireGolden compares an output with the one in a file.
func requireGolden(t *testing.T, golden, output string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(output), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), output)
}

// What the program prints of the bundled company depends on neither time nor chance.
// Each refusal in it has the rule that it follows: USR-12, GEN-5, ROLE-5, ROLE-4,
// ROLE-8, USR-4, INV-8, USR-11 and GEN-2.
func TestOutput(t *testing.T) {
	status, stdout, stderr := quick(t)
	require.Empty(t, stderr)
	require.Zero(t, status)
	requireGolden(t, "testdata/output.txt", stdout)
}

// A list in which nearly every row has something wrong still makes a company.
func TestOutputOfRoughList(t *testing.T) {
	status, stdout, stderr := quick(t, "testdata/rough.csv")
	require.Empty(t, stderr)
	require.Zero(t, status)
	requireGolden(t, "testdata/rough.txt", stdout)
}

// The program makes the same of the same people in a file of the user's.
func TestFile(t *testing.T) {
	_, want, _ := quick(t)
	status, stdout, stderr := quick(t, "-name", "Harbourline Robotics", "people.csv")
	require.Empty(t, stderr)
	require.Zero(t, status)
	require.Equal(t, strings.Replace(want, "the bundled people.csv", "people.csv", 1), stdout)
}

// The Owner is an active person (ORG-1, USR-13). A CEO who cannot be the Owner is passed
// over aloud, and the next one by the printed rule is chosen.
func TestOwner(t *testing.T) {
	const ana, ben = "Ana,Lima,ana@acme.example,Board,CEO,,", "Ben,Ode,ben@acme.example,Board,,,Active,2026/01/05\n"
	for name, c := range map[string]struct {
		list, owner string
		passedOver  string // the sentence
	}{
		"a CEO below others": {ben + ana + "Active,2026/01/05\n", "Ana Lima, in line 3", ""},
		"no CEO":             {ben, "Ben Ode, in line 2", ""},
		"suspended":          {ana + "Suspended,2026/01/05\n" + ben, "Ben Ode, in line 3", "The person is suspended."},
		"archived":           {ana + "ARCHIVED,2026/01/05\n" + ben, "Ben Ode, in line 3", "The person is suspended."},
		"never signed in": {
			ana + "Active,Never logged in\n" + ben,
			"Ben Ode, in line 3", "The person has never signed in.",
		},
		"a long department": {
			strings.Replace(ana, "Board", strings.Repeat("b", 65), 1) + "Active,x\n" + ben,
			"Ana Lima, in line 2", "",
		},
		"a malformed address": {
			strings.Replace(ana, "@", "@@", 1) + "Active,x\n" + ben,
			"Ben Ode, in line 3", "The address needs one @",
		},
		"a second CEO": {
			ana + "Suspended,x\n" + ben + "Eva,Roth,eva@acme.example,Board,chief executive officer,,,\n",
			"Eva Roth, in line 4", "The person is suspended.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			stdout := quickList(t, header+c.list)
			require.Contains(t, stdout, ownerRule+"\nThis is "+c.owner+".\n")
			_, passedOver, shown := strings.Cut(stdout, "CEOs who are not the Owner")
			require.Equal(t, c.passedOver != "", shown)
			passedOver, _, _ = strings.Cut(passedOver, "\n\nUsers")
			require.Contains(t, passedOver, c.passedOver)
		})
	}
}

// A suspended person stays suspended (USR-13), and is not invited if they have never
// signed in: accepting would make them active.
func TestSuspended(t *testing.T) {
	stdout := quickList(t, header+
		"Ana,Lima,ana@acme.example,,,,,\n"+
		"Ben,Ode,ben@acme.example,,,,Suspended,2026/01/05\n"+
		"Eva,Roth,eva@acme.example,,,,Suspended,Never logged in\n")
	require.Regexp(t, `managed +Ben Ode +ben@acme.example +standard user +inactive`, stdout)
	require.Regexp(t, `Ben Ode, suspended +looks at their account +actor +GEN-2`, stdout)
	require.Regexp(t, `4 +"eva@acme.example" +The person is suspended and has never signed in.`, stdout)
	require.NotContains(t, stdout, "pending")
	require.Contains(t, stdout, "no other active member to become its Owner")
}

// The people of a department whose name no account can have come in all the same, with
// another account (section 3, ACC-1).
func TestDepartments(t *testing.T) {
	stdout := quickList(t, header+
		"Ana,Lima,ana@acme.example,\"two\nlines\",,,,\n"+
		"Ben,Ode,ben@acme.example,"+strings.Repeat("å", 65)+",,,,\n"+
		"Eva,Roth,eva@acme.example,"+strings.Repeat("å", 65)+",,,,\n"+
		"Kim,Bo,kim@acme.example,"+strings.Repeat("å", 64)+",,,,\n")
	require.Contains(t, stdout, "Rows: 4, left out: 0.")
	require.Regexp(t, `2 +"two\\nlines" +1 +The department's name has line breaks, control characters`, stdout)
	require.Regexp(t, `4 +"\\u00e5.*…" +2 +The department's name has 65 characters, and at most 64 are allowed.`,
		stdout)
	require.Regexp(t, `managed +General +Ana Lima +active +3\n`, stdout)
	require.Regexp(t, `managed +å{64} +Ana Lima +active +2\n`, stdout)
	require.Regexp(t, `managed +Staging +Ana Lima +active +4\n`, stdout)
}

// An address comes in once, and a row that is refused does not keep the next row with
// its address out (INV-7, INV-8, ADR-1).
func TestAddresses(t *testing.T) {
	stdout := quickList(t, header+
		"Ana,Lima,Ana@Acme.example,,,,,\n"+
		"Ana,Lima,ana@acme.EXAMPLE,,,,,\n"+
		",,ben@acme.example,,,,,\n"+
		"Ben,Ode,BEN@ACME.EXAMPLE,,,,,\n"+
		"Eva,Roth,eva@acme.example,,,,,Never logged in\n"+
		"Eva,Roth,EVA@acme.example,,,,,\n"+
		"Noor,Haddad,noor.haddad@haddad-consulting.example,,,,,\n"+
		"Vera,Stone,vera.stone@rival.example,,,,,\n"+
		"Kim,Bo,,,,,,\n")
	require.Contains(t, stdout, "Rows: 9, left out: 4.")
	require.Regexp(t, `3 +"ana@acme.EXAMPLE" +This person is already a member: see line 2.`, stdout)
	require.Regexp(t, `4 +"ben@acme.example" +The person's name is empty.`, stdout)
	require.Regexp(t, `managed +Ben Ode`, stdout)
	require.Regexp(t, `7 +"EVA@acme.example" +This person is already invited: see line 6.`, stdout)
	require.Regexp(t, `10 +- +The address is empty.`, stdout)
	require.Regexp(t, `independent +Noor Haddad +noor.haddad-2@haddad-consulting.example`, stdout)
}

// One person is a company too.
func TestOnePerson(t *testing.T) {
	stdout := quickList(t, "First Name [Required],Last Name [Required],Email Address [Required]\n"+
		"Ana,Lima,ana@acme.example\n")
	require.Contains(t, stdout, "My organization")
	require.Contains(t, stdout, "Rows: 1, left out: 0.")
}

// What cannot be used is one line on stderr, and nothing on stdout.
func TestRefusedLists(t *testing.T) {
	const ana = "Ana,Lima,ana@acme.example,,,,,\n"
	const ben = "Ben,Ode,ben@acme.example,,,,"
	const owner = "nobody in it can be the Owner, who must be active and have signed in before; line 2, for one: "
	for name, c := range map[string]struct{ content, says string }{
		"empty":           {"", "it is empty"},
		"no people":       {header + ",,,,,,,\n", "it has a header and no people"},
		"other table":     {"id,name\n1,Ana\n", `it is not a user list of Google Workspace: it has no column "First Name"`},
		"Windows-1252":    {header + "Chlo\xe9" + ana, "line 2 is not UTF-8, it looks like Windows-1252: in a"},
		"open quote":      {header + "Ana,\"" + ana, "line 2: a quotation mark is not closed"},
		"all malformed":   {header + "Ana,Lima,ana@@acme.example,,,,,\n", owner + "The address needs one @"},
		"all too short":   {header + "Ana,Lima\n", owner + "The row has only 2 of the header's 8 cells."},
		"all suspended":   {header + ben + "Suspended,\n", owner + "The person is suspended."},
		"never signed in": {header + ben + ",Never logged in\n", owner + "The person has never signed in."},
	} {
		t.Run(name, func(t *testing.T) {
			status, stdout, stderr := quick(t, file(t, c.content))
			require.Equal(t, 1, status)
			require.Empty(t, stdout)
			require.Contains(t, stderr, "users.csv: "+c.says)
			require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		})
	}
	t.Run("organization name", func(t *testing.T) {
		status, stdout, stderr := quick(t, "-name", strings.Repeat("n", 65), file(t, header+ana))
		require.Equal(t, 1, status)
		require.Empty(t, stdout)
		require.Equal(t, "quickstart: The organization's name has 65 characters, and at most 64 are allowed.\n", stderr)
	})
	for name, path := range map[string]string{
		"missing": filepath.Join(t.TempDir(), "users.csv"), "directory": t.TempDir(),
	} {
		t.Run(name, func(t *testing.T) {
			status, stdout, stderr := quick(t, path)
			require.Equal(t, 1, status)
			require.Empty(t, stdout)
			require.Regexp(t, `^quickstart: \w+ .*: .*\n$`, stderr)
		})
	}
}

func TestHelp(t *testing.T) {
	status, stdout, stderr := quick(t, "-h")
	require.Zero(t, status)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "Usage: quickstart [-name NAME] [FILE]")
	for _, args := range [][]string{{"-nothing"}, {"a.csv", "b.csv"}} {
		status, stdout, stderr := quick(t, args...)
		require.Equal(t, 2, status)
		require.Empty(t, stdout)
		require.Contains(t, stderr, "Usage")
	}
}
