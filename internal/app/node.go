package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/api"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/config"
	"github.com/turno-health/turno/internal/freetime"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/insight"
	"github.com/turno-health/turno/internal/jobs"
	"github.com/turno-health/turno/internal/live"
	"github.com/turno-health/turno/internal/notify"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/system"
	"github.com/turno-health/turno/internal/web"
	"github.com/turno-health/turno/internal/web/page"
)

// node is one server on a database: everything that is made once and used until
// the end.
type node struct {
	config  *config.Server
	logger  *slog.Logger
	metrics *metrics
	db      *sqldb.DB
	box     *seal.Box
	hub     *live.Hub
	free    *freetime.Index
	started time.Time

	inspector *jobs.Inspector // once wired
	demo      bool            // a clinic that was made up: the pages say more
}

// openNode opens the database, brings it to this program's version and finds the
// key. Whoever calls it calls serve or close.
func openNode(ctx context.Context, c *config.Server, logger *slog.Logger) (*node, error) {
	n := &node{config: c, logger: logger, started: time.Now(), metrics: newMetrics()}
	var err error
	n.db, err = sqldb.Open(ctx, c.Database.Database, sqldb.Options{
		Now:     time.Now,
		Logger:  logger,
		OnWait:  func() { logger.WarnContext(ctx, "waiting for another program to leave the database") },
		Retried: n.metrics.retried,
	})
	if err := adviseOpen(c.Database, err); err != nil {
		return nil, err
	}
	n.free = freetime.New(n.db, freetime.Config{Now: time.Now, Logger: logger})
	n.hub = live.New(n.db, live.Config{Logger: logger, Heard: n.free.Elsewhere})
	n.metrics.watch(n.free)
	if err := n.prepare(ctx); err != nil {
		return nil, errors.Join(err, n.db.Close())
	}
	return n, nil
}

func (n *node) prepare(ctx context.Context) error {
	if err := migrate(ctx, n.db, n.logger); err != nil {
		return err
	}
	box, key, err := openBox(ctx, n.db, n.config.Database, n.config.Key)
	if err != nil {
		return err
	}
	n.box = box
	message := "sealing key"
	if key.made {
		message = "made a sealing key; keep a copy apart from the backups, since without it what patients wrote can't be read"
	}
	n.logger.InfoContext(ctx, message, "source", key.source, "key_id", box.KeyID()) //nolint:sloglint // one of the two above
	return nil
}

// close gives back what the node works with. Nothing runs on it any more.
func (n *node) close() error {
	if n.inspector == nil {
		return n.db.Close()
	}
	return errors.Join(n.inspector.Close(), n.db.Close())
}

// serve answers requests and runs jobs until ctx ends, then lets both finish.
func (n *node) serve(ctx context.Context, ready func(url string)) (err error) {
	defer func() { err = errors.Join(err, n.close()) }()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", n.config.Listen)
	if err != nil {
		return adviseListen(err)
	}
	services, err := n.wire(ctx, n.publicURL(listener.Addr()))
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	runner, err := jobs.Start(ctx, n.db, services.jobs)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	n.hub.Start(ctx)
	n.free.Start(ctx)
	server := n.server(ctx, services.handler)
	// Streams never end by themselves, so stopping would wait for them in vain. It
	// ends them once nobody new is let in.
	server.RegisterOnShutdown(n.hub.EndSubscriptions)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	go collectSeldom(ctx)
	url := urlOf(listener.Addr())
	n.logger.InfoContext(ctx, "serving", "url", url, "database", n.config.DatabaseName(), "version", buildOf().version)
	if ready != nil {
		ready(url)
	}
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	return errors.Join(err, n.stop(ctx, server, runner))
}

// The bounds of a request. Bodies are small, so this is long for slow networks.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = time.Minute
	idleTimeout   = 2 * time.Minute
	maxHeader     = 64 << 10
)

func (n *node) server(ctx context.Context, handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		// The signal to stop is none to a request that is being answered.
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		// What net/http complains about holds addresses, and is the client's fault.
		ErrorLog: slog.NewLogLogger(n.logger.Handler(), slog.LevelDebug),
	}
}

