package demo

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
	"github.com/add4b1c6/tenancy/tenancyhttp"
)

var (
	//go:embed pages.html
	pageText string
	//go:embed demo.css
	styleSheet string

	pages = template.Must(template.New("").Parse(pageText))
)

// handler returns the pages of the console, and those around them.
func (d *demo) handler() (http.Handler, error) {
	o := console.Options{
		Prefix: "/console", Session: d.session, Mail: d.mails.send, SignIn: "/", SignOut: "/leave", Banner: d.banner,
		SCIM: "https://northwind-demo.example/scim/v2",
		Look: console.Look{Product: "Northwind demo", Home: "/"},
	}
	customers, err := console.NewHandler(&o)
	if err != nil {
		return nil, err
	}
	ours, err := console.NewStaffHandler(d.dir, &console.StaffOptions{
		Prefix: "/staff", Operator: d.operator, SignIn: "/", SignOut: "/leave", Banner: d.banner, Look: o.Look, Customer: o,
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/console/", customers)
	mux.Handle("/staff/", ours)
	mux.HandleFunc("GET /{$}", d.everybody)
	mux.HandleFunc("GET /act", d.act)
	mux.HandleFunc("POST /leave", d.leave)
	mux.HandleFunc("GET /mails", d.showMails)
	mux.HandleFunc("POST /mails/{invitation}", d.followMail)
	mux.HandleFunc("GET /dns", d.showNames)
	mux.HandleFunc("POST /dns", d.changeNames)
	mux.HandleFunc("GET /demo.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		_, _ = w.Write([]byte(styleSheet))
	})
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/svg+xml")
		_, _ = w.Write([]byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#2456c9"/></svg>`))
	})
	origins := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if !loopback(strings.Trim(host, "[]")) {
			http.Error(w, errLoopback.Error(), http.StatusMisdirectedRequest)
			return
		}
		origins.Handler(mux).ServeHTTP(w, r)
	}), nil
}

// errNobody is the refusal of requests by nobody.
var errNobody = tenancyhttp.Problem{Code: "sign_in", Status: http.StatusUnauthorized, Title: "Choose whom to act as."}

// acting returns the key of whom a request acts as: that of a person to act as, or the ID
// of another user.
func acting(r *http.Request) string {
	cookie, err := r.Cookie("actor")
	if err != nil {
		return ""
	}
	return cookie.Value
}

// session is console.Options.Session. It trusts the cookie: that is what makes this a
// demonstration. A product uses its own sign-in here, or package signin.
func (d *demo) session(r *http.Request) (*tenancy.Session, error) {
	key := acting(r)
	for _, p := range d.people {
		if p.Key == key && !p.user.IsZero() {
			return d.dir.As(p.user), nil
		}
	}
	user, err := tenancy.ParseID[tenancy.UserID](key)
	if err != nil || user.IsZero() {
		return nil, errNobody
	}
	return d.dir.As(user), nil
}

// operator is console.StaffOptions.Operator. It trusts the cookie as session does.
func (d *demo) operator(r *http.Request) (tenancy.OperatorID, error) {
	if acting(r) != staff {
		return "", errNobody
	}
	return operator, nil
}

// banner is the bar above every page.
func (d *demo) banner(r *http.Request) *console.Banner {
	key := acting(r)
	b := &console.Banner{Text: "For demonstration, anybody may act as anybody. You act as"}
	known := false
	for _, p := range d.people {
		b.Links = append(b.Links, console.BannerLink{
			Text: p.Label, URL: "/act?" + url.Values{"as": {p.Key}}.Encode(), Current: p.Key == key,
		})
		known = known || p.Key == key
	}
	return &console.Banner{Text: b.Text, Links: append(b.Links,
		console.BannerLink{Text: "Somebody else", URL: "/", Current: !known && key != ""},
		console.BannerLink{Text: fmt.Sprintf("Mails (%d)", len(d.mails.all())), URL: "/mails"},
		console.BannerLink{Text: "DNS", URL: "/dns"},
	)}
}

