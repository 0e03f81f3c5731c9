package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestASessionIsRenewedAndAllAccessEnds(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		session := func(user uuid.UUID, hash string) store.Session {
			s := store.Session{ID: turno.NewID(), UserID: user, TokenHash: []byte(hash), CreatedAt: at(8, 0),
				AuthenticatedAt: at(8, 0), LastSeenAt: at(8, 0), ExpiresAt: at(20, 0)}
			c.write(t, func(tx *sqldb.Tx) error { return store.InsertSession(tx, s) })
			return s
		}
		kept, gone, foreign := session(c.patient.ID, "1"), session(c.patient.ID, "2"), session(c.child.ID, "3")
		byID := func(id uuid.UUID) (s store.SignedIn, found bool) {
			read(t, db, func(tx *sqldb.Tx) (_ int, err error) { s, found, err = store.SessionByID(tx, id); return 0, err })
			return s, found
		}
		c.write(t, func(tx *sqldb.Tx) error { return store.RenewSession(tx, kept.ID) })
		kept.AuthenticatedAt, kept.LastSeenAt = at(9, 0), at(9, 0)
		got, _ := byID(kept.ID)
		same(t, "given again", kept, got.Session)
		same(t, "with its user", "carla", got.User.Username)

		fill := func() {
			c.write(t, func(tx *sqldb.Tx) error {
				for i, user := range []uuid.UUID{c.patient.ID, c.child.ID} {
					hash := []byte{byte(i)}
					if err := store.InsertTicket(tx, store.Ticket{ID: turno.NewID(), UserID: user, TokenHash: hash, ExpiresAt: at(10, 0)}); err != nil {
						return err
					}
					if err := store.InsertPasskeyChallenge(tx, store.PasskeyChallenge{TokenHash: hash, UserID: &user, Challenge: "{}", ExpiresAt: at(10, 0)}); err != nil {
						return err
					}
					if err := store.InsertReset(tx, store.Reset{ID: turno.NewID(), UserID: user, TokenHash: hash, ExpiresAt: at(10, 0)}); err != nil {
						return err
					}
				}
				return nil
			})
		}
		left := func(table string) (n int) {
			read(t, db, func(tx *sqldb.Tx) (int, error) { return 0, tx.QueryRow("SELECT COUNT(*) FROM " + table).Scan(&n) })
			return n
		}
		fill()
		c.write(t, func(tx *sqldb.Tx) error { return store.EndAccess(tx, c.patient.ID, kept.ID) })
		for _, table := range []string{"sign_in_tickets", "passkey_challenges", "password_resets"} {
			same(t, "what is left of "+table, 1, left(table))
		}
		_, found := byID(gone.ID)
		same(t, "another session of the user", false, found)
		_, found = byID(foreign.ID)
		same(t, "a session of another user", true, found)
		_, found = byID(kept.ID)
		same(t, "the one that is kept", true, found)
		c.write(t, func(tx *sqldb.Tx) error { return store.EndAccess(tx, c.patient.ID, uuid.Nil) })
		same(t, "sessions when none is kept", 1, left("sessions"))
		c.write(t, store.EndAllSessions)
		for _, table := range []string{"sessions", "sign_in_tickets", "passkey_challenges", "password_resets"} {
			same(t, "what a restored database has of "+table, 0, left(table))
		}
	})
}

func TestTickets(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		ticket := store.Ticket{ID: turno.NewID(), UserID: c.patient.ID, TokenHash: []byte("t"), DeviceHash: []byte("d"),
			CreatedAt: at(9, 0), ExpiresAt: at(9, 5)}
		plain := ticket
		plain.ID, plain.TokenHash, plain.DeviceHash = turno.NewID(), []byte("u"), nil
		byToken := func(token string) *store.Ticket {
			return read(t, db, func(tx *sqldb.Tx) (*store.Ticket, error) {
				got, found, err := store.TicketByToken(tx, []byte(token))
				if !found {
					return nil, err
				}
				return &got, err
			})
		}
		c.write(t, func(tx *sqldb.Tx) error { return store.InsertTicket(tx, ticket) })
		c.write(t, func(tx *sqldb.Tx) error { return store.InsertTicket(tx, plain) })
		same(t, "every field", &ticket, byToken("t"))
		same(t, "from no known device", &plain, byToken("u"), cmpopts.EquateEmpty())
		same(t, "no such ticket", nil, byToken("v"))
		c.write(t, func(tx *sqldb.Tx) error { return store.FailTicket(tx, ticket.ID, 2) })
		ticket.Failures = 1
		same(t, "one wrong code", &ticket, byToken("t"))
		c.write(t, func(tx *sqldb.Tx) error { return store.FailTicket(tx, ticket.ID, 2) })
		same(t, "the last one", nil, byToken("t"))
		use := func() bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.UseTicket(tx, plain.ID) })
		}
		clock.Set(at(9, 5))
		same(t, "one that is over", nil, byToken("u"))
		same(t, "used", true, use())
		same(t, "once", false, use())
	})
}