// stop lets requests finish, then jobs, within the time that they have together.
func (n *node) stop(ctx context.Context, server *http.Server, runner *jobs.Runner) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), n.config.ShutdownTimeout)
	defer cancel()
	n.logger.InfoContext(ctx, "stopping")
	runner.Rest()
	err := server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(fmt.Errorf("finish the requests: %w", err), server.Close())
	}
	err = errors.Join(err, runner.Stop(ctx))
	n.hub.Stop() // after requests and jobs, which tell these two what they changed
	n.free.Stop()
	if err != nil {
		return err
	}
	n.logger.InfoContext(ctx, "stopped")
	return nil
}

// services is the use cases behind their entry points.
type services struct {
	handler http.Handler
	jobs    jobs.Config
}

// publicURL is where people reach the server, as far as it knows.
func (n *node) publicURL(address net.Addr) string {
	if n.config.BaseURL != "" {
		return n.config.BaseURL
	}
	return urlOf(address)
}

// deliverReset prints links for a new password in the log of a demo, which sends no
// mail and where nobody is hurt.
func (n *node) deliverReset() func(ctx context.Context, url string) {
	if !n.demo {
		return nil
	}
	return func(ctx context.Context, url string) {
		n.logger.InfoContext(ctx, "a link for a new password: a demo sends no mail, so it is printed here", "url", url)
	}
}

// changed passes on that a commit changed a doctor's calendar, or with uuid.Nil
// something of the clinic.
func (n *node) changed(doctorID uuid.UUID) {
	n.free.Changed(doctorID)
	n.hub.Changed(doctorID)
}

func (n *node) wire(ctx context.Context, publicURL string) (services, error) {
	signal := jobs.NewSignal()
	visits := booking.New(n.db, booking.Config{
		Box:           n.box,
		MaxOpenVisits: n.config.MaxOpenVisits,
		ProveEmail:    n.config.SMTP.Configured(),
		Observe:       n.metrics.observe,
		Wake:          signal.Wake,
		Changed:       n.changed,
		FreeTime:      n.free,
		Logger:        n.logger,
	})
	accounts := account.New(n.db, account.Config{
		Now:              time.Now,
		Box:              n.box,
		CancelOpenVisits: visits.CancelOpenVisits,
		OpenVisits:       visits.OpenVisits,
		Changed:          n.changed,
		SignupsPerHour:   n.config.SignupsPerHour,
		StaffIdle:        n.config.StaffIdle(),
		RequireSecond:    account.Requirement(n.config.SecondFactor()),
		PublicURL:        publicURL,
		DeliverReset:     n.deliverReset(),
	})
	if err := accounts.EnsureFirstLocation(ctx, firstLocation(n.config.Clinic)); err != nil {
		return services{}, err
	}
	reports := insight.New(n.db)
	rest, err := api.New(api.Config{
		Booking:            visits,
		Account:            accounts,
		Insight:            reports,
		Authenticate:       accounts.Authenticate,
		Logger:             n.logger,
		Now:                time.Now,
		AnonymousPerMinute: n.config.AnonymousPerMinute,
		HTTPS:              n.config.HTTPS(),
		Version:            buildOf().version,
	})
	if err != nil {
		return services{}, err
	}
	sender, err := mailer(n.config.SMTP)
	if err != nil {
		return services{}, err
	}
	mail := notify.New(n.db, notify.Config{Now: time.Now, PublicURL: publicURL, Mailer: sender,
		VerifyURL: accounts.VerifyEmailURL,
		VisitLink: visits.VisitLink,
		Less:      accounts.UnsubscribeURL,
		ResetLink: func(ctx context.Context, id uuid.UUID) (string, error) {
			made, err := accounts.MakeResetLink(ctx, id)
			return made.URL, err
		},
	})
	work := n.jobs(visits, mail, signal)
	if n.inspector, err = jobs.NewInspector(n.db, work.Tasks); err != nil {
		return services{}, err
	}
	handler, err := n.handler(rest, n.site(visits, accounts, reports, mail))
	return services{handler, work}, err
}

