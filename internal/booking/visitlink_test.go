package booking_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// nobody is whoever comes with a link: they have not signed in.
func nobody() policy.Caller { return policy.Caller{Address: "198.51.100.7"} }

// link is that of a visit in its patient's mail.
func (c *clinic) link(v turno.Appointment) string {
	c.t.Helper()
	return c.linkOf(v, v.PatientID)
}

// linkOf is that in the mail of somebody.
func (c *clinic) linkOf(v turno.Appointment, readerID uuid.UUID) string {
	c.t.Helper()
	return c.VisitLink(v, c.userNow(readerID))
}

// userNow is an account as it is now.
func (c *clinic) userNow(id uuid.UUID) (u turno.User) {
	c.t.Helper()
	if err := c.db.Read(c.t.Context(), func(tx *sqldb.Tx) (err error) {
		u, err = store.UserByID(tx, id)
		return err
	}); err != nil {
		c.t.Fatal(err)
	}
	return u
}

// forged is a token sealed with our key that none of ours would be.
func (c *clinic) forged(v turno.Appointment, reader turno.User) string {
	said := append(v.ID[:], reader.ID[:]...)
	said = binary.BigEndian.AppendUint64(said, uint64(v.ScheduledAt.Unix()))
	hash := sha256.Sum256([]byte(reader.Email))
	said = binary.BigEndian.AppendUint32(append(said, hash[:8]...), uint32(v.Sequence))
	return base64.RawURLEncoding.EncodeToString(c.box.Seal(append(said, 0), []byte("visit link")))
}

// settled is a visit of the patient's that the practice booked.
func (c *clinic) settled(when time.Time) turno.Appointment {
	c.t.Helper()
	v, err := c.Book(c.t.Context(), c.desk, booking.NewVisit{DoctorID: c.doctor.UserID, PatientID: c.ana.UserID, ScheduledAt: when, Reason: "A lump"})
	if err != nil {
		c.t.Fatal(err)
	}
	return v
}

// now is the visit as it is.
func (c *clinic) now(v turno.Appointment) turno.Appointment {
	c.t.Helper()
	view, err := c.Visit(c.t.Context(), c.desk, v.ID)
	if err != nil {
		c.t.Fatal(err)
	}
	return view.Appointment
}

// trail is what it says of changes to a visit, the newest first, and who made them.
func (c *clinic) trail(v turno.Appointment) (said []string) {
	c.t.Helper()
	err := c.db.Read(c.t.Context(), func(tx *sqldb.Tx) error {
		entries, err := store.AuditEntries(tx, store.AuditFilter{Action: turno.AuditUpdate, Entity: "appointment", EntityID: v.ID.String(), Limit: 10})
		for _, e := range entries {
			who := map[uuid.UUID]string{c.ana.UserID: "ana", c.desk.UserID: "desk", c.doctor.UserID: "doctor"}[*e.ActionBy]
			said = append(said, who+" "+e.Detail)
		}
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return said
}

func TestALinkShowsWhatItsMailSaid(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		v := c.settled(at(1, "11:00"))
		for name, who := range map[string]policy.Caller{"nobody": nobody(), "somebody else": c.newPatient(), "the patient": c.ana, "a doctor": c.doctor} {
			m, err := c.OpenVisitLink(t.Context(), who, c.link(v))
			if err != nil {
				t.Fatal(err)
			}
			if m.State != booking.LinkWorks || m.ID != v.ID || !m.ScheduledAt.Equal(v.ScheduledAt) || m.ReaderZone != "Europe/Madrid" || m.DoctorName == "" || m.PatientName == "" {
				t.Errorf("%s reads %+v", name, m)
			}
			if m.Reason != "" || m.Specialization != "" || m.PatientNumber != "" || !m.PatientBirth.IsZero() || m.VisitType != nil && m.VisitType.Name != "" || m.BookedBy != nil {
				t.Errorf("%s reads more than the mail said: %+v", name, m)
			}
			if !m.Can.Cancel || !m.Can.Move || m.Can.Confirm || m.Can.Complete {
				t.Errorf("%s can %+v", name, m.Can)
			}
		}
		if got := c.trail(v); len(got) != 0 {
			t.Errorf("looking has changed something: %v", got)
		}
	})
}

