// Console serves the pages of package console over an organization that is made up, in
// memory. Its sign-in is for demonstration: whoever opens it chooses whom to act as.
//
//	go run ./examples/console
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"time"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/console"
	"github.com/add4b1c6/tenancy/memstore"
)

func main() {
	addr := flag.String("addr", "localhost:8088", "where to serve")
	flag.Parse()
	dir, err := tenancy.New(memstore.New(), &tenancy.Options{Resolver: &resolver{}})
	if err != nil {
		log.Fatal(err)
	}
	people, err := seed(context.Background(), dir)
	if err != nil {
		log.Fatal(err)
	}
	handler, err := serve(dir, people)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s/\n", *addr)
	server := http.Server{Addr: *addr, Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}

// person is somebody to act as.
type person struct {
	key, name, what string
	user            tenancy.UserID
}

// serve returns the pages, and the page on which one chooses whom to act as.
func serve(dir *tenancy.Directory, people []person) (http.Handler, error) {
	mux := http.NewServeMux()
	session := func(r *http.Request) (*tenancy.Session, error) {
		cookie, err := r.Cookie("actor")
		for _, p := range people {
			if err == nil && p.key == cookie.Value {
				return dir.As(p.user), nil
			}
		}
		return nil, tenancy.CodeActor
	}
	pages, err := console.NewHandler(&console.Options{
		Session: session, Prefix: "/console", SignIn: "/", SignOut: "/leave",
		Mail: func(context.Context, tenancy.SentInvitation) error { return nil },
	})
	if err != nil {
		return nil, err
	}
	mux.Handle("/console/", pages)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!DOCTYPE html><html lang="en"><title>Act as</title><h1>Act as</h1><p>This sign-in is for demonstration.</p><ul>`)
		for _, p := range people {
			fmt.Fprintf(w, `<li><a href="/act?as=%s">%s, %s</a></li>`, url.QueryEscape(p.key), p.name, p.what)
		}
		fmt.Fprint(w, `</ul>`)
	})
	mux.HandleFunc("GET /act", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "actor", Value: r.URL.Query().Get("as"), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
		http.Redirect(w, r, cmp.Or(local(r.URL.Query().Get("return")), "/console/"), http.StatusSeeOther)
	})
	mux.HandleFunc("POST /leave", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "actor", Path: "/", MaxAge: -1})
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	return mux, nil
}

// local is a path of this site, or "".
func local(path string) string {
	if u, err := url.Parse(path); err == nil && u.Host == "" && u.Scheme == "" && len(path) > 9 && path[:9] == "/console/" {
		return path
	}
	return ""
}