// act acts as somebody from now on.
func (d *demo) act(w http.ResponseWriter, r *http.Request) {
	key := r.URL.Query().Get("as")
	http.SetCookie(w, &http.Cookie{Name: "actor", Value: key, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, cmp.Or(local(r.URL.Query().Get("return")), Start(key)), http.StatusSeeOther)
}

// leave acts as nobody.
func (d *demo) leave(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: "actor", Path: "/", MaxAge: -1})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// local is a path of the console, or "".
func local(path string) string {
	if u, err := url.Parse(path); err == nil && u.Host == "" && u.Scheme == "" && strings.HasPrefix(path, "/console/") {
		return path
	}
	return ""
}

// everybody shows whom one can act as.
func (d *demo) everybody(w http.ResponseWriter, r *http.Request) {
	data := struct {
		People         []person
		Users          []tenancy.OrganizationUser
		Search, Return string
		More           bool
	}{People: d.people, Search: r.URL.Query().Get("q"), Return: local(r.URL.Query().Get("return"))}
	org, err := d.northwind(r)
	if err != nil {
		d.fail(w, err)
		return
	}
	users, next, err := tenancy.Collect(d.dir.As(d.people[0].user).Users(r.Context(), org,
		tenancy.UserQuery{Kind: tenancy.KindManaged, ServiceAccount: new(false), Search: data.Search}), 100)
	if err != nil && tenancy.CodeOf(err) == "" {
		d.fail(w, err)
		return
	}
	data.Users, data.More = users, next != ""
	d.show(w, "everybody", data)
}

// northwind returns the ID of the company that most people belong to.
func (d *demo) northwind(r *http.Request) (tenancy.OrganizationID, error) {
	for org, err := range d.dir.As(d.people[1].user).Organizations(r.Context(), tenancy.OrganizationQuery{}) {
		return org.ID, err
	}
	return tenancy.OrganizationID{}, tenancy.CodeNotFound
}

// showMails shows the invitations that a product would have mailed.
func (d *demo) showMails(w http.ResponseWriter, _ *http.Request) { d.show(w, "mails", d.mails.all()) }

// followMail acts as whom a mail was sent to. Somebody new signs up, as they would at the
// product's own sign-in page, and accepts by that.
func (d *demo) followMail(w http.ResponseWriter, r *http.Request) {
	id, err := tenancy.ParseID[tenancy.InvitationID](r.PathValue("invitation"))
	sent, found := d.mails.to(id)
	if err != nil || !found {
		http.NotFound(w, r)
		return
	}
	user, err := d.host.UserByEmail(r.Context(), sent.Email.Reveal())
	next := "/console" + console.InvitationPath(id)
	if tenancy.CodeOf(err) == tenancy.CodeNotFound {
		name, _, _ := strings.Cut(sent.Email.Reveal(), "@")
		var joined tenancy.SignedUp
		joined, err = d.host.SignUp(r.Context(), tenancy.NewSignUp{Email: tenancy.Proven(sent.Email.Reveal()), Name: name, Secret: sent.Secret})
		user, next = joined.User, "/console/"
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	http.Redirect(w, r, "/act?"+url.Values{"as": {user.ID.String()}, "return": {next}}.Encode(), http.StatusSeeOther)
}

// showNames shows the records that prove domains, with which of them are published.
func (d *demo) showNames(w http.ResponseWriter, r *http.Request) {
	domains, err := d.domains(r.Context())
	if err != nil {
		d.fail(w, err)
		return
	}
	type row struct {
		tenancy.Domain
		Published bool
	}
	var rows []row
	for _, domain := range domains {
		rows = append(rows, row{domain, d.dns.value(domain.RecordName) != ""})
	}
	d.show(w, "dns", rows)
}

// changeNames publishes or removes a record.
func (d *demo) changeNames(w http.ResponseWriter, r *http.Request) {
	d.dns.publish(r.FormValue("name"), r.FormValue("value"))
	http.Redirect(w, r, "/dns", http.StatusSeeOther)
}

func (d *demo) show(w http.ResponseWriter, name string, data any) {
	var text bytes.Buffer
	if err := pages.ExecuteTemplate(&text, name, data); err != nil {
		d.fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	_, _ = w.Write(text.Bytes())
}

// fail answers with what went wrong, which holds nothing personal.
func (d *demo) fail(w http.ResponseWriter, err error) {
	problem := tenancyhttp.ProblemOf(err)
	http.Error(w, problem.Title, problem.Status)
}

// Start is the path of the first page of somebody to act as.
func Start(actor string) string {
	if actor == staff {
		return "/staff/"
	}
	return "/console/"
}