func TestWhatIsDoneByALinkIsDoneByWhomItWasMailedTo(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		v := c.settled(at(1, "11:00"))
		first := c.link(v)
		for range 2 { // the second time changes nothing
			if err := c.ComingByLink(t.Context(), nobody(), first); err != nil {
				t.Fatal(err)
			}
		}
		if got := c.now(v); got.ComingAt == nil || got.Sequence != v.Sequence {
			t.Errorf("the visit is %+v", got)
		}
		moved, second, err := c.MoveByLink(t.Context(), nobody(), first, at(2, "12:00"))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.now(v); !got.ScheduledAt.Equal(at(2, "12:00")) || got.ComingAt != nil || got.Status != turno.StatusPending || moved.ID != v.ID {
			t.Errorf("the visit that moved is %+v", got)
		}
		if err := c.ComingByLink(t.Context(), nobody(), second); turno.CodeOf(err) != turno.CodeInvalidTransition {
			t.Errorf("coming to what nobody has confirmed: %v", err)
		}
		if err := c.CancelByLink(t.Context(), nobody(), second); err != nil {
			t.Fatal(err)
		}
		if got := c.now(v); got.Status != turno.StatusCancelled || got.CancellationKind != turno.CancelledByPatient || *got.CancelledBy != c.ana.UserID {
			t.Errorf("the cancelled visit is %+v", got)
		}
		want := []string{"ana event=cancelled status=cancelled link", "ana event=moved status=pending link", "ana event=coming status=confirmed link"}
		if diff := cmp.Diff(want, c.trail(v)); diff != "" {
			t.Errorf("the trail (-want +got):\n%s", diff)
		}
	})
}

func TestALinkMovesOnlyToWhatIsOffered(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		v := c.settled(at(1, "11:00"))
		c.mustBook(c.newPatient(), at(2, "12:00"))
		for when, code := range map[time.Time]string{at(2, "12:00"): turno.CodeSlotTaken, at(2, "03:00"): turno.CodeNotOffered, at(2, "12:07"): turno.CodeNotOffered, {}: turno.CodeInvalid} {
			if _, _, err := c.MoveByLink(t.Context(), nobody(), c.link(v), when); turno.CodeOf(err) != code {
				t.Errorf("to %v: %v, want %s", when, err, code)
			}
		}
		if got := c.now(v); !got.ScheduledAt.Equal(v.ScheduledAt) {
			t.Errorf("the visit is at %v", got.ScheduledAt)
		}
	})
}

// What becomes of a link, and that it then does nothing to the visit.
func TestALinkStopsWithItsVisit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		happens func(c *clinic, v turno.Appointment) error
		state   booking.LinkState // empty: as if it had never been
	}{
		{"it works until then", func(*clinic, turno.Appointment) error { return nil }, booking.LinkWorks},
		{"and a minute before", func(c *clinic, v turno.Appointment) error {
			c.clock.Set(v.ScheduledAt.Add(-time.Minute))
			return nil
		}, booking.LinkWorks},
		{"the visit begins", func(c *clinic, v turno.Appointment) error { c.clock.Set(v.ScheduledAt); return nil }, booking.LinkBegun},
		{"the visit is cancelled", func(c *clinic, v turno.Appointment) error {
			_, err := c.Cancel(c.t.Context(), c.desk, v.ID, "")
			return err
		}, booking.LinkCalledOff},
		{"the visit moves", func(c *clinic, v turno.Appointment) error {
			_, err := c.Move(c.t.Context(), c.desk, v.ID, at(3, "11:00"))
			return err
		}, booking.LinkMoved},
		{"the account is closed", func(c *clinic, _ turno.Appointment) error {
			c.write(func(tx *sqldb.Tx) error {
				_, err := tx.Exec(`UPDATE users SET deactivated_at = $2 WHERE id = $1`, c.ana.UserID, tx.Now)
				return err
			})
			return nil
		}, ""},
		{"the address is another", func(c *clinic, _ turno.Appointment) error {
			c.write(func(tx *sqldb.Tx) error {
				u, err := store.UserByID(tx, c.ana.UserID)
				if err != nil {
					return err
				}
				u.Email, u.EmailVerifiedAt = "ana@example.net", &tx.Now
				return store.UpdateUser(tx, u)
			})
			return nil
		}, ""},
		{"a new password leaves it working", func(c *clinic, _ turno.Appointment) error {
			c.write(func(tx *sqldb.Tx) error {
				_, err := tx.Exec(`UPDATE users SET password = 'another' WHERE id = $1`, c.ana.UserID)
				return err
			})
			return nil
		}, booking.LinkWorks},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachClinic(t, func(t *testing.T, c *clinic) {
				v := c.settled(at(1, "11:00"))
				mailed := c.link(v)
				if err := tt.happens(c, v); err != nil {
					t.Fatal(err)
				}
				before := c.now(v)
				m, err := c.OpenVisitLink(t.Context(), nobody(), mailed)
				if m.State != tt.state || (err == nil) != (tt.state != "") || m.State != booking.LinkWorks && m.PatientName != "" {
					t.Errorf("the link shows %+v (%v), want %q", m, err, tt.state)
				}
				if tt.state == booking.LinkWorks {
					return
				}
				_, _, moved := c.MoveByLink(t.Context(), nobody(), mailed, at(4, "11:00"))
				for what, err := range map[string]error{"coming": c.ComingByLink(t.Context(), nobody(), mailed), "cancelling": c.CancelByLink(t.Context(), nobody(), mailed), "moving": moved} {
					if kind := turno.KindOf(err); kind != turno.KindConflict && kind != turno.KindNotFound {
						t.Errorf("%s: %v", what, err)
					}
				}
				if diff := cmp.Diff(before, c.now(v)); diff != "" {
					t.Errorf("the visit has changed (-before +after):\n%s", diff)
				}
			})
		})
	}
}

