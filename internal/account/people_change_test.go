package account_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
)

func TestUpdateMe(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		ana, other := p.patient(), p.patient()
		t.Run("changes what is given and names it in the trail", func(t *testing.T) {
			person, err := p.UpdateMe(t.Context(), ana, account.Patch{
				FullName: new("Ana María"), Email: new("new@example.org"), TimeZone: new("Europe/Lisbon"), Locale: new("pt-PT"),
				DateOfBirth: &turno.Date{Year: 1991, Month: 2, Day: 3}, ContactNumber: new(""), Gender: new(turno.Gender("")),
			})
			p.must(err)
			got := []any{person.FullName, person.Email, person.TimeZone, person.Locale, person.Patient.DateOfBirth.String(),
				person.Patient.ContactNumber, person.Patient.Gender}
			want := []any{"Ana María", "new@example.org", "Europe/Lisbon", "pt-PT", "1991-02-03", "", turno.Gender("")}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("me (-want +got):\n%s", diff)
			}
			trail := p.trail(ana.UserID)
			if last := trail[len(trail)-1]; last != "UPDATE user fields=full_name,email,time_zone,locale,date_of_birth,gender,contact_number" {
				t.Errorf("the trail says %q", last)
			}
		})
		t.Run("writes nothing when nothing changes", func(t *testing.T) {
			before := len(p.trail(ana.UserID))
			_, err := p.UpdateMe(t.Context(), ana, account.Patch{FullName: new("Ana María")})
			p.must(err)
			if after := len(p.trail(ana.UserID)); after != before {
				t.Errorf("the trail grew from %d to %d", before, after)
			}
		})
		t.Run("nothing is taken back that was saved since a change was begun", func(t *testing.T) {
			begun, err := p.Me(t.Context(), ana)
			p.must(err)
			for _, meanwhile := range []account.Patch{{TimeZone: new("Europe/Paris")}, {ContactNumber: new("+34600111222")}} {
				_, err = p.UpdateMe(t.Context(), ana, meanwhile)
				p.must(err)
				_, err = p.UpdateMe(t.Context(), ana, account.Patch{FullName: new("Ana Tarde"), Version: begun.Version()})
				wantCode(t, err, turno.CodeConflict)
				e, _ := errors.AsType[*turno.Error](err)
				begun, err = p.Me(t.Context(), ana)
				p.must(err)
				if begun.FullName != "Ana María" || e.Version != begun.Version() {
					t.Errorf("she is %q; the refusal tells of %q, the state is %q", begun.FullName, e.Version, begun.Version())
				}
			}
			_, err = p.UpdateMe(t.Context(), ana, account.Patch{FullName: new("Ana María"), Version: begun.Version()})
			p.must(err)
		})
		t.Run("an email of somebody else is taken", func(t *testing.T) {
			me, err := p.Me(t.Context(), other)
			p.must(err)
			_, err = p.UpdateMe(t.Context(), ana, account.Patch{Email: &me.Email})
			wantCode(t, err, turno.CodeIdentityTaken)
		})
		t.Run("staff have no date of birth", func(t *testing.T) {
			_, err := p.UpdateMe(t.Context(), p.owner, account.Patch{DateOfBirth: &turno.Date{Year: 1991, Month: 2, Day: 3}})
			wantCode(t, err, turno.CodeInvalid)
		})
		t.Run("nobody gives themselves another level", func(t *testing.T) {
			desk := p.desk()
			person, err := p.UpdateMe(t.Context(), desk, account.Patch{StaffLevel: new(turno.StaffFull)})
			p.must(err)
			if person.StaffLevel != turno.StaffDesk {
				t.Errorf("the level is %q", person.StaffLevel)
			}
		})
		p.clock.Advance(11 * time.Minute)
		t.Run("an email asks for a recent sign-in", func(t *testing.T) {
			_, err := p.UpdateMe(t.Context(), ana, account.Patch{Email: new("newer@example.org")})
			wantCode(t, err, turno.CodeSignInAgain)
			_, err = p.UpdateMe(t.Context(), ana, account.Patch{FullName: new("Ana")})
			p.must(err)
		})
		t.Run("so do an export and an erasure", func(t *testing.T) {
			_, err := p.ExportMe(t.Context(), ana)
			wantCode(t, err, turno.CodeSignInAgain)
			wantCode(t, p.EraseMe(t.Context(), ana), turno.CodeSignInAgain)
		})
	})
}

