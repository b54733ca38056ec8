// Package scim lets a customer's identity provider, such as Okta or Microsoft Entra, keep
// the customer's people and groups in package tenancy. It answers SCIM 2.0 (RFC 7643 and
// RFC 7644), as these providers speak it.
//
//	handler, err := scim.NewHandler(dir, &scim.Options{
//		BaseURL:      "https://app.example.com",
//		OnInvitation: func(ctx context.Context, i tenancy.SentInvitation) { queue(ctx, i) },
//		Logger:       slog.Default(),
//	})
//	mux.Handle("/scim/v2/", handler)
//
// An administrator of the customer's adds a directory to their organization
// (tenancy.Session.AddDirectory), and gives the provider the URL and the directory's secret.
// What the directory may do is in package tenancy; this package translates. docs/scim.md
// says how Okta and Entra are connected, what is supported, and what each refusal means.
//
// # Who asks
//
// Each request brings the directory's secret as a bearer token, or a token that the provider
// got at /token: OAuth 2.0 client credentials, with the directory's ID as the client ID and
// its secret as the client secret. Every endpoint needs it, those that describe the others
// too, so that nobody learns anything without a secret. One handler serves the directories
// of all organizations.
//
// # What is kept
//
// /Schemas lists exactly the attributes that are kept and given back. What else a provider
// sends, such as roles, photos or passwords, is ignored. emails is one entry that holds
// userName: what a provider says in it changes nothing.
//
// # What a host does
//
// The handler bounds what it reads: the body, its depth and its number of values, the
// operations of a PATCH, and filters. Time is the server's to bound: set ReadHeaderTimeout,
// ReadTimeout and WriteTimeout of http.Server, because a client can send a body slowly.
// Limit the requests of each client in front of the handler if the service needs it.
//
// Answers hold personal data in clear. Errors and the log hold none, and no secrets: the
// log leaves out the query of a URL, because filters hold addresses. A host whose own log
// has URLs has to leave it out too.
package scim
