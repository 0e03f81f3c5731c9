package insight_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/insight"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestTheTrailIsFilteredAndPaged(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		at := func(minute int) time.Time { return storetest.Monday().Add(time.Duration(minute) * time.Minute) }
		c.audit(&c.desk.UserID, turno.AuditRead, "patient", "p1", &c.ana.UserID, at(1))
		c.audit(&c.owner.UserID, turno.AuditUpdate, "doctor", "d1", nil, at(2))
		c.audit(nil, turno.AuditUpdate, "appointment", "a1", &c.ana.UserID, at(3))
		c.audit(&c.desk.UserID, turno.AuditUpdate, "appointment", "a2", &c.ana.UserID, at(3)) // at the same instant
		c.audit(&c.desk.UserID, turno.AuditRead, "patient", "p1", &c.ana.UserID, at(4))
		for _, tt := range []struct {
			name   string
			filter insight.TrailFilter
			want   []string
		}{
			{"everything, the newest first", insight.TrailFilter{}, []string{"p1", "a2", "a1", "d1", "p1"}},
			{"by whom", insight.TrailFilter{ActionBy: &c.desk.UserID}, []string{"p1", "a2", "p1"}},
			{"what was done", insight.TrailFilter{Action: turno.AuditUpdate}, []string{"a2", "a1", "d1"}},
			{"to which table", insight.TrailFilter{Entity: "appointment"}, []string{"a2", "a1"}},
			{"to which row", insight.TrailFilter{EntityID: "p1"}, []string{"p1", "p1"}},
			{"about whom", insight.TrailFilter{Subject: &c.ana.UserID, From: at(3)}, []string{"p1", "a2", "a1"}},
			{"since when, that instant included", insight.TrailFilter{From: at(3)}, []string{"p1", "a2", "a1"}},
			{"until when, that instant excluded", insight.TrailFilter{To: at(3)}, []string{"d1", "p1"}},
			{"all at once", insight.TrailFilter{ActionBy: &c.desk.UserID, Action: turno.AuditUpdate, Entity: "appointment", From: at(3), To: at(4)}, []string{"a2"}},
		} {
			var got []string
			for range 10 {
				tt.filter.Limit = 1
				entries, next, err := c.AuditTrail(t.Context(), c.owner, tt.filter)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range entries {
					got = append(got, e.EntityID)
				}
				if tt.filter.Cursor = next; next == "" {
					break
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.name, diff)
			}
		}
		if _, _, err := c.AuditTrail(t.Context(), c.owner, insight.TrailFilter{From: at(3), To: at(3)}); turno.KindOf(err) != turno.KindInvalid {
			t.Errorf("an empty range: %v", err)
		}
	})
}

func TestPatientsSeeWhoSawTheirRecordAndNobodyElses(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		doctor := c.doctor()
		other := c.user(turno.RolePatient, "")
		at := func(minute int) time.Time { return storetest.Monday().Add(time.Duration(minute) * time.Minute) }
		c.audit(&doctor.UserID, turno.AuditRead, "patient", c.ana.UserID.String(), &c.ana.UserID, at(1))
		c.audit(nil, turno.AuditUpdate, "appointment", "a1", &c.ana.UserID, at(2))
		c.audit(&doctor.UserID, turno.AuditRead, "patient", other.UserID.String(), &other.UserID, at(3))
		type seen struct {
			Action turno.AuditAction
			Entity string
			Name   string
			Role   turno.Role
		}
		want := []seen{
			{turno.AuditUpdate, "appointment", "", ""},
			{turno.AuditRead, "patient", "Person 4", turno.RoleDoctor},
		}
		var got []seen
		cursor := ""
		for range 3 {
			items, next, err := c.AccessLog(t.Context(), c.ana, insight.AccessFilter{Limit: 1, Cursor: cursor})
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range items {
				got = append(got, seen{item.Action, item.Entity, item.Name, item.Role})
			}
			if cursor = next; next == "" {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Ana's access log (-want +got):\n%s", diff)
		}
	})
}

func TestAnExportGoesThroughEveryPage(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		const entries = 2001 // two full pages and one more
		c.write(func(tx *sqldb.Tx) error {
			b := tx.Batch()
			for i := range entries {
				store.AuditIn(b, tx.Now.Add(time.Duration(i/3)*time.Second), turno.AuditEntry{ // three at an instant
					Action: turno.AuditUpdate, Entity: "user", EntityID: fmt.Sprint(i)})
			}
			return b.Run()
		})
		seen := map[string]int{}
		last := time.Time{}
		for e, err := range c.ExportTrail(t.Context(), insight.TrailFilter{Entity: "user"}) {
			if err != nil {
				t.Fatal(err)
			}
			if !last.IsZero() && e.CreatedAt.After(last) {
				t.Fatalf("%s comes after an older entry", e.EntityID)
			}
			last = e.CreatedAt
			seen[e.EntityID]++
		}
		if len(seen) != entries {
			t.Errorf("%d entries exported, want %d", len(seen), entries)
		}
		for range c.ExportTrail(t.Context(), insight.TrailFilter{}) {
			break // a reader may stop early
		}
	})
}

func TestALineOfTheTrailHasTheNamesOfToday(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		proxy := c.user(turno.RolePatient, "")
		c.write(func(tx *sqldb.Tx) error {
			for _, e := range []turno.AuditEntry{
				{ActionBy: &c.ana.UserID, Action: turno.AuditCreate, Entity: "patient_proxy", EntityID: c.ana.UserID.String(),
					SubjectID: &c.ana.UserID, Detail: "proxy_user_id=" + proxy.UserID.String()},
				{Action: turno.AuditUpdate, Entity: "appointment", EntityID: "a1", SubjectID: &c.ana.UserID, Detail: "event=expired status=cancelled"},
				{ActionBy: &c.owner.UserID, Action: turno.AuditCreate, Entity: "location", EntityID: "l1"},
			} {
				if err := store.Audit(tx, e); err != nil {
					return err
				}
			}
			ana, err := store.UserByID(tx, c.ana.UserID)
			if err != nil {
				return err
			}
			ana.FullName = "Ana Married" // since then
			return store.UpdateUser(tx, ana)
		})
		lines, next, err := c.Trail(t.Context(), c.owner, insight.TrailFilter{})
		if err != nil || next != "" {
			t.Fatalf("%v, next %q", err, next)
		}
		name := func(p *insight.TrailPerson) string {
			if p == nil {
				return "nobody"
			}
			return p.FullName + ", " + string(p.Role)
		}
		var got []string
		for _, l := range lines {
			got = append(got, fmt.Sprintf("%s %s: %s on %s with %s", l.Action, l.Entity, name(l.Actor), name(l.Subject), name(l.Other)))
		}
		want := []string{
			"CREATE location: Person 1, admin on nobody with nobody",
			"UPDATE appointment: nobody on Ana Married, patient with nobody",
			"CREATE patient_proxy: Ana Married, patient on Ana Married, patient with Person 4, patient",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("lines (-want +got):\n%s", diff)
		}
		if facts := lines[1].Facts(); facts["event"] != "expired" || facts["status"] != "cancelled" {
			t.Errorf("facts %v", facts)
		}
		for _, stranger := range []policy.Caller{{}, c.ana, c.desk} {
			if _, _, err := c.Trail(t.Context(), stranger, insight.TrailFilter{}); err == nil {
				t.Errorf("%v reads the trail", stranger.Role)
			}
		}
	})
}
