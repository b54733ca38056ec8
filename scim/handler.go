package scim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/add4b1c6/tenancy"
)

// Options are the settings of a handler. nil and zero fields mean the defaults.
type Options struct {
	// Prefix is the path that the handler answers under; "": "/scim/v2". It is "/" where
	// the host strips the prefix before it calls the handler.
	Prefix string
	// BaseURL is the URL that Prefix stands behind for clients, as in
	// "https://app.example.com". Locations begin with it. "": they are paths.
	BaseURL string
	// OnInvitation is called with each invitation that provisioning makes, for the host to
	// mail it (PRV-3). The change is committed by then. It runs within the request, so it
	// queues and returns: a slow one would tell the directory, by the time that the answer
	// takes, that somebody outside the organization has the address, and one that panics
	// takes the answer with it. nil: invitations go nowhere, and an administrator sends them
	// again.
	OnInvitation func(ctx context.Context, invitation tenancy.SentInvitation)
	// Logger is told of each request that is refused or fails: the method, the kind of
	// resource, the directory, the status and the code, and nothing personal. nil: nobody.
	Logger *slog.Logger
	// MaxBody bounds a request's body, in bytes; 0: 4 MiB, which 10,000 members with all
	// their attributes fit into.
	MaxBody int64
}

const (
	defaultPrefix  = "/scim/v2"
	defaultMaxBody = 4 << 20
	maxAttempts    = 5 // of a PATCH while others change the same user
)

type handler struct {
	dir    *tenancy.Directory
	o      Options
	base   string // what locations begin with
	logger *slog.Logger
}

// NewHandler returns a handler that answers SCIM 2.0 requests over dir (PRV-11). It fails
// if Options.Prefix or BaseURL is malformed or MaxBody is negative.
func NewHandler(dir *tenancy.Directory, o *Options) (http.Handler, error) {
	h := &handler{dir: dir}
	if o != nil {
		h.o = *o
	}
	if h.o.Prefix == "" {
		h.o.Prefix = defaultPrefix
	}
	if !strings.HasPrefix(h.o.Prefix, "/") {
		return nil, fmt.Errorf("scim: the prefix %q does not begin with a slash", h.o.Prefix)
	}
	h.o.Prefix = strings.TrimRight(h.o.Prefix, "/")
	if h.o.BaseURL != "" {
		u, err := url.Parse(h.o.BaseURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
			return nil, fmt.Errorf("scim: the base URL %q is no URL of http or https", h.o.BaseURL)
		}
	}
	h.base = strings.TrimRight(h.o.BaseURL, "/") + h.o.Prefix
	if h.o.MaxBody < 0 {
		return nil, fmt.Errorf("scim: the bound of a body is %d bytes", h.o.MaxBody)
	}
	if h.o.MaxBody == 0 {
		h.o.MaxBody = defaultMaxBody
	}
	if h.logger = h.o.Logger; h.logger == nil {
		h.logger = slog.New(slog.DiscardHandler)
	}
	return h, nil
}

// call is a request being answered.
type call struct {
	h           *handler
	w           http.ResponseWriter
	r           *http.Request
	ctx         context.Context
	provisioner *tenancy.Provisioner
	query       url.Values
	selected    selection
	members     int // and groups of users, that the answer holds so far
}

// answer is what a request is answered with.
type answer struct {
	status   int
	body     any    // nil: none
	version  int    // for ETag; 0: none
	location string // "": none
	header   http.Header
}

func notModified(version int) answer {
	return answer{status: http.StatusNotModified, version: version}
}

// ServeHTTP answers a request.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{h: h, w: w, r: r, ctx: r.Context()}
	segments, under := h.segments(r.URL.Path)
	if under && len(segments) == 1 && segments[0] == "token" {
		c.write(c.token())
		return
	}
	given, err := c.answer(segments, under)
	if err != nil {
		given = c.refuse(err, segments)
	}
	c.write(given)
}

// segments returns the parts of a path behind the prefix.
func (h *handler) segments(path string) (segments []string, under bool) {
	rest, under := strings.CutPrefix(path, h.o.Prefix)
	if !under || rest != "" && rest[0] != '/' {
		return nil, false
	}
	if rest = strings.Trim(rest, "/"); rest == "" {
		return nil, true
	}
	return strings.Split(rest, "/"), true
}

