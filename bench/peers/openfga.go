package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"time"

	openfga "github.com/openfga/api/proto/openfga/v1"
	"github.com/openfga/language/pkg/go/transformer"
	"github.com/openfga/openfga/pkg/server"
	"github.com/openfga/openfga/pkg/storage"
	"github.com/openfga/openfga/pkg/storage/memory"
	"github.com/openfga/openfga/pkg/storage/migrate"
	"github.com/openfga/openfga/pkg/storage/sqlcommon"
	"github.com/openfga/openfga/pkg/storage/sqlite"

	"github.com/add4b1c6/tenancy"
)

// openfgaModel is the rules. What is closed or suspended has a tuple with every user, and
// takes permissions away. Whoever is inactive has no tuples.
const openfgaModel = `
model
  schema 1.1

type user

type organization
  relations
    define manager: [user]
    define suspended: [user:*]

type account
  relations
    define organization: [organization]
    define parent: [account]
    define owner: [user] or owner from parent
    define administrator: [user] or administrator from parent
    define developer: [user] or developer from parent
    define billing_manager: [user] or billing_manager from parent
    define support: [user] or support from parent
    define closed: [user:*]
    define suspended: [user:*] or suspended from parent
    define frozen: suspended from organization
    define manager: manager from organization
    define chief: owner or administrator
    define refuses_much: closed or frozen
    define refuses_more: closed or frozen or suspended
    define build: (chief or developer) but not refuses_more
    define bill: (chief or billing_manager) but not closed
    define read_usage: (chief or developer or billing_manager or support) but not closed
    define manage_settings: (chief or manager) but not refuses_more
    define manage_members: (chief or manager) but not refuses_much
    define manage_subaccounts: (chief or manager) but not refuses_more
    define suspend_account: (chief or manager) but not refuses_much
    define close_account: (owner or manager) but not refuses_much
    define transfer_account: (owner or manager) but not refuses_much
    define designate_hipaa: manager but not refuses_much
`

// openfgaTuples is the world.
func openfgaTuples(w *world) []*openfga.TupleKey {
	const everybody = "user:*"
	var all []*openfga.TupleKey
	add := func(object, relation, user string) {
		all = append(all, &openfga.TupleKey{Object: object, Relation: relation, User: user})
	}
	for _, o := range w.organizations {
		if o.suspended {
			add("organization:"+o.id.String(), "suspended", everybody)
		}
	}
	for _, a := range w.accounts {
		object := "account:" + a.id.String()
		add(object, "organization", "organization:"+w.organizations[a.organization].id.String())
		if a.parent >= 0 {
			add(object, "parent", "account:"+w.accounts[a.parent].id.String())
		}
		if a.suspended {
			add(object, "suspended", everybody)
		}
		if a.closed {
			add(object, "closed", everybody)
		}
	}
	for _, g := range w.grants {
		for _, role := range g.roles {
			if u := w.users[g.user]; !u.inactive {
				add("account:"+w.accounts[g.account].id.String(), string(role), "user:"+u.id.String())
			}
		}
	}
	for _, m := range w.members {
		if u := w.users[m.user]; m.role != tenancy.StandardUser && !u.inactive {
			add("organization:"+w.organizations[m.organization].id.String(), managerRole, "user:"+u.id.String())
		}
	}
	return all
}

// tuplesAtOnce is how many tuples one write has.
const tuplesAtOnce = 1000

// openfgaMemory opens a datastore in memory.
func openfgaMemory(context.Context) (storage.OpenFGADatastore, func(), error) {
	store := memory.New(memory.WithMaxTuplesPerWrite(tuplesAtOnce))
	return store, store.Close, nil
}

// openfgaSQLite opens a datastore in a new file.
func openfgaSQLite(context.Context) (storage.OpenFGADatastore, func(), error) {
	dir, err := os.MkdirTemp("", "peers")
	if err != nil {
		return nil, nil, err
	}
	remove := func() { _ = os.RemoveAll(dir) }
	uri := "file:" + filepath.Join(dir, "openfga.db")
	if err := migrate.RunMigrations(migrate.MigrationConfig{Engine: "sqlite", URI: uri, Timeout: time.Minute, PingTimeout: time.Minute}); err != nil {
		remove()
		return nil, nil, err
	}
	store, err := sqlite.New(uri, sqlcommon.NewConfig(sqlcommon.WithMaxTuplesPerWrite(tuplesAtOnce)))
	if err != nil {
		remove()
		return nil, nil, err
	}
	return store, func() { store.Close(); remove() }, nil
}

// loadOpenFGA starts a server in this process over a datastore.
func loadOpenFGA(
	name string, open func(context.Context) (storage.OpenFGADatastore, func(), error),
) func(context.Context, *world) ([]engine, error) {
	return func(ctx context.Context, w *world) ([]engine, error) {
		model, err := transformer.TransformDSLToProto(openfgaModel)
		if err != nil {
			return nil, err
		}
		store, closed, err := open(ctx)
		if err != nil {
			return nil, err
		}
		s, err := server.NewServerWithOpts(server.WithDatastore(store))
		if err != nil {
			closed()
			return nil, err
		}
		end := func() { s.Close(); closed() }
		e, err := openfgaEngine(ctx, name, w, s, store, model)
		if err != nil {
			end()
			return nil, err
		}
		e.close = end
		return []engine{e}, nil
	}
}

// openfgaEngine writes the model and the tuples, and asks the server.
func openfgaEngine(
	ctx context.Context, name string, w *world, s *server.Server, store storage.OpenFGADatastore, model *openfga.AuthorizationModel,
) (engine, error) {
	made, err := s.CreateStore(ctx, &openfga.CreateStoreRequest{Name: "peers"})
	if err != nil {
		return engine{}, err
	}
	written, err := s.WriteAuthorizationModel(ctx, &openfga.WriteAuthorizationModelRequest{StoreId: made.GetId(),
		TypeDefinitions: model.GetTypeDefinitions(), SchemaVersion: model.GetSchemaVersion()})
	if err != nil {
		return engine{}, err
	}
	for batch := range slices.Chunk(openfgaTuples(w), tuplesAtOnce) {
		if err := store.Write(ctx, made.GetId(), nil, batch); err != nil {
			return engine{}, err
		}
	}
	return engine{name: name, decide: func(ctx context.Context, n int) (bool, error) {
		q := &w.questions[n]
		answer, err := s.Check(ctx, &openfga.CheckRequest{StoreId: made.GetId(),
			AuthorizationModelId: written.GetAuthorizationModelId(),
			TupleKey: &openfga.CheckRequestTupleKey{User: "user:" + q.userText, Relation: string(q.permission),
				Object: "account:" + q.accountText}})
		return answer.GetAllowed(), err
	}}, nil
}
