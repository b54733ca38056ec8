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
	site := serve(t)
	for _, e := range errands() {
		t.Run(e.name, func(t *testing.T) { e.do(read(t, site, e.actor)) })
	}
}

// Everything works without JavaScript.
func TestErrandsWithoutScripts(t *testing.T) {
	site := serve(t)
	for _, e := range errands() {
		t.Run(e.name, func(t *testing.T) {
			r := read(t, site, e.actor)
			r.must("scripts", r.Scripts(false))
			e.do(r)
		})
	}
}
