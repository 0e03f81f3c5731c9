package account_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestRegister(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		t.Run("a patient who registers can be read back as typed", func(t *testing.T) {
			in := p.newPatient()
			in.Username, in.Email, in.FullName = "Ana.Pérez", "Ana.Perez@Example.ORG", "  Ana Pérez "
			person, err := p.RegisterPatient(t.Context(), policy.Caller{}, in)
			if err != nil {
				t.Fatal(err)
			}
			me, err := p.Me(t.Context(), p.callerOf(person))
			if err != nil {
				t.Fatal(err)
			}
			user := turno.User{
				ID: person.ID, Username: "Ana.Pérez", Email: "Ana.Perez@Example.ORG", Role: turno.RolePatient,
				FullName: "Ana Pérez", TimeZone: "Europe/Madrid", CreatedAt: p.clock.Now(), UpdatedAt: p.clock.Now(),
			}
			want := account.Person{User: user, Patient: &turno.Patient{
				User: user, DateOfBirth: in.DateOfBirth, Gender: turno.GenderFemale, ContactNumber: "+34600111222",
			}, Second: &account.SecondFactor{}}
			if diff := cmp.Diff(want, me); diff != "" {
				t.Errorf("me (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"CREATE user role=patient"}, p.trail(person.ID)); diff != "" {
				t.Errorf("the trail (-want +got):\n%s", diff)
			}
		})
		t.Run("a doctor who registers has the settings of the table and no verification", func(t *testing.T) {
			in := p.newDoctor()
			person, err := p.RegisterDoctor(t.Context(), policy.Caller{}, in)
			if err != nil {
				t.Fatal(err)
			}
			want := &turno.Doctor{
				User:             person.User,
				SpecializationID: in.SpecializationID, LicenseNumber: in.LicenseNumber, YearsOfExperience: 12, Bio: "Listens.",
				TimeZone: "Africa/Lagos", SlotMinutes: 30, MinNoticeMinutes: 60, HorizonDays: 60, CalendarVersion: 1,
			}
			if diff := cmp.Diff(want, person.Doctor, cmpopts.IgnoreFields(turno.Doctor{}, "Specialization")); diff != "" {
				t.Errorf("the doctor (-want +got):\n%s", diff)
			}
		})
		t.Run("a patient without a time zone has that of the clinic", func(t *testing.T) {
			err := p.EnsureFirstLocation(t.Context(), turno.Location{Name: "Clinic", TimeZone: "Asia/Tokyo"})
			if err != nil {
				t.Fatal(err)
			}
			in := p.newPatient()
			in.TimeZone = ""
			person, err := p.RegisterPatient(t.Context(), policy.Caller{}, in)
			if err != nil || person.TimeZone != "Asia/Tokyo" {
				t.Errorf("the zone is %q, %v", person.TimeZone, err)
			}
		})
	})
}

func TestTakenIdentities(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		taken := p.newDoctor()
		taken.Username, taken.Email = "Straße", "Taken@Example.org"
		_, err := p.RegisterDoctor(t.Context(), policy.Caller{}, taken)
		p.must(err)
		for _, test := range []struct {
			name   string
			change func(in *account.NewUser)
		}{
			{"the same username is taken", func(in *account.NewUser) { in.Username = "Straße" }},
			{"the username in capitals is taken", func(in *account.NewUser) { in.Username = "STRASSE" }},
			{"the username in wide letters is taken", func(in *account.NewUser) { in.Username = "ＳＴＲＡＳＳＥ" }},
			{"the email in another case is taken", func(in *account.NewUser) { in.Email = "taken@EXAMPLE.org" }},
			{"the licence number is taken", func(in *account.NewUser) { in.LicenseNumber = taken.LicenseNumber }},
		} {
			t.Run(test.name, func(t *testing.T) {
				in := p.newDoctor()
				test.change(&in)
				_, err := p.RegisterDoctor(t.Context(), policy.Caller{}, in)
				wantCode(t, err, turno.CodeIdentityTaken)
				if fields := fieldsOf(err); fields != nil {
					t.Errorf("the answer names %v", fields)
				}
			})
		}
	})
}

