// Package console is the pages with which a customer's administrators keep their
// organization, and those of the host's staff, to mount in any Go service.
//
//	pages, err := console.NewHandler(&console.Options{
//		Prefix:  "/console",
//		Session: people.Session, // who sent a request: the host's, or package signin's
//		Mail:    sendInvitation, // the host mails invitations
//	})
//	mux.Handle("/console/", pages)
//
// The pages are HTML made on the server. They need no build step, and work without
// JavaScript: the one script improves them, with a search as one types, buttons that copy,
// and times in the reader's zone. They load nothing from elsewhere, and their
// Content-Security-Policy allows no inline script or style and no framing.
//
// A page offers what its reader may do and nothing else. What is refused is said in the
// sentence of its code (GEN-16), beside the field that it is about. What somebody may not
// see looks like what does not exist.
//
// Every change is a POST whose form carries an operation ID, so that a second click does
// nothing twice (GEN-13). A form that another site's page sends is refused
// (http.CrossOriginProtection), and so is one of a page that was opened for somebody else,
// who was signed in in the same browser before. A page that confirms something dangerous
// says what it does to how much: if that is not so any more, it is shown anew.
//
// # What the host does
//
// The host authenticates: Options.Session says who sent a request, or returns ErrSignedOut.
// It mails invitations (Options.Mail), with a link to the page of the invitation, which
// Options.Prefix and InvitationPath name. It signs somebody new up with the invitation that
// InvitationOf finds in the path that they wanted. It ends sessions. It serves over TLS.
//
// # The host's staff
//
// NewStaffHandler returns the pages of the host's staff: a handler of its own, mounted
// where the staff alone comes, so that a customer never reaches one of its pages. Who acts
// there is an Operator, in the log too. The staff also sees a customer's pages as one of
// its users sees them. These change nothing, and each of them is told to the Logger.
//
// # Languages
//
// Sentences lists what the pages say, in English. A Locale has it in another language, and
// may be written from right to left. What a translation leaves out is shown in English.
//
// # Privacy
//
// No URL holds a secret. The text that somebody searches for is in the query, as browsers
// do it, so a host whose access log is kept should log patterns and not queries. The
// handler's own log holds patterns and codes.
package console
