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

var update = flag.Bool("update", false, "write testdata/output.txt anew")

const (
	header    = "name,email,organization role,account,account role\n"
	prime     = header + "Ana Lima,ana@acme.example,owner,Web,owner\n"
	candidate = header + "Ben Ode,ben@acme.example,owner,App,owner\n"
)

// try runs the program.
func try(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), args, &out, &errs)
	return status, out.String(), errs.String()
}

func files(t *testing.T, prime, candidate string) []string {
	t.Helper()
	dir := t.TempDir()
	paths := []string{filepath.Join(dir, "prime.csv"), filepath.Join(dir, "candidate.csv")}
	require.NoError(t, os.WriteFile(paths[0], []byte(prime), 0o600))
	require.NoError(t, os.WriteFile(paths[1], []byte(candidate), 0o600))
	return paths
}

// tryFiles runs the program on lists that it must be able to merge, and returns its output.
func tryFiles(t *testing.T, prime, candidate string) string {
	t.Helper()
	status, stdout, stderr := try(t, files(t, prime, candidate)...)
	require.Empty(t, stderr)
	require.Zero(t, status)
	require.Contains(t, stdout, "Checked: 0 violations")
	return stdout
}

// What the program prints depends on neither time nor chance. It shows MRG-1, GEN-12,
// MRG-2 and MRG-11.
func TestOutput(t *testing.T) {
	const golden = "testdata/output.txt"
	status, stdout, stderr := try(t)
	require.Empty(t, stderr)
	require.Zero(t, status)
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(stdout), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), stdout)
}

// The program makes the same of the same people in files of the user's, whatever the
// delimiter.
func TestFiles(t *testing.T) {
	_, want, _ := try(t)
	want = strings.NewReplacer("Harbourline", "The Prime", "Quayside", "The Candidate").Replace(want)
	require.Equal(t, want, tryFiles(t, string(bundledPrime), string(bundledCandidate)))
	require.Equal(t, want, tryFiles(t,
		strings.ReplaceAll(string(bundledPrime), ",", ";"),
		"\ufeff"+strings.ReplaceAll(string(bundledCandidate), ",", "\t")))
}

// A company of one merges into a company of one. The Candidate has no domain of its own
// to prove, and its Owner is on the Prime's.
func TestOnePersonEach(t *testing.T) {
	stdout := tryFiles(t, prime, candidate)
	require.Contains(t, stdout, "The Prime: people: 1, accounts: 1.\nThe Candidate: people: 1, accounts: 1.\n")
	require.NotContains(t, stdout, reasons["candidate_domain"])
	require.Regexp(t, `Ben Ode +owner +administrator`, stdout)
}

// A row that cannot be taken as it is does not end the run (ADR-1, INV-7, section 3,
// ROLE-5, ACC-7). Every one has its sentence, and the order of the rows does not matter.
func TestRows(t *testing.T) {
	stdout := tryFiles(t, header+
		"Cy Doe,cy@acme.example,Administrator,Web,developer\n"+ // above the account's owner
		"Ana Lima,ana@acme.example,owner,Web,owner\n"+
		"Di Fox,di@@acme.example,standard_user,,\n"+
		"Ed Gil,ed@acme.example,boss,,\n"+
		"Flo Hay,flo@acme.example,owner,,\n"+
		"Gus Ito,ANA@acme.example,standard user,,\n"+
		",hal@acme.example,standard_user,,\n"+
		"Ida Jay,ida@acme.example,standard_user,Web,owner\n"+
		"Jo Kim,jo@acme.example,standard_user,None,developer\n"+
		"Kit Lee,kit@acme.example,standard_user,"+strings.Repeat("n", 65)+",owner\n"+
		"Lou May,lou@acme.example,standard_user,Web,boss\n"+
		"Moe\n", candidate)
	require.Contains(t, stdout, "The Prime: people: 6, accounts: 1.\n")
	_, notes, _ := strings.Cut(stdout, "Rows of The Prime's list that are not in as they are\n\n")
	notes, _, _ = strings.Cut(notes, "\n\n")
	require.Equal(t, `  LINE  RESULT                   WHY
  4     left out                 The address needs one @, plain letters, and at most 64 characters before the @.
  5     left out                 The organization role is not owner, administrator or standard_user.
  6     left out                 The company already has an owner, in line 3.
  7     left out                 This person is already a member.
  8     left out                 A name needs 1 to 64 characters, and no line breaks or other control characters.
  9     in, without the account  The account already has an owner, in line 3.
  10    in, without the account  The account does not exist, because no row is its owner's.
  11    in, without the account  A name needs 1 to 64 characters, and no line breaks or other control characters.
  12    in, without the account  The account role is not owner, administrator, developer, billing_manager or support.
  13    left out                 The row has only 1 of the header's 5 cells.`, notes)
	require.Regexp(t, `Cy Doe +Web +build read_usage manage_members`, stdout)
}

// An owner whose account's name is refused remains the owner, with an account of the
// default name.
func TestOwnersAccount(t *testing.T) {
	stdout := tryFiles(t, strings.Replace(prime, "Web", strings.Repeat("w", 65), 1), candidate)
	require.Regexp(t, `2 +in, without the account +A name needs 1 to 64`, stdout)
	require.Regexp(t, `Ana Lima +My account +build`, stdout)
}

