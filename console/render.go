package console

import (
	"bytes"
	"cmp"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/tenancyhttp"
)

// visits makes a handler of what is done for somebody who is signed in. What it returns as an
// error is shown as a page.
func (c *console) visits(do func(*visit) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := &visit{console: c, w: w, r: r, locale: c.localeOf(r)}
		err := v.signIn()
		if err == nil {
			err = do(v)
		}
		if err != nil {
			v.refuse(err)
		}
	}
}

// signIn finds out who sent the request.
func (v *visit) signIn() (err error) {
	if v.staff != nil {
		return v.operate()
	}
	if v.s, err = v.o.Session(v.r); err == nil && v.s == nil {
		err = errSession
	}
	return err
}

// view is what a template is executed with.
type view struct {
	*visit
	Title  string
	At     string // the entry of the navigation
	Data   any
	Notice string // what was just done; "": nothing to say
	page   *page
}

// Main is what the page itself shows. The layout has it made before the alert, which
// leads to the form that says why it was refused.
func (v *view) Main() (template.HTML, error) {
	var text strings.Builder
	err := v.locale.pages[v.page.template].ExecuteTemplate(&text, "main", v)
	return template.HTML(text.String()), err
}

// alert is why a form was refused.
type alert struct {
	Sentence string
	At       string // the ID of the field or the form that it is about; "": none says so
}

// Failed reports whether a form was refused.
func (v *view) Failed() bool { return v.refused != nil && v.refused.sentence != "" }

// Alert is what the top of the page says of a form that was refused; nil: none was. The
// reader finds it there at once. The field or the form says it too, where it is mended.
func (v *view) Alert() *alert {
	if !v.Failed() {
		return nil
	}
	return &alert{v.refused.sentence, v.refused.at}
}

// show answers with the page of a screen.
func (v *visit) show(status int, show screen) error {
	p, err := show(v)
	if err != nil || p == nil { // nil: the screen has answered itself
		return err
	}
	return v.render(status, p)
}

// render answers with a page.
func (v *visit) render(status int, p *page) error {
	data := view{visit: v, Title: p.title, At: p.at, Data: p.data, Notice: v.notice(), page: p}
	var text bytes.Buffer
	if err := v.locale.pages[p.template].ExecuteTemplate(&text, "layout", &data); err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(text.Len()))
	v.w.WriteHeader(status)
	_, _ = v.w.Write(text.Bytes())
	return nil
}

// act does what a form asks for, and sends the browser on to the page that shows it.
func (v *visit) act(again screen, do action, fields fields) error {
	err := v.readForm()
	var next string
	if err == nil {
		next, err = do(v)
	}
	if _, before := tenancy.OutcomeOf(err); before { // a second click, or the page of before, changed
		next, err = v.doneBefore(next), nil
	}
	switch {
	case err == nil && next == "": // the action has answered itself
		return nil
	case err == nil:
		http.Redirect(v.w, v.r, next, http.StatusSeeOther)
		return nil
	}
	problem := v.problemOf(err)
	if again == nil || problem.Status == http.StatusNotFound || problem.Status == http.StatusUnauthorized || errors.Is(err, errReader) {
		return err // also: what one person entered is not shown to another
	}
	v.refused = &refusedForm{
		action: v.r.URL.Path, values: v.r.PostForm, sentence: problem.Title, field: fields[problem.Code],
		operation: v.operationAgain(err),
	}
	if own, is := errors.AsType[*refusal](err); is {
		v.refused.field = own.field
	}
	if shown := v.show(problem.Status, again); shown != nil {
		return err // the page cannot be shown any more
	}
	v.logFailure(problem, err)
	return nil
}

// logFailure tells the logger of a failure that is nobody's refusal. That the browser has given
// up is none.
func (v *visit) logFailure(problem tenancyhttp.Problem, err error) {
	givenUp := v.ctx().Err() != nil && errors.Is(err, v.ctx().Err())
	if problem.Status >= http.StatusInternalServerError && !givenUp {
		v.log.ErrorContext(v.ctx(), "failed", "pattern", v.r.Pattern, "code", string(problem.Code), "error", err.Error())
	}
}

// doneBefore is the page after a form that was sent twice: the action's, or the form's own. It
// does not say that the action was done now, unless the notice is about being done already.
func (v *visit) doneBefore(next string) string {
	if next == "" && v.may != nil {
		next = v.at()
	}
	path, query, _ := strings.Cut(cmp.Or(next, v.url()), "?")
	if strings.HasPrefix(query, "done=already-") {
		return next
	}
	return done(path, "before")
}

// problemOf is what a page says of an error, in the reader's language.
func (v *visit) problemOf(err error) tenancyhttp.Problem {
	var problem tenancyhttp.Problem
	if own, is := errors.AsType[*refusal](err); is {
		problem = tenancyhttp.Problem{Status: own.status, Title: own.sentence}
	} else if large, is := errors.AsType[*http.MaxBytesError](err); is && large != nil {
		problem = tenancyhttp.Problem{Status: errTooLarge.status, Title: errTooLarge.sentence}
	} else {
		problem = tenancyhttp.ProblemOf(err)
	}
	problem.Title = v.locale.say(problem.Title)
	return problem
}

// refusedPage is what the page of a refusal shows.
type refusedPage struct {
	SignIn string // where somebody who is not signed in goes; "": nowhere
	Sent   bool   // they sent a form
}

// refuse answers with the page of a refusal. Who is not signed in is sent to the sign-in.
// Whose access has ended is told so, with a link there: their browser is still signed in, so
// the host's sign-in might send them back at once.
func (v *visit) refuse(err error) {
	problem := v.problemOf(err)
	v.logFailure(problem, err)
	data := refusedPage{}
	if problem.Status == http.StatusUnauthorized && v.o.SignIn != "" {
		data = refusedPage{SignIn: v.signInFrom(v.r.URL), Sent: !isRead(v.r)}
		if isRead(v.r) && problem.Code != tenancy.CodeActor {
			http.Redirect(v.w, v.r, data.SignIn, http.StatusSeeOther)
			return
		}
	}
	v.may, v.takes, v.refused = nil, nil, nil // nothing of an organization is shown
	if problem.Status == http.StatusServiceUnavailable {
		v.w.Header().Set("Retry-After", "1")
	}
	if v.render(problem.Status, &page{template: "refused", title: problem.Title, data: data}) != nil {
		http.Error(v.w, problem.Title, problem.Status)
	}
}

// refuse is that for requests that reach no page.
func (c *console) refuse(w http.ResponseWriter, r *http.Request, err error) {
	(&visit{console: c, w: w, r: r, locale: c.localeOf(r)}).refuse(err)
}

// signInFrom is the URL of the sign-in, from which the person comes back to a path.
func (v *visit) signInFrom(back *url.URL) string {
	to, err := url.Parse(v.o.SignIn)
	if err != nil {
		return v.o.SignIn // build has checked it
	}
	query := to.Query()
	query.Set("return", back.RequestURI())
	to.RawQuery = query.Encode()
	return to.String()
}

func isRead(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// done returns the path of the page to go to, which says what was done.
func done(path, notice string) string { return path + "?done=" + notice }

// notice is what the page says was just done. A link of another site's says nothing.
func (v *visit) notice() string {
	from := v.r.Header.Get("Sec-Fetch-Site")
	if v.refused != nil || v.r.Method == http.MethodPost || from != "" && from != "same-origin" {
		return ""
	}
	return v.locale.say(v.notices[v.r.URL.Query().Get("done")])
}
