package tenancy

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// LogFormat is a form of file that ExportLog writes.
type LogFormat string

// The formats.
const (
	LogNDJSON LogFormat = "ndjson" // an event a line, as a JSON object; VerifyExport reads it
	LogCSV    LogFormat = "csv"    // an event a row, below a row of names; VerifyExport reads it
	LogOCSF   LogFormat = "ocsf"   // an event a line, as the Open Cybersecurity Schema Framework 1.8.0 has it
)

// ExportLog writes a log that Events lists, event by event, so that it needs little
// memory (EVT-6). Whoever may call Events has what it takes. It never writes a name or an
// address: an event has none, and of Names nothing is used.
//
// LogNDJSON and LogCSV hold all that an event's hash covers, and the hash. VerifyExport
// finds what was changed, without the store, if the whole stream is written, or all of
// it from a number on: a query with a filter leaves gaps. LogCSV writes an apostrophe
// before a correlation reference that begins with a hyphen, so that no spreadsheet takes
// it for a formula.
//
// LogOCSF holds no hash, so VerifyExport does not read it. An event about a user is
// Account Change there (3001), one about a user's roles is User Access Management (3005),
// one about a membership is Group Management (3006), and everything else is Entity
// Management (3004).
//
// An error of the list or of the writer ends it, and is returned as it came. CodeInput
// if there is no such format.
func ExportLog(w io.Writer, format LogFormat, log iter.Seq2[LoggedEvent, error]) error {
	buffered := bufio.NewWriter(w)
	var write func(Event) error
	flush := buffered.Flush
	switch format {
	case LogNDJSON:
		encoder := json.NewEncoder(buffered)
		write = func(e Event) error { return encoder.Encode(exportedOf(e)) }
	case LogOCSF:
		encoder := json.NewEncoder(buffered)
		write = func(e Event) error { return encoder.Encode(ocsfOf(e)) }
	case LogCSV:
		rows := csv.NewWriter(buffered)
		if err := rows.Write(exportColumns); err != nil {
			return err
		}
		write = func(e Event) error { return rows.Write(exportedOf(e).row()) }
		flush = func() error {
			rows.Flush()
			return errors.Join(rows.Error(), buffered.Flush())
		}
	default:
		return &Error{Op: "ExportLog", Err: CodeInput}
	}
	for e, err := range log {
		if err == nil {
			err = write(e.Event)
		}
		if err != nil {
			_ = flush()
			return err
		}
	}
	return flush()
}

// exported is an event in a file. Encoding holds the bytes of the data that the hash
// covers, in hex; Data says the same for people and programs.
type exported struct {
	Stream      string          `json:"stream"`
	Sequence    uint64          `json:"sequence"`
	ID          EventID         `json:"id"`
	Time        Instant         `json:"time"`
	Actor       string          `json:"actor"`
	Key         string          `json:"key,omitempty"`
	Operation   string          `json:"operation"`
	OperationID OperationID     `json:"operationId"`
	Part        int             `json:"part,omitempty"`
	Step        int             `json:"step"`
	Correlation string          `json:"correlation,omitempty"`
	Type        string          `json:"type"`
	Data        json.RawMessage `json:"data"`
	Encoding    string          `json:"encoding"`
	Previous    string          `json:"previous"`
	Hash        string          `json:"hash"`
}

func exportedOf(e Event) exported {
	r := e.record()
	data, _ := json.Marshal(e.Data) // of IDs, numbers and texts, which always succeeds
	return exported{e.Stream.String(), e.Sequence, e.ID, e.Time, e.Actor.String(), exportedKey(e.Key), e.Name, e.Operation, e.Part,
		e.Step, string(e.Correlation), r.Type, data, hex.EncodeToString([]byte(r.Data)),
		hex.EncodeToString(r.Previous[:]), hex.EncodeToString(r.Hash[:])}
}

// exportedKey returns the text of a key's ID; empty: none.
func exportedKey(key KeyID) string {
	if key.IsZero() {
		return ""
	}
	return key.String()
}

// exportColumns are the first row of a CSV file.
var exportColumns = []string{"stream", "sequence", "id", "time", "actor", "key", "operation", "operationId", "part", "step",
	"correlation", "type", "data", "encoding", "previous", "hash"}

