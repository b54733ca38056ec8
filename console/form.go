package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/add4b1c6/tenancy"
)

// maxForm is how many bytes a form may have. An import of many addresses is the largest.
const maxForm = 2 << 20

// fields names the field of a form beside which the refusal with a code is said.
type fields map[tenancy.Code]string

// refusedForm is a form that was refused and is shown again.
type refusedForm struct {
	action    string // its path
	values    url.Values
	sentence  string
	field     string // "": the form as a whole
	operation tenancy.OperationID
	at        string // the ID of the element in the page that says why; "": none does
}

// saidAt notes which element says why the form was refused. It is false for a second one.
func (f *refusedForm) saidAt(id string) bool {
	if f.at != "" {
		return false
	}
	f.at = id
	return true
}

// readForm reads the form of a POST. It has one operation ID, and is of the page of whoever
// sends it: in the same browser somebody else may have signed in since the page was opened.
func (v *visit) readForm() error {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	if err := v.r.ParseForm(); err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return err
		}
		return errForm
	}
	if _, err := v.operation(); err != nil {
		return err
	}
	switch v.r.PostForm.Get("reader") {
	case v.reader():
		return nil
	case "":
		return errForm
	}
	return errReader
}

// reader is who sees a page, in the forms of it.
func (v *visit) reader() string { return v.s.Actor().String() }

// saidStill refuses a form whose page said what is not so any more. What it said is in the
// field "said".
func (v *visit) saidStill(now string) error {
	if v.value("said") != now {
		return errChanged
	}
	return nil
}

// operation is the operation ID of the form.
func (v *visit) operation() (tenancy.OperationID, error) {
	ids := v.r.PostForm["operation"]
	if len(ids) != 1 {
		return tenancy.OperationID{}, errForm
	}
	id, err := tenancy.ParseID[tenancy.OperationID](ids[0])
	if err != nil || id.IsZero() {
		return tenancy.OperationID{}, errForm
	}
	return id, nil
}

// operationAgain is the ID of the form that is shown again. After an unknown outcome it is the
// same one, so that sending it again does nothing twice; else a new one.
func (v *visit) operationAgain(err error) tenancy.OperationID {
	if id, bad := v.operation(); bad == nil && tenancy.CodeOf(err) == tenancy.CodeAmbiguous {
		return id
	}
	return tenancy.NewOperationID()
}

// once is the session for the one operation of a form.
func (v *visit) once() *tenancy.Session {
	id, _ := v.operation()
	return v.s.Once(id)
}

// together runs operations of a form as one transaction under its operation ID, such as a
// change of something and a look whose it is. Sent again, it looks at nothing and is done.
func (v *visit) together(do func(context.Context, *tenancy.Session) error) error {
	return v.once().Atomically(v.ctx(), do)
}

// value is a field of the form, without the space around it.
func (v *visit) value(name string) string { return strings.TrimSpace(v.r.PostForm.Get(name)) }

// timeForm is how a browser writes a time that was chosen, without seconds.
const timeForm = "2006-01-02T15:04"

// time is a time that was entered in UTC. It is the zero time if there is none, or what was
// entered is no time.
func (v *visit) time(name string) time.Time {
	for _, form := range []string{timeForm, timeForm + ":05"} {
		if t, err := time.Parse(form, v.value(name)); err == nil {
			return t
		}
	}
	return time.Time{}
}

// formID reads an ID from a field of the form.
func formID[I tenancy.OrganizationID | tenancy.AccountID | tenancy.UserID | tenancy.DomainID | tenancy.InvitationID |
	tenancy.RequestID | tenancy.ConnectionID | tenancy.KeyID | tenancy.GroupID | tenancy.DirectoryID](
	v *visit, name string,
) (I, error) {
	return tenancy.ParseID[I](v.value(name))
}

// form is a form of a page.
type form struct {
	Action    string
	Operation tenancy.OperationID
	Reader    string // whose page it is on
	Problem   string // why it was refused, if no field says it; "": it was not
	ProblemID string // the ID of the element that says so; "": it has none
	Submit    string // for a form that is one button: its text
	Style     string // of that button: "", "quiet" or "danger"
	About     string // what that button is about, for a list in which each has the same text; "": its text says it
	Hidden    []hiddenField
	refused   *refusedForm // nil: it is new
}