func TestUsers(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		for _, name := range []string{"José García", "Jörg Garcke", "Zoë García Ruiz", "Åsa_Lund", "100% Sure"} {
			in := p.newPatient()
			in.FullName = name
			if name == "Zoë García Ruiz" {
				in.DateOfBirth, in.ContactNumber = turno.Date{Year: 2001, Month: 9, Day: 9}, "+4790012345"
			}
			_, err := p.RegisterPatient(t.Context(), policy.Caller{}, in)
			p.must(err)
		}
		desk := p.desk()
		for _, test := range []struct {
			name   string
			caller policy.Caller
			search account.UserSearch
			want   []string
		}{
			{"by part of the name without accents", p.owner, account.UserSearch{Query: "gar"}, []string{"Jörg Garcke", "José García", "Zoë García Ruiz"}},
			{"by two words in any order", p.owner, account.UserSearch{Query: "RUIZ zoe"}, []string{"Zoë García Ruiz"}},
			{"by date of birth", desk, account.UserSearch{Query: "2001-09-09"}, []string{"Zoë García Ruiz"}},
			{"by name and date of birth", desk, account.UserSearch{Query: "jose 2001-09-09"}, nil},
			{"by contact number as people write it", desk, account.UserSearch{Query: "+47 900 12 345"}, []string{"Zoë García Ruiz"}},
			{"by a date of birth with the day first", desk, account.UserSearch{Query: "9/9/2001"}, []string{"Zoë García Ruiz"}},
			{"by name and contact number", desk, account.UserSearch{Query: "zoe 900 12 345"}, []string{"Zoë García Ruiz"}},
			{"by another's name and that number", desk, account.UserSearch{Query: "jose 900 12 345"}, nil},
			{"by a number as it is dialled at home", desk, account.UserSearch{Query: "0900-12-345"}, []string{"Zoë García Ruiz"}},
			{"by the end of a contact number", desk, account.UserSearch{Query: "12345"}, []string{"Zoë García Ruiz"}},
			{"by username", p.owner, account.UserSearch{Query: "OWNER"}, []string{"Olga Owner"}},
			{"by email", p.owner, account.UserSearch{Query: "owner@exam"}, []string{"Olga Owner"}},
			{"by role", p.owner, account.UserSearch{Role: turno.RoleAdmin}, []string{"Dora Desk", "Olga Owner"}},
			{"an underscore is itself", p.owner, account.UserSearch{Query: "_"}, nil},
			{"a percent sign is itself", p.owner, account.UserSearch{Query: "100%"}, []string{"100% Sure"}},
			{"the front desk finds patients only", desk, account.UserSearch{Query: "o"}, nil},
		} {
			t.Run(test.name, func(t *testing.T) {
				found, next, err := p.Users(t.Context(), test.caller, test.search)
				p.must(err)
				var names []string
				for _, u := range found {
					names = append(names, u.FullName)
				}
				if diff := cmp.Diff(test.want, names); diff != "" || next != "" {
					t.Errorf("found (-want +got), next %q:\n%s", next, diff)
				}
			})
		}
		t.Run("pages hold everybody once", func(t *testing.T) {
			seen, cursor := map[string]int{}, ""
			for range 10 {
				found, next, err := p.Users(t.Context(), p.owner, account.UserSearch{Limit: 2, Cursor: cursor})
				p.must(err)
				for _, u := range found {
					seen[u.FullName]++
				}
				if cursor = next; next == "" {
					break
				}
			}
			if len(seen) != 7 {
				t.Errorf("seen %v, want 7 people", seen)
			}
		})
		t.Run("the front desk lists no admins", func(t *testing.T) {
			_, _, err := p.Users(t.Context(), desk, account.UserSearch{Role: turno.RoleAdmin})
			wantCode(t, err, turno.CodeForbidden)
		})
		t.Run("a strange cursor is refused", func(t *testing.T) {
			for _, cursor := range []string{"x", uuid.NewString()} {
				_, _, err := p.Users(t.Context(), p.owner, account.UserSearch{Cursor: cursor})
				wantCode(t, err, turno.CodeInvalid)
			}
		})
	})
}