func TestAuthenticatorAppsAndRecoveryCodes(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		of := func(confirmed bool) *store.TOTPSecret {
			return read(t, db, func(tx *sqldb.Tx) (*store.TOTPSecret, error) {
				s, found, err := store.TOTPOf(tx, c.patient.ID, confirmed)
				if !found {
					return nil, err
				}
				return &s, err
			})
		}
		begin := func() store.TOTPSecret {
			s := store.TOTPSecret{ID: turno.NewID(), UserID: c.patient.ID, Sealed: []byte("sealed"), CreatedAt: at(9, 0)}
			c.write(t, func(tx *sqldb.Tx) error { return store.PutPendingTOTP(tx, s) })
			return s
		}
		confirm := func(s store.TOTPSecret) { c.write(t, func(tx *sqldb.Tx) error { return store.ConfirmTOTP(tx, s) }) }
		step := func(s store.TOTPSecret, n int64) bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.UseTOTPStep(tx, s.ID, n) })
		}
		factors := func() store.SecondFactors {
			return read(t, db, func(tx *sqldb.Tx) (store.SecondFactors, error) { return store.SecondFactorsOf(tx, c.patient.ID) })
		}
		remove := func() bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.DeleteTOTP(tx, c.patient.ID) })
		}
		same(t, "nothing at first", store.SecondFactors{}, factors())
		same(t, "nothing to take away", false, remove())
		begin()
		first := begin() // in place of the one before
		same(t, "every field of one being set up", &first, of(false))
		same(t, "which does not count", nil, of(true))
		same(t, "a step", true, step(first, 10))
		same(t, "the same step", false, step(first, 10))
		same(t, "an earlier step", false, step(first, 9))
		same(t, "a later step", true, step(first, 11))
		confirm(first)
		now := at(9, 0)
		first.ConfirmedAt, first.LastStep = &now, 11
		same(t, "one that counts", &first, of(true))
		same(t, "is being set up no more", nil, of(false))
		second := begin()
		same(t, "while another is being set up", &first, of(true))
		confirm(second)
		second.ConfirmedAt = &now
		same(t, "until that one counts", &second, of(true))

		codes := func(hashes ...string) {
			c.write(t, func(tx *sqldb.Tx) error {
				var all [][]byte
				for _, hash := range hashes {
					all = append(all, []byte(hash))
				}
				return store.ReplaceRecoveryCodes(tx, c.patient.ID, all)
			})
		}
		use := func(user uuid.UUID, hash string) bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.UseRecoveryCode(tx, user, []byte(hash)) })
		}
		codes("a", "b")
		codes("c", "d", "e")
		same(t, "a replaced code", false, use(c.patient.ID, "a"))
		same(t, "another user's code", false, use(c.child.ID, "c"))
		same(t, "a code", true, use(c.patient.ID, "c"))
		same(t, "once", false, use(c.patient.ID, "c"))
		same(t, "what there is", store.SecondFactors{TOTPSince: &now, RecoveryCodes: 2}, factors())
		same(t, "taken away", true, remove())
		same(t, "with what was being set up", nil, of(true))

		due := at(9, 30)
		for _, want := range []*time.Time{&due, nil} {
			c.write(t, func(tx *sqldb.Tx) error { return store.SetFactorDue(tx, c.patient.ID, want) })
			got := read(t, db, func(tx *sqldb.Tx) (turno.User, error) { return store.UserByID(tx, c.patient.ID) })
			same(t, "when one is due", want, got.FactorDueAt)
		}
	})
}

