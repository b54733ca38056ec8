package tenancy_test

import (
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// exportedFile is an export of a log of some events, line by line, and the log's heads by
// their numbers. The first line of a CSV file is that of the names.
type exportedFile struct {
	format tenancy.LogFormat
	stream tenancy.Stream
	lines  []string
	heads  []tenancy.LogHead
}

func exportOf(t *testing.T, format tenancy.LogFormat) exportedFile {
	t.Helper()
	s := newScene(t)
	ana := s.found("ana")
	f := exportedFile{format: format, stream: organizationStream(ana.Organization.ID)}
	for n := range 5 {
		_, err := s.as(ana.User.ID).RenameOrganization(t.Context(), ana.Organization.ID, fmt.Sprint("Ana ", n))
		require.NoError(t, err)
	}
	f.heads = []tenancy.LogHead{{Stream: f.stream}}
	for e, err := range s.host.Events(t.Context(), f.stream, tenancy.EventQuery{}) {
		require.NoError(t, err)
		f.heads = append(f.heads, tenancy.LogHead{Stream: f.stream, Sequence: e.Sequence, Hash: e.Hash})
	}
	var out bytes.Buffer
	require.NoError(t, tenancy.ExportLog(&out, format, s.host.Events(t.Context(), f.stream, tenancy.EventQuery{})))
	f.lines = strings.SplitAfter(strings.TrimSuffix(out.String(), "\n"), "\n")
	f.lines[len(f.lines)-1] += "\n"
	return f
}

// event returns the place of an event's line.
func (f exportedFile) event(number int) int {
	if f.format == tenancy.LogCSV {
		return number
	}
	return number - 1
}

// found returns what VerifyExport lists about lines.
func (f exportedFile) found(t *testing.T, lines []string, heads ...tenancy.LogHead) (found []tenancy.Tampering) {
	t.Helper()
	for x, err := range tenancy.VerifyExport(strings.NewReader(strings.Join(lines, "")), f.format, heads...) {
		require.NoError(t, err)
		found = append(found, x)
	}
	return found
}

func TestVerifyExport(t *testing.T) {
	t.Parallel()
	for _, format := range []tenancy.LogFormat{tenancy.LogNDJSON, tenancy.LogCSV} {
		f := exportOf(t, format)
		last := f.heads[len(f.heads)-1]
		at := func(number uint64, reason tenancy.TamperingReason) tenancy.Tampering {
			return tenancy.Tampering{Stream: f.stream, Sequence: number, Reason: reason}
		}
		nowhere := func(reason tenancy.TamperingReason) []tenancy.Tampering {
			return []tenancy.Tampering{{Reason: reason}}
		}
		without := func(from, to int) []string { return append(append([]string{}, f.lines[:from]...), f.lines[to:]...) }
		replaced := func(number int, line string) []string {
			lines := append([]string{}, f.lines...)
			lines[f.event(number)] = line
			return lines
		}
		names := f.lines[:f.event(1)]
		t.Run(string(format), func(t *testing.T) {
			t.Run("EVT-6 a whole file is sound, with any of its heads", func(t *testing.T) {
				require.Empty(t, f.found(t, f.lines))
				for _, head := range f.heads {
					require.Empty(t, f.found(t, f.lines, head))
				}
				require.Empty(t, f.found(t, f.lines, f.heads...))
			})
			t.Run("EVT-6 a file without an event is, only if a head says that there was none", func(t *testing.T) {
				require.Equal(t, nowhere(tenancy.TamperedFile), f.found(t, names))
				require.Empty(t, f.found(t, names, f.heads[0]))
				require.Equal(t, []tenancy.Tampering{at(last.Sequence, tenancy.TamperedHead)}, f.found(t, names, last))
				require.Equal(t, []tenancy.Tampering{at(last.Sequence, tenancy.TamperedHead)},
					f.found(t, names, f.heads[0], last))
			})
			t.Run("EVT-6 a CSV file without its names is not", func(t *testing.T) {
				if format != tenancy.LogCSV {
					return
				}
				require.Equal(t, nowhere(tenancy.TamperedFile), f.found(t, f.lines[1:]))
				require.Equal(t, nowhere(tenancy.TamperedFile), f.found(t, nil))
				require.Equal(t, []tenancy.Tampering{at(0, tenancy.TamperedFile)}, f.found(t, nil, f.heads[0]))
			})
			t.Run("EVT-6 what cannot be read is listed once", func(t *testing.T) {
				for number := range uint64(len(f.heads) - 1) {
					number++
					lines := replaced(int(number), "nonsense\n")
					want := []tenancy.Tampering{at(number, tenancy.TamperedHash)}
					if number == 1 {
						want[0].Stream = tenancy.Stream{} // no event has said whose log it is
					}
					require.Equal(t, want, f.found(t, lines), number)
					want[0].Stream = f.stream
					require.Equal(t, want, f.found(t, lines, f.heads...), number)
				}
				lines := replaced(3, "nonsense\n")
				lines[f.event(4)] = "nonsense\n"
				require.Equal(t, []tenancy.Tampering{at(3, tenancy.TamperedHash), at(4, tenancy.TamperedHash)}, f.found(t, lines))
			})
			t.Run("EVT-6 what is gone, moved, cut off or another's is listed", func(t *testing.T) {
				require.Equal(t, []tenancy.Tampering{at(3, tenancy.TamperedChain)}, f.found(t, without(f.event(3), f.event(4))))
				require.Empty(t, f.found(t, f.lines[:len(f.lines)-1]), "only a head shows it")
				require.Equal(t, []tenancy.Tampering{at(last.Sequence, tenancy.TamperedHead)},
					f.found(t, f.lines[:len(f.lines)-1], last))
				later := append(append([]string{}, names...), f.lines[f.event(4):]...)
				require.Equal(t, []tenancy.Tampering{at(1, tenancy.TamperedChain)}, f.found(t, later))
				require.Empty(t, f.found(t, later, f.heads[3]))
				require.Empty(t, f.found(t, later, f.heads[2], f.heads[3], last))
			})
			t.Run("EVT-6 whichever bit is another, it is found", func(t *testing.T) {
				whole := []byte(strings.Join(f.lines[:f.event(3)], ""))
				require.Empty(t, f.found(t, []string{string(whole)}, f.heads[2]))
				for i := range whole {
					for bit := range 8 { // the fifth makes capitals of small letters
						whole[i] ^= 1 << bit
						found := f.found(t, []string{string(whole)}, f.heads[2])
						require.NotEmpty(t, found, "byte %d, %q", i, whole[max(0, i-20):min(len(whole), i+20)])
						whole[i] ^= 1 << bit
					}
				}
			})
			t.Run("EVT-6 an error of the reader ends it", func(t *testing.T) {
				broken := errors.New("broken")
				for found, err := range tenancy.VerifyExport(iotest.ErrReader(broken), format) {
					require.ErrorIs(t, err, broken)
					require.Zero(t, found)
				}
			})
		})
	}
}

// TestVerifyExportOfNewer reads an event whose type a newer version has added (EVT-6).
func TestVerifyExportOfNewer(t *testing.T) {
	t.Parallel()
	f := exportOf(t, tenancy.LogNDJSON)
	before := f.heads[len(f.heads)-1]
	r := tenancy.EventRecord{Stream: f.stream, Sequence: before.Sequence + 1, ID: tenancy.EventID{1}, Time: 1,
		Name: "PinOrganization", Operation: tenancy.OperationID{2}, Type: "OrganizationPinned", Data: "\x01\x02",
		Previous: before.Hash}
	r.Hash = tenancy.HashOf(r)
	line := func(r tenancy.EventRecord, data string) string {
		text, err := json.Marshal(struct {
			Stream      string              `json:"stream"`
			Sequence    uint64              `json:"sequence"`
			ID          tenancy.EventID     `json:"id"`
			Time        tenancy.Instant     `json:"time"`
			Actor       string              `json:"actor"`
			Operation   string              `json:"operation"`
			OperationID tenancy.OperationID `json:"operationId"`
			Step        int                 `json:"step"`
			Type        string              `json:"type"`
			Data        json.RawMessage     `json:"data"`
			Encoding    string              `json:"encoding"`
			Previous    string              `json:"previous"`
			Hash        string              `json:"hash"`
		}{r.Stream.String(), r.Sequence, r.ID, r.Time, "system", r.Name, r.Operation, 0, r.Type, json.RawMessage(data),
			hex.EncodeToString([]byte(r.Data)), hex.EncodeToString(r.Previous[:]), hex.EncodeToString(r.Hash[:])})
		require.NoError(t, err)
		return string(text) + "\n"
	}
	head := tenancy.LogHead{Stream: f.stream, Sequence: r.Sequence, Hash: r.Hash}
	lists := func(reason tenancy.TamperingReason, r tenancy.EventRecord) {
		t.Helper()
		require.Equal(t, []tenancy.Tampering{{Stream: f.stream, Sequence: head.Sequence, Reason: reason}},
			f.found(t, append(f.lines[:len(f.lines):len(f.lines)], line(r, `{"a":1}`))))
	}
	lists(tenancy.UncheckedType, r)
	require.Len(t, f.found(t, append(f.lines[:len(f.lines):len(f.lines)], line(r, `{"a":1}`)), head), 1)
	changed := r
	changed.Data = "\x01\x03"
	lists(tenancy.TamperedHash, changed)
	changed = r
	changed.Previous = f.heads[1].Hash
	changed.Hash = tenancy.HashOf(changed)
	lists(tenancy.TamperedChain, changed)
}

// TestExportFormulas wants that no cell of a CSV file is a formula to a spreadsheet, and
// that no name or address is in a file of any format.
func TestExportFormulas(t *testing.T) {
	t.Run("SEC-34 EVT-6 no cell begins as a formula does", func(t *testing.T) {
		for _, correlation := range []tenancy.Reference{"-1.1", "-", "--x", "1-1", ""} {
			e := tenancy.LoggedEvent{Event: tenancy.Event{Stream: organizationStream(tenancy.OrganizationID{1}),
				Correlation: correlation, Data: tenancy.OrganizationRenamed{Organization: tenancy.OrganizationID{1}}}}
			var out bytes.Buffer
			require.NoError(t, tenancy.ExportLog(&out, tenancy.LogCSV, func(yield func(tenancy.LoggedEvent, error) bool) { yield(e, nil) }))
			rows, err := csv.NewReader(&out).ReadAll()
			require.NoError(t, err)
			require.Len(t, rows, 2)
			for _, cell := range rows[1] {
				require.False(t, cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r"), cell)
			}
		}
	})
	t.Run("SEC-34 SEC-26 no name and no address is in a file", func(t *testing.T) {
		c := newCast(t)
		c.rename(c.dan, "=HYPERLINK(1)")
		for _, format := range []tenancy.LogFormat{tenancy.LogNDJSON, tenancy.LogCSV, tenancy.LogOCSF} {
			var out bytes.Buffer
			require.NoError(t, tenancy.ExportLog(&out, format,
				c.as(c.owner).Events(c.ctx(), organizationStream(c.org), tenancy.EventQuery{})))
			require.NotContains(t, out.String(), "HYPERLINK")
			require.NotContains(t, out.String(), address("dan"))
		}
	})
}
