package console

import (
	"net/http"
	"strconv"

	"github.com/add4b1c6/tenancy"
)

// logRoutes serves the log of an organization, and a person's own.
func (c *console) logRoutes() {
	if !c.shows(PartLog) {
		return
	}
	c.get("/log", showLog(ownLog))
	c.get("/log/{number}", showEvent(ownLog))
	c.get("/log/export", exportLog(ownLog))
	c.get("/log/verification", verification(ownLog))
	c.post("/log/verification", verification(ownLog), verifyLog(ownLog), nil)
	c.getIn("/log", tenancy.ReadLog, showLog(organizationLog))
	c.getIn("/log/{number}", tenancy.ReadLog, showEvent(organizationLog))
	c.getIn("/log/export", tenancy.ReadLog, exportLog(organizationLog))
	c.getIn("/log/verification", tenancy.ReadLog, verification(organizationLog))
	c.postIn("/log/verification", tenancy.ReadLog, verification(organizationLog), verifyLog(organizationLog), nil)
	c.getIn("/find/{id}", tenancy.ViewOrganization, find)
}

// logOf is a log, and where its pages are.
type logOf struct {
	stream tenancy.Stream
	Base   string                 // the path of its list
	Own    bool                   // it is the reader's own
	Of     navLink                // the staff's page of what it is of; zero: it is not seen by the staff
	at     string                 // the entry of the navigation
	link   func(id string) string // where an ID leads to; "": nowhere
}

// OfPerson reports whether it is a person's, and not an organization's.
func (l logOf) OfPerson() bool { return !l.stream.User.IsZero() }

// logWhere finds the log of a request.
type logWhere func(*visit) (logOf, error)

func organizationLog(v *visit) (logOf, error) {
	return logOf{
		stream: tenancy.Stream{Organization: v.org.ID}, Base: v.at("log"), at: "log",
		link: func(id string) string { return v.at("find", id) },
	}, nil
}

func ownLog(v *visit) (logOf, error) {
	l := logOf{stream: tenancy.Stream{User: v.self()}, Base: v.url("log"), Own: true}
	l.link = func(id string) string { return l.Base + "?about=" + id }
	return l, nil
}

// logPage is what the list of a log shows.
type logPage struct {
	logOf
	Filter  logFilter
	People  bool // it takes names and addresses
	Kinds   []option
	Events  list[logLine]
	Exports []navLink
	Head    *tenancy.LogHead // nil: it is not the first page
}

// showLog lists a log, newest first.
func showLog(where logWhere) screen {
	return func(v *visit) (*page, error) {
		l, err := where(v)
		if err != nil {
			return nil, err
		}
		data := logPage{logOf: l, Kinds: v.logKinds(), People: v.findsPeople(l)}
		var q tenancy.EventQuery
		if data.Filter, q, err = v.readFilter(l); err != nil {
			return nil, err
		}
		if !data.Filter.unfit() {
			q.After = v.after()
			events, err := collect(v, v.s.Events(v.ctx(), l.stream, q))
			if err != nil {
				return nil, err
			}
			data.Events.Pager = events.Pager
			for _, e := range events.Items {
				data.Events.Items = append(data.Events.Items, v.line(l, e))
			}
		}
		if v.after() == "" {
			head, err := v.s.LogHead(v.ctx(), l.stream)
			if err != nil {
				return nil, err
			}
			data.Head = &head
		}
		data.Exports = v.exports(l)
		return &page{template: "log", title: v.t("Log"), at: l.at, data: data}, nil
	}
}

// exports are the files of what the filter selects.
func (v *visit) exports(l logOf) []navLink {
	query := v.r.URL.Query()
	for _, name := range []string{"after", "done"} {
		query.Del(name)
	}
	var links []navLink
	for _, f := range []struct {
		format tenancy.LogFormat
		label  string
	}{{tenancy.LogCSV, "CSV"}, {tenancy.LogNDJSON, "NDJSON"}, {tenancy.LogOCSF, "OCSF"}} {
		query.Set("format", string(f.format))
		links = append(links, navLink{Label: f.label, Path: l.Base + "/export?" + query.Encode()})
	}
	return links
}

// logFile is a file that is written to the browser as it is made. Its headers are sent with
// its first bytes, so that a refusal before them is a page.
type logFile struct {
	http.ResponseWriter
	name, kind string
	begun      bool
	gone       bool // nobody takes it any more
}

func (f *logFile) Write(b []byte) (int, error) {
	if !f.begun {
		f.begun = true
		f.Header().Set("Content-Type", f.kind)
		f.Header().Set("Content-Disposition", `attachment; filename="`+f.name+`"`)
	}
	n, err := f.ResponseWriter.Write(b)
	f.gone = f.gone || err != nil
	return n, err
}

// exportLog writes what the filter selects to a file, oldest first. If it fails after the
// file was begun, the connection is cut off, so that nobody takes a part for the whole.
func exportLog(where logWhere) screen {
	return func(v *visit) (*page, error) {
		l, err := where(v)
		if err != nil {
			return nil, err
		}
		filter, q, err := v.readFilter(l)
		if err != nil {
			return nil, err
		}
		if filter.unfit() {
			return nil, tenancy.CodeInput
		}
		q.Backwards = false
		format := tenancy.LogFormat(v.query("format"))
		name := "log-" + l.stream.String() + filter.named(q)
		file := &logFile{ResponseWriter: v.w, name: name + ".csv", kind: "text/csv; charset=utf-8"}
		switch format {
		case tenancy.LogCSV:
		case tenancy.LogOCSF:
			file.name, file.kind = name+"-ocsf.ndjson", "application/x-ndjson"
		default:
			file.name, file.kind = name+".ndjson", "application/x-ndjson"
		}
		err = tenancy.ExportLog(file, format, v.s.Events(v.ctx(), l.stream, q))
		if err != nil && file.begun {
			if !file.gone {
				v.logFailure(v.problemOf(err), err)
			}
			panic(http.ErrAbortHandler)
		}
		if err == nil && !file.begun { // no event passes the filter
			_, err = file.Write(nil)
		}
		return nil, err
	}
}

// showEvent shows a single event with all that it holds.
func showEvent(where logWhere) screen {
	return func(v *visit) (*page, error) {
		l, err := where(v)
		if err != nil {
			return nil, err
		}
		number, err := strconv.ParseUint(v.r.PathValue("number"), 10, 64)
		if err != nil || number == 0 {
			return nil, tenancy.CodeNotFound
		}
		found, _, err := tenancy.Collect(v.s.Events(v.ctx(), l.stream, tenancy.EventQuery{From: number}), 1)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 || found[0].Sequence != number {
			return nil, tenancy.CodeNotFound
		}
		data := eventPage{logOf: l, LoggedEvent: found[0], Line: v.line(l, found[0]), Fields: v.eventFields(l, found[0])}
		return &page{template: "event", title: v.t("Event %s", strconv.FormatUint(number, 10)), at: l.at, data: data}, nil
	}
}

// eventPage is what the page of an event shows.
type eventPage struct {
	logOf
	tenancy.LoggedEvent
	Line   logLine
	Fields []eventField
}

// Type is the name of the event's type.
func (p eventPage) Type() string { return tenancy.EventType(p.Data) }
