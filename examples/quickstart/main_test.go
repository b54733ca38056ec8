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

// quick runs the program.
func quick(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), args, &out, &errs)
	return status, out.String(), errs.String()
}

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "users.csv")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// What the program prints of the bundled company depends on neither time nor chance.
func TestOutput(t *testing.T) {
	const golden = "testdata/output.txt"
	status, stdout, stderr := quick(t)
	require.Empty(t, stderr)
	require.Zero(t, status)
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(stdout), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), stdout)
}

// A file of the user's own makes the same of the same people.
func TestFile(t *testing.T) {
	_, want, _ := quick(t)
	status, stdout, stderr := quick(t, "-name", "Harbourline Robotics", "people.csv")
	require.Empty(t, stderr)
	require.Zero(t, status)
	require.Equal(t, strings.Replace(want, "the bundled people.csv", "people.csv", 1), stdout)
}

// The template for an upload has other columns than the download, spreadsheets write byte order marks and CRLF, and cells can hold lines.
func TestUploadTemplate(t *testing.T) {
	people, err := readPeople([]byte("\ufeff" +
		"First Name [Required],Last Name [Required],Email Address [Required],Password [Required],Work Address,Employee Title,Manager Email,Department,New Status [UPLOAD ONLY]\r\n" +
		"Ana,Lima,ana@acme.example,secret123,\"Quay 4\r\nBergen\",CEO,,Board,\r\n" +
		" Ben , Ode ,ben@acme.example ,secret123,,,Ana@acme.example,,Suspended\r\n"))
	require.NoError(t, err)
	require.Equal(t, []*person{
		{line: 2, name: "Ana Lima", email: "ana@acme.example", department: "Board", title: "CEO", leads: true},
		{line: 4, name: "Ben Ode", email: "ben@acme.example", department: "General", manager: "Ana@acme.example", suspended: true},
	}, people)
}

// A company of one is one too.
func TestOnePerson(t *testing.T) {
	status, stdout, stderr := quick(t, file(t, "First Name [Required],Last Name [Required],Email Address [Required]\nAna,Lima,ana@acme.example\n"))
	require.Empty(t, stderr)
	require.Zero(t, status)
	require.Contains(t, stdout, "My organization")
	require.Contains(t, stdout, "0 violations")
}

// What cannot be read is one line on stderr, and nothing on stdout.
func TestRefusedFiles(t *testing.T) {
	const header = "First Name [Required],Last Name [Required],Email Address [Required]\n"
	for name, c := range map[string]struct{ content, says string }{
		"empty":        {"", "it is empty"},
		"no people":    {header, "it names nobody"},
		"other table":  {"id,name\n1,Ana\n", `no column "First Name": not a user list of Google Workspace`},
		"too few":      {header + "Ana,Lima\n", "line 2: wrong number of fields"},
		"open quote":   {header + "Ana,\"Lima,ana@acme.example\n", `line 2: extraneous or missing " in quoted-field`},
		"nobody taken": {header + "Ana,Lima,ana@@acme.example\n", "nobody in it can be signed up, line 2 for one: This is no e-mail address"},
	} {
		t.Run(name, func(t *testing.T) {
			status, stdout, stderr := quick(t, file(t, c.content))
			require.Equal(t, 1, status)
			require.Empty(t, stdout)
			require.Contains(t, stderr, "users.csv: "+c.says)
			require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		})
	}
	t.Run("missing", func(t *testing.T) {
		status, stdout, stderr := quick(t, filepath.Join(t.TempDir(), "users.csv"))
		require.Equal(t, 1, status)
		require.Empty(t, stdout)
		require.Regexp(t, `^quickstart: open .*users\.csv: .*\n$`, stderr)
	})
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
