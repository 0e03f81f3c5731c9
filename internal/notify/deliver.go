package notify

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// giveUpAfter is how long a mail is tried. Most lose their point sooner: then they
// are dropped.
const giveUpAfter = 3 * 24 * time.Hour

// saveTimeout bounds noting what became of an attempt, which goes on also when the
// job's own time is over: a mail that has left must not be sent again.
const saveTimeout = 20 * time.Second

// draft is a mail on its way: the row, the person and what is written to them.
type draft struct {
	store.Mail
	user    turno.User
	content content
	letter  letter
	refused *refusal // why the last attempt failed; nil when it did not
}

// deliver sends one mail, or keeps it where there is no mail server. The error, if
// any, asks for another attempt; it names no person.
func (s *Service) deliver(ctx context.Context, payload string) error {
	var event struct {
		MailID uuid.UUID `json:"mail_id"`
	}
	if err := decode(payload, &event); err != nil {
		return err
	}
	d, err := s.draft(ctx, event.MailID)
	if err != nil || d.State != store.MailIsWaiting {
		return err
	}
	return s.attempt(ctx, d)
}

// attempt sends a mail and notes what became of it.
func (s *Service) attempt(ctx context.Context, d draft) error {
	if s.config.Mailer == nil {
		return s.finish(ctx, d, store.MailIsKept, "")
	}
	stands, err := s.withSecret(ctx, &d)
	if err != nil {
		return err
	}
	if !stands {
		return s.finish(ctx, d, store.MailIsDropped, "")
	}
	d.Attempts++
	err = s.config.Mailer.send(ctx, d.ID, d.Recipient, s.config.Now(), d.letter)
	if err == nil {
		return s.finish(ctx, d, store.MailIsSent, "")
	}
	d.refused, _ = errors.AsType[*refusal](err)
	if d.refused.permanent() || s.config.Now().Sub(d.CreatedAt) > giveUpAfter {
		return s.finish(ctx, d, store.MailIsFailed, d.refused.said)
	}
	return errors.Join(err, s.finish(ctx, d, store.MailIsWaiting, d.refused.said))
}

// draft reads a mail and writes it from what is true now. What has lost its point is
// saved as such here, and comes back in that state.
func (s *Service) draft(ctx context.Context, id uuid.UUID) (d draft, err error) {
	write := func(tx *sqldb.Tx) (err error) {
		d = draft{}
		if d.Mail, err = store.MailByID(tx, id); err != nil || d.State != store.MailIsWaiting {
			if turno.KindOf(err) == turno.KindNotFound { // the person was erased
				return nil
			}
			return err
		}
		if d.user, err = store.UserByID(tx, d.UserID); err != nil {
			return err
		}
		return s.compose(tx, &d)
	}
	if err := s.db.Read(ctx, write); err != nil {
		return draft{}, fmt.Errorf("write a mail: %w", err)
	}
	if d.ID != uuid.Nil && d.State != store.MailIsWaiting && d.SentAt == nil {
		return d, s.settle(ctx, d)
	}
	return d, nil
}

// compose decides whether a mail is still to be sent, and writes it.
func (s *Service) compose(tx *sqldb.Tx, d *draft) error {
	d.Recipient = d.user.MailAddress()
	kind := Kind(d.Kind)
	if !reachable(d.user) {
		d.State = store.MailIsDropped
		return nil
	}
	var stands bool
	var err error
	if d.content, stands, err = s.content(tx, d); err != nil {
		return err
	}
	if !stands {
		d.State = store.MailIsDropped
		return nil
	}
	d.letter, err = d.content.write(tx.Context())
	if err != nil {
		return err
	}
	d.Subject, d.Text, d.HTML, d.Calendar = d.letter.Subject, d.letter.Text, d.letter.HTML, string(d.letter.Calendar)
	if s.Sends() && kind.aboutVisit() && d.user.EmailVerifiedAt == nil {
		d.State = store.MailIsWithheld
		return nil
	}
	if s.Sends() && kind.aboutVisit() && d.user.EmailRefusedAt != nil {
		d.State, d.LastError = store.MailIsFailed, "The address was refused before."
	}
	return nil
}

// content is what a mail says now; false when there is nothing to say any more.
func (s *Service) content(tx *sqldb.Tx, d *draft) (content, bool, error) {
	if d.AppointmentID == nil {
		return s.accountContent(tx, d)
	}
	visit, found, err := readVisit(tx, *d.AppointmentID)
	if err != nil || !found {
		return content{}, false, err
	}
	if heard, err := mayHear(tx, d.user, visit.PatientID); err != nil || !heard {
		return content{}, false, err
	}
	changed := visit.Sequence != d.Sequence
	if Kind(d.Kind).reminds() {
		changed = !visit.Status.Open() || fmt.Sprint(visit.ScheduledAt.Unix()) != d.About
	}
	if changed || !worthTelling(visit, tx) {
		return content{}, false, nil
	}
	return s.visitContent(tx, Kind(d.Kind), visit, d.user), true, nil
}

// finish saves what became of an attempt.
func (s *Service) finish(ctx context.Context, d draft, state store.MailState, said string) error {
	d.State, d.LastError = state, said
	return s.settle(ctx, d)
}

// settle saves a mail, and what a mail server thinks of the address.
func (s *Service) settle(ctx context.Context, d draft) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
	defer cancel()
	d.LastError = shortened(d.LastError, 500)
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		m := d.Mail
		if m.State != store.MailIsWaiting {
			m.SentAt = &tx.Now
		}
		if _, err := store.SaveMail(tx, m); err != nil {
			return err
		}
		switch {
		case m.State == store.MailIsWithheld:
			return askToVerify(tx, d.user)
		case m.State == store.MailIsSent && d.user.EmailRefusedAt != nil:
			return store.MarkAddress(tx, d.UserID, m.Recipient, nil)
		case d.refused.permanent() && d.refused.ofRecipient && d.user.EmailRefusedAt == nil:
			return store.MarkAddress(tx, d.UserID, m.Recipient, &tx.Now)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note what became of a mail: %w", err)
	}
	return nil
}

// shortened is a text of so many bytes at most.
func shortened(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}
