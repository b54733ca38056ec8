// Command host is a small service on the library, to copy from: sign-in by OpenID
// Connect, pages, a JSON API, mails, webhooks and timers, on SQLite or PostgreSQL.
// docs/embedding.md follows it, file by file.
//
//	host -migrate                                     # once, and at each deployment
//	host -issuer https://id.example -client-id host   # the secret is in HOST_CLIENT_SECRET
//
// On PostgreSQL any number of these processes may run at once:
//
//	host -store postgres -database postgres://localhost/host …
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/add4b1c6/tenancy"
	"github.com/add4b1c6/tenancy/oteltenancy"
	"github.com/add4b1c6/tenancy/signin"
	"github.com/add4b1c6/tenancy/timers"
	"github.com/add4b1c6/tenancy/webhook"
	"github.com/add4b1c6/tenancy/webhook/outbox"
)

func main() {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, nil)))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		slog.Error("stopped", "error", err.Error())
		os.Exit(1)
	}
}

// run is the program with its arguments, until the context ends.
func run(ctx context.Context, arguments []string) (err error) {
	flags := flag.NewFlagSet("host", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:8080", "listen on this address")
	base := flags.String("url", "",
		"the address that people see, such as https://app.example, where a proxy speaks TLS (default http://ADDR)")
	kind := flags.String("store", "sqlite", "sqlite or postgres")
	at := flags.String("database", "host.db", "the SQLite file, or the URL of the PostgreSQL database")
	issuer := flags.String("issuer", "",
		"the OpenID Connect provider, which must have proven the addresses that it calls verified")
	client := flags.String("client-id", "", "the client ID there; the secret is in HOST_CLIENT_SECRET")
	migrate := flags.Bool("migrate", false, "make the tables or bring them up to date, and stop")
	connect := flags.String("connect", "",
		"store -issuer and -client-id as the provider of this single sign-on connection, and stop")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	db, err := openDatabase(ctx, *kind, *at)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	if !*migrate && (*issuer == "" || *client == "") {
		return errors.New("-issuer and -client-id are needed")
	}
	own := providerSettings{*issuer, *client, os.Getenv("HOST_CLIENT_SECRET")}
	if *migrate {
		return db.prepare(ctx)
	}
	if *connect != "" {
		connection, err := tenancy.ParseID[tenancy.ConnectionID](*connect)
		if err != nil {
			return err
		}
		return saveProvider(ctx, db, connection, own)
	}
	// Set OpenTelemetry's global providers here, with the exporters of your program: see
	// go.opentelemetry.io/otel/sdk. Without them nothing is measured, and nothing fails.
	observer, err := oteltenancy.New(nil)
	if err != nil {
		return err
	}
	h, err := newHost(db, config{
		url:      cmp.Or(*base, "http://"+*addr),
		provider: own,
		send:     noMailer,
		options:  tenancy.Options{Observer: observer},
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	return h.serve(ctx, listener)
}

// config is what a host is made of beside its database.
type config struct {
	url      string // what people see, without a slash at the end
	provider providerSettings
	send     func(context.Context, outbox.Mail) error // mails one
	options  tenancy.Options
	sending  *webhook.Options // of webhooks, and of requests to customers' providers; nil: the defaults
}

// host is the service. Everything that it holds is safe for concurrent use.
type host struct {
	config
	secure   bool // cookies go over TLS only
	db       *database
	dir      *tenancy.Directory
	system   *tenancy.Platform // for this program; handlers of people's requests use a Session
	webhooks *webhook.Sender
	mails    *outbox.Outbox
	people   *signin.People
	own      *http.Client // for requests to the host's own provider
	theirs   *http.Client // for requests to customers' providers
	found    sync.Map     // discovered providers, by client and issuer
}

func newHost(db *database, c config) (*host, error) {
	c.url = strings.TrimSuffix(c.url, "/")
	address, err := url.Parse(c.url)
	if err != nil {
		return nil, err
	}
	dir, err := tenancy.New(db.store, &c.options)
	if err != nil {
		return nil, err
	}
	sender, err := webhook.New(db.webhooks, c.sending)
	if err != nil {
		return nil, err
	}
	ip := net.ParseIP(address.Hostname())
	loopback := address.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	own, theirs := providerClients(c.sending)
	return &host{
		config: c, secure: !loopback, db: db, dir: dir, system: dir.System(), webhooks: sender,
		mails: outbox.New(db.db, nil), own: own, theirs: theirs,
		people: signin.New(dir, db.db, db.joins, &signin.Options{Insecure: loopback, Reference: requestID}),
	}, nil
}

// serve answers requests and runs the timers until the context ends. Then it lets
// requests and timers come to their end.
func (h *host) serve(ctx context.Context, listener net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	server := &http.Server{
		Handler:           h.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
	}
	failed := make(chan error, 1)
	go func() {
		failed <- server.Serve(listener)
		stop()
	}()
	slog.Info("listening", "address", listener.Addr().String())
	timers.Run(ctx, nil, h.timers()...)
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	err := server.Shutdown(patience)
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(served, err)
	}
	return err
}
