// Command provisioning measures how long a directory's requests take as the directory
// fills: it provisions users one by one through HTTP, as Entra does, or by several clients
// at once, and then a group with all of them. In turn with the requests it provisions other
// users by the library's own operation, in a directory of the same size.
//
//	GOWORK=off go run -C bench ./provisioning -store sqlitestore
//
// It prints the median time of a request and of an operation among the first tenth and
// among the last, and their ratio.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/bench/internal/stores"
	"github.com/add4b1c6/tenancy/scim"
)

func main() {
	kind := flag.String("store", "memstore", "memstore, sqlitestore or pgstore")
	users := flag.Int("users", 10000, "how many are provisioned")
	clients := flag.Int("clients", 1, "how many clients send at once")
	flag.Parse()
	if *users < 100 || *clients < 1 {
		log.Fatal("it takes 100 users or more, and a client")
	}
	if err := measure(context.Background(), *kind, *users, *clients); err != nil {
		log.Fatal(err)
	}
}

// customer is an organization with a verified domain and a directory.
type customer struct {
	name   string
	secret tenancy.Secret
	idp    *tenancy.Provisioner
}

// load is what is measured.
type load struct {
	dir    *tenancy.Directory
	names  stores.Names
	server *httptest.Server
	http   customer // provisioned through HTTP
	own    customer // by the library's own operation
}

// begin opens a store with two customers.
func begin(ctx context.Context, store tenancy.Store) (*load, error) {
	l := &load{}
	var err error
	if l.dir, err = tenancy.New(store, &tenancy.Options{Resolver: &l.names}); err != nil {
		return nil, err
	}
	handler, err := scim.NewHandler(l.dir, nil)
	if err != nil {
		return nil, err
	}
	l.server = httptest.NewServer(handler)
	for _, c := range []struct {
		name string
		to   *customer
	}{{"wire.example", &l.http}, {"own.example", &l.own}} {
		if *c.to, err = l.customer(ctx, c.name); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (l *load) customer(ctx context.Context, name string) (customer, error) {
	up, err := l.dir.System().SignUp(ctx,
		tenancy.NewSignUp{Email: tenancy.Proven("owner@" + name), Name: "Owner", Organization: name})
	if err != nil {
		return customer{}, err
	}
	owner := l.dir.As(up.User.ID)
	domain, err := owner.AddDomain(ctx, up.Organization.ID, name)
	if err != nil {
		return customer{}, err
	}
	l.names.Publish(domain.RecordName, domain.RecordValue)
	if _, err := owner.VerifyDomain(ctx, domain.ID); err != nil {
		return customer{}, err
	}
	added, err := owner.AddDirectory(ctx, up.Organization.ID, "Directory")
	return customer{name, added.Secret, l.dir.AsDirectory(added.Secret)}, err
}

// measure prints the table.
func measure(ctx context.Context, kind string, users, clients int) error {
	store, err := stores.Open(ctx, kind)
	if err != nil {
		return err
	}
	defer store.Close()
	l, err := begin(ctx, store.Store)
	if err != nil {
		return err
	}
	defer l.server.Close()
	fmt.Printf("%s: %d users, clients: %d\n\n| | first tenth | last tenth | last/first |\n|---|---|---|---|\n", kind, users, clients)
	ids, err := l.provision(ctx, store, users, clients)
	if err != nil {
		return err
	}
	return l.group(ctx, ids)
}

// provision provisions users through HTTP and, in turn with that, by the operation.
func (l *load) provision(ctx context.Context, store *stores.Opened, users, clients int) ([]string, error) {
	wire, own, filter := make([]time.Duration, users), make([]time.Duration, users), make([]time.Duration, users)
	ids, failed := make([]string, users), make([]error, clients)
	begun := time.Now()
	var settled sync.Once
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			for i := client; i < users && failed[client] == nil; i += clients {
				if i >= users/20 && store.Settle != nil {
					settled.Do(func() { failed[client] = store.Settle(ctx) })
				}
				if failed[client] == nil {
					ids[i], filter[i], wire[i], own[i], failed[client] = l.one(ctx, i)
				}
			}
		})
	}
	all.Wait()
	for _, err := range failed {
		if err != nil {
			return nil, err
		}
	}
	tenth := users / 10
	show("lookup by filter, HTTP", filter[:tenth], filter[users-tenth:])
	show("POST of a user, HTTP", wire[:tenth], wire[users-tenth:])
	show("Provision", own[:tenth], own[users-tenth:])
	fmt.Printf("\nall together: %v\n", time.Since(begun).Round(time.Millisecond))
	return ids, nil
}

