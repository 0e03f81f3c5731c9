package account_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
)

func TestTheVerificationQueue(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		p.doctor() // verified: not in it
		var want []string
		for range 3 {
			in := p.newDoctor()
			_, err := p.RegisterDoctor(t.Context(), policy.Caller{}, in)
			p.must(err)
			want = append(want, in.LicenseNumber)
		}
		gone, err := p.RegisterDoctor(t.Context(), policy.Caller{}, p.newDoctor())
		p.must(err)
		inactive := false
		_, err = p.UpdateUser(t.Context(), p.owner, gone.ID, account.Patch{Active: &inactive})
		p.must(err)

		var got []string
		for cursor, more := "", true; more; {
			queue, err := p.DoctorsToVerify(t.Context(), p.owner, 2, cursor)
			p.must(err)
			if queue.Total != 3 {
				t.Errorf("%d in all, want 3", queue.Total)
			}
			for _, d := range queue.Doctors {
				got = append(got, d.LicenseNumber)
				if d.FullName != "Dr Grace Okafor" || d.YearsOfExperience != 12 || d.Specialization == "" || d.RegisteredAt.IsZero() {
					t.Errorf("it lacks something: %+v", d)
				}
			}
			cursor, more = queue.Next, queue.Next != ""
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the queue, who registered first at the top (-want +got):\n%s", diff)
		}
		desk := policy.Caller{UserID: turno.NewID(), Role: turno.RoleAdmin, StaffLevel: turno.StaffDesk}
		for _, stranger := range []policy.Caller{{}, desk, p.patient(), p.doctor()} {
			if _, err := p.DoctorsToVerify(t.Context(), stranger, 0, ""); err == nil {
				t.Errorf("%v %v sees licence numbers", stranger.Role, stranger.StaffLevel)
			}
			if _, err := p.SpecializationUses(t.Context(), stranger); err == nil {
				t.Errorf("%v %v manages specializations", stranger.Role, stranger.StaffLevel)
			}
		}
		uses, err := p.SpecializationUses(t.Context(), p.owner)
		p.must(err)
		var doctors, bookable int64
		for _, u := range uses {
			doctors += u.Doctors
			bookable += u.Bookable
		}
		if doctors != 6 || bookable != 2 {
			t.Errorf("%d doctors have a specialization and %d can be booked, want 6 and 2", doctors, bookable)
		}
	})
}

func TestUsersAreListedByRoleAndByWhetherTheyMaySignIn(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		stays, leaves, doctor := p.patient(), p.patient(), p.doctor()
		yes, no := true, false
		_, err := p.UpdateUser(t.Context(), p.owner, leaves.UserID, account.Patch{Active: &no})
		p.must(err)
		ids := func(search account.UserSearch) map[string]bool {
			found, _, err := p.Users(t.Context(), p.owner, search)
			p.must(err)
			set := map[string]bool{}
			for _, u := range found {
				set[u.ID.String()] = true
			}
			return set
		}
		set := func(callers ...policy.Caller) map[string]bool {
			set := map[string]bool{}
			for _, c := range callers {
				set[c.UserID.String()] = true
			}
			return set
		}
		for name, tt := range map[string]struct {
			search account.UserSearch
			want   map[string]bool
		}{
			"everybody":           {account.UserSearch{}, set(p.owner, stays, leaves, doctor)},
			"who may sign in":     {account.UserSearch{Active: &yes}, set(p.owner, stays, doctor)},
			"who may not":         {account.UserSearch{Active: &no}, set(leaves)},
			"patients who may":    {account.UserSearch{Active: &yes, Role: turno.RolePatient}, set(stays)},
			"doctors who may not": {account.UserSearch{Active: &no, Role: turno.RoleDoctor}, set()},
		} {
			if diff := cmp.Diff(tt.want, ids(tt.search)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	})
}

func TestWhatChangesWhoCanBeBookedIsTold(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		var told []string
		p.Service = account.New(p.db, account.Config{Now: p.clock.Now, Box: p.box, Hashing: cheap(),
			Changed: func(id uuid.UUID) { told = append(told, id.String()) }})
		clinic := uuid.Nil.String()
		doctor := p.doctor()
		id := doctor.UserID.String()
		if diff := cmp.Diff([]string{clinic, id}, told); diff != "" {
			t.Errorf("registering and verifying (-want +got):\n%s", diff)
		}
		inactive, minutes := false, 20
		for _, step := range []struct {
			name string
			do   func() error
		}{
			{"settings", func() error {
				_, err := p.UpdateDoctor(t.Context(), doctor, doctor.UserID, account.DoctorPatch{SlotMinutes: &minutes})
				return err
			}},
			{"a verification taken back", func() error { _, err := p.UnverifyDoctor(t.Context(), p.owner, doctor.UserID); return err }},
			{"a deactivation", func() error {
				_, err := p.UpdateUser(t.Context(), p.owner, doctor.UserID, account.Patch{Active: &inactive})
				return err
			}},
			{"an erasure", func() error { return p.EraseUser(t.Context(), p.owner, doctor.UserID) }},
		} {
			told = nil
			p.must(step.do())
			if diff := cmp.Diff([]string{id}, told); diff != "" {
				t.Errorf("%s (-want +got):\n%s", step.name, diff)
			}
		}
	})
}
