package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Credentials are what somebody signs in with.
type Credentials struct {
	Login     string // a username, or an email: that has an @
	Password  string
	Device    string // the Device of an earlier SignedIn in this browser, if any
	UserAgent string // told to the user in the list of sessions
}

// SignedIn is what signing in gives.
type SignedIn struct {
	Token     string    // proves the session from now on; kept nowhere else
	ExpiresAt time.Time // at the latest; idleness may end the session sooner
	User      turno.User
	Ticket    string // alone, beside CodeSecondFactorNeeded: for LoginSecondFactor
	Device    string // to be kept by the browser, so that strangers can't lock it out
}

// Login signs somebody in. Errors: KindUnauthenticated with CodeWrongCredentials,
// which does not say what is wrong; KindRateLimited after too many failures;
// KindUnauthenticated with CodeSecondFactorNeeded when the password is right and a
// code has to follow: then the answer holds the Ticket.
func (s *Service) Login(ctx context.Context, c policy.Caller, in Credentials) (SignedIn, error) {
	if err := policy.Check(c, policy.Login, 0); err != nil {
		return SignedIn{}, err
	}
	if !cleanText(in.Login) || !cleanText(in.Password) || len(in.Login) > 1024 || len(in.Password) > maxPasswordBytes {
		return SignedIn{}, wrongCredentials()
	}
	// Throttled attempts are turned away before they queue, and looked at again
	// in their turn: so rivals can try no more than a few at once.
	if _, err := s.attempt(ctx, c, in); err != nil {
		return SignedIn{}, err
	}
	done, err := s.hasher.turn(ctx)
	if err != nil {
		return SignedIn{}, err
	}
	defer done()
	try, err := s.attempt(ctx, c, in)
	if err != nil {
		return SignedIn{}, err
	}
	ok, outdated := s.hasher.matches(in.Password, try.user.Password)
	if !ok || !try.user.Active() {
		return SignedIn{}, s.failed(ctx, try)
	}
	upgraded := ""
	if outdated {
		if upgraded, err = s.hasher.compute(in.Password); err != nil {
			return SignedIn{}, err
		}
	}
	return s.succeeded(ctx, c, in, try, upgraded)
}

// attempt is one try to sign in: whose account it would be, and which counts of
// failures it falls under.
type attempt struct {
	user     turno.User // zero when nobody has the name
	device   []byte     // the hash of the known device that it comes from, if it is one
	subjects []subject
}

// attempt looks up who would sign in: a KindRateLimited error when there were
// too many failures.
func (s *Service) attempt(ctx context.Context, c policy.Caller, in Credentials) (try attempt, err error) {
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		try = attempt{}
		byName := store.UserByUsername
		if strings.Contains(in.Login, "@") {
			byName = store.UserByEmail
		}
		user, found, err := byName(tx, in.Login)
		if err != nil {
			return err
		}
		device := tokenHash(in.Device)
		known := false
		if in.Device != "" { // whether anybody has the name or not: the time must not tell
			if known, err = store.KnowsDevice(tx, user.ID, device); err != nil {
				return err
			}
		}
		try.user = user
		switch {
		case known:
			try.device = device
			try.subjects = []subject{deviceSubject(user.ID, device)}
		case found:
			try.subjects = strangerSubjects(user.ID.String(), c.Address)
		default:
			try.subjects = strangerSubjects(store.Fold(in.Login), c.Address)
		}
		return throttled(tx, try.subjects)
	})
	if err != nil {
		return attempt{}, fmt.Errorf("sign in: %w", err)
	}
	return try, nil
}

// failed counts the failure and answers with it.
func (s *Service) failed(ctx context.Context, try attempt) error {
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := countFailure(tx, try.subjects); err != nil {
			return err
		}
		entry := turno.AuditEntry{Action: turno.AuditLoginFailed, Entity: "user"}
		if try.user.ID != uuid.Nil {
			entry.EntityID, entry.SubjectID = try.user.ID.String(), &try.user.ID
		}
		return store.Audit(tx, entry)
	})
	if err != nil {
		return fmt.Errorf("count a failed sign-in: %w", err)
	}
	return wrongCredentials()
}