func TestCreateUser(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		desk := p.desk()
		t.Run("the front desk makes a patient of whom little is known", func(t *testing.T) {
			person, err := p.CreateUser(t.Context(), desk, account.NewUser{
				Role: turno.RolePatient, FullName: "Walk In", DateOfBirth: turno.Date{Year: 1950, Month: 1, Day: 1},
			})
			p.must(err)
			if person.Email != turno.NoMailAddress(person.ID) || person.Username != "patient-"+person.ID.String() {
				t.Errorf("the patient is %+v", person)
			}
		})
		t.Run("the front desk makes nobody else", func(t *testing.T) {
			in := p.newDoctor()
			in.Role = turno.RoleDoctor
			_, err := p.CreateUser(t.Context(), desk, in)
			wantCode(t, err, turno.CodeForbidden)
		})
		t.Run("twice, or somebody who has been here, only on purpose", func(t *testing.T) {
			born := turno.Date{Year: 1951, Month: 2, Day: 3}
			in := account.NewUser{Role: turno.RolePatient, FullName: "José Núñez", DateOfBirth: born, Unlike: true}
			var made, refused atomic.Int32
			var forms sync.WaitGroup
			for range 4 {
				forms.Go(func() {
					switch _, err := p.CreateUser(t.Context(), desk, in); {
					case err == nil:
						made.Add(1)
					case turno.CodeOf(err) == turno.CodeConflict:
						refused.Add(1)
					}
				})
			}
			forms.Wait()
			if made.Load() != 1 || refused.Load() != 3 {
				t.Errorf("four forms at once made %d and were refused %d times", made.Load(), refused.Load())
			}
			in.FullName = "jose  nunez"
			_, err := p.CreateUser(t.Context(), desk, in)
			wantCode(t, err, turno.CodeConflict)
			found, err := p.SamePatients(t.Context(), desk, "JOSÉ NUÑEZ", born)
			if err != nil || len(found) != 1 || found[0].FullName != "José Núñez" || found[0].Password != "" {
				t.Errorf("found %+v, %v", found, err)
			}
			in.Unlike = false // as the API makes people
			_, err = p.CreateUser(t.Context(), desk, in)
			p.must(err)
			_, err = p.SamePatients(t.Context(), p.patient(), "José Núñez", born)
			wantCode(t, err, turno.CodeForbidden)
		})
		t.Run("a doctor needs an email", func(t *testing.T) {
			in := p.newDoctor()
			in.Role, in.Email = turno.RoleDoctor, ""
			_, err := p.CreateUser(t.Context(), p.owner, in)
			wantCode(t, err, turno.CodeInvalid)
		})
		t.Run("a doctor needs a specialization that exists", func(t *testing.T) {
			in := p.newDoctor()
			in.Role, in.SpecializationID = turno.RoleDoctor, 12345
			_, err := p.CreateUser(t.Context(), p.owner, in)
			if diff := cmp.Diff([]string{"body.specialization_id"}, fieldsOf(err)); diff != "" {
				t.Errorf("the fields (-want +got):\n%s", diff)
			}
		})
	})
}