func TestRegisterRefuses(t *testing.T) {
	t.Parallel()
	p := sqlitePeople(t, account.Config{})
	long := strings.Repeat("x", 201)
	for _, test := range []struct {
		name   string
		field  string
		change func(in *account.NewUser)
	}{
		{"a username with an @", "body.username", func(in *account.NewUser) { in.Username = "a@b" }},
		{"a username with an @ once folded", "body.username", func(in *account.NewUser) { in.Username = "ab＠c" }},
		{"a short username", "body.username", func(in *account.NewUser) { in.Username = "ab" }},
		{"a long username", "body.username", func(in *account.NewUser) { in.Username = long[:151] }},
		{"a username with a space", "body.username", func(in *account.NewUser) { in.Username = "ana perez" }},
		{"a username of an erased person", "body.username", func(in *account.NewUser) { in.Username = "Erased-1" }},
		{"an email without @", "body.email", func(in *account.NewUser) { in.Email = "ana.example.org" }},
		{"an email with a name", "body.email", func(in *account.NewUser) { in.Email = "Ana <ana@example.org>" }},
		{"an email without a dot", "body.email", func(in *account.NewUser) { in.Email = "ana@localhost" }},
		{"an email that is never mailed", "body.email", func(in *account.NewUser) { in.Email = "ana@NO-mail.invalid" }},
		{"a short password", "body.password", func(in *account.NewUser) { in.Password = "elevenchars" }},
		{"no password", "body.password", func(in *account.NewUser) { in.Password = "" }},
		{"a password of more than 1,024 bytes", "body.password", func(in *account.NewUser) { in.Password = strings.Repeat("longer ", 150) }},
		{"a password with NUL", "body.password", func(in *account.NewUser) { in.Password = goodPassword + "\x00" }},
		{"a password that is not UTF-8", "body.password", func(in *account.NewUser) { in.Password = goodPassword + "\xff" }},
		{"a common password", "body.password", func(in *account.NewUser) { in.Password = "Password1234" }},
		{"a run of digits as a password", "body.password", func(in *account.NewUser) { in.Password = "123456789012" }},
		{"a run of letters as a password", "body.password", func(in *account.NewUser) { in.Password = "mnopqrstuvwx" }},
		{"one character over and over", "body.password", func(in *account.NewUser) { in.Password = "aaaaaaaaaaaaaaa" }},
		{"a password with the username", "body.password", func(in *account.NewUser) { in.Password = "my own " + in.Username + " words" }},
		{"a password with the email's local part", "body.password", func(in *account.NewUser) {
			in.Email, in.Password = "teapot.fan@example.org", "the Teapot.Fan of today"
		}},
		{"no name", "body.full_name", func(in *account.NewUser) { in.FullName = "  " }},
		{"a long name", "body.full_name", func(in *account.NewUser) { in.FullName = long }},
		{"a name with NUL", "body.full_name", func(in *account.NewUser) { in.FullName = "A\x00a" }},
		{"a birth in the future", "body.date_of_birth", func(in *account.NewUser) { in.DateOfBirth = turno.Date{Year: 2027, Month: 1, Day: 6} }},
		{"a birth before 1900", "body.date_of_birth", func(in *account.NewUser) { in.DateOfBirth.Year = 1899 }},
		{"no date of birth", "body.date_of_birth", func(in *account.NewUser) { in.DateOfBirth = turno.Date{} }},
		{"an unknown gender", "body.gender", func(in *account.NewUser) { in.Gender = "none" }},
		{"a number without its country", "body.contact_number", func(in *account.NewUser) { in.ContactNumber = "600 111 222" }},
		{"a number of fifteen digits", "body.contact_number", func(in *account.NewUser) { in.ContactNumber = "+346001112223334" }},
		{"an unknown zone", "body.time_zone", func(in *account.NewUser) { in.TimeZone = "Mars/Base" }},
		{"the zone of this computer", "body.time_zone", func(in *account.NewUser) { in.TimeZone = "Local" }},
		{"a path as a zone", "body.time_zone", func(in *account.NewUser) { in.TimeZone = "../../etc/passwd" }},
		{"a strange locale", "body.locale", func(in *account.NewUser) { in.Locale = "es_ES!" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := p.newPatient()
			test.change(&in)
			_, err := p.RegisterPatient(t.Context(), policy.Caller{}, in)
			wantCode(t, err, turno.CodeInvalid)
			if diff := cmp.Diff([]string{test.field}, fieldsOf(err)); diff != "" {
				t.Errorf("the fields (-want +got):\n%s", diff)
			}
			if in.Password != "" && err != nil && strings.Contains(err.Error(), in.Password) {
				t.Errorf("the error repeats the password: %v", err)
			}
		})
	}
}

