// Package webhook sends the events of package tenancy to the endpoints of a host's
// customers, signed as Standard Webhooks has it (https://www.standardwebhooks.com).
//
// The host hands each event that [tenancy.Platform.Relay] delivers to [Sender.Note],
// which queues a message for each endpoint that wants it, and calls [Sender.Deliver] by
// a timer, in as many processes as it likes. One call sends what is due and returns how
// many messages were accepted:
//
//	store := webhook.NewMemory() // or NewSQL
//	sender, err := webhook.New(store, nil)
//	…
//	_, err = dir.System().Relay(ctx, sender.Note)
//	n, err := sender.Deliver(ctx)
//
// A host that does more with events than this calls Note within its own function.
//
// # What an endpoint gets
//
// A message is a POST with a JSON body that holds the event's type, its time and IDs,
// and nothing personal:
//
//	{"type": "OrganizationRenamed", "timestamp": "2026-11-30T12:00:00.000000Z",
//	 "data": {"id": "EV01…", "organization": "OR01…", "sequence": 7, "operation": "OP01…"}}
//
// The receiver asks the host's API for the rest, with its own rights. The header
// webhook-id is the event's ID, the same for each attempt: a message can come more than
// once. The header webhook-signature has a signature for each of the endpoint's secrets.
// To change a secret, put the new one in front, and remove the old one when the receiver
// knows the new one.
//
// Messages of one endpoint are sent one after the other, those of a stream in the order
// of their numbers. A message is accepted by an answer 200 to 299 within Options.Timeout.
// Redirects are not followed.
//
// # When an endpoint fails
//
// An endpoint that fails waits, and its messages wait behind the one that failed. No
// other endpoint does. The waits double from Options.FirstWait to a day, less a random
// part of up to half. An endpoint that has failed for Options.GiveUp without a success,
// or that answers 410, is switched off, and Options.OnDisabled is told. Its messages are
// kept, more are queued, and once it is enabled again ([Sender.Enable]) it goes on where
// it stopped.
//
// # What endpoints cannot reach
//
// The URL of an endpoint is a customer's, and a request to it comes from inside of the
// host's network. So a Sender connects to public addresses only: the address is checked
// after its name was resolved, at the moment at which it is dialled, so a name that
// resolves differently a moment later gains nothing. No proxy of the environment is used.
// Of an answer only the status counts.
package webhook
