//go:build !race

package main

import (
	"slices"
	"testing"
)

// errand is what somebody comes for, with the clicks that it takes.
type errand struct {
	name, actor string
	do          func(r *reader)
}

// errands returns all errands, in the order in which they do not disturb each other.
func errands() []errand {
	return slices.Concat(peopleErrands, accountErrands, identityErrands, organizationErrands, staffErrands)
}

// Each errand is done as its reader does it, with clicks.
func TestErrands(t *testing.T) {
	r := read(t, serve(t), staff)
	for _, e := range errands() {
		t.Run(e.name, func(t *testing.T) { e.do(r.within(t, e.actor)) })
	}
}

// Everything works without JavaScript.
func TestErrandsWithoutScripts(t *testing.T) {
	r := read(t, serve(t), staff)
	r.must("scripts", r.Scripts(false))
	for _, e := range errands() {
		t.Run(e.name, func(t *testing.T) { e.do(r.within(t, e.actor)) })
	}
}
