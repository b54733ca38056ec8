package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/memstore"
	"github.com/add4b1c6/tenancy/scim"
)

const domain = "acme.example"

// ours is the module scim over a directory in memory, with one user.
type ours struct {
	handler http.Handler
	secret  string
	user    string // their URL
}

// names is a resolver that finds what the domain's proof asks for.
type names struct {
	mu      sync.Mutex
	records map[string]string
}

func (n *names) LookupTXT(_ context.Context, name string) ([]string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return []string{n.records[name]}, nil
}

func newOurs(ctx context.Context) (*ours, error) {
	dns := &names{records: map[string]string{}}
	dir, err := tenancy.New(memstore.New(), &tenancy.Options{Resolver: dns})
	if err != nil {
		return nil, err
	}
	up, err := dir.System().SignUp(ctx,
		tenancy.NewSignUp{Email: tenancy.Proven("owner@" + domain), Name: "Owner", Organization: "Acme"})
	if err != nil {
		return nil, err
	}
	owner := dir.As(up.User.ID)
	added, err := owner.AddDomain(ctx, up.Organization.ID, domain)
	if err != nil {
		return nil, err
	}
	dns.mu.Lock()
	dns.records[added.RecordName] = added.RecordValue
	dns.mu.Unlock()
	if _, err := owner.VerifyDomain(ctx, added.ID); err != nil {
		return nil, err
	}
	directory, err := owner.AddDirectory(ctx, up.Organization.ID, "Directory")
	if err != nil {
		return nil, err
	}
	o := &ours{secret: directory.Secret.Reveal()}
	if o.handler, err = scim.NewHandler(dir, nil); err != nil {
		return nil, err
	}
	made, err := o.ask(ctx, http.MethodPost, "/scim/v2/Users", doc{"userName": "first@" + domain})
	if err != nil {
		return nil, err
	}
	if made.status != http.StatusCreated {
		return nil, fmt.Errorf("POST: %d", made.status)
	}
	o.user = "/scim/v2/Users/" + made.body["id"].(string)
	return o, nil
}

type response struct {
	status int
	body   doc
}

func (o *ours) ask(ctx context.Context, method, path string, body any) (response, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return response{}, err
	}
	r := httptest.NewRequestWithContext(ctx, method, path, bytes.NewReader(text))
	r.Header.Set("Authorization", "Bearer "+o.secret)
	r.Header.Set("Content-Type", "application/scim+json")
	w := httptest.NewRecorder()
	o.handler.ServeHTTP(w, r)
	answer := response{status: w.Code}
	err = json.Unmarshal(w.Body.Bytes(), &answer.body)
	return answer, err
}

// keptOf returns what is kept of a user, from an answer. What the answer derives has to be
// what it is derived from.
func keptOf(answer response) (doc, error) {
	if answer.status != http.StatusOK {
		return nil, fmt.Errorf("status %d: %v", answer.status, answer.body)
	}
	document := answer.body
	if emails := []any{doc{"value": document["userName"], "type": "work", "primary": true}}; !reflect.DeepEqual(document["emails"], emails) {
		return nil, fmt.Errorf("emails of %v are %v", document["userName"], document["emails"])
	}
	for _, derived := range []string{"emails", "schemas", "meta", "id", "groups"} {
		delete(document, derived)
	}
	return document, nil
}

// put makes the user what a document says.
func (o *ours) put(ctx context.Context, document doc) error {
	answer, err := o.ask(ctx, http.MethodPut, o.user, document)
	if err != nil {
		return err
	}
	given, err := keptOf(answer)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(given, document) {
		return fmt.Errorf("a PUT of %v is answered with %v", document, given)
	}
	return nil
}

// patch applies operations to the user, and reads them again.
func (o *ours) patch(ctx context.Context, operations ...operation) (outcome, error) {
	answer, err := o.ask(ctx, http.MethodPatch, o.user, doc{
		"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": operations,
	})
	if err != nil {
		return outcome{}, err
	}
	read, err := o.ask(ctx, http.MethodGet, o.user, nil)
	if err != nil {
		return outcome{}, err
	}
	document, err := keptOf(read)
	if err != nil {
		return outcome{}, err
	}
	switch answer.status {
	case http.StatusOK:
		given, err := keptOf(answer)
		if err == nil && !reflect.DeepEqual(given, document) {
			err = fmt.Errorf("a PATCH is answered with %v, and a GET with %v", given, document)
		}
		return outcome{Document: document}, err
	case http.StatusBadRequest:
		why, _ := answer.body["scimType"].(string)
		if why == "" {
			return outcome{}, fmt.Errorf("a refusal without a scimType: %v", answer.body)
		}
		return outcome{Document: document, Refused: why}, nil
	}
	return outcome{}, fmt.Errorf("status %d: %v", answer.status, answer.body)
}

// attribute is an attribute as /Schemas describes it.
type attribute struct {
	Name          string
	Type          string
	MultiValued   bool
	Required      bool
	CaseExact     bool
	Mutability    string
	SubAttributes []*attribute
}

// schema reads what is kept of users from /Schemas. The extension is an attribute.
func (o *ours) schema(ctx context.Context) ([]*attribute, error) {
	answer, err := o.ask(ctx, http.MethodGet, "/scim/v2/Schemas", nil)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(answer.body)
	if err != nil {
		return nil, err
	}
	var list struct {
		Resources []struct {
			ID         string
			Attributes []*attribute
		}
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, err
	}
	var all []*attribute
	for _, one := range list.Resources {
		switch one.ID {
		case userSchema:
			all = append(all, one.Attributes...)
		case enterpriseSchema:
			all = append(all, &attribute{Name: enterpriseSchema, Type: "complex", SubAttributes: one.Attributes})
		}
	}
	// Every resource has these, and no schema lists them (RFC 7643, section 3.1).
	for _, name := range []string{"id", "meta", "schemas"} {
		all = append(all, &attribute{Name: name, Mutability: "readOnly"})
	}
	return all, nil
}
