package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/locale"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// resetRequested makes the mail for somebody who wants a new password. Its link is
// made when it leaves, and is kept nowhere.
func (s *Service) resetRequested(tx *sqldb.Tx, payload string) error {
	var event struct {
		ResetID uuid.UUID `json:"reset_id"`
		UserID  uuid.UUID `json:"user_id"`
	}
	if err := decode(payload, &event); err != nil {
		return err
	}
	return store.InsertMail(tx, store.Mail{
		ID: turno.NewID(), Key: fmt.Sprintf("%s/%s", KindPasswordReset, event.ResetID), Kind: string(KindPasswordReset),
		UserID: event.UserID, About: event.ResetID.String(),
	})
}

// accountEvent is what happened to an account.
type accountEvent struct {
	UserID    uuid.UUID `json:"user_id"`
	SessionID uuid.UUID `json:"session_id"` // of a sign-in
	At        int64     `json:"at"`         // in microseconds; not of a sign-in
}

// addressGiven asks whether a new address is its user's, also when it was that before.
func (s *Service) addressGiven(tx *sqldb.Tx, payload string) error {
	return tell(tx, payload, func(user turno.User, event accountEvent) error {
		if !s.Unconfirmed(user) {
			return nil
		}
		return insertLink(tx, user, fmt.Sprintf("given/%d", event.At))
	})
}

// licenceVerified tells a doctor that patients can book.
func (s *Service) licenceVerified(tx *sqldb.Tx, payload string) error {
	return tell(tx, payload, func(user turno.User, _ accountEvent) error {
		doctor, err := store.DoctorByID(tx, user.ID)
		if err != nil || doctor.VerifiedAt == nil {
			return err
		}
		return store.InsertMail(tx, store.Mail{
			ID: turno.NewID(), Key: fmt.Sprintf("%s/%s/%d", KindLicenceVerified, user.ID, doctor.VerifiedAt.UnixMicro()),
			Kind: string(KindLicenceVerified), UserID: user.ID,
		})
	})
}

// mostSignIns is how many mails of new sign-ins somebody gets a day. A program that
// keeps nothing signs in anew each time.
const mostSignIns = 5

// mayWarn reports whether somebody can be told of a sign-in. Mail to an address that
// nobody verified might tell a stranger who is a patient here.
func (s *Service) mayWarn(user turno.User) bool { return !s.Sends() || user.EmailVerifiedAt != nil }

// signedInAnew tells somebody of a sign-in from a browser that was not known.
func (s *Service) signedInAnew(tx *sqldb.Tx, payload string) error {
	return tell(tx, payload, func(user turno.User, event accountEvent) error {
		if !s.mayWarn(user) {
			return nil
		}
		if err := tx.Lock(user.ID); err != nil {
			return err
		}
		told, err := store.MailedSince(tx, user.ID, string(KindNewSignIn), tx.Now.Add(-24*time.Hour))
		if err != nil || told >= mostSignIns {
			return err
		}
		browser := "" // also of a session that has ended since
		session, found, err := store.SessionByID(tx, event.SessionID)
		if err != nil {
			return err
		}
		if found {
			browser = account.BrowserName(session.UserAgent)
		}
		return store.InsertMail(tx, store.Mail{
			ID: turno.NewID(), Key: fmt.Sprintf("%s/%s/%s", KindNewSignIn, user.ID, event.SessionID), Kind: string(KindNewSignIn),
			UserID: user.ID, About: browser,
		})
	})
}

// tell has a mail made about an event of an account, if any reaches its owner.
func tell(tx *sqldb.Tx, payload string, insert func(turno.User, accountEvent) error) error {
	var event accountEvent
	if err := decode(payload, &event); err != nil {
		return err
	}
	user, err := store.UserByID(tx, event.UserID)
	if turno.KindOf(err) == turno.KindNotFound {
		return nil
	}
	if err != nil || !reachable(user) {
		return err
	}
	return insert(user, event)
}

// accountContent is what a mail about an account says; false when it has lost its
// point. Its links lead to pages without a secret: withSecret makes those that have
// one.
func (s *Service) accountContent(tx *sqldb.Tx, d *draft) (c content, stands bool, err error) {
	clinic, _, err := store.FirstLocation(tx)
	if err != nil {
		return content{}, false, err
	}
	words := locale.Match(d.user.Locale).On(turno.DateOf(tx.Now, s.zone(d.user.TimeZone)))
	stands = true
	switch Kind(d.Kind) {
	case KindVerifyEmail:
		c, stands = s.verifyContent(words, d.user), d.user.EmailVerifiedAt == nil
	case KindAddressChanged:
		c = s.changedContent(words)
	case KindNewSignIn:
		c, stands = s.signInContent(words, d), s.mayWarn(d.user)
	case KindLicenceVerified:
		var doctor turno.Doctor
		doctor, err = store.DoctorByID(tx, d.UserID)
		c, stands = s.licenceContent(words), doctor.VerifiedAt != nil
	default:
		c = s.resetContent(words)
	}
	c.words, c.title, c.clinic = words, c.subject, clinic.Name
	return c, stands, err
}

