package console

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/tenancyhttp"
)

// Options say how the pages are mounted and what they look like. Session is needed; another
// zero field means what it says.
type Options struct {
	// Session returns the session that acts for whoever sent a request. It is called once for
	// each request but those for assets. If nobody is signed in it returns ErrSignedOut, or
	// another error with the status 401, such as signin.ErrSignIn: the person is sent to
	// SignIn. Another tenancyhttp.Problem is shown with its status and its Title, and a code
	// of package tenancy with its sentence. Any other error is a failure: the status is 500,
	// and the Logger is told of it. A session whose actor the library refuses
	// (tenancy.CodeActor) has the status 401 too: the page says so, with a link to SignIn.
	Session func(*http.Request) (*tenancy.Session, error)
	// Prefix is the path under which the handler is mounted, such as "/console". It begins
	// with a slash and ends without one. The handler takes requests with their whole path:
	// no http.StripPrefix. "" means that it serves the root.
	Prefix string
	// Mail sends an invitation that was just made, to its address (USR-4). The link in it
	// leads to InvitationPath. If it fails, the page says that nothing was sent, and that the
	// invitation can be sent again. Its context goes on if the browser gives up. Nil means
	// that the pages invite nobody.
	Mail func(context.Context, tenancy.SentInvitation) error
	// Roles are the host's own organization roles (tenancy.OrganizationRoleOptions) that the
	// pages offer to give, beside Administrator and Standard User. Nil: none.
	Roles []tenancy.OrganizationRole
	// AccountRoles are the host's own account roles (tenancy.RoleOptions) that the pages offer
	// to give, beside the built-in ones. Nil: none.
	AccountRoles []tenancy.AccountRole
	// SCIM is the URL at which the host serves package scim, such as
	// "https://app.example.com/scim/v2". The pages of directories show it. "" means that they
	// show none.
	SCIM string
	// SignIn is the URL to which the pages send somebody who is not signed in, with the path
	// that they wanted in the query, as "return". It is a path on this host, or of http or
	// https. "" means that the refusal is shown.
	SignIn string
	// SignOut is the path, on this host, to which the button "Sign out" posts. It answers with
	// a page or a redirect on this host: browsers follow no form to another one
	// (Content-Security-Policy). "" means no button.
	SignOut string
	// Limits are those of tenancy.Options.Limits, which the pages show of an organization that
	// has none of its own. Nil means that such an organization is shown what it uses alone.
	Limits *tenancy.Limits
	// Look is the product's name and colours.
	Look Look
	// Banner returns a line to show above the page that a request asks for. It is called for
	// pages of refusals too. If it or what it returns is nil, there is none.
	Banner func(*http.Request) *Banner
	// Hide names parts of the pages that the host does not offer. Their pages do not exist.
	Hide []Part
	// Locales are the languages of the pages beside English. See Language.
	Locales []Locale
	// Language returns the Tag of the locale for a request. What names no locale is English.
	// Nil means that of the request's Accept-Language that is there and wanted most.
	Language func(*http.Request) string
	// Logger is told of failures: those whose status is 500 or more, and of files that are cut
	// off. That a browser gave up is none. Nil means slog.Default.
	Logger *slog.Logger
}

// Part is a part of the pages that a host may hide.
type Part string

// The parts that can be hidden.
const (
	PartGroups          Part = "groups"
	PartServiceAccounts Part = "service_accounts"
	PartDomains         Part = "domains" // and the sign-up policy, single sign-on, directories, imports and merging, which need them
	PartSSO             Part = "sso"
	PartDirectories     Part = "directories"
	PartHIPAA           Part = "hipaa"
	PartImport          Part = "import"
	PartMerge           Part = "merge"
	PartLog             Part = "log"
	PartCreate          Part = "create" // making another organization
	PartDelete          Part = "delete" // deleting an organization
)

var parts = []Part{
	PartGroups, PartServiceAccounts, PartDomains, PartSSO, PartDirectories, PartHIPAA, PartImport, PartMerge, PartLog,
	PartCreate, PartDelete,
}

// ErrSignedOut is what Options.Session and StaffOptions.Operator return if nobody is signed
// in. It equals signin.ErrSignIn.
var ErrSignedOut = tenancyhttp.Problem{Code: "sign_in", Status: http.StatusUnauthorized, Title: "Sign in first."}

// InvitationPath returns the path of the page on which an invitation is accepted or
// declined, below Options.Prefix. It holds no secret: the page shows it to the person whose
// proven address was invited (USR-19).
func InvitationPath(invitation tenancy.InvitationID) string {
	return "/invitations/" + invitation.String()
}

// InvitationOf returns the invitation whose page a path is, which InvitationPath made, with
// Options.Prefix before it or not. So a host's sign-in knows from the path that somebody
// wanted (see Options.SignIn) which invitation they came for, and signs somebody new up with
// it: tenancy.NewSignUp.Invitation. It is false for any other path.
func InvitationOf(path string) (tenancy.InvitationID, bool) {
	at, err := url.Parse(path)
	if err != nil {
		return tenancy.InvitationID{}, false
	}
	before, after, found := strings.Cut(at.Path, "/invitations/")
	text, _, _ := strings.Cut(after, "/")
	id, err := tenancy.ParseID[tenancy.InvitationID](text)
	if !found || err != nil || strings.Contains(before, "/organizations/") || strings.Contains(before, "/accounts/") {
		return tenancy.InvitationID{}, false
	}
	return id, !id.IsZero()
}