// A person of both companies is in the Prime alone (INV-7).
func TestPersonOfBoth(t *testing.T) {
	stdout := tryFiles(t, prime, candidate+"Ana Lima,ANA@acme.example,standard_user,,\n")
	require.Regexp(t, `3 +left out +Another user already has this address.`, stdout)
}

// An Owner who is alone and off the Prime's domain comes in, and the organization that
// they leave is dissolved (USR-8).
func TestDissolved(t *testing.T) {
	stdout := tryFiles(t, prime, strings.Replace(candidate, "acme", "other", 1))
	require.Contains(t, stdout, "Ben Ode accepts. Organizations merged: 0, dissolved: 1.")
}

// What cannot be used is one line on stderr, and nothing on stdout.
func TestRefusedLists(t *testing.T) {
	const owner = "candidate.csv: its owner, in line 2, cannot sign up: "
	for name, c := range map[string]struct{ prime, candidate, says string }{
		"empty":        {"", candidate, "prime.csv: it is empty"},
		"header alone": {prime, header, "candidate.csv: it has a header and no people"},
		"missing columns": {
			"name,email\nAna,ana@acme.example\n", candidate,
			`prime.csv: it is not a list of a company's people: it has no column "organization role", "account"`,
		},
		"Windows-1252": {prime + "Chlo\xe9,c@acme.example,,,\n", candidate, "prime.csv: line 3 is not UTF-8"},
		"no owner": {
			strings.Replace(prime, "owner", "administrator", 1), candidate,
			"prime.csv: it has no row with the organization role owner",
		},
		"owner refused":  {prime, strings.Replace(candidate, "@", "", 1), owner + "The address needs one @"},
		"owner nameless": {prime, strings.Replace(candidate, "Ben Ode", "", 1), owner + "A name needs"},
		"the same owner": {prime, prime, owner + "Another user already has this address."},
	} {
		t.Run(name, func(t *testing.T) {
			status, stdout, stderr := try(t, files(t, c.prime, c.candidate)...)
			require.Equal(t, 1, status)
			require.Empty(t, stdout)
			require.Contains(t, stderr, c.says)
			require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		})
	}
	for name, path := range map[string]string{
		"missing": filepath.Join(t.TempDir(), "a.csv"), "directory": t.TempDir(),
	} {
		t.Run(name, func(t *testing.T) {
			for _, args := range [][]string{{path, "candidate.csv"}, {"prime.csv", path}} {
				status, stdout, stderr := try(t, args...)
				require.Equal(t, 1, status)
				require.Empty(t, stdout)
				require.Regexp(t, `^merge: \w+ .*: .*\n$`, stderr)
			}
		})
	}
}

// Companies that cannot merge stay two, and the program says why (MRG-1, DOM-1).
func TestNoMerge(t *testing.T) {
	for name, c := range map[string]struct{ prime, candidate, says string }{
		"Owner off the domain": {
			prime, strings.Replace(candidate, "acme", "other", 1) + "Cy Doe,cy@acme.example,standard_user,,\n",
			reasons["owner_off_domain"],
		},
		"mail provider": {
			strings.Replace(prime, "acme.example", "gmail.com", 1), candidate,
			"the domain of The Prime's owner cannot be proven: This domain is a mail provider's.",
		},
		"reserved domain": {
			strings.Replace(prime, "acme.example", "printer.local", 1), candidate,
			"the domain of The Prime's owner cannot be proven: Nobody can claim this domain.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			status, stdout, stderr := try(t, files(t, c.prime, c.candidate)...)
			require.Equal(t, 1, status)
			require.Contains(t, stdout, "What stands against merging The Candidate into The Prime")
			require.NotContains(t, stdout, "Organizations merged")
			require.Contains(t, stderr, "merge: nothing is merged: ")
			require.Contains(t, stderr, c.says)
			require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		})
	}
}

func TestHelp(t *testing.T) {
	status, stdout, stderr := try(t, "-h")
	require.Zero(t, status)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "Usage: merge [PRIME CANDIDATE]")
	for _, args := range [][]string{{"-nothing"}, {"a.csv"}, {"a.csv", "b.csv", "c.csv"}} {
		status, stdout, stderr := try(t, args...)
		require.Equal(t, 2, status)
		require.Empty(t, stdout)
		require.Contains(t, stderr, "Usage")
	}
}

// Whatever the lists, the program ends with a report and no violations, or with one
// sentence.
func FuzzMerge(f *testing.F) {
	f.Add(bundledPrime, bundledCandidate)
	f.Fuzz(func(t *testing.T, prime, candidate []byte) {
		var report strings.Builder
		err := merge(t.Context(),
			list{"The Prime", "prime", prime}, list{"The Candidate", "candidate", candidate}, &report)
		if err != nil {
			require.NotContains(t, err.Error(), "\n")
			require.NotContains(t, err.Error(), "violations")
		} else {
			require.Contains(t, report.String(), "Checked: 0 violations")
		}
	})
}
