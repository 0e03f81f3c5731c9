package account

import (
	"runtime"
	"time"

	"github.com/alexedwards/argon2id"
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
		db:      db,
		config:  c,
		hasher:  newHasher(c.Hashing, c.HashesAtOnce),
		signups: limit.New(c.SignupsPerHour, time.Hour, "Too many people have registered from here. Please try again later.", c.Now),
		proxies: limit.New(proxiesPerHour, time.Hour, "You have named many people in a short time. Please try again later.", c.Now),
	}
}

// Person is a user with the profile that belongs to the role.
type Person struct {
	turno.User
	Patient *turno.Patient // set when Role is patient
	Doctor  *turno.Doctor  // set when Role is doctor
}

// recentSignIn refuses what a stolen session must not do: the password has to
// have been given within the last ten minutes (SECURITY.md).
func recentSignIn(c policy.Caller, now time.Time) error {
	if now.Sub(c.AuthenticatedAt) <= 10*time.Minute {
		return nil
	}
	return &turno.Error{
		Kind: turno.KindForbidden, Code: turno.CodeSignInAgain,
		Message: "Please sign in again to do this.",
	}
}

// fullAdminsLock is taken by whatever may remove a full admin, so that two of
// them can't remove each other. No user has this id.
func fullAdminsLock() uuid.UUID {
	return uuid.MustParse("f0115af0-0000-7000-8000-f0115af0ad31")
}

// firstLocationLock is taken to make the first location. No user has this id.
func firstLocationLock() uuid.UUID {
	return uuid.MustParse("f0115af0-0000-7000-8000-10ca710000f1")
}
