package main

import (
	"context"
	"errors"
	"fmt"
)

// engine answers questions about a world.
type engine struct {
	name string
	// decide answers question n.
	decide func(ctx context.Context, n int) (bool, error)
	per    int // how many decisions one answer is; zero: one
	most   int // how many questions it has; zero: all of the world's
	// note says what a reader of its row must know.
	note  string
	close func()
}

// loader gives an engine the world. Several engines may share what is loaded.
type loader struct {
	name string
	load func(context.Context, *world) ([]engine, error)
	// most is how many people it is loaded with at most; zero: any number. beyond says why.
	most   int
	beyond string
}

var errDisagrees = errors.New("disagrees with the oracle")

// agree has an engine answer every question, and compares each answer with the oracle's.
func agree(ctx context.Context, w *world, e engine) error {
	for n, q := range w.questions {
		if e.most != 0 && n == e.most {
			break
		}
		got, err := e.decide(ctx, n)
		if err != nil {
			return fmt.Errorf("%s, question %d: %w", e.name, n, err)
		}
		if got != q.answer {
			return fmt.Errorf("%s, question %d: %w: it says %t, and the oracle %t, %s (%s)",
				e.name, n, errDisagrees, got, q.answer, q.why, q.permission)
		}
	}
	return nil
}

// counts returns how many of the questions the oracle allows and refuses.
func (w *world) counts() (allowed, refused int) {
	for _, q := range w.questions {
		if q.answer {
			allowed++
		} else {
			refused++
		}
	}
	return allowed, refused
}
