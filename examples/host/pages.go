package main

import (
	"bytes"
	_ "embed"
	"errors"
	"html/template"
	"net/http"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/signin"
)

//go:embed pages.html
var pagesHTML string

var pages = template.Must(template.New("").Parse(pagesHTML))

// page answers a browser. What is refused is shown as a page, with the code's sentence. What
// another site's page sends is refused at once.
func (h *host) page(answer func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		if err := answer(w, r); err != nil {
			p := h.problemOf(r, err)
			_ = show(w, p.Status, "refused", refused{Sentence: p.Title})
		}
	}))
}

// refused is what the page of a refusal shows.
type refused struct {
	Sentence   string
	Connection string // to sign in through instead; "": none
}

// show writes a page.
func show(w http.ResponseWriter, code int, name string, data any) error {
	var text bytes.Buffer
	if err := pages.ExecuteTemplate(&text, name, data); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write(text.Bytes())
	return nil
}

// offer is an invitation on a page, with what accepting it brings along.
type offer struct {
	tenancy.Offer
	Secret string // that it came by; "": it is named by its ID
}

// home shows a person where they belong and what they are invited to, or the sign-in.
func (h *host) home(w http.ResponseWriter, r *http.Request) error {
	s, err := h.people.Session(r)
	if errors.Is(err, signin.ErrSignIn) {
		return show(w, http.StatusOK, "signin", offer{})
	}
	if err != nil {
		return err
	}
	user, _, err := s.User(r.Context(), s.Actor().User)
	if err != nil {
		return err
	}
	organizations, _, err := tenancy.Collect(s.Organizations(r.Context(), tenancy.OrganizationQuery{}), 50)
	if err != nil {
		return err
	}
	var offers []offer
	for o, err := range s.InvitationsTo(r.Context(), s.Actor().User, tenancy.OfferQuery{}) {
		if err != nil {
			return err
		}
		offers = append(offers, offer{Offer: o.Offer})
	}
	return show(w, http.StatusOK, "home",
		map[string]any{"User": user, "Organizations": organizations, "Offers": offers})
}

// join shows what the link in a mail leads to: the invitation with its Terms, or the
// sign-in, which carries the secret along.
func (h *host) join(w http.ResponseWriter, r *http.Request) error {
	secret := r.FormValue("secret")
	s, err := h.people.Session(r)
	if errors.Is(err, signin.ErrSignIn) {
		return show(w, http.StatusOK, "signin", offer{Secret: secret})
	}
	if err != nil {
		return err
	}
	offered, err := s.Invitation(r.Context(), tenancy.ParseSecret(secret))
	if err != nil {
		return err
	}
	return show(w, http.StatusOK, "join", offer{offered, secret})
}

// accept accepts an invitation by its secret or its ID, on the Terms that the page showed.
func (h *host) accept(w http.ResponseWriter, r *http.Request) error {
	s, err := h.people.Session(r)
	if err != nil {
		return err
	}
	in := tenancy.Acceptance{
		Secret: tenancy.ParseSecret(r.PostFormValue("secret")), Terms: tenancy.TermsToken(r.PostFormValue("terms")),
	}
	if in.Secret.IsZero() {
		if in.Invitation, err = tenancy.ParseID[tenancy.InvitationID](r.PostFormValue("invitation")); err != nil {
			return err
		}
	}
	if _, err := s.AcceptInvitation(r.Context(), in); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}