// console is the pages of one handler.
type console struct {
	o       Options
	log     *slog.Logger
	hidden  map[Part]bool
	mux     *http.ServeMux
	locales map[string]*locale // by tag
	notices map[string]string  // the sentences about what was just done, by the key in the URL
	assets  assets
	staff   *staff // nil: they are the pages of a customer's people
}

// Invites reports whether the pages invite people.
func (c *console) Invites() bool { return c.o.Mail != nil }

// NewHandler returns the pages for a customer's people, to mount at Options.Prefix. It
// returns tenancy.CodeOption if the options are unfit: no Session, a Prefix that is no path,
// a SignIn, SignOut or Look.Home that is no URL of its kind, a colour or a Part that is none,
// a colour that is hard to read, a locale whose Tag is none or a second one, a translation of
// what is no sentence or without its sentence's places for values.
func NewHandler(o *Options) (http.Handler, error) {
	if o == nil || o.Session == nil {
		return nil, unfit("Session is nil")
	}
	c, err := build(*o)
	if err != nil {
		return nil, err
	}
	c.customerRoutes()
	return c.handler(), nil
}

// unfit is the refusal of options.
func unfit(why string) error { return fmt.Errorf("console: %s: %w", why, tenancy.CodeOption) }

var prefixForm = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)*$`)

// build makes a console without routes.
func build(o Options) (*console, error) {
	c := &console{o: o, log: cmp.Or(o.Logger, slog.Default()), hidden: map[Part]bool{}, notices: map[string]string{}, mux: http.NewServeMux()}
	switch {
	case !prefixForm.MatchString(o.Prefix) || strings.Contains(o.Prefix, "/."):
		return nil, unfit("Prefix is not a path such as /console")
	case !isLink(o.SignIn) || !isLink(o.Look.Home):
		return nil, unfit("SignIn or Home is neither a path nor a URL of http or https")
	case !isPath(o.SignOut):
		return nil, unfit("SignOut is not a path on this host")
	}
	if err := o.Look.check(); err != nil {
		return nil, err
	}
	for _, part := range o.Hide {
		if !knows(part) {
			return nil, unfit("Hide names no part")
		}
		c.hidden[part] = true
	}
	if c.hidden[PartDomains] {
		for _, part := range []Part{PartSSO, PartDirectories, PartImport, PartMerge} {
			c.hidden[part] = true
		}
	}
	c.says("before", "This form was sent before. It was carried out then, and not again.")
	c.assets = newAssets(o.Look)
	return c, c.readTemplates()
}

func knows(part Part) bool {
	return slices.Contains(parts, part)
}

// handler returns what answers all requests: the pages with the headers that every answer
// has, and a page for what the mux has none for.
func (c *console) handler() http.Handler {
	c.mux.Handle("GET "+c.o.Prefix+"/assets/{version}/{name}", http.HandlerFunc(c.asset))
	origins := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.secure(w.Header())
		handler, pattern := c.mux.Handler(r)
		if pattern == "" {
			handler.ServeHTTP(&missing{ResponseWriter: w, c: c, r: r}, r)
			return
		}
		if origins.Check(r) != nil {
			c.refuse(w, r, errOrigin)
			return
		}
		c.mux.ServeHTTP(w, r)
	})
}

// secure sets the headers that every answer has.
func (c *console) secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "+
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// missing turns the plain answers of a mux that has no handler into pages: 404, and 405
// with the methods that are allowed. A redirect to the clean path passes. Who asks for the
// path of a form, as the browser's address bar does after a refusal, is sent to the page
// above it.
type missing struct {
	http.ResponseWriter
	c    *console
	r    *http.Request
	done bool
}

func (m *missing) WriteHeader(status int) {
	m.done = true
	switch status {
	case http.StatusNotFound:
		m.c.refuse(m.ResponseWriter, m.r, tenancy.CodeNotFound)
	case http.StatusMethodNotAllowed:
		if isRead(m.r) {
			m.Header().Del("Allow")
			http.Redirect(m.ResponseWriter, m.r, m.c.above(m.r.URL.EscapedPath()), http.StatusSeeOther)
			return
		}
		m.c.refuse(m.ResponseWriter, m.r, errMethod)
	default:
		m.ResponseWriter.WriteHeader(status)
		m.done = false
	}
}

func (m *missing) Write(b []byte) (int, error) {
	if m.done {
		return len(b), nil
	}
	return m.ResponseWriter.Write(b)
}

// above returns the nearest page above a path.
func (c *console) above(path string) string {
	for strings.HasPrefix(path, c.o.Prefix+"/") {
		path = path[:strings.LastIndexByte(path, '/')]
		if path != "" && c.answers(path) {
			return path
		}
	}
	return c.url()
}

// refusal is a refusal of the pages' own.
type refusal struct {
	status   int
	sentence string
	field    string // beside which it is said; "": the form as a whole
}

func (e *refusal) Error() string { return "console: " + e.sentence }

var (
	errOrigin   = &refusal{status: http.StatusForbidden, sentence: "This form came from another site, so nothing was done."}
	errMethod   = &refusal{status: http.StatusMethodNotAllowed, sentence: "This page cannot be asked for in this way."}
	errTooLarge = &refusal{status: http.StatusRequestEntityTooLarge, sentence: "This form is too large."}
	errForm     = &refusal{status: http.StatusBadRequest, sentence: "This form is not complete. Open the page again and repeat what you did."}
	errReader   = &refusal{status: http.StatusConflict, sentence: "Somebody else was signed in when this page was opened, so nothing was done. Open the page again."}
	errChanged  = &refusal{status: http.StatusConflict, sentence: "What this page said has changed since it was opened. Look at it again, and confirm again."}
	errSession  = errors.New("console: the session function returned no session and no error")
)
