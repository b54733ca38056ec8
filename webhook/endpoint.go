package webhook

import (
	"encoding/json"
	"errors"
	"net/url"
	"reflect"
	"slices"
	"time"

	"github.com/add4b1c6/tenancy"
)

// The errors of this package. None of them holds a URL or a secret.
var (
	// ErrSecret means that a text is not a secret.
	ErrSecret = errors.New("webhook: not a secret")
	// ErrEndpoint means that an endpoint is not complete: its ID is not 1 to 64
	// characters, its URL is not an absolute https one without user and fragment, one of
	// its Types is not a type of event, or it has no secret, more than five, or one that
	// is not sound.
	ErrEndpoint = errors.New("webhook: the endpoint's ID, URL, types or secrets are not sound")
	// ErrNotFound means that there is no such endpoint.
	ErrNotFound = errors.New("webhook: no such endpoint")
	// ErrAddress means that an endpoint's name leads to an address that is not public.
	ErrAddress = errors.New("webhook: the address is not public")
	// ErrConnection means that an endpoint could not be reached, or did not answer in
	// time.
	ErrConnection = errors.New("webhook: the endpoint could not be reached")
	// ErrStatus means that an endpoint did not accept a message.
	ErrStatus = errors.New("webhook: the endpoint did not accept the message")
	// ErrLease means that another process has the endpoint.
	ErrLease = errors.New("webhook: the lease is over")
)

// Endpoint is where messages are sent.
type Endpoint struct {
	ID           string                 // the host's, 1 to 64 characters
	URL          string                 // an absolute https URL
	Organization tenancy.OrganizationID // whose events it gets; zero: all events
	Types        []string               // the types of events that it gets, such as "MemberJoined"; nil: all types
	Secrets      []Secret               // one to five, the newest first: each message is signed with all
}

// valid reports whether an endpoint is complete.
func (e Endpoint) valid(insecure bool) bool {
	u, err := url.Parse(e.URL)
	if err != nil || e.ID == "" || len(e.ID) > 64 || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	if u.Scheme != "https" && !(insecure && u.Scheme == "http") {
		return false
	}
	if slices.ContainsFunc(e.Types, func(name string) bool { return !eventNames[name] }) {
		return false
	}
	unsound := func(s Secret) bool { return s.key() == nil }
	return len(e.Secrets) >= 1 && len(e.Secrets) <= 5 && !slices.ContainsFunc(e.Secrets, unsound)
}

// eventNames are the names of the types of events.
var eventNames = func() map[string]bool {
	names := map[string]bool{}
	for _, data := range tenancy.EventTypes() {
		names[tenancy.EventType(data)] = true
	}
	return names
}()

// wants reports whether an endpoint gets an event.
func (e Endpoint) wants(event tenancy.Event) bool {
	return (e.Organization.IsZero() || e.Organization == event.Stream.Organization) &&
		(len(e.Types) == 0 || slices.Contains(e.Types, typeOf(event)))
}

// State is how an endpoint fares. The zero State is that of one that never failed.
type State struct {
	Failures int       // attempts that failed since the last success
	Failing  time.Time // when the first of them did; zero: none
	Next     time.Time // before which nothing is sent; zero: now
	Disabled time.Time // since when it is switched off; zero: it is not
}

// Message is an event on its way to an endpoint.
type Message struct {
	Endpoint string
	ID       string // the event's, in its text form
	Body     string
}

func typeOf(e tenancy.Event) string { return reflect.TypeOf(e.Data).Name() }

// messageOf returns what an endpoint gets of an event.
func messageOf(endpoint string, e tenancy.Event) (Message, error) {
	var body struct {
		Type      string          `json:"type"`
		Timestamp tenancy.Instant `json:"timestamp"`
		Data      struct {
			ID           tenancy.EventID        `json:"id"`
			Organization tenancy.OrganizationID `json:"organization,omitzero"`
			User         tenancy.UserID         `json:"user,omitzero"`
			Sequence     uint64                 `json:"sequence"`
			Operation    tenancy.OperationID    `json:"operation"`
		} `json:"data"`
	}
	body.Type, body.Timestamp = typeOf(e), e.Time
	body.Data.ID, body.Data.Sequence, body.Data.Operation = e.ID, e.Sequence, e.Operation
	body.Data.Organization, body.Data.User = e.Stream.Organization, e.Stream.User
	text, err := json.Marshal(body)
	return Message{Endpoint: endpoint, ID: e.ID.String(), Body: string(text)}, err
}
