// Package timers does by the clock what a directory needs done: it relays events, looks for
// the records of domains, and purges what has had its time. A host adds timers of its own.
//
//	timers.Run(ctx, nil, append(timers.Of(dir, take), timers.Timer{
//		Name: "mails", Every: time.Second, Do: sendMails,
//	})...)
package timers

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/add4b1c6/tenancy"
)

// Timer is something that is done again and again.
type Timer struct {
	Name  string                      // for Options.Failed
	Every time.Duration               // how long to wait after one run before the next; not positive: it never waits
	Do    func(context.Context) error // one run; it should end soon once its context ends
}

// Of returns the timers that a directory needs. Any number of processes may run them at
// the same time.
//
//   - "relay", every second: Relay hands events to take (EVT-5). With a nil take there is no
//     such timer, and events stay pending.
//   - "recheck", every day: RecheckDomains looks for the records of domains (DOM-4).
//   - "purge", every day: Purge removes what has had its time (ORG-11).
func Of(dir *tenancy.Directory, take func(context.Context, tenancy.Event) error) []Timer {
	system := dir.System()
	all := []Timer{
		{"recheck", 24 * time.Hour, func(ctx context.Context) error {
			_, err := system.RecheckDomains(ctx)
			return err
		}},
		{"purge", 24 * time.Hour, func(ctx context.Context) error {
			_, err := system.Purge(ctx)
			return err
		}},
	}
	if take == nil {
		return all
	}
	return append(all, Timer{"relay", time.Second, func(ctx context.Context) error {
		_, err := system.Relay(ctx, take)
		return err
	}})
}

// Options are what a host may choose. A zero field, and a nil *Options, mean the defaults
// named.
type Options struct {
	// Failed is told of each run that returned an error, with the name of its timer. The
	// next run comes at its time all the same. The goroutine of the timer calls it. Nil
	// means that the default logger of package slog is told.
	Failed func(ctx context.Context, timer string, err error)
	// After is the clock: it returns a channel that can be received from after a duration.
	// Nil means time.After.
	After func(time.Duration) <-chan time.Time
}

// Run runs each timer at once, and then again and again, until the context ends. A timer
// does not run twice at the same time. Run returns when the last run has ended. An error
// that a run returns after the context has ended is not reported.
func Run(ctx context.Context, o *Options, timers ...Timer) {
	options := *cmp.Or(o, &Options{})
	if options.Failed == nil {
		options.Failed = func(ctx context.Context, timer string, err error) {
			slog.ErrorContext(ctx, "a timer failed", "timer", timer, "error", err.Error())
		}
	}
	if options.After == nil {
		options.After = time.After
	}
	var running sync.WaitGroup
	for _, t := range timers {
		running.Go(func() { t.run(ctx, options) })
	}
	running.Wait()
}

func (t Timer) run(ctx context.Context, o Options) {
	for ctx.Err() == nil {
		if err := t.Do(ctx); err != nil && ctx.Err() == nil {
			o.Failed(ctx, t.Name, err)
		}
		select {
		case <-ctx.Done():
		case <-o.After(t.Every):
		}
	}
}