func (s *Service) resetContent(words *locale.Words) content {
	return content{
		subject: words.T("Choose a new password"),
		lines:   []string{words.T("Somebody, probably you, has forgotten the password of this account. The link works once, for 30 minutes.")},
		action:  link{words.T("Choose a new password"), s.config.PublicURL + "/forgot"},
		closing: []string{words.T("If it was not you, do nothing: your password stays as it is.")},
	}
}

func (s *Service) verifyContent(words *locale.Words, user turno.User) content {
	c := content{
		subject: words.T("Confirm your address"),
		lines:   []string{words.T("Confirm that this is your address, so that mail about your visits reaches you and nobody else. The link works for a week.")},
		action:  link{words.T("Yes, this is my address"), s.config.PublicURL + "/verify-email"},
		closing: []string{words.T("If this is not for you, do nothing: no mail about visits is sent here.")},
	}
	if user.Role != turno.RolePatient {
		c.lines = []string{words.T("Confirm that this is your address, so that mail about your account reaches you and nobody else. The link works for a week.")}
		c.closing = []string{words.T("If this is not for you, do nothing.")}
	}
	return c
}

func (s *Service) changedContent(words *locale.Words) content {
	return content{
		subject: words.T("The email of your account was changed"),
		lines:   []string{words.T("Your account here has another email from now on, and its mail goes there. If you changed it, there is nothing to do.")},
		action:  link{words.T("See where you are signed in"), s.config.PublicURL + "/account/devices"},
		closing: []string{words.T("If it was not you, sign in with your username, sign out every browser that is not yours, choose another password and put your email back. If you can't sign in, call the clinic at once.")},
	}
}

func (s *Service) signInContent(words *locale.Words, d *draft) content {
	zone := s.zone(d.user.TimeZone)
	facts := []fact{{words.T("When"), locale.Capital(words.DateTime(d.CreatedAt, zone)) + " (" + words.Zone(zone.String()) + ")"}}
	if d.About != "" {
		facts = append(facts, fact{words.T("Browser"), d.About})
	}
	return content{
		subject: words.T("New sign-in to your account"),
		lines:   []string{words.T("Somebody signed in to your account in a browser that was not known here. If it was you, there is nothing to do.")},
		facts:   facts,
		action:  link{words.T("See where you are signed in"), s.config.PublicURL + "/account/devices"},
		closing: []string{words.T("If it was not you, sign that browser out there, and choose another password at once.")},
	}
}

func (s *Service) licenceContent(words *locale.Words) content {
	return content{
		subject: words.T("Your licence is verified"),
		lines:   []string{words.T("Patients can find and book you from now on, at the times that you offer.")},
		action:  link{words.T("Look at your hours"), s.config.PublicURL + "/schedule/hours"},
	}
}

// withSecret writes the letter with its secret links in it, which are kept nowhere. It
// reports false when there is nothing to send any more: the wish has expired, or the
// person no longer wants such mail.
func (s *Service) withSecret(ctx context.Context, d *draft) (stands bool, err error) {
	secret, stands, err := s.secretOf(ctx, d)
	if err != nil || !stands || secret == nil {
		return stands, err
	}
	secret(&d.content)
	d.letter, err = d.content.write(ctx)
	return true, err
}

// secretOf is what puts the secret links into a mail; nil for one that has none.
func (s *Service) secretOf(ctx context.Context, d *draft) (secret func(*content), stands bool, err error) {
	switch Kind(d.Kind) {
	case KindVerifyEmail:
		return leadingTo(s.config.VerifyURL(d.user)), true, nil
	case KindPasswordReset:
		return s.resetSecret(ctx, d)
	default:
		refused, err := s.isUnwanted(ctx, d)
		return d.content.secret, !refused, err
	}
}

// leadingTo makes the button of a mail lead to an address.
func leadingTo(url string) func(*content) { return func(c *content) { c.action.url = url } }

func (s *Service) resetSecret(ctx context.Context, d *draft) (secret func(*content), stands bool, err error) {
	id, err := uuid.Parse(d.About)
	if err != nil {
		return nil, false, fmt.Errorf("which password reset: %w", err)
	}
	address, err := s.config.ResetLink(ctx, id)
	if turno.KindOf(err) == turno.KindNotFound {
		return nil, false, nil
	}
	return leadingTo(address), err == nil, err
}

// isUnwanted reports whether the person has unsubscribed from such mail meanwhile.
func (s *Service) isUnwanted(ctx context.Context, d *draft) (refused bool, err error) {
	if Kind(d.Kind).topic() == "" {
		return false, nil
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		refused, err = unwanted(tx, d.UserID, Kind(d.Kind))
		return err
	})
	return refused, err
}
