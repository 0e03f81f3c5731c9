package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// How long a ticket waits for a code, and how many wrong ones it takes.
const (
	ticketLife     = 5 * time.Minute
	ticketAttempts = 5
)

// SecondStep completes a sign-in whose password was right.
type SecondStep struct {
	Ticket    string // of the SignedIn that came with CodeSecondFactorNeeded
	Code      string // of the authenticator app, or a recovery code
	Device    string // as in Credentials
	UserAgent string
}

// pendingTicket is a ticket before the transaction that keeps it.
type pendingTicket struct {
	token string
	row   store.Ticket // without its times
}

func newTicket(try attempt) pendingTicket {
	token := newToken()
	return pendingTicket{token: token, row: store.Ticket{
		ID: turno.NewID(), UserID: try.user.ID, TokenHash: tokenHash(token), DeviceHash: try.device,
	}}
}

func (t pendingTicket) insert(tx *sqldb.Tx) error {
	t.row.CreatedAt, t.row.ExpiresAt = tx.Now, tx.Now.Add(ticketLife)
	return store.InsertTicket(tx, t.row)
}

// LoginSecondFactor signs in whoever holds the ticket of a right password and the
// code that belongs to it. A ticket from a device that was known works in that
// browser only. Errors: KindUnauthenticated, with CodeWrongCredentials while
// another code may be tried, and with CodeTooManyCodes after the last; KindRateLimited.
func (s *Service) LoginSecondFactor(ctx context.Context, c policy.Caller, in SecondStep) (SignedIn, error) {
	if err := policy.Check(c, policy.Login, 0); err != nil {
		return SignedIn{}, err
	}
	a := newArrival(c, in.Device, in.UserAgent)
	var signedIn SignedIn
	var refusal error // which is noted, and so no reason to roll back
	err := s.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
		signedIn, refusal = SignedIn{}, nil
		ticket, user, err := ticketOwner(tx, in)
		if err != nil {
			return err
		}
		if refusal, err = s.checkCode(tx, user.ID, ticket.DeviceHash, in.Code); err != nil {
			return err
		}
		if refusal != nil {
			if ticket.Failures+1 >= ticketAttempts {
				refusal = tooManyCodes()
			}
			return store.FailTicket(tx, ticket.ID, ticketAttempts)
		}
		signedIn, err = s.redeem(tx, a, ticket, user)
		return err
	})
	if err != nil {
		return SignedIn{}, fmt.Errorf("sign in with a second factor: %w", err)
	}
	return signedIn, refusal
}

// ticketOwner reads a ticket and its user, under the user's lock.
func ticketOwner(tx *sqldb.Tx, in SecondStep) (store.Ticket, turno.User, error) {
	first, found, err := store.TicketByToken(tx, tokenHash(in.Ticket))
	if err != nil || !found {
		return first, turno.User{}, orStartAgain(err)
	}
	if err := tx.Lock(first.UserID); err != nil {
		return first, turno.User{}, err
	}
	ticket, found, err := store.TicketByToken(tx, tokenHash(in.Ticket))
	if err != nil || !found {
		return ticket, turno.User{}, orStartAgain(err)
	}
	user, err := store.UserByID(tx, ticket.UserID)
	if err != nil {
		return ticket, user, err
	}
	if !user.Active() || ticket.DeviceHash != nil && string(ticket.DeviceHash) != string(tokenHash(in.Device)) {
		return ticket, user, orStartAgain(nil)
	}
	return ticket, user, nil
}

// redeem makes a session of a ticket.
func (s *Service) redeem(tx *sqldb.Tx, a arrival, ticket store.Ticket, user turno.User) (SignedIn, error) {
	if used, err := store.UseTicket(tx, ticket.ID); err != nil || !used {
		return SignedIn{}, orStartAgain(err)
	}
	failures := newSubject("account", user.ID.String(), freeForAccount)
	if ticket.DeviceHash != nil {
		failures = deviceSubject(user.ID, ticket.DeviceHash)
	}
	if err := store.ForgetFailures(tx, failures.hash); err != nil {
		return SignedIn{}, err
	}
	factors, err := store.SecondFactorsOf(tx, user.ID)
	if err != nil {
		return SignedIn{}, err
	}
	return s.begin(tx, a, user, factors, "second_factor")
}

// checkCode uses a code of a user's second factor. refusal is what to answer to a
// wrong one, which is noted: the transaction must be kept. The caller holds the
// user's lock. Errors: KindRateLimited.
func (s *Service) checkCode(tx *sqldb.Tx, userID uuid.UUID, device []byte, code string) (refusal, err error) {
	counted := codeSubject(userID, device)
	if err := throttled(tx, []subject{counted}); err != nil {
		return nil, err
	}
	right, err := s.useCode(tx, userID, code)
	if err != nil {
		return nil, err
	}
	if right {
		return nil, store.ForgetFailures(tx, counted.hash)
	}
	if err := countFailure(tx, []subject{counted}); err != nil {
		return nil, err
	}
	return wrongCode(), auditFailure(tx, userID, "second_factor")
}

// useCode reports whether a code is a user's, and makes sure that it is not
// taken a second time.
func (s *Service) useCode(tx *sqldb.Tx, userID uuid.UUID, code string) (bool, error) {
	code = plainCode(code)
	if len(code) == recoveryLength {
		used, err := store.UseRecoveryCode(tx, userID, recoveryHash(userID, code))
		if err != nil || !used {
			return false, err
		}
		return true, notify(tx, userID, NoticeRecoveryCodeUsed)
	}
	secret, found, err := store.TOTPOf(tx, userID, true)
	if err != nil || !found {
		return false, err
	}
	return s.useOneTimeCode(tx, secret, code)
}

func secondFactorNeeded() error {
	return &turno.Error{
		Kind: turno.KindUnauthenticated, Code: turno.CodeSecondFactorNeeded,
		Message: "Please give the code of your authenticator app, or a recovery code.",
	}
}

func wrongCode() error {
	return &turno.Error{
		Kind: turno.KindUnauthenticated, Code: turno.CodeWrongCredentials,
		Message: "This code is wrong, or was used before. Try the next one.",
	}
}

func tooManyCodes() error {
	return &turno.Error{
		Kind: turno.KindUnauthenticated, Code: turno.CodeTooManyCodes,
		Message: "There were too many wrong codes. Please sign in from the beginning.",
	}
}

// orStartAgain is the error, or else that the ticket is worth nothing any more.
func orStartAgain(err error) error {
	if err != nil {
		return err
	}
	return &turno.Error{
		Kind: turno.KindUnauthenticated, Code: turno.CodeUnauthenticated,
		Message: "This took too long. Please sign in from the beginning.",
	}
}