// A visit that moves away and back stands where the first mail told, but its patient
// has been told of it anew since.
func TestALinkEndsWithAMoveAlsoWhenTheVisitComesBack(t *testing.T) {
	t.Parallel()
	there, away := at(1, "11:00"), at(2, "12:00")
	moves := func(who policy.Caller) func(c *clinic, v turno.Appointment) error {
		return func(c *clinic, v turno.Appointment) error {
			_, err := c.Move(c.t.Context(), who, v.ID, away)
			if err == nil {
				_, err = c.Move(c.t.Context(), who, v.ID, there)
			}
			return err
		}
	}
	confirm := func(c *clinic, v turno.Appointment) error {
		_, err := c.Confirm(c.t.Context(), c.desk, v.ID)
		return err
	}
	eachClinic(t, func(t *testing.T, c *clinic) {
		for _, tt := range []struct {
			name    string
			who     policy.Caller // who books, and moves
			happens []func(c *clinic, v turno.Appointment) error
			state   booking.LinkState // of the first link
		}{
			{"a request", c.ana, nil, booking.LinkWorks},
			{"a request that is confirmed", c.ana, []func(c *clinic, v turno.Appointment) error{confirm}, booking.LinkWorks},
			{"a request that moves away and back", c.ana, []func(c *clinic, v turno.Appointment) error{moves(c.ana)}, booking.LinkMoved},
			{"and is confirmed then", c.ana, []func(c *clinic, v turno.Appointment) error{moves(c.ana), confirm}, booking.LinkMoved},
			{"one that is confirmed, and moves then", c.ana, []func(c *clinic, v turno.Appointment) error{confirm, moves(c.ana)}, booking.LinkMoved},
			{"a confirmed visit", c.desk, nil, booking.LinkWorks},
			{"a confirmed visit that the desk moves", c.desk, []func(c *clinic, v turno.Appointment) error{moves(c.desk)}, booking.LinkMoved},
		} {
			v, err := c.Book(t.Context(), tt.who, booking.NewVisit{DoctorID: c.doctor.UserID, PatientID: c.ana.UserID, ScheduledAt: there, Reason: "A lump"})
			if err != nil {
				t.Fatal(err)
			}
			mailed := c.link(v)
			for _, happens := range tt.happens {
				if err := happens(c, v); err != nil {
					t.Fatalf("%s: %v", tt.name, err)
				}
			}
			now := c.now(v)
			if m, err := c.OpenVisitLink(t.Context(), nobody(), mailed); err != nil || m.State != tt.state || m.PatientName != "" != (tt.state == booking.LinkWorks) || m.ID != v.ID {
				t.Errorf("%s: the first link shows %+v (%v), want %q", tt.name, m, err, tt.state)
			}
			if m, err := c.OpenVisitLink(t.Context(), nobody(), c.link(now)); err != nil || m.State != booking.LinkWorks {
				t.Errorf("%s: the newest link shows %q (%v)", tt.name, m.State, err)
			}
			if tt.state != booking.LinkWorks {
				if err := c.CancelByLink(t.Context(), nobody(), mailed); turno.KindOf(err) != turno.KindConflict {
					t.Errorf("%s: the first link cancels it: %v", tt.name, err)
				}
				mailed = c.link(now)
			}
			if err := c.CancelByLink(t.Context(), nobody(), mailed); err != nil {
				t.Errorf("%s: the link does not cancel it: %v", tt.name, err)
			}
		}
	})
}

