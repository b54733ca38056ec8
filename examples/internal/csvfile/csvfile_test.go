package csvfile_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy/examples/internal/csvfile"
)

var members = csvfile.Format{
	Name:     "a list of members",
	Required: []string{"Name", "Address"},
	Optional: []string{"Status"},
}

// utf16Of encodes a text as UTF-16 with a byte-order mark.
func utf16Of(text string, order binary.AppendByteOrder) []byte {
	encoded := order.AppendUint16(nil, 0xfeff)
	for _, unit := range utf16.Encode([]rune(text)) {
		encoded = order.AppendUint16(encoded, unit)
	}
	return encoded
}

// The same table comes out of every form in which programs save it.
func TestParseForms(t *testing.T) {
	const text = "Name,Address [Required],Notes\n" +
		"Chloé 🤖,chloe@acme.example,\"two\nlines\"\n\nBen,ben@acme.example,\n"
	want := csvfile.Table{Rows: []csvfile.Row{
		{Line: 2, Cells: map[string]string{"Name": "Chloé 🤖", "Address": "chloe@acme.example"}},
		{Line: 5, Cells: map[string]string{"Name": "Ben", "Address": "ben@acme.example"}},
	}}
	for form, content := range map[string][]byte{
		"UTF-8":             []byte(text),
		"UTF-8 with a mark": []byte("\ufeff" + text),
		"UTF-16 LE":         utf16Of(text, binary.LittleEndian),
		"UTF-16 BE":         utf16Of(text, binary.BigEndian),
		"semicolons":        []byte(strings.ReplaceAll(text, ",", ";")),
		"tabs":              []byte(strings.ReplaceAll(text, ",", "\t")),
		"tabs in UTF-16":    utf16Of(strings.ReplaceAll(text, ",", "\t"), binary.LittleEndian),
		"CRLF":              []byte(strings.ReplaceAll(text, "\n", "\r\n")),
		"CR":                []byte(strings.ReplaceAll(text, "\n", "\r")),
		"small letters":     []byte(strings.Replace(text, "Name,Address", "name, ADDRESS", 1)),
		"no last line end":  []byte(strings.TrimSuffix(text, "\n")),
		"blank rows":        []byte(strings.Replace(text, "\n\n", "\n , ,\n", 1) + ",,\n,,,,\n"),
	} {
		t.Run(form, func(t *testing.T) {
			got, err := csvfile.Parse(content, members)
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
	t.Run("blank rows above the header", func(t *testing.T) {
		got, err := csvfile.Parse([]byte(",,\n\n"+text), members)
		require.NoError(t, err)
		require.Len(t, got.Rows, 2)
		require.Equal(t, 4, got.Rows[0].Line)
	})
}

// A delimiter is found by the columns that it yields, not by how often it occurs.
func TestDelimiterInCells(t *testing.T) {
	got, err := csvfile.Parse([]byte("Name;Address;Notes, a, b, c, d, e\nAna;ana@acme.example;1,2,3\n"), members)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"Name": "Ana", "Address": "ana@acme.example"}, got.Rows[0].Cells)
}

// A row that does not fit the header does not end the reading.
func TestRefusedRows(t *testing.T) {
	got, err := csvfile.Parse([]byte("Name,Address\nAna\nBen,ben@acme.example,,\nEva,eva@acme.example\n"), members)
	require.NoError(t, err)
	require.Equal(t, csvfile.Table{
		Rows: []csvfile.Row{{Line: 4, Cells: map[string]string{"Name": "Eva", "Address": "eva@acme.example"}}},
		Refused: []csvfile.Refusal{
			{Line: 2, Why: "The row has only 1 of the header's 2 cells."},
			{Line: 3, Why: "The row has 4 cells, more than the header's 2."},
		},
	}, got)
}

// Everything else that cannot be read has a sentence of its own.
func TestRefusedFiles(t *testing.T) {
	const header = "Name,Address\n"
	const stranger = "it is not a list of members: "
	const quote = "line 2: a quotation mark is "
	const remedy = `: in a spreadsheet program, save it as "CSV UTF-8"`
	for content, says := range map[string]string{
		"":                                    "it is empty",
		"\ufeff":                              "it is empty",
		" \n,,\n":                             "it is empty",
		"\xff\xfe":                            "it is empty",
		"one cell\n":                          stranger + "no comma, semicolon or tab separates columns in its header",
		"id;mail\n1;ana\n":                    stranger + `it has no column "Name", "Address"`,
		"name,mail\n":                         stranger + `it has no column "Address"`,
		"Name,Address,NAME\n":                 `it has 2 columns "Name"`,
		"Status," + header:                    "",
		"Status,Status [READ ONLY]," + header: `it has 2 columns "Status"`,
		"Notes,Notes," + header:               "",
		header + "Ana,\"Lima\n":               quote + "not closed, or text follows the one that closes",
		header + "Ana,\"Lima\"x\n":            quote + "not closed, or text follows the one that closes",
		header + "Ana,Li\"ma\n":               quote + "inside a cell that does not begin with one",
		header + "Ana,a\nChlo\xe9,b\n":        "line 3 is not UTF-8, it looks like Windows-1252" + remedy,
		"Name\x00,Address\n":                  "it has zero bytes, so it is not UTF-8 text" + remedy,
		string(utf16Of(header, binary.LittleEndian)[2:]): "it has zero bytes, so it is not UTF-8 text" + remedy,
		"\xff\xfe\x00":                            "it is UTF-16 that ends in the middle of a character",
		"\xfe\xff\xd8\x00":                        "it is UTF-16 with half characters: it is damaged",
		"PK\x03\x04\x14\x00":                      "it is a spreadsheet, not CSV" + remedy,
		"\xd0\xcf\x11\xe0\xa1\xb1":                "it is a spreadsheet, not CSV" + remedy,
		header + strings.Repeat("a,b\n", 100_000): "",
		header + strings.Repeat("a,b\n", 100_001): "it has more than 100000 rows",
	} {
		name := content[:min(len(content), 40)]
		_, err := csvfile.Parse([]byte(content), members)
		if says == "" {
			require.NoError(t, err, "%q", name)
			continue
		}
		require.EqualError(t, err, says, "%q", name)
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "list.csv")
	require.NoError(t, os.WriteFile(path, []byte("Name\n"), 0o600))
	content, err := csvfile.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "Name\n", string(content))

	require.NoError(t, os.Truncate(path, 32<<20))
	content, err = csvfile.ReadFile(path)
	require.NoError(t, err)
	require.Len(t, content, 32<<20)

	require.NoError(t, os.Truncate(path, 100<<20)) // one line
	_, err = csvfile.ReadFile(path)
	require.EqualError(t, err, path+": it is larger than 32 MB")

	_, err = csvfile.ReadFile(dir)
	require.ErrorContains(t, err, "directory")
	_, err = csvfile.ReadFile(filepath.Join(dir, "missing.csv"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