// site is what the pages depend on.
func (n *node) site(visits *booking.Service, accounts *account.Service, reports *insight.Service, mail *notify.Service) *page.Site {
	return &page.Site{
		Booking:            visits,
		Account:            accounts,
		Insight:            reports,
		Export:             api.WriteExport,
		Live:               n.hub,
		System:             n.system(),
		Mail:               mail,
		Box:                n.box,
		Logger:             n.logger,
		Now:                time.Now,
		AnonymousPerMinute: n.config.AnonymousPerMinute,
		HTTPS:              n.config.HTTPS(),
		StaffIdle:          n.config.StaffIdle(),
		BaseURL:            n.config.BaseURL,
		Emergency:          n.config.EmergencyNumber,
		Demo:               n.demo,
		Version:            buildOf().version,
	}
}

func (n *node) system() *system.Service {
	return system.New(n.db, n.inspector, system.Config{
		Version:   buildOf().version,
		StartedAt: n.started,
		Mail:      n.config.SMTP.Configured(),
		Streams:   n.hub.Subscribers,
	})
}

func (n *node) jobs(visits *booking.Service, mail *notify.Service, signal *jobs.Signal) jobs.Config {
	work := jobs.Booking{
		ExpirePending: visits.ExpirePending,
		SweepHolds:    visits.SweepHolds,
		ClearPast:     visits.ClearPast,
	}
	direct := map[string]jobs.DirectHandler{}
	for event, handle := range mail.Handlers() {
		direct[event] = handle
	}
	return jobs.Config{
		Logger:  n.logger,
		Direct:  direct,
		Soon:    jobs.Soon(),
		Tasks:   jobs.Tasks(n.db, work, n.config.AuditYears, n.metrics.jobs),
		Queues:  []jobs.Queue{{Name: "deliver_mail", Work: mail.Deliver, Pause: mail.Pause(), Leisure: !mail.Sends()}},
		Signal:  signal,
		Metrics: n.metrics.jobs,
	}
}

// handler is the server's one table of paths. Whoever watches it passes no gate.
func (n *node) handler(rest *api.API, site *page.Site) (http.Handler, error) {
	trusted, err := httpx.ParseProxies(n.config.TrustedProxies)
	if err != nil {
		return nil, usage("--trusted-proxies: %w", err)
	}
	pages, err := web.New(site)
	if err != nil {
		return nil, err
	}
	gate := httpx.NewGate(runtime.GOMAXPROCS(0), n.metrics.registry)
	machines := http.NewServeMux()
	machines.Handle("GET /healthz", alive())
	machines.Handle("GET /readyz", n.readiness())
	machines.Handle("GET /metrics", httpx.ServeMetrics(n.metrics.registry, n.config.MetricsToken))
	machines.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		httpx.ProblemOf(turno.NotFound("page")).Write(w)
	})
	mux := http.NewServeMux()
	for _, path := range rest.Paths() {
		mux.Handle(path, gate.Admit(rest, rest.Busy))
	}
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/api/"} {
		mux.Handle(path, httpx.SecureHeaders(n.config.HTTPS(), httpx.Routed(machines)))
	}
	mux.Handle("/", gate.Admit(pages, web.Busy(site)))
	chain := httpx.Chain{Logger: n.logger, Now: time.Now, Metrics: n.metrics.http, Trusted: trusted}
	return chain.Wrap(mux), nil
}

func firstLocation(c config.Clinic) turno.Location {
	if c.TimeZone == "" {
		c.TimeZone = machineZone()
	}
	return turno.Location{
		Name: c.Name, Phone: c.Phone,
		AddressLine1: c.AddressLine1, City: c.City, PostalCode: c.PostalCode, Country: c.Country,
		TimeZone: c.TimeZone,
	}
}

// machineZone is the IANA name of this machine's time zone, or UTC if it does
// not say.
func machineZone() string {
	name := os.Getenv("TZ")
	if name == "" {
		target, err := os.Readlink("/etc/localtime")
		if err != nil {
			return "UTC"
		}
		_, name, _ = strings.Cut(target, "zoneinfo/")
	}
	if _, err := turno.ZoneNamed(name); err != nil {
		return "UTC"
	}
	return name
}

// urlOf is where this machine reaches the listener.
func urlOf(address net.Addr) string {
	tcp, ok := address.(*net.TCPAddr)
	if !ok {
		return address.String()
	}
	host := tcp.IP.String()
	if tcp.IP.IsUnspecified() || tcp.IP.IsLoopback() {
		host = "localhost"
	}
	return fmt.Sprintf("http://%s", net.JoinHostPort(host, fmt.Sprint(tcp.Port)))
}