// answer returns what a request is answered with. A client is known before anything else
// of its request is looked at.
func (c *call) answer(segments []string, under bool) (answer, error) {
	if err := c.authenticate(); err != nil {
		return answer{}, err
	}
	var err error
	if c.query, err = url.ParseQuery(c.r.URL.RawQuery); err != nil {
		return answer{}, badValue("The query of the URL is malformed.")
	}
	if c.selected, err = c.selection(); err != nil {
		return answer{}, err
	}
	methods := c.route(segments)
	if !under || methods == nil {
		return answer{}, refused(http.StatusNotFound, "", "There is no such endpoint.")
	}
	method := c.r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if methods[method] == nil {
		allowed := make([]string, 0, len(methods))
		for name := range methods {
			allowed = append(allowed, name)
		}
		slices.Sort(allowed)
		c.w.Header().Set("Allow", strings.Join(allowed, ", "))
		return answer{}, refused(http.StatusMethodNotAllowed, "", "The endpoint does not take this method.")
	}
	return methods[method]()
}

// methods are what an endpoint does by method.
type methods map[string]func() (answer, error)

// route returns what the endpoint of a path does, or nil if there is none.
func (c *call) route(segments []string) methods {
	if len(segments) == 0 || len(segments) > 2 {
		return nil
	}
	kind, id := segments[0], ""
	if len(segments) == 2 {
		id = segments[1]
	}
	switch {
	case kind == "Users" && id == "":
		return methods{"GET": c.users, "POST": c.createUser}
	case kind == "Users" && id == ".search":
		return methods{"POST": func() (answer, error) { return c.search(c.users) }}
	case kind == "Users":
		return methods{
			"GET": one(id, c.user), "PUT": one(id, c.replaceUser), "PATCH": one(id, c.patchUser), "DELETE": one(id, c.deleteUser),
		}
	case kind == "Groups" && id == "":
		return methods{"GET": c.groups, "POST": c.createGroup}
	case kind == "Groups" && id == ".search":
		return methods{"POST": func() (answer, error) { return c.search(c.groups) }}
	case kind == "Groups":
		return methods{
			"GET": one(id, c.group), "PUT": one(id, c.replaceGroup), "PATCH": one(id, c.patchGroup), "DELETE": one(id, c.deleteGroup),
		}
	}
	return c.discovery(kind, id)
}

// one returns what an endpoint does with the resource that an ID names. What can be no ID
// of its kind is unknown like any other.
func one[I tenancy.ProvisionedID | tenancy.GroupID](text string, do func(I) (answer, error)) func() (answer, error) {
	return func() (answer, error) {
		id, err := tenancy.ParseID[I](text)
		if none := *new(I); err != nil || id == none {
			return answer{}, tenancy.CodeNotFound
		}
		return do(id)
	}
}

// authenticate finds out whose the request is, by its bearer secret or token.
func (c *call) authenticate() error {
	var secret string
	if given := c.r.Header.Values("Authorization"); len(given) == 1 {
		scheme, rest, _ := strings.Cut(given[0], " ")
		if strings.EqualFold(scheme, "Bearer") {
			secret = strings.TrimSpace(rest)
		}
	}
	if secret == "" {
		return refused(http.StatusUnauthorized, "", "The request needs the directory's secret, or a token, as a bearer token.")
	}
	c.provisioner = c.h.dir.AsDirectory(tenancy.ParseSecret(secret))
	_, err := c.provisioner.ListProvisioned(c.ctx, tenancy.ProvisionedPage{Start: 1})
	return err
}

// body reads the body of the request.
func (c *call) body() (object, error) {
	if kind := c.r.Header.Get("Content-Type"); kind != "" {
		kind, _, err := mime.ParseMediaType(kind)
		if err != nil || kind != "application/scim+json" && kind != "application/json" {
			return nil, refused(http.StatusUnsupportedMediaType, "", "The body must be application/scim+json or application/json.")
		}
	}
	text, err := c.read(c.h.o.MaxBody)
	if err != nil {
		return nil, err
	}
	return parseObject(text)
}

// read reads the body of the request, up to a number of bytes.
func (c *call) read(most int64) ([]byte, error) {
	text, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, most))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, refused(http.StatusRequestEntityTooLarge, tooMany, fmt.Sprintf("The body may have %d bytes.", most))
	}
	if err != nil {
		return nil, refused(http.StatusBadRequest, invalidSyntax, "The body could not be read.")
	}
	return text, nil
}

