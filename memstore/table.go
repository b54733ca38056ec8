package memstore

import "github.com/add4b1c6/tenancy"

// table holds the records of one kind, by identity.
type table interface {
	record(hash uint64, key tenancy.Key) tenancy.Record // nil: absent
	put(edit, tenancy.Record)
	remove(edit, tenancy.Key)
	copy() table
}

// records is a table that keeps R in place: a struct, so that what reads the table can do without boxes, or any record.
type records[R tenancy.Record] struct{ trie[R] }

func (t *records[R]) record(hash uint64, key tenancy.Key) tenancy.Record {
	if r := t.get(hash, key); r != nil {
		return *r
	}
	return nil
}

func (t *records[R]) put(e edit, r tenancy.Record) { t.trie.put(e, r.(R)) }
func (t *records[R]) copy() table                  { return new(*t) }

// newTable makes a table for the records of an identity index. Those that Access reads are kept in place.
func newTable(identity tenancy.Index) table {
	switch identity {
	case tenancy.Users:
		return &records[tenancy.UserRecord]{newTrie(func(r *tenancy.UserRecord) tenancy.Key { return tenancy.Key{ID: r.ID} })}
	case tenancy.Accounts:
		return &records[tenancy.AccountRecord]{newTrie(func(r *tenancy.AccountRecord) tenancy.Key { return tenancy.Key{ID: r.ID} })}
	case tenancy.Members:
		return &records[tenancy.MembershipRecord]{newTrie(func(r *tenancy.MembershipRecord) tenancy.Key {
			return tenancy.Key{In: r.Organization, ID: r.User}
		})}
	case tenancy.Grants:
		return &records[tenancy.GrantRecord]{newTrie(func(r *tenancy.GrantRecord) tenancy.Key { return tenancy.Key{In: r.Account, ID: r.User} })}
	}
	return &records[tenancy.Record]{newTrie(func(r *tenancy.Record) tenancy.Key { return (*r).Entries(nil)[0].Key })}
}

// The tables that Access reads.
func (s *snapshot) users() *records[tenancy.UserRecord] {
	return s.tables[tenancy.Users].part.(*records[tenancy.UserRecord])
}
func (s *snapshot) accounts() *records[tenancy.AccountRecord] {
	return s.tables[tenancy.Accounts].part.(*records[tenancy.AccountRecord])
}
func (s *snapshot) members() *records[tenancy.MembershipRecord] {
	return s.tables[tenancy.Members].part.(*records[tenancy.MembershipRecord])
}
func (s *snapshot) grants() *records[tenancy.GrantRecord] {
	return s.tables[tenancy.Grants].part.(*records[tenancy.GrantRecord])
}
