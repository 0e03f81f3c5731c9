package account_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// during runs first in a transaction that holds the person's lock, and rival
// while that transaction is open: until rival has ended or waits for it. On
// SQLite, where a writer is alone anyway, rival may come wholly afterwards.
func (p *people) during(id uuid.UUID, first func(*sqldb.Tx) error, rival func() error) error {
	p.t.Helper()
	begun, answer := make(chan struct{}), make(chan error, 1)
	var once sync.Once
	go func() {
		<-begun
		answer <- rival()
	}()
	err := p.db.Write(p.t.Context(), func(tx *sqldb.Tx) error {
		defer once.Do(func() { close(begun) })
		if err := tx.Lock(id); err != nil {
			return err
		}
		if err := first(tx); err != nil {
			return err
		}
		once.Do(func() { close(begun) })
		return p.untilSomebodyWaits(answer)
	})
	rivals := <-answer
	p.must(err)
	return rivals
}

func (p *people) untilSomebodyWaits(answer <-chan error) error {
	if p.db.Pool() == nil {
		return nil
	}
	for waiting := 0; waiting == 0 && len(answer) == 0; {
		err := p.db.Pool().QueryRow(p.t.Context(), `
			SELECT count(*)
			  FROM pg_stat_activity
			 WHERE datname = current_database()
			   AND wait_event_type = 'Lock'`).Scan(&waiting)
		if err != nil {
			return err
		}
	}
	return nil
}

// change returns a step that changes a user.
func change(id uuid.UUID, how func(tx *sqldb.Tx, u *turno.User)) func(*sqldb.Tx) error {
	return func(tx *sqldb.Tx) error {
		user, err := store.UserByID(tx, id)
		if err != nil {
			return err
		}
		how(tx, &user)
		return store.UpdateUser(tx, user)
	}
}

func deactivated(tx *sqldb.Tx, u *turno.User) { u.DeactivatedAt = &tx.Now }

func erased(tx *sqldb.Tx, u *turno.User) { u.DeactivatedAt, u.ErasedAt = &tx.Now, &tx.Now }

func (p *people) sessionsOf(id uuid.UUID) (sessions []store.Session) {
	p.t.Helper()
	p.must(p.db.Read(p.t.Context(), func(tx *sqldb.Tx) (err error) {
		sessions, err = store.SessionsOf(tx, id, tx.Now.AddDate(-1, 0, 0))
		return err
	}))
	return sessions
}

func TestNoSignInOutlivesWhatEndsSessions(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		for name, first := range map[string]func(id uuid.UUID) func(*sqldb.Tx) error{
			"a password change": func(id uuid.UUID) func(*sqldb.Tx) error {
				return func(tx *sqldb.Tx) error {
					user, err := store.UserByID(tx, id)
					if err != nil {
						return err
					}
					_, err = store.SetPassword(tx, id, user.Password, "another")
					return err
				}
			},
			"a deactivation": func(id uuid.UUID) func(*sqldb.Tx) error { return change(id, deactivated) },
			"an erasure":     func(id uuid.UUID) func(*sqldb.Tx) error { return change(id, erased) },
		} {
			t.Run(name, func(t *testing.T) {
				in := p.newPatient()
				person, err := p.RegisterPatient(t.Context(), policy.Caller{}, in)
				p.must(err)
				err = p.during(person.ID, first(person.ID), func() error {
					_, err := p.signIn(in.Username)
					return err
				})
				wantCode(t, err, turno.CodeWrongCredentials)
				if sessions := p.sessionsOf(person.ID); len(sessions) != 0 {
					t.Errorf("the sessions are %+v", sessions)
				}
			})
		}
	})
}

func TestAPasswordChangeEndsTheSignInThatItWaitedFor(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		const next = "seven distant green kettles"
		here := p.session("owner")
		signIn := store.Session{
			ID: turno.NewID(), UserID: here.UserID, TokenHash: []byte("token"), CreatedAt: p.clock.Now(),
			AuthenticatedAt: p.clock.Now(), LastSeenAt: p.clock.Now(), ExpiresAt: p.clock.Now().AddDate(0, 0, 1),
		}
		p.must(p.during(here.UserID,
			func(tx *sqldb.Tx) error { return store.InsertSession(tx, signIn) },
			func() error { return p.ChangePassword(t.Context(), here, goodPassword, next) }))
		if sessions := p.sessionsOf(here.UserID); len(sessions) != 1 || sessions[0].ID != here.SessionID {
			t.Errorf("the sessions are %+v, want the one that changed the password", sessions)
		}
		t.Run("and is refused to somebody who was deactivated meanwhile", func(t *testing.T) {
			err := p.during(here.UserID, change(here.UserID, deactivated),
				func() error { return p.ChangePassword(t.Context(), here, next, goodPassword) })
			wantCode(t, err, turno.CodeUnauthenticated)
		})
	})
}

