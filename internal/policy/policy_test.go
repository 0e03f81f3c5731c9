package policy_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
)

// The whole table is tried through every route in package api; here are the
// answers that it can give.
func TestCheck(t *testing.T) {
	t.Parallel()
	somebody := func(role turno.Role, level turno.StaffLevel) policy.Caller {
		return policy.Caller{UserID: uuid.New(), Role: role, StaffLevel: level}
	}
	patient, doctor := somebody(turno.RolePatient, ""), somebody(turno.RoleDoctor, "")
	desk, full := somebody(turno.RoleAdmin, turno.StaffDesk), somebody(turno.RoleAdmin, turno.StaffFull)
	tests := []struct {
		name     string
		caller   policy.Caller
		action   policy.Action
		relation policy.Relation
		want     string // the code of the refusal, empty when allowed
	}{
		{"anybody searches", policy.Caller{}, policy.SearchDoctors, 0, ""},
		{"nobody books unknown", policy.Caller{}, policy.BookAppointment, 0, turno.CodeUnauthenticated},
		{"a patient opens their visit", patient, policy.ReadAppointment, policy.Self, ""},
		{"a stranger does not learn of it", patient, policy.ReadAppointment, 0, turno.CodeNotFound},
		{"its patient sees it and may not confirm it", patient, policy.ConfirmAppointment, policy.Self, turno.CodeForbidden},
		{"its doctor confirms it", doctor, policy.ConfirmAppointment, policy.ItsDoctor, ""},
		{"another doctor does not learn of it", doctor, policy.ConfirmAppointment, 0, turno.CodeNotFound},
		{"the desk confirms", desk, policy.ConfirmAppointment, 0, ""},
		{"the desk verifies nobody", desk, policy.VerifyDoctor, 0, turno.CodeForbidden},
		{"full staff verify", full, policy.VerifyDoctor, 0, ""},
		{"the desk sees the numbers of the day", desk, policy.ReadToday, 0, ""},
		{"a doctor does not", doctor, policy.ReadToday, 0, turno.CodeForbidden},
		{"the desk sees no other numbers", desk, policy.ReadAnalytics, 0, turno.CodeForbidden},
		{"full staff see how the system is doing", full, policy.ReadSystem, 0, ""},
		{"the desk does not", desk, policy.ReadSystem, 0, turno.CodeForbidden},
		{"the desk has no job tried again", desk, policy.RetryJob, 0, turno.CodeForbidden},
		{"full staff read what was mailed", full, policy.ReadMails, 0, ""},
		{"the desk does not", desk, policy.ReadMails, 0, turno.CodeForbidden},
		{"the desk has a refused address tried again", desk, policy.RetryAddress, 0, ""},
		{"a doctor does not", doctor, policy.RetryAddress, 0, turno.CodeForbidden},
		{"staff hold nothing", full, policy.CreateHold, 0, turno.CodeForbidden},
		{"an action without a row is refused to everybody", full, "no.such.action", 0, turno.CodeInternal},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := policy.Check(test.caller, test.action, test.relation)
			if test.want == "" && err != nil || test.want != "" && turno.CodeOf(err) != test.want {
				t.Errorf("got %v, want code %q", err, test.want)
			}
		})
	}
	if policy.Admit(policy.Caller{}, policy.BookAppointment) == nil || policy.Admit(policy.Caller{}, policy.SearchDoctors) != nil {
		t.Error("at the door only those are refused who could never come in")
	}
}
