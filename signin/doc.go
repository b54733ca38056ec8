// Package signin keeps in a host's database who people are and who is signed in: the
// identities that providers know people by, each with its user, and the sessions of
// browsers. It speaks with no provider. A host verifies what a provider says, for instance
// by OpenID Connect, and hands the Person on:
//
//	people := signin.New(dir, db, signin.PGX(store.Transact), nil) // signin.SQL with sqlitestore
//	…
//	err := people.SignIn(w, r, signin.Person{ // a provider's answer, verified
//		Issuer: claims.Issuer, Subject: claims.Subject, Email: claims.Email, Proven: claims.EmailVerified, Name: claims.Name,
//	})
//	…
//	api := tenancyhttp.New(people.Session, nil) // the requests of people who are signed in
//	…
//	_, err = dir.System().Relay(ctx, people.Take) // ends sessions
//
// # Identities
//
// People are keyed by issuer and subject, never by address: addresses change hands. A person
// who is not known is signed up, in the transaction that writes the identity, so that a crash
// leaves both or none. Whose address somebody else has is refused (tenancy.CodeEmailTaken).
// They sign in as before, and link the new identity from their session.
//
// A person who comes through a connection of an organization (SSO-1) is believed only where
// tenancy.Platform.VouchesFor says so, at each sign-in: the link that it made ends when the
// person leaves the organization or comes to own one (SSO-4). A link that they made from
// their session stays.
//
// A user whom an organization's directory made (SCIM) is the person's from their first
// sign-in on: through a connection that vouches for the address, or by a provider whose word
// the host takes for it (PRV-3).
//
// # Sessions
//
// A session is a random token in a cookie, and its hash in a table. It is stored before the
// package asks whether the person is active and whether they have to come through their
// organization's connection. What forbids it meanwhile is seen then, and what forbids it later
// has an event, for which Take ends it.
package signin