// Tokens that nobody was mailed.
func TestAForgedLinkIsNone(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		v := c.settled(at(1, "11:00"))
		good := c.link(v)
		broken, err := base64.RawURLEncoding.DecodeString(good)
		if err != nil {
			t.Fatal(err)
		}
		broken[len(broken)-1] ^= 1
		strange, err := seal.NewBox(seal.NewKey())
		if err != nil {
			t.Fatal(err)
		}
		other := booking.New(c.db, booking.Config{Box: strange})
		said := append(v.ID[:], v.PatientID[:]...)
		for name, token := range map[string]string{
			"nothing": "", "no base64": "%%%", "a changed bit": base64.RawURLEncoding.EncodeToString(broken), "cut off": good[:len(good)-4],
			"another's key":          other.VisitLink(v, c.userNow(v.PatientID)),
			"sealed for another use": base64.RawURLEncoding.EncodeToString(c.box.Seal(append(said, make([]byte, 16)...), []byte("email verification"))),
			"too short":              base64.RawURLEncoding.EncodeToString(c.box.Seal(said, []byte("visit link"))),
			"of somebody else":       c.linkOf(v, c.newPatient().UserID),
			"of the doctor":          c.forged(v, c.userNow(c.doctor.UserID)),
			"of the staff":           c.forged(v, c.userNow(c.desk.UserID)),
			"of no visit":            c.linkOf(turno.Appointment{ID: uuid.New(), DoctorID: v.DoctorID, ScheduledAt: v.ScheduledAt}, v.PatientID),
		} {
			_, opened := c.OpenVisitLink(t.Context(), nobody(), token)
			_, _, moved := c.MoveByLink(t.Context(), nobody(), token, at(4, "11:00"))
			for what, err := range map[string]error{"opening": opened, "coming": c.ComingByLink(t.Context(), c.ana, token), "cancelling": c.CancelByLink(t.Context(), c.ana, token), "moving": moved} {
				if turno.KindOf(err) != turno.KindNotFound {
					t.Errorf("%s by %s: %v", what, name, err)
				}
			}
		}
		if got := c.now(v); got.Status != turno.StatusConfirmed || got.ComingAt != nil {
			t.Errorf("the visit is %+v", got)
		}
	})
}

// Staff and the doctor may look after the patient, and read mail as such: they sign in
// to do anything.
func TestWhoWorksHereGetsNoLink(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		v := c.settled(at(1, "11:00"))
		proxies := map[string]policy.Caller{"staff": c.desk, "the doctor": c.doctor, "another doctor": c.newDoctor(), "another patient": c.newPatient()}
		for who, proxy := range proxies {
			c.write(func(tx *sqldb.Tx) error {
				return store.PutProxy(tx, turno.Proxy{PatientID: c.ana.UserID, ProxyUserID: proxy.UserID, Relation: "partner", CreatedAt: tx.Now})
			})
			token := c.linkOf(v, proxy.UserID)
			works := who == "another doctor" || who == "another patient"
			if (token != "") != works {
				t.Errorf("%s who acts for the patient gets the link %q", who, token)
			}
			if _, err := c.OpenVisitLink(t.Context(), nobody(), c.forged(v, c.userNow(proxy.UserID))); (err == nil) != works {
				t.Errorf("%s opens a link: %v", who, err)
			}
		}
	})
}
