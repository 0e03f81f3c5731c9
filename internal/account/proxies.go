package account

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// maxDependants bounds how many people one patient can make up.
const maxDependants = 20

// proxiesPerHour bounds how many people somebody can invite an hour, so that nobody
// is pestered by a stranger, nor the table filled. Staff are exempt.
const proxiesPerHour = 10

// Proxy is somebody who acts for a patient.
type Proxy struct {
	turno.Proxy
	Username string
	FullName string // told to staff only: anybody can name a username
}

// Proxies lists who acts for a patient.
func (s *Service) Proxies(ctx context.Context, c policy.Caller, patientID uuid.UUID) (proxies []Proxy, err error) {
	if err := policy.Admit(c, policy.ReadProxies); err != nil {
		return nil, err
	}
	err = s.inPatient(ctx, c, patientID, func(tx *sqldb.Tx) error {
		relation, err := checkPatient(tx, c, policy.ReadProxies, patientID)
		if err != nil {
			return err
		}
		if proxies, err = proxiesOf(tx, c, patientID); err != nil {
			return err
		}
		return recordRead(tx, c, relation, patientID)
	})
	if err != nil {
		return nil, fmt.Errorf("list proxies: %w", err)
	}
	return proxies, nil
}

// checkPatient asks policy about a patient, who has to exist.
func checkPatient(tx *sqldb.Tx, c policy.Caller, action policy.Action, patientID uuid.UUID) (policy.Relation, error) {
	relation, err := relationToPatient(tx, c, patientID)
	if err != nil {
		return 0, err
	}
	if err := policy.Check(c, action, relation); err != nil {
		return 0, err
	}
	patient, err := store.PatientByID(tx, patientID)
	if err == nil && action != policy.ReadProxies {
		err = notErased(patient.User)
	}
	return relation, err
}

func proxiesOf(tx *sqldb.Tx, c policy.Caller, patientID uuid.UUID) ([]Proxy, error) {
	named, err := store.ProxiesOf(tx, patientID)
	if err != nil {
		return nil, err
	}
	proxies := make([]Proxy, 0, len(named))
	for _, n := range named {
		proxies = append(proxies, proxyFor(c, n))
	}
	return proxies, nil
}

func proxyFor(c policy.Caller, n store.NamedProxy) Proxy {
	p := Proxy{Proxy: n.Proxy, Username: n.Username}
	if c.IsStaff() || c.Is(n.ProxyUserID) {
		p.FullName = n.FullName
	}
	return p
}

// NewProxy names who is to act for a patient, by id or by what they sign in with.
type NewProxy struct {
	UserID   *uuid.UUID
	Username string     // or an email that its owner has verified: that has an @
	Relation string     // in their own words
	EndsAt   *time.Time // nil: until ended
}

// AddProxy lets somebody act for a patient from now on, on the word of staff, who
// have asked both. A patient invites: see InviteProxy. Errors: KindInvalid,
// KindNotFound.
func (s *Service) AddProxy(ctx context.Context, c policy.Caller, patientID uuid.UUID, in NewProxy) (proxy Proxy, err error) {
	if err := policy.Admit(c, policy.MakeProxy); err != nil {
		return proxy, err
	}
	check := in.check(s.config.Now())
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		user, err := in.lockedUser(tx, patientID)
		if err != nil {
			return err
		}
		if _, err := checkPatient(tx, c, policy.MakeProxy, patientID); err != nil {
			return err
		}
		if err := check.err(); err != nil {
			return err
		}
		switch user.ID {
		case uuid.Nil:
			return turno.Invalid(turno.FieldError{Location: "body." + in.field(), Message: in.nobody()})
		case patientID:
			return ownProxy(in)
		}
		added := store.NamedProxy{
			Proxy: turno.Proxy{
				PatientID: patientID, ProxyUserID: user.ID, Relation: in.Relation, EndsAt: in.EndsAt, CreatedAt: tx.Now,
			},
			Username: user.Username, FullName: user.FullName,
		}
		if err := loseInvitations(tx, patientID, user.ID); err != nil { // whose terms are others
			return err
		}
		if err := putProxy(tx, c, added.Proxy); err != nil {
			return err
		}
		proxy = proxyFor(c, added)
		return nil
	})
	if err != nil {
		return Proxy{}, fmt.Errorf("add a proxy: %w", err)
	}
	return proxy, nil
}

func ownProxy(in NewProxy) error {
	return turno.Invalid(turno.FieldError{Location: "body." + in.field(), Message: "Nobody is their own proxy."})
}

// check says what is wrong with it, and trims it.
func (in *NewProxy) check(now time.Time) *checks {
	var check checks
	in.Username = strings.TrimSpace(in.Username)
	in.Relation = check.line("relation", in.Relation, 1, 50)
	if in.EndsAt != nil && !in.EndsAt.After(now) {
		check.add("ends_at", "This has passed.")
	}
	return &check
}

// field is the one by which somebody is named.
func (in NewProxy) field() string {
	if in.UserID != nil {
		return "user_id"
	}
	return "username"
}

// nobody says that user finds nobody, to whoever may know.
func (in NewProxy) nobody() string {
	if in.byEmail() {
		return "Nobody who can sign in has verified this email. Give their username."
	}
	return "There is nobody of this name who can sign in."
}

func (in NewProxy) byEmail() bool { return in.UserID == nil && strings.Contains(in.Username, "@") }

// lockedUser locks the patient and who is named, and is user as it finds it then;
// zero when it finds nobody.
func (in NewProxy) lockedUser(tx *sqldb.Tx, patientID uuid.UUID) (turno.User, error) {
	before, _, err := in.user(tx)
	if err != nil {
		return before, err
	}
	both := []uuid.UUID{patientID}
	if before.ID != uuid.Nil {
		both = append(both, before.ID)
	}
	if err := tx.Lock(both...); err != nil { // no erasure of either is in the middle of it
		return before, err
	}
	user, found, err := in.user(tx)
	if err != nil || !found || user.ID != before.ID {
		return turno.User{}, err
	}
	return user, nil
}

