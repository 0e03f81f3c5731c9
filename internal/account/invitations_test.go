package account_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
)

func TestInvitations(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		ana, sister := p.patient(), p.patient()
		me, err := p.Me(t.Context(), sister)
		p.must(err)
		anas, err := p.Me(t.Context(), ana)
		p.must(err)
		invite := func(name string) account.Invitation {
			t.Helper()
			asked, err := p.InviteProxy(t.Context(), ana, ana.UserID, account.NewProxy{Username: name, Relation: " sister "})
			p.must(err)
			return asked
		}
		mine := func() []account.Invitation {
			t.Helper()
			all, err := p.InvitationsToMe(t.Context(), sister)
			p.must(err)
			return all
		}
		t.Run("tell nobody who has an account", func(t *testing.T) {
			there, missing := invite(me.Username), invite("nobody-at-all")
			hidden := cmpopts.IgnoreFields(account.Invitation{}, "ID", "Named")
			if diff := cmp.Diff(there, missing, hidden); diff != "" || there.Named != me.Username || missing.Named != "nobody-at-all" {
				t.Errorf("with and without an account they differ: %s", diff)
			}
			asked, err := p.Invitations(t.Context(), ana, ana.UserID)
			p.must(err)
			if diff := cmp.Diff([]account.Invitation{there, missing}, asked, cmpopts.IgnoreFields(account.Invitation{}, "PatientName")); diff != "" {
				t.Errorf("the patient's list (-want +got):\n%s", diff)
			}
		})
		t.Run("are shown to who is asked, and nothing else is", func(t *testing.T) {
			if got := mine(); len(got) != 1 || got[0].PatientName != anas.FullName || got[0].Relation != "sister" {
				t.Errorf("the sister reads %+v", got)
			}
			_, err := p.Patient(t.Context(), sister, ana.UserID)
			wantCode(t, err, turno.CodeNotFound)
		})
		t.Run("that are declined look the same to the patient", func(t *testing.T) {
			before, err := p.Invitations(t.Context(), ana, ana.UserID)
			p.must(err)
			p.must(p.DeclineInvitation(t.Context(), sister, mine()[0].ID))
			after, err := p.Invitations(t.Context(), ana, ana.UserID)
			p.must(err)
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("the patient sees that it was declined:\n%s", diff)
			}
			invite(me.Username)
			if got := mine(); len(got) != 0 {
				t.Errorf("who declined is asked again: %+v", got)
			}
		})
		t.Run("are for who is asked", func(t *testing.T) {
			p.clock.Advance(14 * 24 * time.Hour) // by when a refusal is over
			invite("nobody-at-all")
			asked := invite(" " + me.Username + "\t")
			for _, other := range []policy.Caller{ana, p.patient(), p.owner} {
				wantCode(t, p.AcceptInvitation(t.Context(), other, asked.ID), turno.CodeNotFound)
				wantCode(t, p.DeclineInvitation(t.Context(), other, asked.ID), turno.CodeNotFound)
			}
			wantCode(t, p.AcceptInvitation(t.Context(), policy.Caller{}, asked.ID), turno.CodeUnauthenticated)
		})
		t.Run("make somebody act once accepted", func(t *testing.T) {
			asked := mine()[0]
			p.must(p.AcceptInvitation(t.Context(), sister, asked.ID))
			_, err := p.Patient(t.Context(), sister, ana.UserID)
			p.must(err)
			wantCode(t, p.AcceptInvitation(t.Context(), sister, asked.ID), turno.CodeNotFound)
			left, err := p.Invitations(t.Context(), ana, ana.UserID)
			p.must(err)
			if len(left) != 1 || left[0].Named != "nobody-at-all" {
				t.Errorf("what is left: %+v", left)
			}
		})
		t.Run("are over when taken back, or after two weeks", func(t *testing.T) {
			aunt := p.patient()
			other, err := p.InviteProxy(t.Context(), ana, ana.UserID, account.NewProxy{UserID: &aunt.UserID, Relation: "aunt"})
			p.must(err)
			wantCode(t, p.WithdrawInvitation(t.Context(), sister, ana.UserID, other.ID), turno.CodeForbidden)
			p.must(p.WithdrawInvitation(t.Context(), ana, ana.UserID, other.ID))
			wantCode(t, p.WithdrawInvitation(t.Context(), ana, ana.UserID, other.ID), turno.CodeNotFound)
			wantCode(t, p.AcceptInvitation(t.Context(), aunt, other.ID), turno.CodeNotFound)
			other, err = p.InviteProxy(t.Context(), ana, ana.UserID, account.NewProxy{UserID: &aunt.UserID, Relation: "aunt"})
			p.must(err)
			p.clock.Advance(14 * 24 * time.Hour)
			wantCode(t, p.AcceptInvitation(t.Context(), aunt, other.ID), turno.CodeNotFound)
		})
		for name, in := range map[string]account.NewProxy{
			"oneself":                  {UserID: &ana.UserID, Relation: "x"},
			"oneself by name":          {Username: anas.Username, Relation: "x"},
			"without a relation":       {Username: me.Username},
			"until a time in the past": {Username: me.Username, Relation: "x", EndsAt: new(p.clock.Now())},
			"nobody":                   {Relation: "x"},
		} {
			t.Run("are refused for "+name, func(t *testing.T) {
				p.clock.Advance(time.Hour) // asking many people is limited
				_, err := p.InviteProxy(t.Context(), ana, ana.UserID, in)
				wantCode(t, err, turno.CodeInvalid)
			})
		}
	})
}