// one provisions one user through HTTP, after the lookup that providers send first, and
// another by the operation.
func (l *load) one(ctx context.Context, i int) (id string, filter, wire, own time.Duration, err error) {
	name := fmt.Sprintf("user%d@", i)
	begun := time.Now()
	if _, err = l.send(ctx, http.MethodGet, "/Users?filter=userName%20eq%20%22"+name+l.http.name+"%22", "", http.StatusOK); err != nil {
		return "", 0, 0, 0, err
	}
	filter = time.Since(begun)
	body := fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q,"externalId":"e%d",`+
		`"name":{"givenName":"Given","familyName":"Family %d"},"displayName":"Given Family %d","active":true}`,
		name+l.http.name, i, i, i)
	begun = time.Now()
	answer, err := l.send(ctx, http.MethodPost, "/Users", body, http.StatusCreated)
	if err != nil {
		return "", 0, 0, 0, err
	}
	wire = time.Since(begun)
	var made struct {
		ID string `json:"id"`
	}
	if err = json.Unmarshal(answer, &made); err != nil {
		return "", 0, 0, 0, err
	}
	begun = time.Now()
	_, err = l.own.idp.Provision(ctx, tenancy.NewProvisioned{
		UserName: name + l.own.name, ExternalID: fmt.Sprintf("e%d", i),
		Names: tenancy.ProvisionedNames{Display: fmt.Sprintf("Given Family %d", i)},
	})
	return made.ID, filter, wire, time.Since(begun), err
}

// group makes a group with everybody, and then adds and removes one.
func (l *load) group(ctx context.Context, ids []string) error {
	members := make([]string, len(ids))
	for i, id := range ids {
		members[i] = fmt.Sprintf(`{"value":%q}`, id)
	}
	begun := time.Now()
	answer, err := l.send(ctx, http.MethodPost, "/Groups?excludedAttributes=members",
		`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Everybody","members":[`+
			strings.Join(members, ",")+`]}`, http.StatusCreated)
	if err != nil {
		return err
	}
	fmt.Printf("POST of a group of %d, HTTP: %v\n", len(ids), time.Since(begun).Round(time.Millisecond))
	var made struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(answer, &made); err != nil {
		return err
	}
	for _, op := range []struct{ op, does string }{{"remove", "removes"}, {"add", "adds"}} {
		var took []time.Duration
		for i := range 25 {
			body := fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+
				`{"op":%q,"path":"members","value":[%s]}]}`, op.op, members[i])
			begun := time.Now()
			if _, err := l.send(ctx, http.MethodPatch, "/Groups/"+made.ID, body, http.StatusNoContent); err != nil {
				return err
			}
			took = append(took, time.Since(begun))
		}
		fmt.Printf("PATCH that %s one of them, HTTP: %v\n", op.does, median(took).Round(time.Microsecond))
	}
	return nil
}

// send sends a request, and wants a status.
func (l *load) send(ctx context.Context, method, path, body string, status int) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, l.server.URL+"/scim/v2"+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+l.http.secret.Reveal())
	request.Header.Set("Content-Type", "application/scim+json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err == nil && response.StatusCode != status {
		err = fmt.Errorf("%s %s: %s: %s", method, path, response.Status, answer)
	}
	return answer, err
}

// show prints a line of the table.
func show(name string, first, last []time.Duration) {
	a, b := median(first), median(last)
	fmt.Printf("| %s | %v | %v | %.2f |\n", name, a.Round(time.Microsecond), b.Round(time.Microsecond), float64(b)/float64(a))
}

// median returns the time in the middle.
func median(took []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(took))
	return sorted[len(sorted)/2]
}