func (x exported) row() []string {
	at, _ := x.Time.MarshalText()
	correlation := x.Correlation
	if strings.HasPrefix(correlation, "-") {
		correlation = "'" + correlation
	}
	return []string{x.Stream, strconv.FormatUint(x.Sequence, 10), x.ID.String(), string(at), x.Actor, x.Key, x.Operation,
		x.OperationID.String(), strconv.Itoa(x.Part), strconv.Itoa(x.Step), correlation, x.Type, string(x.Data),
		x.Encoding, x.Previous, x.Hash}
}

// exportedRow reads a row. It reports whether row would write it the same.
func exportedRow(row []string) (x exported, ok bool) {
	if len(row) != len(exportColumns) {
		return x, false
	}
	sequence, err := strconv.ParseUint(row[1], 10, 64)
	part, badPart := strconv.Atoi(row[8])
	step, badStep := strconv.Atoi(row[9])
	err = errors.Join(err, badPart, badStep, x.ID.UnmarshalText([]byte(row[2])),
		x.Time.UnmarshalText([]byte(row[3])), x.OperationID.UnmarshalText([]byte(row[7])))
	x = exported{row[0], sequence, x.ID, x.Time, row[4], row[5], row[6], x.OperationID, part, step,
		strings.TrimPrefix(row[10], "'"), row[11], json.RawMessage(row[12]), row[13], row[14], row[15]}
	return x, err == nil && slices.Equal(x.row(), row)
}

// record returns the event as it was stored, and reports whether that can be told. It
// cannot if the data does not say what its encoding does, but of a type that is unknown
// that is not known either.
func (x exported) record() (r EventRecord, ok bool) {
	r = EventRecord{Sequence: x.Sequence, ID: x.ID, Time: x.Time, Name: x.Operation, Operation: x.OperationID,
		Part: x.Part, Step: x.Step, Correlation: Reference(x.Correlation), Type: x.Type}
	data, ok := digits(x.Encoding)
	r.Data = string(data)
	ok = ok && r.Stream.UnmarshalText([]byte(x.Stream)) == nil && hexInto(r.Previous[:], x.Previous) && hexInto(r.Hash[:], x.Hash)
	var known bool
	if x.Key != "" && (r.Key.UnmarshalText([]byte(x.Key)) != nil || r.Key.IsZero()) {
		return r, false
	}
	if r.Actor, known = parseActor(x.Actor); !known || !ok {
		return r, false
	}
	if eventTypes[r.Type] == nil {
		return r, true
	}
	e, err := r.event()
	if err != nil {
		return r, false
	}
	said, err := json.Marshal(e.Data)
	return r, err == nil && bytes.Equal(said, x.Data)
}

// digits reads hex digits as ExportLog writes them: in lower case.
func digits(text string) (read []byte, ok bool) {
	read, err := hex.DecodeString(text)
	return read, err == nil && hex.EncodeToString(read) == text
}

// hexInto reads the hex digits of as many bytes as there is room for.
func hexInto(to []byte, text string) bool {
	read, ok := digits(text)
	return ok && copy(to, read) == len(to) && len(read) == len(to)
}

