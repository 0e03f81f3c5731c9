package store

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

const userColumns = `
       u.id, u.username, u.email, u.password, CAST(u.role AS text), COALESCE(CAST(u.staff_level AS text), ''),
       u.full_name, u.time_zone, u.locale, u.email_verified_at, u.email_refused_at, u.deactivated_at, u.erased_at,
       u.factor_due_at, u.created_at, u.updated_at`

func userDest(u *turno.User) []any {
	return []any{
		&u.ID, &u.Username, &u.Email, &u.Password, &u.Role, &u.StaffLevel,
		&u.FullName, &u.TimeZone, &u.Locale, &u.EmailVerifiedAt, &u.EmailRefusedAt, &u.DeactivatedAt, &u.ErasedAt,
		&u.FactorDueAt, &u.CreatedAt, &u.UpdatedAt,
	}
}

func scanUser(row sqldb.Scanner) (u turno.User, err error) {
	err = row.Scan(userDest(&u)...)
	return u, err
}

// UserByID reads a user: a turno.KindNotFound error when there is none.
func UserByID(tx *sqldb.Tx, id uuid.UUID) (turno.User, error) {
	u, found, err := oneUser(tx, `u.id = $1`, id)
	if err == nil && !found {
		return u, turno.NotFound("user")
	}
	return u, err
}

// UserByUsername reads a user by name, without regard to case; false when there
// is none.
func UserByUsername(tx *sqldb.Tx, username string) (turno.User, bool, error) {
	return oneUser(tx, `u.username_folded = $1`, Fold(username))
}

// UserByEmail reads a user by email, without regard to case; false when there
// is none.
func UserByEmail(tx *sqldb.Tx, email string) (turno.User, bool, error) {
	return oneUser(tx, `u.email_folded = $1`, Fold(email))
}

func oneUser(tx *sqldb.Tx, condition string, arg any) (turno.User, bool, error) {
	u, err := sqldb.One(tx, scanUser, `
		SELECT `+userColumns+`
		  FROM users u
		 WHERE `+condition, arg)
	if errors.Is(err, sqldb.ErrNoRows) {
		return u, false, nil
	}
	if err != nil {
		return u, false, fmt.Errorf("read a user: %w", err)
	}
	return u, true, nil
}

// InsertUser adds a user. A taken username or email is a unique violation.
func InsertUser(tx *sqldb.Tx, u turno.User) error {
	_, err := tx.Exec(`
		INSERT INTO users
		       (id, username, username_folded, email, email_folded, password, role, staff_level,
		        full_name, search_name, time_zone, locale, email_verified_at, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)`,
		u.ID, u.Username, Fold(u.Username), u.Email, Fold(u.Email), u.Password, u.Role, nullable(u.StaffLevel),
		u.FullName, SearchName(u.FullName), u.TimeZone, u.Locale, u.EmailVerifiedAt, tx.Now)
	if err != nil {
		return fmt.Errorf("add a user: %w", err)
	}
	return nil
}

// UpdateUser writes everything about a user but the role, the password and when
// a second factor is due. The
// caller holds tx.Lock of the id since before it read the user. A taken username
// or email is a unique violation.
func UpdateUser(tx *sqldb.Tx, u turno.User) error {
	_, err := tx.Exec(`
		UPDATE users
		   SET username = $2,
		       username_folded = $3,
		       email = $4,
		       email_folded = $5,
		       staff_level = $6,
		       full_name = $7,
		       search_name = $8,
		       time_zone = $9,
		       locale = $10,
		       email_verified_at = $11,
		       email_refused_at = $12,
		       deactivated_at = $13,
		       erased_at = $14,
		       updated_at = $15
		 WHERE id = $1`,
		u.ID, u.Username, Fold(u.Username), u.Email, Fold(u.Email), nullable(u.StaffLevel),
		u.FullName, SearchName(u.FullName), u.TimeZone, u.Locale, u.EmailVerifiedAt, u.EmailRefusedAt,
		u.DeactivatedAt, u.ErasedAt, tx.Now)
	if err != nil {
		return fmt.Errorf("change a user: %w", err)
	}
	return nil
}

// SetPassword replaces the hash of a password, provided that it is still old.
// It reports whether it was.
func SetPassword(tx *sqldb.Tx, id uuid.UUID, old, hash string) (bool, error) {
	rows, err := tx.Exec(`
		UPDATE users
		   SET password = $3,
		       updated_at = $4
		 WHERE id = $1
		   AND password = $2`, id, old, hash, tx.Now)
	if err != nil {
		return false, fmt.Errorf("set a password: %w", err)
	}
	return rows == 1, nil
}

// SetFactorDue says from when on a user needs a second factor; nil: no more.
func SetFactorDue(tx *sqldb.Tx, id uuid.UUID, due *time.Time) error {
	_, err := tx.Exec(`
		UPDATE users
		   SET factor_due_at = $2,
		       updated_at = $3
		 WHERE id = $1`, id, due, tx.Now)
	if err != nil {
		return fmt.Errorf("set when a second factor is due: %w", err)
	}
	return nil
}

// CountFullAdmins counts the staff who may do everything and can sign in.
func CountFullAdmins(tx *sqldb.Tx) (n int, err error) {
	err = tx.QueryRow(`
		SELECT COUNT(*)
		  FROM users
		 WHERE role = 'admin'
		   AND staff_level = 'full'
		   AND deactivated_at IS NULL
		   AND erased_at IS NULL`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count full admins: %w", err)
	}
	return n, nil
}