func TestPasskeys(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		passkey := func(id, name string) store.Passkey {
			return store.Passkey{ID: turno.NewID(), UserID: c.patient.ID, CredentialID: []byte(id), PublicKey: []byte("key"),
				SignCount: 4, BackupEligible: true, Name: name, CreatedAt: at(9, 0)}
		}
		list := func() []store.Passkey {
			return read(t, db, func(tx *sqldb.Tx) ([]store.Passkey, error) { return store.PasskeysOf(tx, c.patient.ID) })
		}
		first, second, third := passkey("1", "Phone"), passkey("2", "Laptop"), passkey("3", "Key")
		for _, p := range []store.Passkey{first, second, third} {
			c.write(t, func(tx *sqldb.Tx) error { return store.InsertPasskey(tx, p) })
		}
		same(t, "every field, the first one first", []store.Passkey{first, second, third}, list())
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error { return store.InsertPasskey(tx, passkey("1", "Copy")) })
		if !sqldb.IsUniqueViolation(err) {
			t.Errorf("a passkey twice: %v", err)
		}
		change := func(do func(tx *sqldb.Tx, user uuid.UUID) (bool, error), user uuid.UUID) bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return do(tx, user) })
		}
		rename := func(tx *sqldb.Tx, user uuid.UUID) (bool, error) {
			return store.RenamePasskey(tx, user, first.ID, "Old phone")
		}
		remove := func(tx *sqldb.Tx, user uuid.UUID) (bool, error) { return store.DeletePasskey(tx, user, second.ID) }
		same(t, "not renamed by another", false, change(rename, c.child.ID))
		same(t, "renamed", true, change(rename, c.patient.ID))
		same(t, "not deleted by another", false, change(remove, c.child.ID))
		same(t, "deleted", true, change(remove, c.patient.ID))
		clock.Set(at(9, 10))
		c.write(t, func(tx *sqldb.Tx) error { return store.UsePasskey(tx, first.ID, 5) })
		used := at(9, 10)
		first.Name, first.SignCount, first.LastUsedAt = "Old phone", 5, &used
		same(t, "used", []store.Passkey{first, third}, list())
		same(t, "counted", 2, read(t, db, func(tx *sqldb.Tx) (store.SecondFactors, error) { return store.SecondFactorsOf(tx, c.patient.ID) }).Passkeys)
		c.write(t, func(tx *sqldb.Tx) error { return store.EraseAccess(tx, c.child.ID) })
		same(t, "another's erasure", 2, len(list()))
		c.write(t, func(tx *sqldb.Tx) error { return store.EraseAccess(tx, c.patient.ID) })
		same(t, "erased", nil, list())

		take := func(token string) *store.PasskeyChallenge {
			var found bool
			got := mustWrite(t, db, func(tx *sqldb.Tx) (got store.PasskeyChallenge, err error) {
				got, found, err = store.TakePasskeyChallenge(tx, []byte(token))
				return got, err
			})
			if !found {
				return nil
			}
			return &got
		}
		mine := store.PasskeyChallenge{TokenHash: []byte("m"), UserID: &c.patient.ID, Challenge: `{"challenge":"x"}`, ExpiresAt: at(9, 15)}
		anybodys, late := mine, mine
		anybodys.TokenHash, anybodys.UserID, late.TokenHash = []byte("a"), nil, []byte("l")
		for _, challenge := range []store.PasskeyChallenge{mine, anybodys, late} {
			c.write(t, func(tx *sqldb.Tx) error { return store.InsertPasskeyChallenge(tx, challenge) })
		}
		same(t, "a challenge, every field", &mine, take("m"))
		same(t, "once", nil, take("m"))
		same(t, "one for anybody", &anybodys, take("a"))
		clock.Set(at(9, 15))
		same(t, "one that is over", nil, take("l"))
	})
}

func TestResets(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		insert := func(user uuid.UUID, hash []byte) store.Reset {
			r := store.Reset{ID: turno.NewID(), UserID: user, TokenHash: hash, CreatedAt: at(9, 0), ExpiresAt: at(9, 15)}
			c.write(t, func(tx *sqldb.Tx) error { return store.InsertReset(tx, r) })
			return r
		}
		byToken := func(token string) *store.Reset {
			return read(t, db, func(tx *sqldb.Tx) (*store.Reset, error) {
				r, found, err := store.ResetByToken(tx, []byte(token))
				if !found {
					return nil, err
				}
				return &r, err
			})
		}
		setToken := func(r store.Reset, token string) bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.SetResetToken(tx, r.ID, []byte(token), at(9, 30)) })
		}
		insert(uuid.New(), []byte("nobody"))
		same(t, "of nobody", nil, byToken("nobody"))
		first := insert(c.patient.ID, []byte("1"))
		same(t, "every field", &first, byToken("1"))
		second := insert(c.patient.ID, nil)
		same(t, "beside another", &first, byToken("1"))
		insert(c.child.ID, []byte("child"))
		same(t, "its link is made", true, setToken(second, "2"))
		second.TokenHash, second.ExpiresAt = []byte("2"), at(9, 30)
		same(t, "with another time", &second, byToken("2"))
		clock.Set(at(9, 30))
		same(t, "one that is over", nil, byToken("2"))
		same(t, "gets no link", false, setToken(second, "3"))
		clock.Set(at(9, 10))
		c.write(t, func(tx *sqldb.Tx) error { return store.DeleteResets(tx, c.patient.ID) })
		same(t, "none of the patient's is left", nil, byToken("1"))
		same(t, "another's is", true, byToken("child") != nil)
	})
}