// VerifyExport reads a file that ExportLog wrote, without a store, and lists what shows
// that it was tampered with: an event that was changed, removed, inserted or moved, or
// that is another stream's, and an end that is not what one of the given heads says
// (EVT-6). A line that is not one of ExportLog's is TamperedHash at the number that is
// due. A CSV file without its first row is TamperedFile. It reads one event at a time.
//
// The first event has the number 1. If the file begins later, it has to be the event
// after one of the heads. A file that was cut off behind an event is sound in itself:
// only a head of that number or a later one, which LogHead returned and which was kept
// elsewhere, shows it. Heads of numbers before the file's first event show nothing. If
// heads are given, the file has to be of their stream.
//
// A file without any event is what is left if all of a log is removed. It is TamperedFile,
// unless a head says that the stream had no events: one whose number is zero. Heads with
// other numbers are TamperedHead then.
//
// It lists nothing about a file that is sound. An event whose type is unknown to this
// version is UncheckedType if all else about it is right. CodeInput if the format is not
// LogNDJSON or LogCSV, or if the heads are of several streams. An error of the reader
// ends it.
func VerifyExport(r io.Reader, format LogFormat, heads ...LogHead) iter.Seq2[Tampering, error] {
	return func(yield func(Tampering, error) bool) {
		c := chain{anchors: slices.Clone(heads)}
		for _, head := range heads {
			c.stream = head.Stream
			if head.Stream != heads[0].Stream {
				yield(Tampering{}, &Error{Op: "VerifyExport", Err: CodeInput})
				return
			}
		}
		read := exportReader(r, format)
		if read == nil {
			yield(Tampering{}, &Error{Op: "VerifyExport", Err: CodeInput})
			return
		}
		for end := false; !end; {
			line, err := read()
			if end = err == io.EOF; err != nil && !end {
				yield(Tampering{}, fmt.Errorf("tenancy: VerifyExport: %w", err))
				return
			}
			if line.headless {
				c.say(0, TamperedFile)
			}
			if end {
				c.endOfFile(line.headless, heads)
			} else {
				c.line(line)
			}
			for _, found := range c.found {
				if !yield(found, nil) {
					return
				}
			}
			c.found = nil
		}
	}
}

// line checks the next line of a file.
func (c *chain) line(l exportLine) {
	record, ok := l.event.record()
	if !l.readable || !ok {
		c.unreadable()
		return
	}
	if c.stream == (Stream{}) {
		c.stream = record.Stream
	}
	if c.last == 0 && record.Sequence > 1 {
		for _, head := range c.anchors {
			if head.Sequence == record.Sequence-1 {
				c.last, c.hash = head.Sequence, head.Hash
			}
		}
		c.anchors = slices.DeleteFunc(c.anchors, func(h LogHead) bool { return h.Sequence < record.Sequence && c.last > 0 })
	}
	found := len(c.found)
	c.add(record)
	if len(c.found) == found && eventTypes[record.Type] == nil {
		c.say(record.Sequence, UncheckedType)
	}
}

// endOfFile checks the heads that no event has met, and whether there was any event.
func (c *chain) endOfFile(headless bool, heads []LogHead) {
	found := len(c.found)
	c.anchored()
	empty := slices.ContainsFunc(heads, func(h LogHead) bool { return h.Sequence == 0 })
	if c.last == 0 && len(c.found) == found && !empty && !headless {
		c.say(0, TamperedFile)
	}
}

// exportLine is a line of a file.
type exportLine struct {
	event    exported
	readable bool // ExportLog could have written it
	headless bool // it is where a CSV file's row of names should be
}

// exportReader returns a function that reads the next line of a file. It returns io.EOF
// at the end. It is nil if there is no such format.
func exportReader(r io.Reader, format LogFormat) func() (exportLine, error) {
	switch format {
	case LogNDJSON:
		return jsonReader(bufio.NewReader(r))
	case LogCSV:
		return csvReader(csv.NewReader(r))
	}
	return nil
}

func jsonReader(lines *bufio.Reader) func() (exportLine, error) {
	return func() (l exportLine, err error) {
		line, err := lines.ReadBytes('\n')
		if err != nil && (err != io.EOF || len(line) == 0) {
			return l, err
		}
		l.readable = json.Unmarshal(line, &l.event) == nil
		if l.readable { // nothing may stand in the line that is not checked
			same, _ := json.Marshal(l.event)
			l.readable = bytes.Equal(append(same, '\n'), line)
		}
		return l, nil
	}
}

func csvReader(rows *csv.Reader) func() (exportLine, error) {
	rows.FieldsPerRecord = -1
	begun := false
	return func() (l exportLine, err error) {
		row, err := rows.Read()
		if !begun {
			begun = true
			if l.headless = !slices.Equal(row, exportColumns); !l.headless {
				row, err = rows.Read()
			}
		}
		if parse := (*csv.ParseError)(nil); errors.As(err, &parse) {
			return l, nil
		}
		if err == nil {
			l.event, l.readable = exportedRow(row)
		}
		return l, err
	}
}
