package main

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// The template for an upload has other columns than the download.
func TestUploadTemplate(t *testing.T) {
	people, unread, err := readUserList([]byte("\ufeff" +
		"First Name [Required],Last Name [Required],Email Address [Required],Password [Required]," +
		"Work Address,Employee Title,Manager Email,Department,New Status [UPLOAD ONLY]\r\n" +
		"Ana,Lima,ana@acme.example,secret123,\"Quay 4\r\nBergen\",CEO,,Board,\r\n" +
		" Ben , Ode ,ben@acme.example ,secret123,,,Ana@acme.example,,Suspended\r\n"))
	require.NoError(t, err)
	require.Empty(t, unread)
	require.Equal(t, []*person{
		{line: 2, name: "Ana Lima", email: "ana@acme.example", department: "Board", ceo: true, leads: true},
		{
			line: 4, name: "Ben Ode", email: "ben@acme.example", department: "General",
			manager: "Ana@acme.example", suspended: true,
		},
	}, people)
}

// A new status replaces the status.
func TestNewStatus(t *testing.T) {
	for status, suspended := range map[string]bool{
		",": false, "Active,": false, "Suspended,": true, "suspended,": true, "Archived,": true,
		"Suspended,Active": false, "Active,Suspended": true, ",Archived": true,
	} {
		people, _, err := readUserList([]byte(
			"First Name,Last Name,Email Address,Status [READ ONLY],New Status [UPLOAD ONLY]\nAna,Lima,ana@acme.example," + status + "\n"))
		require.NoError(t, err)
		require.Equal(t, suspended, people[0].suspended, status)
	}
}

// Whatever the list, the program ends with a report and no violations, or with one
// sentence. A list that it reads is the same list in UTF-16.
func FuzzUserList(f *testing.F) {
	f.Fuzz(func(t *testing.T, list []byte) {
		var report strings.Builder
		if err := quickstart(t.Context(), "", "list", list, &report); err != nil {
			require.NotContains(t, err.Error(), "\n")
			require.Empty(t, report.String())
		} else {
			require.Contains(t, report.String(), "Checked: 0 violations")
		}
		people, unread, err := readUserList(list)
		if err != nil || !utf8.Valid(list) { // refused, or in UTF-16 already
			return
		}
		line := 1
		for _, p := range people {
			require.Greater(t, p.line, line)
			line = p.line
		}
		encoded := []byte{0xff, 0xfe}
		for _, unit := range utf16.Encode([]rune(strings.TrimPrefix(string(list), "\ufeff"))) {
			encoded = binary.LittleEndian.AppendUint16(encoded, unit)
		}
		again, unreadAgain, err := readUserList(encoded)
		require.NoError(t, err)
		require.Equal(t, people, again)
		require.Equal(t, unread, unreadAgain)
	})
}
