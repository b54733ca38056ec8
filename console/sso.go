package console

import (
	"context"

	"github.com/add4b1c6/tenancy"
)

// ssoRoutes serves the pages of single sign-on: the connections to identity providers, and
// the domains on which one is required.
func (c *console) ssoRoutes() {
	if !c.shows(PartSSO) {
		return
	}
	const needs = tenancy.ManageIdentity
	c.takeIn("/sso", needs, ssoDomains)
	c.takeIn("/sso/connections", needs, connections)
	c.postIn("/sso/connections", needs, connections, addConnection, fields{tenancy.CodeName: "name"})
	c.takeIn("/sso/connections/{connection}/removal", needs, removalOfConnection)
	c.takeBy("/sso/connections/{connection}/removal", needs, removalOfConnection, removeConnection, nil)
	c.getIn("/sso/domains/{domain}", needs, ssoDomain)
	c.postIn("/sso/domains/{domain}", needs, ssoDomain, enforceSSO,
		fields{tenancy.CodeID: "connection", tenancy.CodeUntested: "connection"})
	c.postIn("/sso/domains/{domain}/end", needs, ssoDomain, stopEnforcingSSO, nil)
	c.says("connection-added", "The connection was added. It can be required once a sign-in through it has worked.")
	c.says("connection-removed", "The connection was removed.")
	c.says("sso-enforced", "Single sign-on is required on this domain from now on.")
	c.says("sso-stopped", "Single sign-on is no longer required on this domain.")
}

// ssoPage is what the two lists of single sign-on show, one of them at a time.
type ssoPage struct {
	Tabs        []navLink
	Domains     list[tenancy.ListedDomain]
	Connections list[tenancy.ListedConnection]
	Names       map[tenancy.ConnectionID]tenancy.Personal // of the first connections
}

// ssoTabs are the two lists.
func (v *visit) ssoTabs(connections bool) []navLink {
	return []navLink{
		{v.t("Domains"), v.at("sso"), !connections},
		{v.t("Connections"), v.at("sso", "connections"), connections},
	}
}

// ssoDomains lists the domains with the connection that is required on each.
func ssoDomains(v *visit) (*page, error) {
	data := ssoPage{Tabs: v.ssoTabs(false), Names: map[tenancy.ConnectionID]tenancy.Personal{}}
	var err error
	data.Domains, err = collect(v, v.s.Domains(v.ctx(), v.org.ID, tenancy.DomainQuery{After: v.after()}))
	if err != nil {
		return nil, err
	}
	data.Connections.Items, _, err = tenancy.Collect(
		v.s.Connections(v.ctx(), v.org.ID, tenancy.ConnectionQuery{}), pageSize)
	if err != nil {
		return nil, err
	}
	for _, c := range data.Connections.Items {
		data.Names[c.ID] = c.Name
	}
	return &page{template: "sso", title: v.t("Single sign-on"), at: "sso", data: data}, nil
}

// connections lists the connections to identity providers.
func connections(v *visit) (*page, error) {
	found, err := collect(v, v.s.Connections(v.ctx(), v.org.ID, tenancy.ConnectionQuery{After: v.after()}))
	if err != nil {
		return nil, err
	}
	data := ssoPage{Tabs: v.ssoTabs(true), Connections: found}
	return &page{template: "connections", title: v.t("Connections"), at: "sso", data: data}, nil
}

func addConnection(v *visit) (string, error) {
	_, err := v.once().AddConnection(v.ctx(), v.org.ID, v.value("name"))
	return done(v.at("sso", "connections"), "connection-added"), err
}

// connectionOf reads the connection that the path names, which is the organization's.
func (v *visit) connectionOf(ctx context.Context, s *tenancy.Session) (tenancy.Connection, error) {
	id, err := pathID[tenancy.ConnectionID](v, "connection")
	if err != nil {
		return tenancy.Connection{}, err
	}
	found, err := s.Connection(ctx, id)
	if err == nil && found.Organization != v.org.ID {
		err = tenancy.CodeNotFound
	}
	return found, err
}

// connectionRemovalPage is what the page shows on which a connection is removed.
type connectionRemovalPage struct {
	tenancy.Connection
	Required *tenancy.Domain // the first one on which it is required; nil: none was found
}

func removalOfConnection(v *visit) (*page, error) {
	found, err := v.connectionOf(v.ctx(), v.s)
	if err != nil {
		return nil, err
	}
	data := connectionRemovalPage{Connection: found}
	required, is, err := firstOf(v.s.Domains(v.ctx(), v.org.ID, tenancy.DomainQuery{}),
		func(d tenancy.ListedDomain) bool { return d.Connection == found.ID })
	if err != nil {
		return nil, err
	}
	if is {
		data.Required = &required.Domain
	}
	return &page{template: "connectionremoval", title: v.t("Remove connection"), at: "sso", data: data}, nil
}

func removeConnection(v *visit) (string, error) {
	return done(v.at("sso", "connections"), "connection-removed"),
		v.together(func(ctx context.Context, s *tenancy.Session) error {
			found, err := v.connectionOf(ctx, s)
			if err != nil {
				return err
			}
			return s.RemoveConnection(ctx, found.ID)
		})
}

// ssoDomainPage is what the page shows on which single sign-on is required.
type ssoDomainPage struct {
	tenancy.Domain
	Now      tenancy.Connection // that is required; zero: none
	Choices  []option           // the tested connections of the page
	Untested bool               // the page has others too
	Pager    pager
}

// ssoDomain shows what requiring single sign-on on a domain does, and to whom.
func ssoDomain(v *visit) (*page, error) {
	d, err := v.domainOf(v.ctx(), v.s)
	if err != nil {
		return nil, err
	}
	found, err := collect(v, v.s.Connections(v.ctx(), v.org.ID, tenancy.ConnectionQuery{After: v.after()}))
	if err != nil {
		return nil, err
	}
	data := ssoDomainPage{Domain: d, Pager: found.Pager}
	for _, c := range found.Items {
		switch {
		case c.ID == d.Connection:
		case c.Tested.IsZero():
			data.Untested = true
		default:
			data.Choices = append(data.Choices, option{Value: c.ID.String(), Label: isolated(textOf(c.Name))})
		}
	}
	if !d.Connection.IsZero() {
		if data.Now, err = v.s.Connection(v.ctx(), d.Connection); err != nil {
			return nil, err
		}
	}
	return &page{template: "ssodomain", title: v.t("Require single sign-on"), at: "sso", data: data}, nil
}

// onSSO makes the action of a form that says how people with an address on a domain sign in.
func onSSO(notice string, do func(context.Context, *visit, *tenancy.Session, tenancy.DomainID) error) action {
	return func(v *visit) (string, error) {
		id, err := pathID[tenancy.DomainID](v, "domain")
		if err != nil {
			return "", err
		}
		return done(v.at("sso"), notice), v.onDomain(func(ctx context.Context, s *tenancy.Session, _ tenancy.Domain) error {
			return do(ctx, v, s, id)
		})
	}
}

var (
	enforceSSO = onSSO("sso-enforced",
		func(ctx context.Context, v *visit, s *tenancy.Session, domain tenancy.DomainID) error {
			connection, err := formID[tenancy.ConnectionID](v, "connection")
			if err != nil {
				return err
			}
			_, err = s.EnforceSSO(ctx, domain, connection)
			return err
		})
	stopEnforcingSSO = onSSO("sso-stopped",
		func(ctx context.Context, _ *visit, s *tenancy.Session, domain tenancy.DomainID) error {
			_, err := s.StopEnforcingSSO(ctx, domain)
			return err
		})
)
