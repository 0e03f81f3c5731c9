package sqldb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Notify tells every process that listens to the channel of this PostgreSQL, this
// one included. A payload has less than 8,000 bytes. It runs in a transaction of
// its own: inside that of a booking, NOTIFY would make commits wait for each
// other. On SQLite nobody can listen, and nothing happens.
func (db *DB) Notify(ctx context.Context, channel string, payloads ...string) error {
	if db.Pool() == nil || len(payloads) == 0 {
		return nil
	}
	batch := &pgx.Batch{}
	for _, payload := range payloads {
		batch.Queue("SELECT pg_notify($1, $2)", channel, payload)
	}
	if err := db.Pool().SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	return nil
}

// Listen calls heard with each payload that is sent to the channel, over a
// connection of its own, until ctx ends or the connection is lost, and returns
// why. It calls ready once nothing more can be missed. What was sent while nobody
// listened is lost: whoever listens again must look at everything. On SQLite it
// fails with errors.ErrUnsupported; see Tx.VersionElsewhere.
func (db *DB) Listen(ctx context.Context, channel string, ready func(), heard func(payload string)) (err error) {
	if db.Pool() == nil {
		return errors.ErrUnsupported
	}
	conn, err := pgx.ConnectConfig(ctx, db.Pool().Config().ConnConfig)
	if err != nil {
		return fmt.Errorf("connect to listen: %w", err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackPatience)
		defer cancel()
		_ = conn.Close(ctx) // nothing is left to be said over it
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	ready()
	for {
		notice, err := awaitNotice(ctx, conn)
		if err != nil {
			return fmt.Errorf("listen: %w", err)
		}
		if notice != nil {
			heard(notice.Payload)
		}
	}
}

// listenCheck is how often a silent connection is asked whether it still lives: a
// server that vanished would be silent for ever.
const listenCheck = 30 * time.Second

// awaitNotice returns nil when nothing was heard for a while on a sound
// connection.
func awaitNotice(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	wait, cancel := context.WithTimeout(ctx, listenCheck)
	defer cancel()
	notice, err := conn.WaitForNotification(wait)
	switch {
	case err == nil:
		return notice, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case wait.Err() == nil:
		return nil, err
	}
	ping, cancel := context.WithTimeout(ctx, listenCheck)
	defer cancel()
	return nil, conn.Ping(ping)
}

// VersionElsewhere is a number that changes when another connection than the
// writer's has committed to the SQLite file: another process, or River in this
// one. Call it in a Write; only two numbers can be compared, and they may differ
// without cause. On PostgreSQL it is always 0.
func (tx *Tx) VersionElsewhere() (version int64, err error) {
	if tx.Engine() != SQLite {
		return 0, nil
	}
	if err := tx.QueryRow("PRAGMA data_version").Scan(&version); err != nil {
		return 0, fmt.Errorf("look for changes from elsewhere: %w", err)
	}
	return version, nil
}
