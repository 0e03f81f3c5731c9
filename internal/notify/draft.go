package notify

import (
	"context"
	"fmt"
	"runtime/debug"
	"strconv"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// draft is a mail on its way: the row, the person and what is written to them.
type draft struct {
	store.Mail
	user    turno.User
	content content
	letter  letter
	refused *refusal // why the last attempt failed; nil when it did not
}

// drafts reads mails and writes them from what is true now. What has lost its point
// comes back in another state than waiting. A mail that waits no more, or that has been
// erased with its person, is left out. A panic is an error, as of one mail only.
func (s *Service) drafts(ctx context.Context, ids ...uuid.UUID) (drafts []draft, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("write a mail: panic: %v\n%s", cause, debug.Stack())
		}
	}()
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		drafts = nil
		for _, id := range ids {
			d := draft{}
			var err error
			if d.Mail, err = store.MailByID(tx, id); turno.KindOf(err) == turno.KindNotFound {
				continue
			}
			if err != nil {
				return err
			}
			if d.State != store.MailIsWaiting {
				continue
			}
			if d.user, err = store.UserByID(tx, d.UserID); err != nil {
				return err
			}
			if err := s.compose(tx, &d); err != nil {
				return err
			}
			drafts = append(drafts, d)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("write a mail: %w", err)
	}
	return drafts, nil
}

// compose decides whether a mail is still to be sent, and writes it.
func (s *Service) compose(tx *sqldb.Tx, d *draft) error {
	d.Recipient = d.user.MailAddress()
	kind := Kind(d.Kind)
	if kind == KindAddressChanged {
		d.Recipient = d.About
	}
	if d.Recipient == "" || kind != KindAddressChanged && !reachable(d.user) {
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
	if d.user.Locale != "" {
		d.content.lang = d.content.words.Lang()
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
		changed = !visit.Status.Open() || strconv.FormatInt(visit.ScheduledAt.Unix(), 10) != d.About
	}
	stands := worthTelling(Kind(d.Kind), visit.ScheduledAt, tx.Now)
	if Kind(d.Kind) == KindFeedback {
		stands = askable(visit, tx.Now)
	}
	if changed || !stands {
		return content{}, false, nil
	}
	return s.visitContent(tx, Kind(d.Kind), visit, d.user), true, nil
}
