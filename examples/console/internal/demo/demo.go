package demo

import (
	"context"
	"sync"
	"time"

	"github.com/add4b1c6/tenancy"
)

// demo is the made-up organizations, and what a product has around them.
type demo struct {
	dir    *tenancy.Directory
	host   *tenancy.Platform
	clock  *clock
	dns    *dns
	people []person // to act as, in the bar above the pages
	mails  mails
}

// person is somebody to act as.
type person struct {
	Key   string // in the cookie
	Label string // in the bar
	What  string
	email string
	user  tenancy.UserID // zero: not a user, but staff
}

// staff is the key of the host's own staff.
const staff = "staff"

// newDemo makes the organizations, unless the store has them.
func newDemo(ctx context.Context, store tenancy.Store, big int) (*demo, error) {
	d := &demo{clock: &clock{}, dns: &dns{}, people: cast()}
	var err error
	if d.dir, err = tenancy.New(store, &tenancy.Options{Resolver: d.dns, Now: d.clock.now}); err != nil {
		return nil, err
	}
	d.host = d.dir.System()
	_, err = d.host.UserByEmail(ctx, owner)
	switch {
	case tenancy.CodeOf(err) == tenancy.CodeNotFound:
		err = d.seed(ctx, big)
	case err == nil:
		err = d.publishAgain(ctx)
	}
	if err != nil {
		return nil, err
	}
	for i, p := range d.people {
		if p.Key == staff {
			continue
		}
		user, err := d.host.UserByEmail(ctx, p.email)
		if err != nil {
			return nil, err
		}
		d.people[i].user = user.ID
	}
	return d, nil
}

// publishAgain publishes the records of verified domains, which are in memory alone.
func (d *demo) publishAgain(ctx context.Context) error {
	domains, err := d.domains(ctx)
	if err != nil {
		return err
	}
	for _, domain := range domains {
		if domain.State == tenancy.StateVerified {
			d.dns.publish(domain.RecordName, domain.RecordValue)
		}
	}
	return d.daily(ctx)
}

// daily is what a product does each day.
func (d *demo) daily(ctx context.Context) error {
	if _, err := d.host.RecheckDomains(ctx); err != nil {
		return err
	}
	_, err := d.host.Purge(ctx)
	return err
}

// domains returns the domains of the organizations of those to act as.
func (d *demo) domains(ctx context.Context) (found []tenancy.Domain, err error) {
	seen := map[tenancy.OrganizationID]bool{}
	for _, p := range d.people {
		if p.Key == staff {
			continue
		}
		user, err := d.host.UserByEmail(ctx, p.email)
		if err != nil {
			return nil, err
		}
		for org, err := range d.dir.As(user.ID).Organizations(ctx, tenancy.OrganizationQuery{}) {
			if err != nil {
				return nil, err
			}
			if org.Role == nil || *org.Role != tenancy.Owner || seen[org.ID] {
				continue
			}
			seen[org.ID] = true
			for domain, err := range d.dir.As(user.ID).Domains(ctx, org.ID, tenancy.DomainQuery{}) {
				if err != nil {
					return nil, err
				}
				found = append(found, domain.Domain)
			}
		}
	}
	return found, nil
}

// clock is a clock that stands in the past while the organizations are made, so that their
// log has a history, and goes right from then on.
type clock struct {
	mu sync.Mutex
	at time.Time // zero: now
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		return time.Now()
	}
	c.at = c.at.Add(time.Second) // every step of a history has a time of its own
	return c.at
}

// set sets the clock to so many days before now. Zero lets it go right.
func (c *clock) set(days int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = time.Time{}
	if days > 0 {
		c.at = time.Now().AddDate(0, 0, -days)
	}
}

// mails are the invitations that a product would mail, the newest first.
type mails struct {
	mu   sync.Mutex
	sent []mail
}

// mail is an invitation that was mailed.
type mail struct {
	tenancy.SentInvitation
	At time.Time
}

// most is how many mails are kept.
const most = 200

// send is console.Options.Mail.
func (m *mails) send(_ context.Context, sent tenancy.SentInvitation) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent = append([]mail{{sent, time.Now()}}, m.sent...)
	m.sent = m.sent[:min(len(m.sent), most)]
	return nil
}

func (m *mails) all() []mail {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]mail(nil), m.sent...)
}

// to returns the mail with an invitation.
func (m *mails) to(invitation tenancy.InvitationID) (mail, bool) {
	for _, sent := range m.all() {
		if sent.ID == invitation {
			return sent, true
		}
	}
	return mail{}, false
}
