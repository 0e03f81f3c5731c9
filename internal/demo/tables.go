package demo

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/sqldb"
)

// table is rows on their way into a table.
type table struct {
	name    string
	columns []string
	rows    [][]any
}

func newTable(name, columns string) *table {
	return &table{name: name, columns: strings.Fields(columns)}
}

func (t *table) add(values ...any) { t.rows = append(t.rows, values) }

// tables are all that the demo writes in bulk.
type tables struct {
	locations, users, doctors, patients, proxies,
	availability, extraHours, visitTypes, timeOff,
	appointments, feedback, busyPeriods, auditLogs, visitRollups *table
}

func newTables() *tables {
	return &tables{
		locations: newTable("locations", `id name phone address_line1 address_line2 city state postal_code country directions time_zone place_hash`),
		users: newTable("users", `id username username_folded email email_folded password role staff_level full_name search_name
			time_zone locale email_verified_at created_at updated_at`),
		doctors: newTable("doctors", `user_id specialization_id license_number years_of_experience rating rating_sum rating_count
			bio location_id time_zone slot_minutes buffer_minutes min_notice_minutes horizon_days auto_confirm
			verified_at verified_by verification_note`),
		patients:     newTable("patients", `user_id date_of_birth gender contact_number`),
		proxies:      newTable("patient_proxies", `patient_id proxy_user_id relation created_at`),
		availability: newTable("availability", `id doctor_id day_of_week start_time end_time release_minutes`),
		extraHours:   newTable("extra_hours", `id doctor_id starts_at ends_at`),
		visitTypes:   newTable("visit_types", `id doctor_id name minutes mode audience instructions active`),
		timeOff:      newTable("time_off", `id doctor_id starts_at ends_at reason created_at`),
		appointments: newTable("appointments", `id patient_id doctor_id scheduled_at ends_at status visit_type_id location_id booked_by
			reason sequence cancellation_kind cancelled_at cancelled_by cancellation_reason created_at updated_at`),
		feedback:     newTable("feedback", `id patient_id doctor_id appointment_id rating comments created_at`),
		busyPeriods:  newTable("busy_periods", `owner_id starts_at ends_at kind appointment_id time_off_id`),
		auditLogs:    newTable("audit_logs", `id action_by action_type action_detail created_at entity entity_id subject_id`),
		visitRollups: newTable("visit_rollups", `dimension bucket pending confirmed completed cancelled no_shows late_cancellations lead_minutes`),
	}
}

// all lists the tables so that whatever is referred to comes first.
func (t *tables) all() []*table {
	return []*table{
		t.locations, t.users, t.doctors, t.patients, t.proxies,
		t.availability, t.extraHours, t.visitTypes, t.timeOff,
		t.appointments, t.feedback, t.busyPeriods, t.auditLogs, t.visitRollups,
	}
}

// large are the tables in whose indexes rows would come at random: a doctor's
// visits are written together and lie in two years. Those of availability and extra
// hours stay, as the triggers against overlaps on SQLite read them.
func large() []string {
	return []string{"users", "patients", "patient_proxies", "appointments", "feedback", "audit_logs"}
}

// inTransactions is in about how many transactions the visits are written. SQLite's
// tables are in the order of ids, and so of time, while a doctor's visits lie in two
// years: each transaction writes nearly every page that there is. A hundred thousand
// visits take 100 MB of memory.
const inTransactions = 10

// writeIfLarge writes when there are a tenth of all visits, and at least a hundred thousand.
func (t *tables) writeIfLarge(ctx context.Context, db *sqldb.DB, allVisits int) error {
	if len(t.appointments.rows) < max(100_000, allVisits/inTransactions) {
		return nil
	}
	return t.write(ctx, db)
}

// write puts the rows into the database and forgets them. It demands that each
// arrived: a busy period that overlaps another would be ignored by SQLite.
func (t *tables) write(ctx context.Context, db *sqldb.DB) error {
	for _, table := range t.all() {
		table.sort()
	}
	err := db.WriteLong(ctx, func(tx *sqldb.Tx) error {
		for _, table := range t.all() {
			if len(table.rows) == 0 {
				continue
			}
			n, err := tx.CopyIn(table.name, table.columns, slices.Values(table.rows))
			if err == nil && n != int64(len(table.rows)) {
				err = fmt.Errorf("%d of %d rows of %s arrived", n, len(table.rows), table.name)
			}
			if err != nil {
				return fmt.Errorf("write the demo: %w", err)
			}
		}
		return nil
	})
	for _, table := range t.all() {
		clear(table.rows)
		table.rows = table.rows[:0]
	}
	return err
}

// sort puts rows that have an id into its order, in which the table is kept.
func (t *table) sort() {
	if t.columns[0] != "id" {
		return
	}
	slices.SortStableFunc(t.rows, func(a, b []any) int {
		x, y := a[0].(uuid.UUID), b[0].(uuid.UUID)
		return bytes.Compare(x[:], y[:])
	})
}
