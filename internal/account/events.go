package account

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// What happens to an account that its owner has to hear of. The payloads name the
// user, and the microsecond of the event; that of SignedInAnew the session instead.
const (
	AddressGiven    = "account.address_given"    // nobody has verified it yet
	SignedInAnew    = "account.signed_in_anew"   // from a browser that was not known
	LicenceVerified = "account.licence_verified" // of a doctor
)

// tell leaves an event about a user, and a session if it is about one, for whoever
// acts on it after the commit.
func tell(tx *sqldb.Tx, event string, userID uuid.UUID, sessionID *uuid.UUID) error {
	key := fmt.Sprint(tx.Now.UnixMicro())
	payload := fmt.Sprintf(`{"user_id":%q,"at":%s}`, userID, key)
	if sessionID != nil {
		key, payload = sessionID.String(), fmt.Sprintf(`{"user_id":%q,"session_id":%q}`, userID, sessionID)
	}
	return store.Enqueue(tx, store.Event{
		ID: turno.NewID(), Key: fmt.Sprintf("%s/%s/%s", event, userID, key), Name: event, Payload: payload, RunAt: tx.Now,
	})
}

// tellAddress asks for an address to be verified, if there is one.
func tellAddress(tx *sqldb.Tx, user turno.User) error {
	if user.MailAddress() == "" {
		return nil
	}
	return tell(tx, AddressGiven, user.ID, nil)
}

// MailAddressChanged is the kind of the mail that tells an address that it is no longer
// its account's.
const MailAddressChanged = "address_changed"

// tellOldAddress makes that mail, if the address was verified: whoever takes an account
// over would otherwise move its mail away unseen. It is no event, as those hold ids only.
func tellOldAddress(tx *sqldb.Tx, was turno.User) error {
	if was.MailAddress() == "" || was.EmailVerifiedAt == nil {
		return nil
	}
	return store.InsertMail(tx, store.Mail{
		ID: turno.NewID(), Key: fmt.Sprintf("%s/%s/%d", MailAddressChanged, was.ID, tx.Now.UnixMicro()), Kind: MailAddressChanged,
		UserID: was.ID, About: was.Email,
	})
}
