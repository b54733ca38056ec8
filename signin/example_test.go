package signin_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/signin"
	"github.com/add4b1c6/tenancy/tenancyhttp"
)

// transactOf stands for the Transact of a store that shares the database, such as
// sqlitestore's: signin.SQL(store.Transact).
func transactOf(store *memstore.Store, db *sql.DB) signin.Transact {
	return signin.SQL(func(ctx context.Context, fn func(context.Context, *sql.Tx, tenancy.Store) error) error {
		return store.Transact(ctx, func(ctx context.Context, _ memstore.Tx, joined tenancy.Store) error {
			tx, err := db.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			if err := fn(ctx, tx, joined); err != nil {
				_ = tx.Rollback()
				return err
			}
			return tx.Commit()
		})
	})
}

// A sign-in, and a request of who has signed in.
func Example() {
	ctx := context.Background()
	at, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(at) }()
	db, err := sql.Open("sqlite", filepath.Join(at, "host.db"))
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	store := memstore.New()
	dir, err := tenancy.New(store, nil)
	if err != nil {
		log.Fatal(err)
	}
	people := signin.New(dir, db, transactOf(store, db), nil)
	if err := people.Migrate(ctx); err != nil {
		log.Fatal(err)
	}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /callback", func(w http.ResponseWriter, r *http.Request) {
		// Here the host has verified the provider's answer, which says:
		err := people.SignIn(w, r, signin.Person{
			Issuer: "https://id.example", Subject: "248289761001", Email: "ana@acme.example", Proven: true, Name: "Ana",
		})
		if err != nil {
			tenancyhttp.WriteProblem(w, tenancyhttp.ProblemOf(err))
			return
		}
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	api := tenancyhttp.New(people.Session, nil)
	mux.Handle("GET /me", tenancyhttp.Handle(api, func(r *http.Request, s *tenancy.Session, _ struct{}) (any, error) {
		user, _, err := s.User(r.Context(), s.Actor().User)
		return map[string]any{"name": user.Name}, err
	}))

	var cookies []*http.Cookie
	for _, path := range []string{"/me", "/callback", "/me"} {
		r := httptest.NewRequest("GET", path, nil)
		for _, c := range cookies {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		cookies = w.Result().Cookies()
		fmt.Println(path, w.Code, w.Header().Get("Content-Type"))
	}

	// Output:
	// /me 401 application/problem+json
	// /callback 303 text/html; charset=utf-8
	// /me 200 application/json
}