func TestNothingIsWrittenOntoAnErasedPerson(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		for name, write := range map[string]func(ana, doctor, sister policy.Caller) (uuid.UUID, func() error){
			"by themselves": func(ana, _, _ policy.Caller) (uuid.UUID, func() error) {
				return ana.UserID, func() error {
					_, err := p.UpdateMe(t.Context(), ana, account.Patch{FullName: new("Ana")})
					return err
				}
			},
			"as a user by staff": func(ana, _, _ policy.Caller) (uuid.UUID, func() error) {
				return ana.UserID, func() error {
					_, err := p.UpdateUser(t.Context(), p.owner, ana.UserID, account.Patch{FullName: new("Ana")})
					return err
				}
			},
			"as a patient by staff": func(ana, _, _ policy.Caller) (uuid.UUID, func() error) {
				return ana.UserID, func() error {
					_, err := p.UpdatePatient(t.Context(), p.owner, ana.UserID, account.Patch{ContactNumber: new("+34600999999")})
					return err
				}
			},
			"as a doctor by staff": func(_, doctor, _ policy.Caller) (uuid.UUID, func() error) {
				return doctor.UserID, func() error {
					_, err := p.UpdateDoctor(t.Context(), p.owner, doctor.UserID, account.DoctorPatch{Bio: new("Grace listens.")})
					return err
				}
			},
			"who is to act for them": func(ana, _, sister policy.Caller) (uuid.UUID, func() error) {
				return ana.UserID, func() error {
					_, err := p.AddProxy(t.Context(), p.owner, ana.UserID, account.NewProxy{UserID: &sister.UserID, Relation: "sister"})
					return err
				}
			},
		} {
			t.Run(name, func(t *testing.T) {
				id, rival := write(p.patient(), p.doctor(), p.patient())
				wantCode(t, p.during(id, change(id, erased), rival), turno.CodeConflict)
				wantCode(t, rival(), turno.CodeConflict)
			})
		}
		t.Run("and a doctor is not changed as a patient", func(t *testing.T) {
			_, err := p.UpdatePatient(t.Context(), p.owner, p.doctor().UserID, account.Patch{FullName: new("X")})
			wantCode(t, err, turno.CodeNotFound)
		})
	})
}

// Whoever may remove an admin holds the lock of all full admins before the lock
// of the one, so that two admins who remove each other never wait in a ring.
func TestTheLockOfFullAdminsComesFirst(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		for name, remove := range map[string]func(id uuid.UUID) error{
			"to erase": func(id uuid.UUID) error { return p.EraseUser(t.Context(), p.owner, id) },
			"to deactivate": func(id uuid.UUID) error {
				_, err := p.UpdateUser(t.Context(), p.owner, id, account.Patch{Active: new(false)})
				return err
			},
		} {
			t.Run(name, func(t *testing.T) {
				second := p.desk()
				answer := make(chan error, 1)
				var held int
				p.must(p.db.Write(t.Context(), func(tx *sqldb.Tx) error {
					if err := tx.Lock(second.UserID); err != nil {
						return err
					}
					go func() { answer <- remove(second.UserID) }()
					if err := p.untilSomebodyWaits(answer); err != nil || p.db.Pool() == nil {
						return err
					}
					return p.db.Pool().QueryRow(t.Context(), `
						SELECT count(*)
						  FROM pg_locks held
						  JOIN pg_locks wanted ON wanted.pid = held.pid AND NOT wanted.granted
						  JOIN pg_database here ON here.oid = held.database AND here.datname = current_database()
						 WHERE held.locktype = 'advisory'
						   AND held.granted`).Scan(&held)
				}))
				p.must(<-answer)
				if p.db.Engine() == sqldb.Postgres && held != 1 {
					t.Errorf("whoever waits for the admin holds %d locks, want 1", held)
				}
			})
		}
	})
}

func TestADamagedHashSignsNobodyIn(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		for name, hash := range map[string]string{
			"cut off":                   "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA",
			"without a key":             "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$",
			"with a short key":          "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$c2hvcnQ",
			"not base64":                "$argon2id$v=19$m=64,t=1,p=1$***$***",
			"of no passes":              "$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHRzb21lc2FsdA$c29tZXNhbHRzb21lc2FsdA",
			"of no lanes":               "$argon2id$v=19$m=64,t=1,p=0$c29tZXNhbHRzb21lc2FsdA$c29tZXNhbHRzb21lc2FsdA",
			"of more memory than there": "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$c29tZXNhbHRzb21lc2FsdA",
			"of another version":        "$argon2id$v=1$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$c29tZXNhbHRzb21lc2FsdA",
			"of another kind":           "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$c29tZXNhbHRzb21lc2FsdA",
			"of bcrypt, cut off":        "$2a$10$abc",
			"no hash at all":            goodPassword,
		} {
			t.Run(name, func(t *testing.T) {
				in := p.newPatient()
				person, err := p.RegisterPatient(t.Context(), policy.Caller{}, in)
				p.must(err)
				setHash(p, person, hash)
				_, _, err = p.try(in.Username, goodPassword, "", "")
				wantCode(t, err, turno.CodeWrongCredentials)
				err = p.ChangePassword(t.Context(), p.callerOf(person), goodPassword, "seven distant green kettles")
				wantCode(t, err, turno.CodeInvalid)
			})
		}
	})
}

// Looking for the device takes time: were it done only for people whom there
// are, the time would tell who they are. Here it fails instead.
func TestADeviceIsLookedForWhoeverSignsIn(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		p.must(p.db.Write(t.Context(), func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`ALTER TABLE devices RENAME TO devices_elsewhere`)
			return err
		}))
		for _, login := range []string{"owner", "nobody", "nobody@example.org"} {
			if _, _, err := p.try(login, "wrong", "", "a device"); err == nil || turno.KindOf(err) == turno.KindUnauthenticated {
				t.Errorf("%s: %v, want a failure to look for the device", login, err)
			}
		}
	})
}

func TestAnExportIsReadOutsideTheWriter(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		ana := p.patient()
		p.visit(ana, p.doctor(), p.clock.Now(), turno.StatusConfirmed, "A sore knee.")
		other, err := seal.NewBox(seal.NewKey())
		p.must(err)
		without := account.New(p.db, account.Config{Now: p.clock.Now, Box: other, Hashing: cheap()})
		if _, err := without.ExportMe(t.Context(), ana); err == nil {
			t.Error("a text was opened with another key")
		}
		trail := p.trail(ana.UserID)
		if last := trail[len(trail)-1]; last != "EXPORT user " {
			t.Errorf("reading failed after the export was noted, and the trail says %q", last)
		}
	})
}