func TestAskingAgainRevivesNoRefusal(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		ana, sister := p.patient(), p.patient()
		p.verifyEmail(sister)
		me, err := p.Me(t.Context(), sister)
		p.must(err)
		ask := func(name string) account.Invitation {
			t.Helper()
			asked, err := p.InviteProxy(t.Context(), ana, ana.UserID, account.NewProxy{Username: name, Relation: "sister"})
			p.must(err)
			return asked
		}
		first, nobody := ask(me.Username), ask("nobody-at-all")
		p.must(p.DeclineInvitation(t.Context(), sister, first.ID))
		for _, asked := range []account.Invitation{first, nobody} {
			p.must(p.WithdrawInvitation(t.Context(), ana, ana.UserID, asked.ID))
			wantCode(t, p.WithdrawInvitation(t.Context(), ana, ana.UserID, asked.ID), turno.CodeNotFound)
		}
		if listed := p.askedBy(ana); len(listed) != 0 {
			t.Errorf("taken back, the list still has %+v", listed)
		}
		p.clock.Advance(time.Hour)
		again, other := ask(me.Username), ask("nobody-at-all")
		if again.ID == first.ID || again.CreatedAt != p.clock.Now() || again.CreatedAt != other.CreatedAt || again.ExpiresAt != other.ExpiresAt {
			t.Errorf("asked anew it is %+v, and nobody is %+v: the patient can tell them apart", again, other)
		}
		byEmail := ask(me.Email)
		if got := p.askedOf(sister); len(got) != 0 {
			t.Errorf("who declined is asked again: %+v", got)
		}
		for _, asked := range []account.Invitation{again, byEmail} {
			wantCode(t, p.AcceptInvitation(t.Context(), sister, asked.ID), turno.CodeNotFound)
		}
		if listed := p.askedBy(ana); len(listed) != 3 {
			t.Errorf("the patient's list is %+v", listed)
		}
		p.clock.Advance(14 * 24 * time.Hour)
		ask(me.Username)
		if got := p.askedOf(sister); len(got) != 1 {
			t.Errorf("two weeks later one may ask again, but they read %+v", got)
		}
	})
}

