package store_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

// rule is one write, by SQL of the test's own, that the database itself must
// accept or refuse, whatever the program would have checked before.
type rule struct {
	name  string
	given []statement // accepted, before it
	do    statement
	want  verdict
	only  sqldb.Engine // where the engines differ; empty: both
}

// Every promise of docs/design.md about the data, sections 1 and 2, holds
// against a program that is wrong. All rules share one database: what a rule
// writes is rolled back.
func TestTheDatabaseItselfKeepsTheRules(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		b := openBook(t, db, clock)
		for _, group := range []struct {
			of    string
			rules []rule
		}{
			{"users", b.userRules()},
			{"updated_at", b.updatedAtRules()},
			{"specializations and locations", b.referenceRules()},
			{"doctors", b.doctorRules()},
			{"patients", b.patientRules()},
			{"availability", b.availabilityRules()},
			{"extra hours", b.extraHoursRules()},
			{"visit types", b.visitTypeRules()},
			{"time off", b.timeOffRules()},
			{"holds", b.holdRules()},
			{"appointments", b.appointmentRules()},
			{"the life of a visit", b.lifeRules()},
			{"busy periods", b.busyRules()},
			{"feedback", b.feedbackRules()},
			{"the trail", b.trailRules()},
			{"deleting people", b.deletionRules()},
			{"the machinery", b.machineryRules()},
		} {
			for _, r := range group.rules {
				if r.only == "" || r.only == db.Engine() {
					t.Run(group.of+": "+r.name, func(t *testing.T) { r.check(t, db) })
				}
			}
		}
	})
}

func (r rule) check(t *testing.T, db *sqldb.DB) {
	errDone := errors.New("roll back")
	err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
		for _, s := range r.given {
			if rows, err := tx.Exec(s.sql, s.args...); err != nil || rows == 0 {
				t.Errorf("before: %d rows, %v: %s", rows, err, s.sql)
				return errDone
			}
		}
		rows, err := tx.Exec(r.do.sql, r.do.args...)
		if complaint := r.want(rows, err); complaint != "" {
			t.Errorf("%s, got %d rows and %v: %s", complaint, rows, err, r.do.sql)
		}
		return errDone
	})
	if !errors.Is(err, errDone) {
		t.Fatal(err)
	}
}

// verdict is empty when a statement ended as it must, and says else what it must.
type verdict func(rows int64, err error) string

func accepted(rows int64, err error) string {
	if err != nil || rows == 0 {
		return "must be accepted"
	}
	return ""
}

// taken is how both engines say that somebody is busy: no row and no error.
func taken(rows int64, err error) string {
	if err != nil || rows != 0 {
		return "must write no row, without an error"
	}
	return ""
}

func refused(because string, is func(error) bool) verdict {
	return func(_ int64, err error) string {
		if err == nil || !is(err) {
			return "must be refused: " + because
		}
		return ""
	}
}

func byCheck() verdict     { return refused("a check", sqldb.IsCheckViolation) }
func byKey() verdict       { return refused("a key that exists", sqldb.IsUniqueViolation) }
func byReference() verdict { return refused("a reference", sqldb.IsForeignKeyViolation) }
func byExclusion() verdict { return refused("an overlap", sqldb.IsExclusionViolation) }
func asTooLong() verdict   { return refused("too long", sqlState("22001", sqldb.IsCheckViolation)) }
func asUnknown() verdict   { return refused("not a member", sqlState("22P02", sqldb.IsCheckViolation)) }
func asImmutable() verdict { return refused("append-only", asImmutableError) }
func asImpossible() verdict {
	return refused("no such date", sqlState("22008", sqldb.IsCheckViolation))
}

// asMissing is NULL where there must be a value (SQLITE_CONSTRAINT_NOTNULL).
func asMissing() verdict {
	return refused("missing", sqlState("23502", func(err error) bool {
		e, ok := errors.AsType[interface {
			error
			Code() int
		}](err)
		return ok && e.Code() == 1299
	}))
}

// sqlState reports whether PostgreSQL says state; else it asks otherwise, about
// SQLite.
func sqlState(state string, otherwise func(error) bool) func(error) bool {
	return func(err error) bool {
		e, ok := errors.AsType[interface {
			error
			SQLState() string
		}](err)
		if ok {
			return e.SQLState() == state
		}
		return otherwise(err)
	}
}

// statement is SQL of the test's own.
type statement struct {
	sql  string
	args []any
}

func sql(text string, args ...any) statement { return statement{text, args} }

// row is the columns of a row; those left out take their default.
type row map[string]any

// with is the row with some columns changed.
func (r row) with(changes row) row {
	changed := maps.Clone(r)
	maps.Copy(changed, changes)
	return changed
}

func insert(table string, r row) statement {
	columns := slices.Sorted(maps.Keys(r))
	s := statement{args: make([]any, len(columns))}
	placeholders := make([]string, len(columns))
	for i, column := range columns {
		s.args[i] = r[column]
		placeholders[i] = fmt.Sprintf("$%d", i+1)
	}
	s.sql = "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES (" + strings.Join(placeholders, ", ") + ")"
	return s
}

// update changes columns of the row whose key column has the value.
func update(table, key string, value any, r row) statement {
	s := statement{args: []any{value}}
	var set []string
	for _, column := range slices.Sorted(maps.Keys(r)) {
		s.args = append(s.args, r[column])
		set = append(set, fmt.Sprintf("%s = $%d", column, len(s.args)))
	}
	s.sql = "UPDATE " + table + " SET " + strings.Join(set, ", ") + " WHERE " + key + " = $1"
	return s
}

// after is the statements given, and then some more.
func after(given []statement, more ...statement) []statement { return slices.Concat(given, more) }

func remove(table, key string, value any) statement {
	return sql("DELETE FROM "+table+" WHERE "+key+" = $1", value)
}

// book is a clinic with a visit in each state of its life.
type book struct {
	*clinic
	pending, confirmed, completed, rated, cancelled, missed store.Visit
}

func openBook(t *testing.T, db *sqldb.DB, clock *storetest.Clock) *book {
	t.Helper()
	c := openClinic(t, db, clock)
	b := &book{
		clinic:    c,
		pending:   c.addVisit(t, c.visit(at(10, 0))),
		confirmed: c.addVisit(t, inStatus(c.visit(at(11, 0)), turno.StatusConfirmed)),
		completed: c.addVisit(t, inStatus(c.visit(at(6, 0)), turno.StatusCompleted)),
		rated:     c.addVisit(t, inStatus(c.visit(at(7, 0)), turno.StatusCompleted)),
		cancelled: c.addVisit(t, cancelled(c.visit(at(12, 0)), turno.CancelledByPatient)),
		missed:    c.addVisit(t, cancelled(c.visit(at(8, 0)), turno.CancelledNoShow)),
	}
	c.write(t, store.MakeAuditPartitions)
	c.batch(t, func(batch *sqldb.Batch) {
		store.InsertFeedbackIn(batch, new(int64), b.feedbackOn(b.rated))
	})
	return b
}

// feedbackOn is five points for a visit.
func (c *clinic) feedbackOn(v store.Visit) turno.Feedback {
	return turno.Feedback{ID: turno.NewID(), PatientID: v.PatientID, DoctorID: v.DoctorID, AppointmentID: v.ID,
		Rating: 5, Comments: "Kind.", CreatedAt: at(9, 0)}
}
