package account_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
)

func TestWhoLostEverythingStartsWithThePasswordAgain(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		patient, phone := p.patient(), newPhone()
		login := p.username(patient)
		patient = p.session(login)
		p.setUp(patient)
		p.addPasskey(patient, phone)
		ticket, answer := p.ticket(login), p.answer(phone)
		p.must(p.SeeNotices(t.Context(), patient))

		user, err := p.ResetSecondFactor(t.Context(), "  "+login)
		if turno.KindOf(err) != turno.KindNotFound {
			t.Errorf("a name that is nobody's: %v, %v", user, err)
		}
		user, err = p.ResetSecondFactor(t.Context(), login)
		p.must(err)
		if user.ID != patient.UserID {
			t.Errorf("the second factor of %s is reset", user.Username)
		}
		if sessions := p.sessionsOf(patient.UserID); len(sessions) > 0 {
			t.Errorf("%d sessions go on", len(sessions))
		}
		_, err = p.second(ticket, "123456")
		wantCode(t, err, turno.CodeUnauthenticated)
		if _, err := p.loginWith(answer); err == nil {
			t.Error("the passkey still signs in")
		}
		me := p.session(login)
		second, err := p.SecondFactor(t.Context(), me)
		p.must(err)
		if diff := cmp.Diff(account.SecondFactor{}, second); diff != "" || me.MustSetUp {
			t.Errorf("what is left, and must be set up: %t (-want +got):\n%s", me.MustSetUp, diff)
		}
		if diff := cmp.Diff([]account.NoticeKind{account.NoticeFactorReset}, p.notices(me)); diff != "" {
			t.Errorf("the notices (-want +got):\n%s", diff)
		}
		_, err = p.ResetSecondFactor(t.Context(), login)
		wantCode(t, err, turno.CodeConflict) // there is nothing left
		trail := p.trail(patient.UserID)
		if diff := cmp.Diff([]string{"UPDATE user second_factor_reset", "LOGIN_FAILED user passkey", "LOGIN session "}, trail[len(trail)-3:]); diff != "" {
			t.Errorf("the trail ends with (-want +got):\n%s", diff)
		}
	})
}

func TestWhereASecondFactorIsRequiredAResetGivesNoGrace(t *testing.T) {
	t.Parallel()
	eachStrict(t, account.RequireStaff, func(t *testing.T, p *people) {
		doctor := p.doctor()
		login := p.username(doctor)
		p.setUp(doctor)
		p.clock.Advance(time.Hour)
		_, err := p.ResetSecondFactor(t.Context(), login)
		p.must(err)
		c := p.session(login)
		if !c.MustSetUp {
			t.Error("after it a session may do everything without a second factor")
		}
		c.AuthenticatedAt = p.clock.Now()
		p.setUp(c)
	})
}
