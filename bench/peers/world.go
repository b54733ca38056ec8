package main

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/add4b1c6/tenancy"
)

// world is the data that every engine gets: organizations of a hundred people each, with
// accounts and subaccounts, and who has which role where. It is plain data, made from a
// seed. It has no groups and no temporary roles.
type world struct {
	organizations []organization
	accounts      []account
	users         []user
	members       []member
	grants        []grant
	questions     []question
	lists         []list
}

type organization struct {
	id        tenancy.OrganizationID
	owner     int // an index of users
	suspended bool
}

type account struct {
	id                tenancy.AccountID
	organization      int // an index of organizations
	owner             int // an index of users
	parent            int // an index of accounts; -1: it is a main account
	suspended, closed bool
}

type user struct {
	id                tenancy.UserID
	inactive, deleted bool
}

type member struct {
	organization, user int // indexes
	role               tenancy.OrganizationRole
}

type grant struct {
	account, user int // indexes
	roles         []tenancy.AccountRole
}

// question is one that every engine answers: may the user do that on the account. The
// texts are the same IDs, for the engines that take texts.
type question struct {
	user       tenancy.UserID
	permission tenancy.Permission
	account    tenancy.AccountID

	userText, accountText string
	answer                bool // the oracle's
	why                   tenancy.Why
}

// list is a question about a hundred accounts at once.
type list struct {
	user       tenancy.UserID
	permission tenancy.Permission
	accounts   []tenancy.AccountID
	answers    []tenancy.Why // the oracle's
}

const (
	peopleEach   = 100 // in an organization
	accountsEach = 10  // main accounts of an organization
	grantsEach   = 3   // of a user, in their organization
	listLength   = 100
)

// permissions are all the built-in ones.
var permissions = []tenancy.Permission{
	tenancy.Build, tenancy.Bill, tenancy.ReadUsage, tenancy.ManageSettings, tenancy.ManageMembers,
	tenancy.ManageSubaccounts, tenancy.SuspendAccount, tenancy.CloseAccount, tenancy.TransferAccount,
	tenancy.DesignateHIPAA,
}

// rolesGiven are what is given on accounts.
var rolesGiven = [][]tenancy.AccountRole{
	{tenancy.AccountAdministrator}, {tenancy.Developer}, {tenancy.BillingManager}, {tenancy.Support},
	{tenancy.Developer, tenancy.BillingManager},
}

// maker makes a world.
type maker struct {
	*world
	random *rand.Rand
	drawn  uint64
	taken  map[[2]int]bool // the grants: account, user
}

// newWorld makes the world of a seed, with so many people, and asks its questions.
func newWorld(seed uint64, people, questions int) *world {
	m := &maker{world: &world{}, random: rand.New(rand.NewPCG(seed, 1)), taken: map[[2]int]bool{}}
	for len(m.users) < people {
		m.organization(min(peopleEach, people-len(m.users)))
	}
	for u := range m.users { // one of twenty has a role with another organization
		if !m.users[u].deleted && m.one(20) {
			m.grant(m.random.IntN(len(m.accounts)), u, rolesGiven[m.random.IntN(len(rolesGiven))])
		}
	}
	m.ask(questions)
	return m.world
}

// id draws an ID as the library does: a time, then random bits.
func (m *maker) id() (id [16]byte) {
	m.drawn++
	binary.BigEndian.PutUint64(id[:], (1_700_000_000_000+m.drawn)<<16|0x7000|m.random.Uint64()&0xfff)
	binary.BigEndian.PutUint64(id[8:], m.random.Uint64()>>2|1<<63)
	return id
}

// one reports true once in so many times.
func (m *maker) one(of int) bool { return m.random.IntN(of) == 0 }

