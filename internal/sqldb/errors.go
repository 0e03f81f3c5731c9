package sqldb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/turno-health/turno"
)

// ErrClosed says that the database was closed before the transaction began.
var ErrClosed = errors.New("the database is closed")

// ErrNewerDatabase says that a later release has migrated the database: this
// program must not touch it.
var ErrNewerDatabase = errors.New("the database was migrated by a newer release of this program")

// errAborted is a closure that panicked.
var errAborted = errors.New("the closure panicked")

// errRolledBack is a COMMIT that the server answered with ROLLBACK.
var errRolledBack = errors.New("the server rolled the transaction back instead of committing it")

// SQLite has one code for whatever a trigger refuses, and ON DELETE RESTRICT is a
// trigger to it. So three of the questions below answer yes to it; which of them
// is meant, the statement that failed knows.
const triggerCode = sqlite3.SQLITE_CONSTRAINT_TRIGGER

// IsUniqueViolation reports whether err is a second row with the same key.
func IsUniqueViolation(err error) bool {
	return hasState(err, "23505") ||
		hasCode(err, sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID)
}

// IsForeignKeyViolation reports whether err is a row that points nowhere, or one
// that cannot go because others point to it.
func IsForeignKeyViolation(err error) bool {
	return hasState(err, "23503", "23001") || hasCode(err, sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY, triggerCode)
}

// IsCheckViolation reports whether err is a value that a CHECK, or a trigger that
// stands for one, refuses.
func IsCheckViolation(err error) bool {
	return hasState(err, "23514") || hasCode(err, sqlite3.SQLITE_CONSTRAINT_CHECK, triggerCode)
}

// IsExclusionViolation reports whether err is a row that overlaps another.
func IsExclusionViolation(err error) bool {
	return hasState(err, "23P01") || hasCode(err, triggerCode)
}

// IsBusy reports whether rivals kept a transaction from its turn for too long. A
// later attempt may succeed.
func IsBusy(err error) bool {
	return hasState(err, "40001", "40P01", "55P03") || sqliteBusy(err) || errors.As(err, new(*patienceError))
}

func hasState(err error, states ...string) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && slices.Contains(states, e.Code)
}

func hasCode(err error, codes ...int) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && slices.Contains(codes, e.Code())
}

func sqliteBusy(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && (e.Code()&0xff == sqlite3.SQLITE_BUSY || e.Code()&0xff == sqlite3.SQLITE_LOCKED)
}

// retryReason says why another attempt may help, or "" when it would not.
func retryReason(err error) string {
	switch {
	case hasState(err, "40001"):
		return "serialization"
	case hasState(err, "40P01"):
		return "deadlock"
	case sqliteBusy(err) && !errors.As(err, new(*patienceError)):
		return "busy"
	}
	return ""
}

// patienceError is a write that waited as long as it was told to.
type patienceError struct{ err error }

func (e *patienceError) Error() string {
	return "somebody else has kept the database locked for too long: " + e.err.Error()
}

func (e *patienceError) Unwrap() error { return e.err }

// explained says of a transaction that failed because the database is busy or
// away that a later one may succeed. Other errors, and whatever the closure has
// found words for itself, stay as they are. ctx is the caller's: what it ended is
// no fault of the database.
func explained(ctx context.Context, err error) error {
	const soon = 2 * time.Second
	lost, exhausted := errors.AsType[*retryableError](err)
	if exhausted {
		err = lost.err
	}
	if ctx.Err() != nil && hasCode(err, sqlite3.SQLITE_INTERRUPT) {
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	_, told := errors.AsType[*turno.Error](err)
	late := ctx.Err() == nil && (hasState(err, "57014") || errors.Is(err, context.DeadlineExceeded) || isAway(err))
	if told || !exhausted && !late && !IsBusy(err) && !errors.Is(err, ErrClosed) {
		return err
	}
	return &turno.Error{
		Kind: turno.KindUnavailable, Code: turno.CodeUnavailable,
		Message: "The database is busy or away just now. Please try again in a moment.", RetryAfter: soon, Err: err,
	}
}

// isAway reports whether err is a connection that was refused or broke.
func isAway(err error) bool {
	_, refused := errors.AsType[*pgconn.ConnectError](err)
	_, broke := errors.AsType[*net.OpError](err)
	return refused || broke || pgconn.SafeToRetry(err) || errors.Is(err, io.ErrUnexpectedEOF) ||
		hasState(err, "57P01", "57P02", "57P03", "57P05", "25P03", "08000", "08003", "08006")
}
