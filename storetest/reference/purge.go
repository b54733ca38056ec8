package reference

import "github.com/add4b1c6/tenancy"

// Purge is ORG-11, and what else it removes (USR-21, USR-22, ACC-11). Its result counts what
// it removed, but for operation IDs, which the model does not keep, and for temporary roles
// that have ended, which are as if not there.
func (m *Model) Purge(by Actor) Answer {
	if no := m.acts(by); no != nil {
		return refuse(no...)
	}
	if !by.System {
		return refuse(m.barred(by, false, []tenancy.Code{tenancy.CodeNotAllowed})...)
	}
	var p tenancy.Purged
	old := func(since tenancy.Instant) bool { return m.Now >= since+keptFor }
	for id, o := range m.Organizations {
		if o.State != tenancy.StateActive && o.Purged == 0 && old(o.Ended) {
			o.Name, o.Purged = "", m.Now
			m.Organizations[id] = o
			p.Organizations++
			for at := range m.Formers { // they go with the organization's purge (USR-21)
				if at.Organization == id {
					delete(m.Formers, at)
					p.FormerMembers++
				}
			}
		}
	}
	for id, i := range m.Invitations {
		if i.Address != "" && (i.Settled != 0 && old(i.Settled) || i.Settled == 0 && old(i.Expires)) {
			i.Email, i.Address = "", ""
			m.Invitations[id] = i
			p.Invitations++
		}
	}
	for id, q := range m.Requests {
		if q.Address != "" && (q.Settled != 0 && old(q.Settled) || q.Settled == 0 && old(q.Expires)) {
			q.Email, q.Address = "", ""
			m.Requests[id] = q
			p.Requests++
		}
	}
	for at, f := range m.Formers {
		if m.Now >= f.Left+formerFor {
			delete(m.Formers, at)
			p.FormerMembers++
		}
	}
	for id, key := range m.Keys {
		end := key.Expires
		if key.Revoked != 0 && (end == 0 || key.Revoked < end) {
			end = key.Revoked
		}
		if end != 0 && m.Now >= end+formerFor && key.Name != "" {
			key.Name = ""
			m.Keys[id] = key
			p.Keys++
		}
	}
	for at, g := range m.Grants {
		if g.Until != 0 && m.Now >= g.Until {
			if g.Temporary, g.Until = (tenancy.RoleSet{}), 0; g.Roles.IsZero() {
				delete(m.Grants, at)
				continue
			}
			m.Grants[at] = g
		}
	}
	return Answer{Result: p}
}