// precondition returns the version that the header If-Match asks for, or 0 if it asks for
// none. current gives the version that there is, where that has to be known.
func (c *call) precondition(current func() (int, error)) (int, error) {
	header := strings.Join(c.r.Header.Values("If-Match"), ",")
	if header == "" {
		return 0, nil
	}
	versions, every := tags(header)
	switch {
	case every:
		return 0, nil
	case len(versions) == 1:
		return versions[0], nil
	}
	version, err := current()
	if err != nil {
		return 0, err
	}
	if !slices.Contains(versions, version) {
		return 0, tenancy.CodeVersion
	}
	return version, nil
}

// unchanged reports whether the client has this version already (If-None-Match).
func (c *call) unchanged(version int) bool {
	versions, every := tags(strings.Join(c.r.Header.Values("If-None-Match"), ","))
	return every || slices.Contains(versions, version)
}

// tags returns the versions that the entity tags of a header name, and whether it is "*".
// A tag that the handler has not given names none.
func tags(header string) (versions []int, every bool) {
	for tag := range strings.SplitSeq(header, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" {
			every = true
		}
		if version, err := strconv.Atoi(strings.Trim(tag, `"`)); err == nil && version > 0 {
			versions = append(versions, version)
		}
	}
	return versions, every
}

func etag(version int) string { return `W/"` + strconv.Itoa(version) + `"` }

// invite hands an invitation to the host, if there is one. What was committed is not
// undone by a client that goes away, so neither is this.
func (c *call) invite(invitation *tenancy.SentInvitation) {
	if invitation != nil && c.h.o.OnInvitation != nil {
		c.h.o.OnInvitation(context.WithoutCancel(c.ctx), *invitation)
	}
}

func (c *call) location(kind, id string) string { return c.h.base + "/" + kind + "/" + id }

// meta returns the attribute meta of a resource.
func (c *call) meta(kind, location string, version int, created, changed time.Time) node {
	return node{
		"resourceType": kind, "location": location, "version": etag(version),
		"created": created.UTC().Format(time.RFC3339Nano), "lastModified": changed.UTC().Format(time.RFC3339Nano),
	}
}

// refuse returns the answer that an error is, and logs it.
func (c *call) refuse(err error, segments []string) answer {
	r := refusalOf(err)
	endpoint := ""
	if methods := c.route(segments); methods != nil {
		endpoint = segments[0]
	}
	c.log(r, endpoint)
	header := http.Header{}
	switch r.status {
	case http.StatusUnauthorized:
		challenge := `Bearer realm="scim"`
		if c.provisioner != nil {
			challenge += `, error="invalid_token"`
		}
		header.Set("WWW-Authenticate", challenge)
	case http.StatusServiceUnavailable:
		header.Set("Retry-After", "1")
	}
	return answer{status: r.status, body: r.body(), header: header}
}

// log tells the logger of a request that was refused or failed. The query is left out,
// since filters hold addresses.
func (c *call) log(r refusal, endpoint string) {
	level := slog.LevelInfo
	if r.status >= 500 && !errors.Is(r.cause, context.Canceled) { // that is a client who went away
		level = slog.LevelError
	}
	method := c.r.Method
	if !slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}, method) {
		method = "" // any text
	}
	attributes := []slog.Attr{
		slog.String("method", method), slog.String("endpoint", endpoint), slog.Int("status", r.status),
		slog.String("scimType", r.scimType), slog.String("code", string(r.code)),
	}
	if c.provisioner != nil {
		attributes = append(attributes, slog.String("directory", c.provisioner.Directory().String()))
	}
	if r.cause != nil {
		attributes = append(attributes, slog.Any("error", r.cause))
	}
	c.h.logger.LogAttrs(c.ctx, level, "scim request refused", attributes...)
}

// write writes an answer.
func (c *call) write(a answer) {
	header := c.w.Header()
	maps.Copy(header, a.header)
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	if a.version != 0 {
		header.Set("ETag", etag(a.version))
	}
	if a.location != "" && a.status == http.StatusCreated {
		header.Set("Location", a.location)
	}
	if a.body == nil {
		c.w.WriteHeader(a.status)
		return
	}
	kind := "application/scim+json"
	if accept := c.r.Header.Get("Accept"); strings.Contains(accept, "application/json") && !strings.Contains(accept, kind) {
		kind = "application/json"
	}
	if header.Get("Content-Type") == "" {
		header.Set("Content-Type", kind)
	}
	c.w.WriteHeader(a.status)
	_, _ = c.w.Write(encode(a.body))
}