func TestRegisterAccepts(t *testing.T) {
	t.Parallel()
	p := sqlitePeople(t, account.Config{})
	for _, test := range []struct {
		name   string
		change func(in *account.NewUser)
	}{
		{"a passphrase", func(in *account.NewUser) { in.Password = "turno-demo-clinic" }},
		{"a well-known word in a longer password", func(in *account.NewUser) { in.Password = "my password is quite long" }},
		{"a password in another script", func(in *account.NewUser) { in.Password = "пять синих чайников" }},
		{"a baby born today in Kiribati", func(in *account.NewUser) { in.DateOfBirth = turno.Date{Year: 2027, Month: 1, Day: 4} }},
		{"nothing optional", func(in *account.NewUser) { in.Gender, in.ContactNumber, in.TimeZone = "", "", "" }},
		{"a number of fourteen digits", func(in *account.NewUser) { in.ContactNumber = "+34 (600) 111.222-333" }},
		{"a name in another script", func(in *account.NewUser) { in.Username, in.FullName = "山田花子", "山田 花子" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := p.newPatient()
			test.change(&in)
			if _, err := p.RegisterPatient(t.Context(), policy.Caller{}, in); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRivalsForOneUsername(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		const rivals = 20
		inputs := make([]account.NewUser, rivals)
		for i := range inputs {
			inputs[i] = p.newPatient()
			inputs[i].Username = "the-one"
			if i%2 == 1 {
				inputs[i].Username = "THE-ONE"
			}
		}
		errs := make([]error, rivals)
		var all sync.WaitGroup
		for i, in := range inputs {
			all.Go(func() { _, errs[i] = p.RegisterPatient(t.Context(), policy.Caller{}, in) })
		}
		all.Wait()
		winners := 0
		for _, err := range errs {
			if err == nil {
				winners++
				continue
			}
			wantCode(t, err, turno.CodeIdentityTaken)
		}
		if winners != 1 {
			t.Errorf("%d rivals have the username, want 1: %v", winners, errors.Join(errs...))
		}
	})
}

func TestSignUpsAreLimited(t *testing.T) {
	t.Parallel()
	p := sqlitePeople(t, account.Config{SignupsPerHour: 3})
	from := func(address string) error {
		_, err := p.RegisterPatient(t.Context(), policy.Caller{Address: address}, p.newPatient())
		return err
	}
	for range 3 {
		p.must(from("192.0.2.9"))
	}
	err := from("192.0.2.9")
	wantCode(t, err, turno.CodeRateLimited)
	if e, ok := errors.AsType[*turno.Error](err); !ok || e.RetryAfter != 20*time.Minute {
		t.Errorf("the error is %#v, want to be told to wait 20 minutes", err)
	}
	p.must(from("192.0.2.10"))
	for _, address := range []string{"2001:db8::1", "2001:db8::2", "2001:db8::3"} {
		p.must(from(address))
	}
	wantCode(t, from("2001:db8::4"), turno.CodeRateLimited)
	p.clock.Advance(20 * time.Minute)
	p.must(from("192.0.2.9"))
}

// sqlitePeople is for rules that no database has a part in.
func sqlitePeople(t *testing.T, config account.Config) *people {
	t.Helper()
	clock := storetest.NewClock(storetest.Monday())
	return newPeople(t, storetest.New(t, sqldb.SQLite, clock), clock, config)
}