func TestUpdateUser(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		desk, doctor, ana := p.desk(), p.doctor(), p.patient()
		t.Run("the front desk changes patients", func(t *testing.T) {
			person, err := p.UpdateUser(t.Context(), desk, ana.UserID, account.Patch{FullName: new("Ana P.")})
			p.must(err)
			if person.FullName != "Ana P." {
				t.Errorf("the name is %q", person.FullName)
			}
		})
		t.Run("the front desk changes nobody else", func(t *testing.T) {
			_, err := p.UpdateUser(t.Context(), desk, doctor.UserID, account.Patch{FullName: new("X")})
			wantCode(t, err, turno.CodeForbidden)
		})
		t.Run("a patient changes nobody", func(t *testing.T) {
			_, err := p.UpdateUser(t.Context(), ana, doctor.UserID, account.Patch{FullName: new("X")})
			wantCode(t, err, turno.CodeForbidden)
		})
		t.Run("there is nobody of an unknown id", func(t *testing.T) {
			_, err := p.UpdateUser(t.Context(), p.owner, uuid.New(), account.Patch{FullName: new("X")})
			wantCode(t, err, turno.CodeNotFound)
		})
		t.Run("deactivating a doctor ends sessions and changes the calendar", func(t *testing.T) {
			before := p.session("doctor" + lastOf(p, doctor))
			person, err := p.UpdateUser(t.Context(), p.owner, doctor.UserID, account.Patch{Active: new(false)})
			p.must(err)
			if person.Active() || person.Doctor.CalendarVersion != 3 {
				t.Errorf("active %t, version %d", person.Active(), person.Doctor.CalendarVersion)
			}
			sessions, err := p.Sessions(t.Context(), before)
			p.must(err)
			if len(sessions) != 0 {
				t.Errorf("%d sessions are left", len(sessions))
			}
			_, err = p.signIn("doctor" + lastOf(p, doctor))
			wantCode(t, err, turno.CodeWrongCredentials)
			_, err = p.Doctor(t.Context(), policy.Caller{}, doctor.UserID)
			wantCode(t, err, turno.CodeNotFound)
			_, err = p.UpdateUser(t.Context(), p.owner, doctor.UserID, account.Patch{Active: new(true)})
			p.must(err)
			_, err = p.signIn("doctor" + lastOf(p, doctor))
			p.must(err)
		})
		t.Run("the last full admin stays", func(t *testing.T) {
			_, err := p.UpdateUser(t.Context(), p.owner, p.owner.UserID, account.Patch{Active: new(false)})
			wantCode(t, err, turno.CodeInUse)
			_, err = p.UpdateUser(t.Context(), p.owner, p.owner.UserID, account.Patch{StaffLevel: new(turno.StaffDesk)})
			wantCode(t, err, turno.CodeInUse)
			wantCode(t, p.EraseMe(t.Context(), p.owner), turno.CodeInUse)
		})
		t.Run("a promotion asks for a recent sign-in", func(t *testing.T) {
			late := p.owner
			late.AuthenticatedAt = late.AuthenticatedAt.Add(-11 * time.Minute)
			_, err := p.UpdateUser(t.Context(), late, desk.UserID, account.Patch{StaffLevel: new(turno.StaffFull)})
			wantCode(t, err, turno.CodeSignInAgain)
			person, err := p.UpdateUser(t.Context(), p.owner, desk.UserID, account.Patch{StaffLevel: new(turno.StaffFull)})
			p.must(err)
			if person.StaffLevel != turno.StaffFull {
				t.Errorf("the level is %q", person.StaffLevel)
			}
		})
	})
}

// lastOf is what makes the username of a person that p made differ.
func lastOf(p *people, c policy.Caller) string {
	p.t.Helper()
	me, err := p.Me(p.t.Context(), c)
	p.must(err)
	return me.Username[len(c.Role):]
}

func TestTwoAdminsDoNotRemoveEachOther(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		second, err := p.CreateAdmin(t.Context(), "second", "second@example.org", "Second", goodPassword)
		p.must(err)
		errs := make([]error, 2)
		var both sync.WaitGroup
		for i, id := range []uuid.UUID{p.owner.UserID, second.ID} {
			both.Go(func() { _, errs[i] = p.UpdateUser(t.Context(), p.owner, id, account.Patch{Active: new(false)}) })
		}
		both.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("want one to stay: %v", errors.Join(errs...))
		}
	})
}

