package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/add4b1c6/tenancy"
)

// resolver answers for the records of domains as if each had been published.
type resolver struct {
	sync.Mutex
	texts map[string][]string
}

func (r *resolver) LookupTXT(_ context.Context, name string) ([]string, error) {
	r.Lock()
	defer r.Unlock()
	return r.texts[name], nil
}

// seed makes a company, and returns who is in it.
func seed(ctx context.Context, dir *tenancy.Directory) ([]person, error) {
	host := dir.System()
	rosa, err := host.SignUp(ctx, tenancy.NewSignUp{
		Email: tenancy.Proven("rosa.vega@northwind.example"), Name: "Rosa Vega", Organization: "Northwind Traders", Account: "Production",
	})
	if err != nil {
		return nil, err
	}
	people := []person{{"owner", "Rosa Vega", "Owner of Northwind Traders", rosa.User.ID}}
	owner := dir.As(rosa.User.ID)
	join := func(key, name, email string, role tenancy.OrganizationRole) error {
		sent, err := owner.InviteUser(ctx, rosa.Organization.ID, tenancy.NewInvitation{Email: email, Role: role})
		if err != nil {
			return err
		}
		joined, err := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven(email), Name: name, Secret: sent.Secret})
		if err != nil {
			return err
		}
		if key != "" {
			people = append(people, person{key, name, string(role), joined.User.ID})
		}
		return nil
	}
	if err := join("administrator", "Tomás Oliveira", "tomas.oliveira@northwind.example", tenancy.Administrator); err != nil {
		return nil, err
	}
	if err := join("member", "Mei-Ling Chen", "mei.chen@northwind.example", tenancy.StandardUser); err != nil {
		return nil, err
	}
	for i, name := range []string{"Amara Okafor", "Jonas Lindqvist", "Priya Raman", "عمر حداد", "Wolfeschlegelsteinhausenbergerdorff Bernhard", "Luca Bianchi"} {
		if err := join("", name, fmt.Sprintf("person%d@northwind.example", i+1), tenancy.StandardUser); err != nil {
			return nil, err
		}
	}
	for i := range 4 {
		if _, err := owner.InviteUser(ctx, rosa.Organization.ID, tenancy.NewInvitation{Email: fmt.Sprintf("invited%d@northwind.example", i+1)}); err != nil {
			return nil, err
		}
	}
	eve, err := host.SignUp(ctx, tenancy.NewSignUp{Email: tenancy.Proven("eve@elsewhere.example"), Name: "Eve Sommer", Organization: "Elsewhere", Account: "Main"})
	if err != nil {
		return nil, err
	}
	return append(people, person{"outsider", "Eve Sommer", "Owner of another organization", eve.User.ID}), nil
}