// hiddenField is a value that a form carries along.
type hiddenField struct{ Name, Value string }

// Form begins a form that posts to a path. If the form of that path was refused, it has what
// was entered, and says why.
func (v *visit) Form(action string) *form {
	f := &form{Action: action, Operation: tenancy.NewOperationID(), Reader: v.reader()}
	if v.refused != nil && v.refused.action == action {
		f.refused, f.Operation = v.refused, v.refused.operation
		if v.refused.field == "" {
			f.Problem = v.refused.sentence
			if f.Problem != "" && v.refused.saidAt("form-problem") {
				f.ProblemID = v.refused.at
			}
		}
	}
	return f
}

// field is a field of a form, for the template "field".
type field struct {
	Name, Label, Kind string // Kind: text, email, search, area, select, radio, check, checks, datetime-local
	Value             string
	Values            []string // of checks: those that are chosen
	Hint              string
	Problem           string
	Required          bool
	Options           []option
	Form              *form
}

// option is a choice of a field. A label that is a name and no sentence is isolated.
type option struct{ Value, Label, Hint string }

// ID is the field's ID in the page: a page can have several forms with fields of one name.
func (f field) ID() string {
	return "f-" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, f.Form.Action[strings.LastIndex(f.Form.Action, "/")+1:]+"-"+f.Name)
}

// Value is what was entered in a field of a form that was refused; "": nothing.
func (f *form) Value(name string) string {
	if f.refused == nil {
		return ""
	}
	return f.refused.values.Get(name)
}

// Text, and the others below, make fields: the field's name and its label.
func (f *form) Text(name, label string) field  { return f.field("text", name, label, nil) }
func (f *form) Email(name, label string) field { return f.field("email", name, label, nil) }
func (f *form) Area(name, label string) field  { return f.field("area", name, label, nil) }
func (f *form) Check(name, label string) field { return f.field("check", name, label, nil) }

// Select makes a field with a list of choices, and Radio one that shows them all.
func (f *form) Select(name, label string, options []option) field {
	return f.field("select", name, label, options)
}
func (f *form) Radio(name, label string, options []option) field {
	return f.field("radio", name, label, options)
}

// Checks makes a field with choices of which any can be made.
func (f *form) Checks(name, label string, options []option) field {
	return f.field("checks", name, label, options)
}

// Time makes a field for a time in UTC. visit.time reads it.
func (f *form) Time(name, label string) field { return f.field("datetime-local", name, label, nil) }

// Date makes a field for a day.
func (f *form) Date(name, label string) field { return f.field("date", name, label, nil) }

// Chosen reports whether an option of checks is chosen.
func (f field) Chosen(value string) bool { return slices.Contains(f.Values, value) }

func (f *form) field(kind, name, label string, options []option) field {
	made := field{Name: name, Label: label, Kind: kind, Options: options, Form: f}
	if f.refused != nil {
		made.Value, made.Values = f.refused.values.Get(name), f.refused.values[name]
		if f.refused.field == name {
			made.Problem = f.refused.sentence
			f.refused.saidAt(made.ID())
		}
	}
	return made
}

// The functions of templates that change fields and forms, for pipelines:
// {{template "field" ($f.Text "name" (t "Name") | value .Name | required)}}
func value(v any, f field) field {
	if f.Form.refused == nil {
		f.Value = textOf(v)
	}
	return f
}

// chosen is value for checks.
func chosen(values []string, f field) field {
	if f.Form.refused == nil {
		f.Values = values
	}
	return f
}

func required(f field) field { f.Required = true; return f }

func hint(text string, f field) field { f.Hint = text; return f }

func submit(text string, f *form) *form { f.Submit = text; return f }

func style(name string, f *form) *form { f.Style = name; return f }

func about(what any, f *form) *form { f.About = textOf(what); return f }

func hidden(name string, v any, f *form) *form {
	f.Hidden = append(f.Hidden, hiddenField{name, textOf(v)})
	return f
}
