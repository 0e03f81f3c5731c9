package account

import (
	"context"
	"runtime"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/limit"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
)

// Config is what the use cases need to be told. The zero value of each optional
// field is the product's own choice.
type Config struct {
	Now              turno.Now                                                         // required
	Box              *seal.Box                                                         // opens the reasons of visits, for exports
	CancelOpenVisits CancelOpenVisits                                                  // frees a person's future, for erasure
	Changed          func(doctorID uuid.UUID)                                          // told after a commit that changed a calendar, or with uuid.Nil who there is; nil is fine
	OpenVisits       func(tx *sqldb.Tx, userID uuid.UUID) ([]turno.Appointment, error) // of a doctor who leaves, for those who call the patients
	SignupsPerHour   int                                                               // for an address; 0: no limit
	StaffIdle        time.Duration                                                     // how long a session of staff and doctors may idle; 0: 15 minutes
	RequireSecond    Requirement                                                       // who has to have a second factor; "": nobody
	PublicURL        string                                                            // how people reach the pages, for passkeys and links; "": neither works
	DeliverReset     func(ctx context.Context, url string)                             // tells a new link until mail is configured; may be nil
	Hashing          *argon2id.Params                                                  // nil: what OWASP recommends
	HashesAtOnce     int                                                               // 0: one for each core
}

// CancelOpenVisits calls off a person's visits to come, inside a transaction, and
// says whose calendars that changes.
type CancelOpenVisits func(tx *sqldb.Tx, c policy.Caller, userID uuid.UUID) (doctorIDs []uuid.UUID, err error)

// Service is the use cases. It is safe for use by several goroutines.
type Service struct {
	db      *sqldb.DB
	config  Config
	hasher  *hasher
	signups *limit.Limiter
	proxies *limit.Limiter
	resets  *limit.Limiter

	challenges *limit.Limiter
	webauthn   *webauthn.WebAuthn // nil: passkeys can't be used at this address
}

// New makes the use cases on a database.
func New(db *sqldb.DB, c Config) *Service {
	if c.StaffIdle == 0 {
		c.StaffIdle = defaultStaffIdle
	}
	if c.Hashing == nil {
		c.Hashing = owaspParams()
	}
	if c.Changed == nil {
		c.Changed = func(uuid.UUID) {}
	}
	if c.HashesAtOnce == 0 {
		c.HashesAtOnce = runtime.GOMAXPROCS(0)
	}
	return &Service{
		webauthn:   relyingParty(c.PublicURL),
		db:         db,
		config:     c,
		hasher:     newHasher(c.Hashing, c.HashesAtOnce),
		signups:    limit.New(c.SignupsPerHour, time.Hour, "Too many people have registered from here. Please try again later.", c.Now),
		proxies:    limit.New(proxiesPerHour, time.Hour, "You have named many people in a short time. Please try again later.", c.Now),
		resets:     limit.New(resetsPerHour, time.Hour, "There were too many requests for a new password from here. Please try again later.", c.Now),
		challenges: limit.New(challengesPerHour, time.Hour, "There were too many attempts with passkeys from here. Please try again later.", c.Now),
	}
}

// Person is a user with the profile that belongs to the role.
type Person struct {
	turno.User
	Patient *turno.Patient // set when Role is patient
	Doctor  *turno.Doctor  // set when Role is doctor
	Second  *SecondFactor  // set for oneself only
}

// Version is the state of the profile, for a Patch.
func (p Person) Version() turno.Version { return turno.PersonVersion(p.User, p.Patient) }

// fullAdminsLock is taken by whatever may remove a full admin, so that two of
// them can't remove each other. No user has this id.
func fullAdminsLock() uuid.UUID {
	return uuid.MustParse("f0115af0-0000-7000-8000-f0115af0ad31")
}

// firstLocationLock is taken to make the first location. No user has this id.
func firstLocationLock() uuid.UUID {
	return uuid.MustParse("f0115af0-0000-7000-8000-10ca710000f1")
}