// succeeded begins a session, or makes a ticket for the second step, unless the
// account has changed since the password was checked. upgraded is the password's
// new hash, or empty.
func (s *Service) succeeded(ctx context.Context, c policy.Caller, in Credentials, try attempt, upgraded string) (SignedIn, error) {
	a, ticket := newArrival(c, in.Device, in.UserAgent), newTicket(try)
	var signedIn SignedIn
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Lock(try.user.ID); err != nil { // whatever ends all sessions comes before or after
			return err
		}
		user, err := store.UserByID(tx, try.user.ID)
		if err != nil {
			return err
		}
		if !user.Active() || user.Password != try.user.Password {
			return wrongCredentials()
		}
		if upgraded != "" {
			if _, err := store.SetPassword(tx, user.ID, user.Password, upgraded); err != nil {
				return err
			}
		}
		factors, err := store.SecondFactorsOf(tx, user.ID)
		if err != nil {
			return err
		}
		if s.asksFor(user, factors) {
			signedIn = SignedIn{Ticket: ticket.token}
			return ticket.insert(tx)
		}
		// The address keeps its failures: one good account must not buy guesses.
		if err := store.ForgetFailures(tx, try.subjects[0].hash); err != nil {
			return err
		}
		signedIn, err = s.begin(tx, a, user, factors, "")
		return err
	})
	switch {
	case err != nil:
		return SignedIn{}, fmt.Errorf("begin a session: %w", err)
	case signedIn.Ticket != "":
		return signedIn, secondFactorNeeded()
	}
	return signedIn, nil
}

// arrival is what a session is made of, before the transaction that makes it.
type arrival struct {
	session store.Session // without its owner and times
	token   string
	device  string
}

func newArrival(c policy.Caller, device, userAgent string) arrival {
	a := arrival{token: newToken(), device: device}
	if device == "" || len(device) > 100 {
		a.device = newToken()
	}
	a.session = store.Session{
		ID: turno.NewID(), TokenHash: tokenHash(a.token),
		Address: shortened(c.Address, 45), UserAgent: shortened(userAgent, 255),
	}
	return a
}

// begin makes the session of a user who has shown everything that is asked for.
// The caller holds the user's lock. how says in the trail by what, if not by the
// password alone.
func (s *Service) begin(tx *sqldb.Tx, a arrival, user turno.User, factors store.SecondFactors, how string) (SignedIn, error) {
	_, absolute := s.lifetimes(user.Role)
	session := a.session
	session.UserID, session.ExpiresAt = user.ID, tx.Now.Add(absolute)
	session.CreatedAt, session.AuthenticatedAt, session.LastSeenAt = tx.Now, tx.Now, tx.Now
	if err := store.InsertSession(tx, session); err != nil {
		return SignedIn{}, err
	}
	if err := meetDevice(tx, a, user.ID); err != nil {
		return SignedIn{}, err
	}
	if err := s.setDue(tx, &user, factors, gracePeriod); err != nil {
		return SignedIn{}, err
	}
	err := store.Audit(tx, turno.AuditEntry{
		ActionBy: &user.ID, Action: turno.AuditLogin, Entity: "session", EntityID: session.ID.String(),
		SubjectID: &user.ID, Detail: how,
	})
	user.Password = ""
	return SignedIn{Token: a.token, ExpiresAt: session.ExpiresAt, User: user, Device: a.device}, err
}

// meetDevice notes the browser that a session begins in. Of one that was not known
// the user hears, but not of the very first.
func meetDevice(tx *sqldb.Tx, a arrival, userID uuid.UUID) error {
	others, err := store.HasDevice(tx, userID)
	if err != nil {
		return err
	}
	known, err := store.KnowsDevice(tx, userID, tokenHash(a.device))
	if err != nil {
		return err
	}
	if err := store.PutDevice(tx, userID, tokenHash(a.device)); err != nil || known || !others {
		return err
	}
	return tell(tx, SignedInAnew, userID, &a.session.ID)
}

func wrongCredentials() error {
	return &turno.Error{
		Kind: turno.KindUnauthenticated, Code: turno.CodeWrongCredentials,
		Message: "The name or the password is wrong.",
	}
}

// newToken is 256 random bits.
func newToken() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails (Go 1.24)
	return base64.RawURLEncoding.EncodeToString(b)
}

// tokenHash is what is kept of a token. It needs no salt: tokens are random.
func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// shortened is s in a form that a column of so many characters holds.
func shortened(s string, characters int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
	if utf8.RuneCountInString(s) <= characters {
		return s
	}
	return string([]rune(s)[:characters])
}
