package system_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/jobs"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
	"github.com/turno-health/turno/internal/system"
)

func TestTheStatusOfTheInstallationIsForFullStaff(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		again := func(ctx context.Context) error { return jobs.Migrate(ctx, db, nil) }
		if err := store.Migrate(t.Context(), db, again); err != nil {
			t.Fatal(err)
		}
		tasks := []jobs.Task{{Name: "sweep", Every: time.Minute}}
		inspector, err := jobs.NewInspector(db, tasks)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { inspector.Close() })
		s := system.New(db, inspector, system.Config{Version: "1.2.3", StartedAt: clock.Now().Add(-time.Hour), Streams: func() int { return 7 }})
		due := clock.Now().Add(-time.Minute)
		err = db.Write(t.Context(), func(tx *sqldb.Tx) error {
			u := turno.User{ID: turno.NewID(), Username: "carla", Email: "carla@example.org", Role: turno.RolePatient, FullName: "Carla", TimeZone: "UTC"}
			m := store.Mail{ID: turno.NewID(), Key: "m", Kind: "booked", UserID: u.ID}
			if err := errors.Join(store.InsertUser(tx, u), store.InsertMail(tx, m)); err != nil {
				return err
			}
			m.State, m.LastError = store.MailIsWaiting, "later"
			if _, err := store.SaveMail(tx, m); err != nil {
				return err
			}
			return store.Enqueue(tx, store.Event{ID: turno.NewID(), Key: "k", Name: "greeting", Payload: "{}", RunAt: due})
		})
		if err != nil {
			t.Fatal(err)
		}
		full := policy.Caller{UserID: uuid.New(), Role: turno.RoleAdmin, StaffLevel: turno.StaffFull}
		got, err := s.Status(t.Context(), full)
		if err != nil {
			t.Fatal(err)
		}
		if got.Version != "1.2.3" || got.Uptime != time.Hour || got.Streams != 7 || got.Mail || got.Engine != db.Engine() ||
			got.DatabaseBytes < 100_000 || got.Migration < 1 || got.Migration != got.NewestMigration ||
			got.WaitingEvents != 1 || got.OldestEventAt == nil || !got.OldestEventAt.Equal(due) || len(got.Jobs.Tasks) != 1 ||
			got.WaitingMails.Count != 1 || got.WaitingMails.OldestAt == nil || got.WaitingMails.LastError != "later" {
			t.Errorf("the status is %+v", got)
		}
		if err := s.RetryJob(t.Context(), full, 12345); turno.KindOf(err) != turno.KindNotFound {
			t.Errorf("a job that is not there: %v", err)
		}
		desk := policy.Caller{UserID: uuid.New(), Role: turno.RoleAdmin, StaffLevel: turno.StaffDesk}
		for _, stranger := range []policy.Caller{{}, desk} {
			if _, err := s.Status(t.Context(), stranger); err == nil {
				t.Errorf("%v reads the status", stranger.StaffLevel)
			}
			if err := s.RetryJob(t.Context(), stranger, 12345); err == nil || turno.KindOf(err) == turno.KindNotFound {
				t.Errorf("%v has a job tried again: %v", stranger.StaffLevel, err)
			}
		}
	})
}
