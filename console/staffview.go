package console

import (
	"bytes"
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/add4b1c6/tenancy"
)

// The mirror is a customer's pages within the staff's, under a path with the user's ID:
// what they see. It serves them under a path that stands for all users, and puts the one of
// the user in its place in what it answers. So it is made once, not for each user.

// anyUser stands for the user's ID in the paths of the mirror.
const anyUser = "~"

// errMirror refuses what would change something in the name of a user.
var errMirror = &refusal{
	status:   http.StatusForbidden,
	sentence: "You see the pages of a user, and nothing can be changed here.",
}

// watched is the key of the user whose pages are seen, in a request's context.
type watched struct{}

// newMirror makes the pages of whoever is watched.
func (c *console) newMirror(o Options) (http.Handler, error) {
	o.Prefix, o.SignIn, o.SignOut, o.Look.Home = c.o.Prefix+"/as/"+anyUser, "", "", ""
	if o.Mail != nil {
		o.Mail = func(context.Context, tenancy.SentInvitation) error { return errMirror }
	}
	o.Session = func(r *http.Request) (*tenancy.Session, error) {
		user, is := r.Context().Value(watched{}).(tenancy.User)
		if !is || !isRead(r) {
			return nil, errMirror
		}
		return c.staff.dir.As(user.ID), nil
	}
	o.Banner = func(r *http.Request) *Banner {
		user, _ := r.Context().Value(watched{}).(tenancy.User)
		say := c.localeOf(r).say
		return &Banner{
			Text:  say("You see what %s sees. Nothing can be changed here, so the buttons that would are disabled.", user.Name),
			Links: []BannerLink{{Text: say("Back to the staff's pages"), URL: c.url("users", user.ID)}},
		}
	}
	m, err := build(o)
	if err != nil {
		return nil, err
	}
	m.customerRoutes()
	return m.handler(), nil
}

// mirrorRoutes serves the mirror to Operators.
func (c *console) mirrorRoutes() {
	c.mux.HandleFunc(c.o.Prefix+"/as/{user}/", c.visits(watch))
}

// watch answers with a page as a user sees it. Only what reads is answered.
func watch(v *visit) error {
	id, err := pathID[tenancy.UserID](v, "user")
	if err != nil {
		return err
	}
	if !isRead(v.r) {
		return errMirror
	}
	user, _, err := v.s.User(v.ctx(), id)
	if err != nil {
		return err
	}
	v.log.InfoContext(v.ctx(), "an Operator sees a user's page", "operator", string(v.s.Actor().Operator), "user", id.String())
	own, every := v.o.Prefix+"/as/"+v.r.PathValue("user"), v.o.Prefix+"/as/"+anyUser
	r := v.r.Clone(context.WithValue(v.ctx(), watched{}, user))
	r.URL.Path, r.URL.RawPath = every+strings.TrimPrefix(r.URL.Path, own), ""
	w := &reflected{ResponseWriter: v.w, from: []byte(every + "/"), to: []byte(own + "/")}
	v.staff.mirror.ServeHTTP(w, r)
	w.finish()
	return nil
}

// reflected is an answer of the mirror. Of a page it holds the text until the end, and puts
// the path of the user into it; anything else, such as a file, is passed on as it comes.
type reflected struct {
	http.ResponseWriter
	from, to []byte
	page     bytes.Buffer
	status   int // zero: not yet begun
}

func (w *reflected) isPage() bool {
	return strings.HasPrefix(w.Header().Get("Content-Type"), "text/html")
}

func (w *reflected) WriteHeader(status int) {
	if w.status != 0 {
		return
	}
	w.status = status
	h := w.Header()
	if to := h.Get("Location"); to != "" {
		h.Set("Location", strings.Replace(to, string(w.from), string(w.to), 1))
	}
	if !w.isPage() {
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *reflected) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.isPage() {
		return w.page.Write(b)
	}
	return w.ResponseWriter.Write(b)
}

// posts are the forms of a page that would change something. In the mirror their fields and
// buttons are disabled. Within texts and attributes a template writes no < and >.
var posts = regexp.MustCompile(`(?s)(<form method="post"[^>]*>)(.*?)</form>`)

// finish sends a page.
func (w *reflected) finish() {
	if w.status == 0 || !w.isPage() {
		return
	}
	text := bytes.ReplaceAll(w.page.Bytes(), w.from, w.to)
	text = posts.ReplaceAll(text, []byte(`$1<fieldset class="mirrored" disabled>$2</fieldset></form>`))
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.ResponseWriter.WriteHeader(w.status)
	_, _ = w.ResponseWriter.Write(text)
}