func TestAnInvitationFindsVerifiedEmailsOnly(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		ana, sister := p.patient(), p.patient()
		me, err := p.Me(t.Context(), sister)
		p.must(err)
		in := account.NewProxy{Username: me.Email, Relation: "sister"}
		before, err := p.InviteProxy(t.Context(), ana, ana.UserID, in)
		p.must(err)
		if got := p.askedOf(sister); len(got) != 0 {
			t.Errorf("whoever registered the address is asked: %+v", got)
		}
		_, err = p.AddProxy(t.Context(), p.owner, ana.UserID, in)
		wantCode(t, err, turno.CodeInvalid)
		p.verifyEmail(sister)
		after, err := p.InviteProxy(t.Context(), ana, ana.UserID, in)
		p.must(err)
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("the patient is told whether it is verified:\n%s", diff)
		}
		if got := p.askedOf(sister); len(got) != 1 {
			t.Errorf("verified, its owner reads %+v", got)
		}
		_, err = p.AddProxy(t.Context(), p.owner, ana.UserID, in)
		p.must(err)
	})
}

// A domain in other letters and its form that begins with xn-- are one: mail to either
// arrives in the same mailbox.
func TestTheTwoFormsOfADomainAreOneAddress(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		in := p.newPatient()
		in.Email = "Nora@exämple.org"
		person, err := p.RegisterPatient(t.Context(), policy.Caller{}, in)
		p.must(err)
		if person.Email != in.Email {
			t.Errorf("people read %q, who typed %q", person.Email, in.Email)
		}
		nora := p.callerOf(person)
		for _, form := range []string{"nora@xn--exmple-cua.org", "nora@EXÄMPLE.org", "nora@exa\u0308mple.org"} {
			second := p.newPatient()
			second.Email = form
			_, err := p.RegisterPatient(t.Context(), policy.Caller{}, second)
			wantCode(t, err, turno.CodeIdentityTaken)
			if _, err := p.signIn(form); err != nil {
				t.Errorf("signing in as %s: %v", form, err)
			}
		}
		p.verifyEmail(nora)
		ana := p.patient()
		for _, form := range []string{"nora@exämple.org", "nora@xn--exmple-cua.org"} {
			_, err := p.InviteProxy(t.Context(), ana, ana.UserID, account.NewProxy{Username: form, Relation: "sister"})
			p.must(err)
		}
		if asked := p.askedBy(ana); len(asked) != 1 || asked[0].Named != "nora@exämple.org" {
			t.Errorf("she has asked %+v", asked)
		}
		if asked := p.askedOf(nora); len(asked) != 1 {
			t.Errorf("Nora is asked %d times", len(asked))
		}
	})
}

// Whoever accepts one of two invitations, by a username and by an email, does not
// tell the patient that both are theirs.
func TestAcceptingTellsNothingOfOtherInvitations(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		ana, sister := p.patient(), p.patient()
		me, err := p.Me(t.Context(), sister)
		p.must(err)
		p.verifyEmail(sister)
		ask := func(name string) account.Invitation {
			t.Helper()
			asked, err := p.InviteProxy(t.Context(), ana, ana.UserID, account.NewProxy{Username: name, Relation: "sister"})
			p.must(err)
			return asked
		}
		list := func() []account.Invitation {
			t.Helper()
			all, err := p.Invitations(t.Context(), ana, ana.UserID)
			p.must(err)
			return all
		}
		byName, byEmail, nobody := ask(me.Username), ask(me.Email), ask("nobody@example.org")
		if got := p.askedOf(sister); len(got) != 2 {
			t.Fatalf("she is asked %d times", len(got))
		}
		before := list()
		p.must(p.AcceptInvitation(t.Context(), sister, byName.ID))
		want := slices.DeleteFunc(before, func(i account.Invitation) bool { return i.ID == byName.ID })
		if diff := cmp.Diff(want, list()); diff != "" || len(want) != 2 {
			t.Errorf("the patient's list (-want +got):\n%s", diff)
		}
		wantCode(t, p.AcceptInvitation(t.Context(), sister, byEmail.ID), turno.CodeNotFound)
		p.must(p.EndProxy(t.Context(), ana, ana.UserID, sister.UserID))
		if diff := cmp.Diff(want, list()); diff != "" {
			t.Errorf("after she was asked to act no more, the patient's list (-want +got):\n%s", diff)
		}
		there, missing := ask(me.Email), ask("nobody@example.org")
		if there.ID != byEmail.ID || missing.ID != nobody.ID {
			t.Error("asked again, the two differ")
		}
	})
}