func TestDoctors(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		registered, err := p.RegisterDoctor(t.Context(), policy.Caller{}, p.newDoctor())
		p.must(err)
		id, doctor := registered.ID, p.callerOf(registered)
		t.Run("a doctor who is not verified is not there for the public", func(t *testing.T) {
			_, err := p.Doctor(t.Context(), policy.Caller{}, id)
			wantCode(t, err, turno.CodeNotFound)
			_, err = p.Doctor(t.Context(), p.patient(), id)
			wantCode(t, err, turno.CodeNotFound)
			_, err = p.Doctor(t.Context(), doctor, id)
			p.must(err)
		})
		t.Run("only full staff verify", func(t *testing.T) {
			_, err := p.VerifyDoctor(t.Context(), doctor, id, "")
			wantCode(t, err, turno.CodeForbidden)
			_, err = p.VerifyDoctor(t.Context(), p.desk(), id, "")
			wantCode(t, err, turno.CodeForbidden)
		})
		t.Run("verifying keeps who, when and the note, and the note is not in the trail", func(t *testing.T) {
			profile, err := p.VerifyDoctor(t.Context(), p.owner, id, " Seen the certificate. ")
			p.must(err)
			if *profile.VerifiedBy != p.owner.UserID || !profile.VerifiedAt.Equal(p.clock.Now()) ||
				profile.VerificationNote != "Seen the certificate." || profile.CalendarVersion != 2 {
				t.Errorf("the doctor is %+v", profile)
			}
			trail := p.trail(id)
			if last := trail[len(trail)-1]; last != "UPDATE doctor verified=true" {
				t.Errorf("the trail says %q", last)
			}
		})
		t.Run("verifying again changes nothing, and stands once in the trail", func(t *testing.T) {
			before := p.trail(id)
			again, err := p.VerifyDoctor(t.Context(), p.owner, id, "Seen it too.")
			p.must(err)
			if !again.Before || again.VerificationNote != "Seen the certificate." || again.CalendarVersion != 2 {
				t.Errorf("the doctor is %+v", again)
			}
			if diff := cmp.Diff(before, p.trail(id)); diff != "" {
				t.Errorf("the trail (-before +after):\n%s", diff)
			}
		})
		t.Run("the public never learns the licence, the email or the username", func(t *testing.T) {
			profile, err := p.Doctor(t.Context(), policy.Caller{}, id)
			p.must(err)
			if profile.Private || profile.LicenseNumber+profile.Email+profile.Username+profile.Password+profile.VerificationNote != "" {
				t.Errorf("the public sees %+v", profile)
			}
		})
		t.Run("the doctor sets how to be booked", func(t *testing.T) {
			profile, err := p.UpdateDoctor(t.Context(), doctor, id, account.DoctorPatch{
				SlotMinutes: new(20), BufferMinutes: new(5), MinNoticeMinutes: new(0), HorizonDays: new(90),
				AutoConfirm: new(true), Bio: new("New."), TimeZone: new("Europe/Paris"),
			})
			p.must(err)
			got := []any{profile.SlotMinutes, profile.BufferMinutes, profile.MinNoticeMinutes, profile.HorizonDays,
				profile.AutoConfirm, profile.Bio, profile.TimeZone, profile.CalendarVersion}
			if diff := cmp.Diff([]any{20, 5, 0, 90, true, "New.", "Europe/Paris", int64(3)}, got); diff != "" {
				t.Errorf("the settings (-want +got):\n%s", diff)
			}
		})
		t.Run("the doctor does not change the licence or the specialization", func(t *testing.T) {
			_, err := p.UpdateDoctor(t.Context(), doctor, id, account.DoctorPatch{LicenseNumber: new("MD-9")})
			wantCode(t, err, turno.CodeForbidden)
			_, err = p.UpdateDoctor(t.Context(), p.owner, id, account.DoctorPatch{LicenseNumber: new("MD-9000")})
			p.must(err)
		})
		t.Run("nobody else changes the settings", func(t *testing.T) {
			_, err := p.UpdateDoctor(t.Context(), p.doctor(), id, account.DoctorPatch{Bio: new("x")})
			wantCode(t, err, turno.CodeForbidden)
		})
		t.Run("every bound is kept", func(t *testing.T) {
			missing := uuid.New()
			_, err := p.UpdateDoctor(t.Context(), p.owner, id, account.DoctorPatch{
				SlotMinutes: new(4), BufferMinutes: new(241), MinNoticeMinutes: new(-1), HorizonDays: new(731), YearsOfExperience: new(81),
			})
			want := []string{"body.slot_minutes", "body.buffer_minutes", "body.min_notice_minutes", "body.horizon_days", "body.years_of_experience"}
			if diff := cmp.Diff(want, fieldsOf(err)); diff != "" {
				t.Errorf("the fields (-want +got):\n%s", diff)
			}
			_, err = p.UpdateDoctor(t.Context(), p.owner, id, account.DoctorPatch{LocationID: &missing, SpecializationID: new(999)})
			if diff := cmp.Diff([]string{"body.specialization_id", "body.location_id"}, fieldsOf(err)); diff != "" {
				t.Errorf("the fields (-want +got):\n%s", diff)
			}
		})
		t.Run("unverifying hides the doctor again", func(t *testing.T) {
			profile, err := p.UnverifyDoctor(t.Context(), p.owner, id)
			p.must(err)
			if profile.VerifiedAt != nil || profile.VerifiedBy != nil || profile.Before {
				t.Errorf("the doctor is %+v", profile)
			}
			before := p.trail(id)
			again, err := p.UnverifyDoctor(t.Context(), p.owner, id)
			p.must(err)
			if diff := cmp.Diff(before, p.trail(id)); diff != "" || !again.Before {
				t.Errorf("taken back again: %t (-before +after):\n%s", again.Before, diff)
			}
			_, err = p.Doctor(t.Context(), policy.Caller{}, id)
			wantCode(t, err, turno.CodeNotFound)
		})
	})
}
