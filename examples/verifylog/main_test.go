package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
)

// TestVerifyLog exports logs and tampers with the files (EVT-6).
func TestVerifyLog(t *testing.T) {
	dir, err := tenancy.New(memstore.New(), nil)
	require.NoError(t, err)
	export := func(name string, format tenancy.LogFormat) (lines []string, head string) {
		signed, err := dir.System().SignUp(t.Context(), tenancy.NewSignUp{
			Email: tenancy.Proven(name + "@" + name + ".example.com"), Name: name, Account: name, Organization: name})
		require.NoError(t, err)
		owner := dir.As(signed.User.ID)
		for n := range 5 {
			_, err = owner.RenameOrganization(t.Context(), signed.Organization.ID, fmt.Sprint(name, n))
			require.NoError(t, err)
		}
		stream := tenancy.Stream{Organization: signed.Organization.ID}
		var file bytes.Buffer
		require.NoError(t, tenancy.ExportLog(&file, format, owner.Events(t.Context(), stream, tenancy.EventQuery{})))
		last, err := owner.LogHead(t.Context(), stream)
		require.NoError(t, err)
		return strings.SplitAfter(file.String(), "\n"), fmt.Sprintf("%s:%d:%s", stream, last.Sequence, last.Hash)
	}
	for extension, format := range map[string]tenancy.LogFormat{"ndjson": tenancy.LogNDJSON, "csv": tenancy.LogCSV} {
		lines, head := export("ana"+extension, format)
		foreign, _ := export("ben"+extension, format)
		n := len(lines) - 1 // the last one is empty
		join := func(parts ...[]string) string {
			var all strings.Builder
			for _, part := range parts {
				all.WriteString(strings.Join(part, ""))
			}
			return all.String()
		}
		whole := join(lines)
		for name, c := range map[string]struct {
			file string
			args []string
			code int
			says string
		}{
			"sound":                 {whole, nil, 0, "nothing was tampered with"},
			"sound, with its head":  {whole, []string{"-head", head}, 0, "nothing was tampered with"},
			"a hash changed":        {strings.Replace(whole, lines[4][len(lines[4])-9:], "00000000"+lines[4][len(lines[4])-1:], 1), nil, 1, "changed"},
			"an actor changed":      {strings.Replace(whole, "RenameOrganization", "DeleteOrganization", 1), nil, 1, "changed"},
			"cut off":               {join(lines[:n-1]), nil, 0, "nothing was tampered with"},
			"cut off, with a head":  {join(lines[:n-1]), []string{"-head", head}, 1, "not what the head says"},
			"cut off within a line": {whole[:len(whole)-20], nil, 1, "cannot be read"},
			"its start is gone":     {join(lines[:1], lines[3:]), nil, 1, "does not follow"},
			"one is gone":           {join(lines[:4], lines[5:]), nil, 1, "does not follow"},
			"two in other order":    {join(lines[:4], lines[5:6], lines[4:5], lines[6:]), nil, 1, "does not follow"},
			"another log's event":   {join(lines[:4], foreign[4:5], lines[5:]), nil, 1, "does not follow"},
			"another log":           {join(foreign), []string{"-head", head}, 1, "does not follow"},
			"no log":                {"hello\n", nil, 1, "cannot be read"},
			"no event":              {"", nil, 1, "no whole export"},
			"a wrong head":          {whole, []string{"-head", "x"}, 2, "usage"},
		} {
			t.Run(extension+"/EVT-6 "+name, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "log."+extension)
				require.NoError(t, os.WriteFile(path, []byte(c.file), 0o600))
				var out bytes.Buffer
				code := run(append(c.args, path), &out)
				require.Equal(t, c.code, code, out.String())
				require.Contains(t, out.String(), c.says)
				require.NotContains(t, c.file, "@")
			})
		}
	}
	var out bytes.Buffer
	require.Equal(t, 2, run([]string{filepath.Join(t.TempDir(), "missing.csv")}, &out))
}