func TestNoInvitationOutlivesWhatIsDecidedOtherwise(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		ana, sister := p.patient(), p.patient()
		ask := func() account.Invitation {
			t.Helper()
			asked, err := p.InviteProxy(t.Context(), ana, ana.UserID, account.NewProxy{UserID: &sister.UserID, Relation: "sister"})
			p.must(err)
			return asked
		}
		add := func(endsAt time.Time) {
			t.Helper()
			_, err := p.AddProxy(t.Context(), p.owner, ana.UserID, account.NewProxy{UserID: &sister.UserID, Relation: "sister", EndsAt: &endsAt})
			p.must(err)
		}
		end := p.clock.Now().Add(48 * time.Hour)
		t.Run("staff who name somebody until a day", func(t *testing.T) {
			asked := ask()
			add(end)
			wantCode(t, p.AcceptInvitation(t.Context(), sister, asked.ID), turno.CodeNotFound)
			proxies, err := p.Proxies(t.Context(), ana, ana.UserID)
			p.must(err)
			if len(proxies) != 1 || proxies[0].EndsAt == nil || !proxies[0].EndsAt.Equal(end) {
				t.Errorf("the sister acts as %+v", proxies)
			}
		})
		t.Run("the end of acting", func(t *testing.T) {
			asked := ask()
			p.must(p.EndProxy(t.Context(), ana, ana.UserID, sister.UserID))
			wantCode(t, p.AcceptInvitation(t.Context(), sister, asked.ID), turno.CodeNotFound)
			_, err := p.Patient(t.Context(), sister, ana.UserID)
			wantCode(t, err, turno.CodeNotFound)
		})
		t.Run("but a refusal outlives the end of acting", func(t *testing.T) {
			add(end)
			p.must(p.DeclineInvitation(t.Context(), sister, ask().ID))
			p.must(p.EndProxy(t.Context(), sister, ana.UserID, sister.UserID))
			ask()
			if got := p.askedOf(sister); len(got) != 0 {
				t.Errorf("who declined is asked again: %+v", got)
			}
		})
	})
}

func TestErasingWhoIsInvitedTellsNobody(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		ana, sister, aunt := p.patient(), p.patient(), p.patient()
		for _, asked := range []policy.Caller{sister, aunt} {
			_, err := p.InviteProxy(t.Context(), ana, ana.UserID, account.NewProxy{Username: p.username(asked), Relation: "family"})
			p.must(err)
		}
		p.must(p.DeclineInvitation(t.Context(), aunt, p.askedOf(aunt)[0].ID))
		before := p.askedBy(ana)
		for _, asked := range []policy.Caller{sister, aunt} {
			p.must(p.EraseUser(t.Context(), p.owner, asked.UserID))
		}
		if diff := cmp.Diff(before, p.askedBy(ana)); diff != "" || len(before) != 2 {
			t.Errorf("the patient's list tells of it:\n%s", diff)
		}
	})
}

func (p *people) verifyEmail(c policy.Caller) {
	p.t.Helper()
	p.must(p.db.Write(p.t.Context(), change(c.UserID, func(tx *sqldb.Tx, u *turno.User) { u.EmailVerifiedAt = &tx.Now })))
}

func (p *people) askedBy(c policy.Caller) []account.Invitation {
	p.t.Helper()
	all, err := p.Invitations(p.t.Context(), c, c.UserID)
	p.must(err)
	return all
}

func (p *people) askedOf(c policy.Caller) []account.Invitation {
	p.t.Helper()
	all, err := p.InvitationsToMe(p.t.Context(), c)
	p.must(err)
	return all
}

func TestAnInvitationGoesWithThePerson(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		ana, sister := p.patient(), p.patient()
		asked, err := p.InviteProxy(t.Context(), ana, ana.UserID, account.NewProxy{UserID: &sister.UserID, Relation: "sister"})
		p.must(err)
		p.must(p.EraseUser(t.Context(), p.owner, ana.UserID))
		wantCode(t, p.AcceptInvitation(t.Context(), sister, asked.ID), turno.CodeNotFound)
	})
}
