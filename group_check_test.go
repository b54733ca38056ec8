package tenancy_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/add4b1c6/tenancy"
)

// TestCheckGroups damages groups by hand, and wants Check to find it.
func TestCheckGroups(t *testing.T) {
	for name, c := range map[string]struct {
		rule   string
		damage func(*firm)
	}{
		"GRP-1 somebody in a group who is not a member": {"GRP-1", func(f *firm) {
			f.damage(func(ctx context.Context, tx tenancy.Tx) error {
				return tx.Delete(ctx, tenancy.MembershipRecord{Organization: f.org, User: f.ben})
			})
		}},
		"GRP-1 roles on an account that does not exist": {"GRP-1", func(f *firm) {
			f.put(tenancy.GroupRolesRecord{Account: tenancy.AccountID{1}, Group: f.group,
				Roles: tenancy.Roles(tenancy.Support)})
		}},
		"GRP-4 roles on another organization's account": {"GRP-4", func(f *firm) {
			a := f.accountRecord(f.other)
			a.Organization = f.found("zoe").Organization.ID
			f.put(a)
		}},
		"GRP-4 roles on a closed account": {"GRP-4", func(f *firm) {
			a := f.accountRecord(f.other)
			a.Closed = 1
			f.put(a)
		}},
		"GRP-4 roles of a group that is gone": {"GRP-4", func(f *firm) {
			f.damage(func(ctx context.Context, tx tenancy.Tx) error {
				return tx.Delete(ctx, tenancy.GroupRecord{ID: f.group})
			})
		}},
		"INV-9 a group of an organization that has ended": {"INV-9", func(f *firm) {
			zoe := f.found("zoe")
			require.NoError(f, f.as(zoe.User.ID).DeleteOrganization(f.ctx(), zoe.Organization.ID,
				tenancy.OrganizationDeletion{}))
			f.put(tenancy.GroupRecord{ID: tenancy.GroupID{1}, Organization: zoe.Organization.ID})
		}},
		"INV-15 a number of groups": {"INV-15", func(f *firm) {
			o := f.record(tenancy.IndexOrganizations, tenancy.Key{ID: f.org}).(tenancy.OrganizationRecord)
			o.Groups++
			f.put(o)
		}},
		"INV-15 a number of members": {"INV-15", func(f *firm) {
			g := f.record(tenancy.IndexGroups, tenancy.Key{ID: f.group}).(tenancy.GroupRecord)
			g.Members++
			f.put(g)
		}},
		"INV-15 a number of groups with roles": {"INV-15", func(f *firm) {
			a := f.accountRecord(f.main)
			a.Groups++
			f.put(a)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFirm(t)
			f.gives(f.other, tenancy.Support)
			f.sound()
			c.damage(f)
			var rules []string
			for _, v := range f.check(tenancy.CheckOptions{}) {
				rules = append(rules, v.Rule)
			}
			require.Contains(t, rules, c.rule)
		})
	}
	for name, damage := range map[string]func(*firm){
		"a group":             func(f *firm) { f.put(tenancy.GroupRecord{ID: tenancy.GroupID{1}, Organization: f.org}) },
		"a member of a group": func(f *firm) { f.put(tenancy.GroupMemberRecord{Group: f.group, User: f.cy}) },
		"roles of a group": func(f *firm) {
			f.put(tenancy.GroupRolesRecord{Account: f.main, Group: f.group, Roles: tenancy.Roles(tenancy.Support)})
		},
		"a member of a group who is gone": func(f *firm) {
			f.damage(func(ctx context.Context, tx tenancy.Tx) error {
				return tx.Delete(ctx, tenancy.GroupMemberRecord{Group: f.group, User: f.ben})
			})
		},
	} {
		t.Run("INV-13 "+name+" that the log does not explain", func(t *testing.T) {
			f := newFirm(t)
			damage(f)
			var rules []string
			for _, v := range f.check(tenancy.CheckOptions{Replay: true}) {
				rules = append(rules, v.Rule)
			}
			require.Contains(t, rules, "INV-13")
		})
	}
}