// user finds who is named. Somebody who can't sign in can't act for others, and an
// email that nobody has verified may be that of somebody else than who gave it.
func (in NewProxy) user(tx *sqldb.Tx) (user turno.User, found bool, err error) {
	if in.UserID != nil {
		user, err = store.UserByID(tx, *in.UserID)
		found = err == nil
		if turno.KindOf(err) == turno.KindNotFound {
			err = nil
		}
	} else if cleanText(in.Username) {
		byName := store.UserByUsername
		if in.byEmail() {
			byName = store.UserByEmail
		}
		user, found, err = byName(tx, in.Username)
		found = found && (!in.byEmail() || user.EmailVerifiedAt != nil)
	}
	return user, found && user.Active() && user.Password != "", err
}

func putProxy(tx *sqldb.Tx, c policy.Caller, p turno.Proxy) error {
	if err := store.PutProxy(tx, p); err != nil {
		return err
	}
	return store.Audit(tx, turno.AuditEntry{
		ActionBy: c.ID(), Action: turno.AuditCreate, Entity: "patient_proxy", EntityID: p.PatientID.String(),
		SubjectID: &p.PatientID, Detail: "proxy_user_id=" + p.ProxyUserID.String(),
	})
}

// EndProxy ends that somebody acts for a patient. Errors: KindNotFound.
func (s *Service) EndProxy(ctx context.Context, c policy.Caller, patientID, proxyUserID uuid.UUID) error {
	action := policy.WriteProxies
	if c.Is(proxyUserID) { // whoever accepted may leave
		action = policy.LeaveProxy
	}
	if err := policy.Admit(c, action); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Lock(patientID); err != nil { // nobody accepts an invitation meanwhile
			return err
		}
		if _, err := checkPatient(tx, c, action, patientID); err != nil {
			return err
		}
		if err := store.LoseInvitationsBetween(tx, patientID, proxyUserID); err != nil { // or they are back
			return err
		}
		ended, err := store.EndProxy(tx, patientID, proxyUserID, tx.Now)
		if err != nil {
			return err
		}
		if !ended {
			return turno.NotFound("proxy")
		}
		return store.Audit(tx, turno.AuditEntry{
			ActionBy: c.ID(), Action: turno.AuditDelete, Entity: "patient_proxy", EntityID: patientID.String(),
			SubjectID: &patientID, Detail: "proxy_user_id=" + proxyUserID.String(),
		})
	})
	if err != nil {
		return fmt.Errorf("end a proxy: %w", err)
	}
	return nil
}

// NewDependant is somebody whom a patient cares for and who does not sign in.
type NewDependant struct {
	FullName      string
	DateOfBirth   turno.Date
	Gender        turno.Gender
	ContactNumber string
	Relation      string // of the carer to the person: "mother"
}

// CreateDependant makes a patient whom the caller acts for. Errors: KindInvalid,
// KindConflict beyond twenty of them.
func (s *Service) CreateDependant(ctx context.Context, c policy.Caller, in NewDependant) (patient turno.Patient, err error) {
	if err := policy.Check(c, policy.CreateDependant, 0); err != nil {
		return patient, err
	}
	var check checks
	person := s.newPerson(&check, NewUser{
		Role: turno.RolePatient, FullName: in.FullName, DateOfBirth: in.DateOfBirth,
		Gender: in.Gender, ContactNumber: in.ContactNumber,
	}, true)
	relation := check.line("relation", in.Relation, 1, 50)
	if err := check.err(); err != nil {
		return patient, err
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Lock(c.UserID); err != nil { // so that the count holds
			return err
		}
		already, err := store.DependantsOf(tx, c.UserID)
		if err != nil {
			return err
		}
		same := slices.IndexFunc(already, func(p turno.Patient) bool {
			return store.Fold(p.FullName) == store.Fold(person.FullName) && p.DateOfBirth == person.Patient.DateOfBirth
		})
		if same >= 0 { // a form that was sent twice
			patient = already[same]
			return nil
		}
		if len(already) >= maxDependants {
			return turno.Conflict(turno.CodeConflict, "You look after as many people as one account can.")
		}
		added, err := insertPerson(tx, person, "", c.ID())
		if err != nil {
			return err
		}
		patient = *added.Patient
		return putProxy(tx, c, turno.Proxy{
			PatientID: patient.ID, ProxyUserID: c.UserID, Relation: relation, CreatedAt: tx.Now,
		})
	})
	if err != nil {
		return turno.Patient{}, fmt.Errorf("add a dependant: %w", err)
	}
	return patient, nil
}

// Dependants lists the patients whom the caller acts for.
func (s *Service) Dependants(ctx context.Context, c policy.Caller) (patients []turno.Patient, err error) {
	if err := policy.Check(c, policy.ReadMe, policy.Self); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		patients, err = dependants(tx, c.UserID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list dependants: %w", err)
	}
	return patients, nil
}

func dependants(tx *sqldb.Tx, userID uuid.UUID) ([]turno.Patient, error) {
	patients, err := store.DependantsOf(tx, userID)
	for i := range patients {
		patients[i].Password = ""
	}
	return patients, err
}

// loseInvitations makes what a patient asked of a user mean nothing any more.
func loseInvitations(tx *sqldb.Tx, patientID, userID uuid.UUID) error {
	if err := store.LoseInvitationsBetween(tx, patientID, userID); err != nil {
		return err
	}
	return store.LoseRefusalsBetween(tx, patientID, userID)
}