func TestNotices(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		insert := func(user uuid.UUID, kind string, when time.Time) store.Notice {
			n := store.Notice{ID: turno.NewID(), UserID: user, Kind: kind, CreatedAt: when}
			c.write(t, func(tx *sqldb.Tx) error { return store.InsertNotice(tx, n) })
			return n
		}
		list := func(all bool) []store.Notice {
			return read(t, db, func(tx *sqldb.Tx) ([]store.Notice, error) { return store.NoticesOf(tx, c.patient.ID, all) })
		}
		old, young := insert(c.patient.ID, "passkey_added", at(8, 0)), insert(c.patient.ID, "password_reset", at(8, 30))
		insert(c.child.ID, "password_reset", at(8, 0))
		same(t, "every field, the newest first", []store.Notice{young, old}, list(false))
		c.write(t, func(tx *sqldb.Tx) error { return store.SeeNotices(tx, c.child.ID) })
		same(t, "seen by another", 2, len(list(false)))
		c.write(t, func(tx *sqldb.Tx) error { return store.SeeNotices(tx, c.patient.ID) })
		same(t, "seen", nil, list(false))
		seen := at(9, 0)
		old.SeenAt, young.SeenAt = &seen, &seen
		same(t, "and kept", []store.Notice{young, old}, list(true))
	})
}

func TestCalendarFeeds(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		put := func(user uuid.UUID, hash string) bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) {
				return store.PutCalendarFeed(tx, store.CalendarFeed{UserID: user, SecretHash: []byte(hash), CreatedAt: at(8, 0)})
			})
		}
		owner := func(hash string) uuid.UUID {
			return read(t, db, func(tx *sqldb.Tx) (uuid.UUID, error) {
				user, found, err := store.CalendarFeedOwner(tx, []byte(hash))
				if found != (user.ID != uuid.Nil) {
					t.Errorf("found %t, %s", found, user.ID)
				}
				return user.ID, err
			})
		}
		of := func(user uuid.UUID) *store.CalendarFeed {
			return read(t, db, func(tx *sqldb.Tx) (*store.CalendarFeed, error) {
				f, found, err := store.CalendarFeedOf(tx, user)
				if !found {
					return nil, err
				}
				return &f, err
			})
		}
		same(t, "none", nil, of(c.patient.ID))
		same(t, "the first replaces none", false, put(c.patient.ID, "1"))
		same(t, "of another", false, put(c.child.ID, "2"))
		same(t, "every field", &store.CalendarFeed{UserID: c.patient.ID, SecretHash: []byte("1"), CreatedAt: at(8, 0)}, of(c.patient.ID))
		same(t, "whose it is", c.patient.ID, owner("1"))
		same(t, "the second replaces the first", true, put(c.patient.ID, "3"))
		same(t, "which is nobody's", uuid.Nil, owner("1"))
		session := uuid.New()
		c.write(t, func(tx *sqldb.Tx) error { return store.EndAccess(tx, c.patient.ID, session) })
		same(t, "it outlives other sessions", c.patient.ID, owner("3"))
		c.write(t, func(tx *sqldb.Tx) error { return store.EndAccess(tx, c.patient.ID, uuid.Nil) })
		same(t, "and ends with all of them", nil, of(c.patient.ID))
		same(t, "another's stays", c.child.ID, owner("2"))
		c.write(t, store.EndAllSessions)
		same(t, "until nobody's does", uuid.Nil, owner("2"))
		put(c.child.ID, "4")
		deleted := func() bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.DeleteCalendarFeed(tx, c.child.ID) })
		}
		same(t, "deleted", true, deleted())
		same(t, "there was none", false, deleted())
	})
}
