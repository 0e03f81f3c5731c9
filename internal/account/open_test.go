package account_test

import (
	"testing"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
)

func TestStaffOpenAccountsAndTheTrailNotesRecords(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		patient, doctor, desk := p.patient(), p.doctor(), p.desk()
		for _, test := range []struct {
			name   string
			caller policy.Caller
			whom   policy.Caller
			want   string // the code of the refusal, empty when it opens
		}{
			{"the desk opens a patient", desk, patient, ""},
			{"full staff open a patient", p.owner, patient, ""},
			{"full staff open a doctor", p.owner, doctor, ""},
			{"full staff open staff", p.owner, desk, ""},
			{"the desk opens no doctor", desk, doctor, turno.CodeForbidden},
			{"the desk opens no staff", desk, p.owner, turno.CodeForbidden},
			{"a doctor opens nobody", doctor, patient, turno.CodeForbidden},
			{"a patient opens nobody", patient, patient, turno.CodeForbidden},
			{"nobody opens nobody", policy.Caller{}, patient, turno.CodeUnauthenticated},
			{"an id that is nobody's", p.owner, policy.Caller{UserID: turno.NewID()}, turno.CodeNotFound},
		} {
			person, err := p.Open(t.Context(), test.caller, test.whom.UserID)
			if test.want == "" && err != nil || test.want != "" && turno.CodeOf(err) != test.want {
				t.Errorf("%s: got %v, want code %q", test.name, err, test.want)
			}
			if err == nil && (person.ID != test.whom.UserID || person.Password != "" || (person.Patient != nil) != (person.Role == turno.RolePatient)) {
				t.Errorf("%s: got %+v", test.name, person)
			}
		}
		reads := 0
		for _, line := range p.trail(patient.UserID) {
			if line == "READ patient" || len(line) > 12 && line[:12] == "READ patient" {
				reads++
			}
		}
		if reads != 2 {
			t.Errorf("the record was opened by two, and the trail notes %d: %q", reads, p.trail(patient.UserID))
		}
	})
}
