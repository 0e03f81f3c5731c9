package policy

import (
	"time"

	"github.com/turno-health/turno"
)

// Relation is how a caller stands to the thing in question: a set of bits.
type Relation uint16

// The relations. The first six follow from the Caller alone; the others are
// found out by the use case.
const (
	Anyone   Relation = 1 << iota // also somebody who has not signed in
	SignedIn                      // anybody with an account
	Patient                       // has the role patient
	Doctor                        // has the role doctor
	Desk                          // staff at the front desk
	Full                          // staff who may do everything

	Self         // it is their own: account, record, visit, hold
	Proxy        // they act for the patient whose it is
	ItsDoctor    // the doctor of the visit, or whose profile or calendar it is
	KnowsPatient // a doctor with a visit of the patient (SECURITY.md)
)

// Staff is either level.
const Staff = Desk | Full

// Check returns nil when the caller may do the action, given how they relate to
// the thing beside what they are in general. Otherwise it is a turno.Error:
// unauthenticated for somebody unknown, forbidden for somebody who may know that
// the thing is there, and not found for everybody else.
func Check(c Caller, action Action, relation Relation) error {
	rule, known := table[action]
	if !known {
		return &turno.Error{Kind: turno.KindInternal, Code: turno.CodeInternal,
			Message: "The action " + string(action) + " has no row in the access table."}
	}
	if c.MustSetUp && !rule.always {
		return secondFactorNeeded()
	}
	relation |= c.general()
	switch {
	case relation&rule.may != 0:
		return nil
	case !c.SignedIn():
		return turno.Unauthenticated()
	case relation&(rule.sees|rule.may) != 0 || rule.what == "":
		return turno.Forbidden("You may not do this.")
	}
	return turno.NotFound(rule.what)
}

// Admit refuses at the door whoever has not signed in, when nobody unknown may
// do the action. It saves a use case from looking anything up for them; Check
// still decides.
func Admit(c Caller, action Action) error {
	if c.MustSetUp && !table[action].always {
		return secondFactorNeeded()
	}
	if !c.SignedIn() && table[action].may&Anyone == 0 {
		return turno.Unauthenticated()
	}
	return nil
}

// recently is how long giving the password, or a passkey, counts (SECURITY.md).
const recently = 10 * time.Minute

// CheckRecent refuses what a stolen session must not do: it is nil for an action
// that asks for no more than a session, and for a caller who has given the
// password or a passkey within the last ten minutes. Otherwise it is a
// turno.KindForbidden error with CodeSignInAgain.
func CheckRecent(c Caller, action Action, now time.Time) error {
	if !table[action].recent || now.Sub(c.AuthenticatedAt) <= recently {
		return nil
	}
	return &turno.Error{
		Kind: turno.KindForbidden, Code: turno.CodeSignInAgain,
		Message: "Please sign in again to do this.",
	}
}

// AsksAgain reports whether the action needs CheckRecent.
func AsksAgain(action Action) bool { return table[action].recent }

func secondFactorNeeded() error {
	return &turno.Error{
		Kind: turno.KindForbidden, Code: turno.CodeSecondFactorNeeded,
		Message: "Your account needs a second factor. Please set one up first.",
	}
}

// Known reports whether the access table has a row for the action.
func Known(action Action) bool {
	_, known := table[action]
	return known
}
