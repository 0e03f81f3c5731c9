package bench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/demo"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// site is a clinic with its database and the server that is asked.
type site struct {
	name    string // "S", or "1000 doctors"
	engine  sqldb.Engine
	size    demo.Size // "" for a thin one
	dsn     string
	doctors int
	visits  int
	bytes   int64 // of the database

	loaded time.Duration
	server *server
	people *people
}

func (s *site) String() string { return s.name + " on " + engineName(s.engine) }

func engineName(e sqldb.Engine) string {
	if e == sqldb.Postgres {
		return "PostgreSQL"
	}
	return "SQLite"
}

// newDatabase is removed when the run ends.
func (r *runner) newDatabase(ctx context.Context, engine sqldb.Engine) (dsn string, err error) {
	name := "turno_bench_" + strings.ReplaceAll(turno.NewID().String(), "-", "")
	if engine == sqldb.SQLite {
		path := filepath.Join(r.data, name+".db")
		r.atEnd(func(context.Context) error {
			for _, beside := range []string{"", "-wal", "-shm", "-migrate"} {
				if err := os.Remove(path + beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
					return err
				}
			}
			return nil
		})
		return path, nil
	}
	u, err := url.Parse(r.config.Postgres)
	if err != nil {
		return "", errors.New("the URL of PostgreSQL is none") // the error would tell its password
	}
	if err := execute(ctx, r.config.Postgres, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	r.atEnd(func(ctx context.Context) error {
		return execute(ctx, r.config.Postgres, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	})
	u.Path = "/" + name
	return u.String(), nil
}

func execute(ctx context.Context, dsn, sql string) (err error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	_, err = conn.Exec(ctx, sql)
	return err
}

// loadClinic makes the clinic of the demo in a database: of a size, or thin with
// so many doctors.
func (r *runner) loadClinic(ctx context.Context, engine sqldb.Engine, size demo.Size, thin int) (*site, error) {
	s := &site{name: strings.ToUpper(string(size)), engine: engine, size: size}
	if size == "" {
		s.name = thousands(thin) + " doctors"
	}
	var err error
	if s.dsn, err = r.newDatabase(ctx, engine); err != nil {
		return nil, err
	}
	if err := r.load(ctx, s, thin); err != nil {
		return nil, fmt.Errorf("load %s: %w", s, err)
	}
	r.report.loaded(s)
	r.say("loaded %s: %s visits, %s doctors, %d MB, in %s", s, thousands(s.visits), thousands(s.doctors),
		s.bytes/1_000_000, s.loaded.Round(100*time.Millisecond))
	return s, nil
}

func (r *runner) load(ctx context.Context, s *site, thin int) (err error) {
	db, err := sqldb.Open(ctx, s.dsn, sqldb.Options{Now: time.Now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := store.Migrate(ctx, db); err != nil {
		return err
	}
	began := time.Now()
	bar := r.newBar("load " + s.String())
	defer bar.finish()
	show := func(done, total int, what string) { bar.show(done, total, "load "+s.String()+": "+what) }
	if s.size != "" {
		_, err = demo.Fill(ctx, db, s.size, began, r.box, show)
	} else {
		_, err = demo.FillThin(ctx, db, thin, began, r.box, show)
	}
	if err != nil {
		return err
	}
	s.loaded = time.Since(began)
	return s.count(ctx, db)
}

// count looks at what has been loaded.
func (s *site) count(ctx context.Context, db *sqldb.DB) error {
	return db.Read(ctx, func(tx *sqldb.Tx) error {
		err := tx.QueryRow(`
			SELECT (SELECT COUNT(*) FROM doctors WHERE verified_at IS NOT NULL),
			       (SELECT COUNT(*) FROM appointments)`).Scan(&s.doctors, &s.visits)
		if err != nil {
			return fmt.Errorf("count what was loaded: %w", err)
		}
		if s.engine == sqldb.Postgres {
			return tx.QueryRow(`SELECT pg_database_size(current_database())`).Scan(&s.bytes)
		}
		for _, part := range []string{"", "-wal"} {
			file, err := os.Stat(s.dsn + part)
			if err != nil {
				return err
			}
			s.bytes += file.Size()
		}
		return nil
	})
}

// open starts the site's server, which ends with the run, and lets the people of
// the bench in.
func (r *runner) open(ctx context.Context, s *site) (err error) {
	if s.server, err = startServer(ctx, r.binary, s.dsn, r.key); err != nil {
		return err
	}
	r.atEnd(func(context.Context) error { return s.server.stop() })
	s.people, err = register(ctx, s.server.url, r.config.Clients)
	return err
}

// makeKey writes the key with which all sites seal.
func (r *runner) makeKey() (err error) {
	key := seal.NewKey()
	if r.box, err = seal.NewBox(key); err != nil {
		return err
	}
	r.key = filepath.Join(r.data, "turno.key")
	return os.WriteFile(r.key, []byte(key), 0o600)
}

// thousands writes a count for people.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