// ErasedUsers lists the people who were erased.
func ErasedUsers(tx *sqldb.Tx) ([]uuid.UUID, error) {
	ids, err := sqldb.All(tx, func(row sqldb.Scanner) (id uuid.UUID, err error) {
		err = row.Scan(&id)
		return id, err
	}, `
		SELECT id
		  FROM users
		 WHERE erased_at IS NOT NULL
		 ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("list the erased people: %w", err)
	}
	return ids, nil
}

// NamedUser is what a sentence about a person needs.
type NamedUser struct {
	ID       uuid.UUID
	FullName string
	Role     turno.Role
	Erased   bool
}

// UsersNamed reads the names of users, those who have been erased included, by id.
// Ids that are nobody's are left out.
func UsersNamed(tx *sqldb.Tx, ids []uuid.UUID) (map[uuid.UUID]NamedUser, error) {
	users, err := sqldb.All(tx, func(row sqldb.Scanner) (u NamedUser, err error) {
		err = row.Scan(&u.ID, &u.FullName, &u.Role, &u.Erased)
		return u, err
	}, `
		SELECT id, full_name, CAST(role AS text), erased_at IS NOT NULL
		  FROM users
		 WHERE id = ANY($1)`, sqldb.In(ids))
	if err != nil {
		return nil, fmt.Errorf("name users: %w", err)
	}
	named := make(map[uuid.UUID]NamedUser, len(users))
	for _, u := range users {
		named[u.ID] = u
	}
	return named, nil
}

// UserFilter chooses users; zero fields choose all.
type UserFilter struct {
	Role          turno.Role
	Active        *bool        // nil: those who may sign in and those who may not
	Words         []string     // each begins a word of the name, the username or the email
	ContactNumber string       // digits that it contains; all of it when it begins with +
	SameName      string       // the whole name, compared as SearchName does
	BirthDates    []turno.Date // any of them
	KnownTo       uuid.UUID    // only patients whose record this doctor may read, as KnowsPatient says
	AfterID       uuid.UUID    // keyset: the last user seen
	Limit         int
}

// FoundUser is a user, with what staff tell patients of one name apart by.
type FoundUser struct {
	turno.User
	DateOfBirth   *turno.Date // nil for others than patients
	ContactNumber string
}

// Users lists users in the order of their names.
func Users(tx *sqldb.Tx, f UserFilter) ([]FoundUser, error) {
	w, err := f.where(tx)
	if err != nil {
		return nil, err
	}
	found, err := sqldb.All(tx, scanFoundUser, `
		SELECT `+userColumns+`, p.date_of_birth, COALESCE(p.contact_number, '')
		  FROM users u
		  LEFT JOIN patients p ON p.user_id = u.id
		 `+w.SQL()+`
		 ORDER BY u.search_name, u.id
		 `+sqldb.Limit(f.Limit), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	return found, nil
}

func (f UserFilter) where(tx *sqldb.Tx) (*sqldb.Where, error) {
	w := &sqldb.Where{}
	switch f.Role {
	case "":
	case turno.RolePatient:
		w.Add("u.role = $?", f.Role)
	case turno.RoleDoctor, turno.RoleAdmin:
		w.Add("u.role = $?", f.Role)
		w.Add("u.role <> 'patient'") // said so that the index of the few others serves
	default: // which PostgreSQL would refuse to compare
		w.Add("1 = 0")
	}
	switch {
	case f.Active == nil:
	case *f.Active:
		w.Add("u.deactivated_at IS NULL AND u.erased_at IS NULL")
	default:
		w.Add("(u.deactivated_at IS NOT NULL OR u.erased_at IS NOT NULL)")
	}
	for _, word := range f.Words {
		folded := SearchName(word)
		start := w.Arg(likePattern("", folded, "%"))
		inside := w.Arg(likePattern("% ", folded, "%"))
		w.Add(`(u.search_name LIKE ` + start + ` ESCAPE '\'
		     OR u.search_name LIKE ` + inside + ` ESCAPE '\'
		     OR u.username_folded LIKE ` + start + ` ESCAPE '\'
		     OR u.email_folded LIKE ` + start + ` ESCAPE '\')`)
	}
	switch {
	case strings.HasPrefix(f.ContactNumber, "+"):
		w.Add("p.contact_number = $?", f.ContactNumber)
	case f.ContactNumber != "":
		w.Add(`p.contact_number LIKE $? ESCAPE '\'`, likePattern("%", f.ContactNumber, "%"))
	}
	if f.SameName != "" {
		w.Add("u.search_name = $?", SearchName(f.SameName))
	}
	if len(f.BirthDates) > 0 {
		w.Add("p.date_of_birth = ANY($?)", sqldb.In(f.BirthDates))
	}
	if f.KnownTo != uuid.Nil {
		doctor, since := w.Arg(f.KnownTo), w.Arg(tx.Now.AddDate(0, -monthsKnown, 0))
		w.Add(`EXISTS (SELECT 1
		                 FROM appointments k
		                WHERE k.patient_id = u.id
		                  AND k.doctor_id = ` + doctor + `
		                  AND k.status <> 'cancelled'
		                  AND k.scheduled_at >= ` + since + `
		                  AND (k.booked_by IS NULL OR k.booked_by <> ` + doctor + `))`)
	}
	if f.AfterID != uuid.Nil {
		last, err := UserByID(tx, f.AfterID)
		if err != nil {
			return nil, err
		}
		w.Add("(u.search_name, u.id) > ($?, $?)", SearchName(last.FullName), last.ID)
	}
	return w, nil
}

func scanFoundUser(row sqldb.Scanner) (f FoundUser, err error) {
	err = row.Scan(append(userDest(&f.User), &f.DateOfBirth, &f.ContactNumber)...)
	return f, err
}
