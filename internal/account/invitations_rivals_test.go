package account_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// sistersInvitation is one of a patient's to somebody by username.
func (p *people) sistersInvitation() (ana, sister policy.Caller, id uuid.UUID) {
	p.t.Helper()
	ana, sister = p.patient(), p.patient()
	asked, err := p.InviteProxy(p.t.Context(), ana, ana.UserID, account.NewProxy{Username: p.username(sister), Relation: "sister"})
	p.must(err)
	return ana, sister, asked.ID
}

func (p *people) wantNoProxies(ana policy.Caller) {
	p.t.Helper()
	proxies, err := p.Proxies(p.t.Context(), ana, ana.UserID)
	p.must(err)
	if len(proxies) != 0 {
		p.t.Errorf("%d act for the patient", len(proxies))
	}
}

func TestWhoAcceptsActsOnlyWhileTheInvitationIsTheirs(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		withdraw := func(ana policy.Caller, id uuid.UUID) func(*sqldb.Tx) error {
			return func(tx *sqldb.Tx) error {
				_, err := store.WithdrawInvitation(tx, ana.UserID, id)
				return err
			}
		}
		for name, first := range map[string]func(ana, sister policy.Caller, id uuid.UUID) (lock uuid.UUID, step func(*sqldb.Tx) error){
			"it is taken back": func(ana, _ policy.Caller, id uuid.UUID) (uuid.UUID, func(*sqldb.Tx) error) {
				return ana.UserID, withdraw(ana, id)
			},
			"it is taken back by somebody who forgot the lock": func(ana, _ policy.Caller, id uuid.UUID) (uuid.UUID, func(*sqldb.Tx) error) {
				return turno.NewID(), withdraw(ana, id)
			},
			"the name is another's by now, who is asked again": func(ana, sister policy.Caller, _ uuid.UUID) (uuid.UUID, func(*sqldb.Tx) error) {
				again := turno.ProxyInvitation{ID: turno.NewID(), PatientID: ana.UserID, ProxyUserID: &p.owner.UserID,
					Named: p.username(sister), Relation: "sister", CreatedAt: p.clock.Now(), ExpiresAt: p.clock.Now().AddDate(0, 0, 1)}
				return ana.UserID, func(tx *sqldb.Tx) error {
					_, err := store.PutInvitation(tx, again)
					return err
				}
			},
			"they are erased": func(_, sister policy.Caller, _ uuid.UUID) (uuid.UUID, func(*sqldb.Tx) error) {
				return sister.UserID, change(sister.UserID, erased)
			},
		} {
			t.Run(name, func(t *testing.T) {
				ana, sister, id := p.sistersInvitation()
				lock, step := first(ana, sister, id)
				err := p.during(lock, step, func() error { return p.AcceptInvitation(t.Context(), sister, id) })
				wantCode(t, err, turno.CodeNotFound)
				p.wantNoProxies(ana)
			})
		}
		t.Run("staff don't name somebody who is being erased", func(t *testing.T) {
			ana, sister := p.patient(), p.patient()
			err := p.during(sister.UserID, change(sister.UserID, erased), func() error {
				_, err := p.AddProxy(t.Context(), p.owner, ana.UserID, account.NewProxy{UserID: &sister.UserID, Relation: "sister"})
				return err
			})
			wantCode(t, err, turno.CodeInvalid)
			p.wantNoProxies(ana)
		})
	})
}

func TestAnInvitationIsEitherAcceptedOrTakenBack(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		for range 10 {
			ana, sister, id := p.sistersInvitation()
			var accepted, withdrawn error
			var both sync.WaitGroup
			both.Go(func() { accepted = p.AcceptInvitation(t.Context(), sister, id) })
			both.Go(func() { withdrawn = p.WithdrawInvitation(t.Context(), ana, ana.UserID, id) })
			both.Wait()
			late := accepted
			if accepted == nil {
				late = withdrawn
			}
			wantCode(t, late, turno.CodeNotFound)
			proxies, err := p.Proxies(t.Context(), ana, ana.UserID)
			p.must(err)
			if acts := len(proxies) == 1; acts != (accepted == nil) || acts != (withdrawn != nil) {
				t.Errorf("accepting says %v, taking back %v, and %d act", accepted, withdrawn, len(proxies))
			}
		}
	})
}

// brokenOff runs use until it waits for the table, then between, and breaks its
// connection, so that its closure runs again. SQLite has none.
func (p *people) brokenOff(table string, between, use func() error) {
	p.t.Helper()
	if p.db.Pool() == nil {
		p.must(between())
		p.must(use())
		return
	}
	answer, other := make(chan error, 1), make(chan error, 1)
	p.must(p.db.Write(p.t.Context(), func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(`LOCK TABLE ` + table + ` IN ACCESS EXCLUSIVE MODE`); err != nil {
			return err
		}
		go func() { answer <- use() }()
		if err := p.untilSomebodyWaits(answer); err != nil {
			return err
		}
		go func() { other <- between() }() // which is no part of this transaction
		if err := <-other; err != nil {
			return err
		}
		_, err := p.db.Pool().Exec(p.t.Context(), `
			SELECT pg_terminate_backend(pid, 10000)
			  FROM pg_stat_activity
			 WHERE datname = current_database()
			   AND wait_event_type = 'Lock'`)
		return err
	}))
	p.must(<-answer)
}

func TestAnInvitationIsTheSameWhenATransactionRunsTwice(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		t.Run("a list has each once", func(t *testing.T) {
			ana, _, _ := p.sistersInvitation()
			var all []account.Invitation
			p.brokenOff("audit_logs", func() error { return nil }, func() (err error) { all, err = p.Invitations(t.Context(), p.owner, ana.UserID); return err })
			if len(all) != 1 {
				t.Errorf("the list is %+v", all)
			}
		})
		t.Run("and nobody is asked who was deactivated meanwhile", func(t *testing.T) {
			ana, sister := p.patient(), p.patient()
			name := p.username(sister)
			p.brokenOff("proxy_invitations", func() error {
				return p.db.Write(t.Context(), change(sister.UserID, deactivated))
			}, func() error {
				_, err := p.InviteProxy(t.Context(), ana, ana.UserID, account.NewProxy{Username: name, Relation: "sister"})
				return err
			})
			if got := p.askedOf(sister); len(got) != 0 {
				t.Errorf("she reads %+v", got)
			}
		})
	})
}