// organization makes an organization with its people and accounts.
func (m *maker) organization(people int) {
	org, first := len(m.organizations), len(m.users)
	m.organizations = append(m.organizations,
		organization{id: m.id(), owner: first, suspended: org%20 == 3})
	for i := range people {
		u := user{id: m.id(), inactive: i > 0 && m.one(30), deleted: i > 0 && m.one(100)}
		role := tenancy.StandardUser
		switch {
		case i == 0:
			role = tenancy.Owner
		case i < 3:
			role = tenancy.Administrator
		}
		m.users = append(m.users, u)
		if !u.deleted {
			m.members = append(m.members, member{org, first + i, role})
		}
	}
	main := len(m.accounts)
	for range accountsEach {
		a := m.account(account{organization: org, owner: m.living(first, people), parent: -1, suspended: m.one(20), closed: m.one(30)})
		if m.one(2) {
			sub := m.accounts[a]
			sub.parent, sub.suspended, sub.closed = a, m.one(20), sub.closed || m.one(20)
			m.account(sub)
		}
	}
	for i := range people {
		for range grantsEach {
			if !m.users[first+i].deleted {
				on := main + m.random.IntN(len(m.accounts)-main)
				m.grant(on, first+i, rolesGiven[m.random.IntN(len(rolesGiven))])
			}
		}
	}
}

// living draws one of some users who was not deleted. The first never was.
func (m *maker) living(first, of int) int {
	if u := first + m.random.IntN(of); !m.users[u].deleted {
		return u
	}
	return first
}

// account makes an account with its owner's grant.
func (m *maker) account(a account) int {
	a.id = m.id()
	m.accounts = append(m.accounts, a)
	n := len(m.accounts) - 1
	m.grant(n, a.owner, []tenancy.AccountRole{tenancy.AccountOwner})
	return n
}

func (m *maker) grant(on, to int, roles []tenancy.AccountRole) {
	if !m.taken[[2]int{on, to}] {
		m.taken[[2]int{on, to}] = true
		m.grants = append(m.grants, grant{on, to, roles})
	}
}

// ask draws the questions, and has the oracle answer them.
func (m *maker) ask(questions int) {
	o := newOracle(m.world)
	for range questions {
		q := m.question()
		q.userText, q.accountText = q.user.String(), q.account.String()
		q.why = o.ask(q.user, q.permission, q.account)
		q.answer = allows(q.why)
		m.questions = append(m.questions, q)
	}
	for range max(1, questions/listLength) {
		one := m.question()
		l := list{user: one.user, permission: one.permission, accounts: []tenancy.AccountID{one.account}}
		home := m.random.IntN(len(m.accounts))
		for len(l.accounts) < listLength {
			l.accounts = append(l.accounts, m.accounts[(home+len(l.accounts))%len(m.accounts)].id)
		}
		for _, a := range l.accounts {
			l.answers = append(l.answers, o.ask(l.user, l.permission, a))
		}
		m.lists = append(m.lists, l)
	}
}

// question draws one: mostly about an account that the user has a role on, or one below or
// beside it, some by somebody who manages the organization, and some about what is not
// theirs or is not there at all.
func (m *maker) question() question {
	g := m.grants[m.random.IntN(len(m.grants))]
	q := question{
		user:       m.users[g.user].id,
		permission: permissions[m.random.IntN(len(permissions))],
		account:    m.accounts[g.account].id,
	}
	switch kind := m.random.IntN(20); {
	case kind < 9: // the grant itself
	case kind < 12: // beside it, or below it
		q.account = m.accounts[min(g.account+1, len(m.accounts)-1)].id
	case kind < 16: // a manager
		org := m.organizations[m.accounts[g.account].organization]
		q.user = m.users[min(org.owner+m.random.IntN(3), len(m.users)-1)].id
	case kind < 18: // anybody, anywhere
		q.account = m.accounts[m.random.IntN(len(m.accounts))].id
	case kind < 19: // anybody of all the users, some of them deleted
		q.user = m.users[m.random.IntN(len(m.users))].id
	case m.one(2):
		q.user = m.id()
	default:
		q.account = m.id()
	}
	return q
}
