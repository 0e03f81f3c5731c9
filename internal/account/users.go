package account

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/keyset"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// UserSearch chooses users.
type UserSearch struct {
	Query  string     // words of the name, username or email; a contact number; a date of birth
	Role   turno.Role // empty: every role that the caller may list
	Active *bool      // nil: both
	Limit  int
	Cursor string // of the page before
}

// ListedUser is a user, with what patients of one name are told apart by.
type ListedUser = store.FoundUser

// userList is sorted by name, but a cursor holds the id only: it stands in URLs.
const userList keyset.List = "users"

// Users lists users in the order of their names, with the cursor of the next
// page, empty at the end. The front desk finds patients only.
func (s *Service) Users(ctx context.Context, c policy.Caller, search UserSearch) (found []ListedUser, next string, err error) {
	if search.Role == "" && c.IsStaff() && !c.IsFullStaff() {
		search.Role = turno.RolePatient
	}
	if err := policy.Check(c, listAction(search.Role), 0); err != nil {
		return nil, "", err
	}
	filter, err := search.filter()
	if err != nil {
		return nil, "", err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		found, err = store.Users(tx, filter)
		return err
	})
	if turno.KindOf(err) == turno.KindNotFound {
		return nil, "", keyset.NotOfThisList()
	}
	if err != nil {
		return nil, "", fmt.Errorf("list users: %w", err)
	}
	found, next = keyset.Page(userList, found, filter.Limit-1, func(u ListedUser) keyset.Place { return keyset.Place{ID: u.ID} })
	for i := range found {
		found[i].Password = ""
	}
	return found, next, nil
}

// OwnPatients finds active patients among those whose record the doctor who asks
// may read. A list is not noted in the trail; opening a record is.
func (s *Service) OwnPatients(ctx context.Context, c policy.Caller, query string, limit int) (found []ListedUser, err error) {
	if err := policy.Check(c, policy.ListOwnPatients, 0); err != nil {
		return nil, err
	}
	filter, err := UserSearch{Query: query, Role: turno.RolePatient, Active: new(true), Limit: limit}.filter()
	if err != nil {
		return nil, err
	}
	filter.KnownTo, filter.Limit = c.UserID, filter.Limit-1
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		found, err = store.Users(tx, filter)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list a doctor's patients: %w", err)
	}
	for i := range found {
		found[i].Password = ""
	}
	return found, nil
}

func listAction(role turno.Role) policy.Action {
	if role == turno.RolePatient {
		return policy.ListPatients
	}
	return policy.ListUsers
}

// filter reads the query. It asks for one user more than the limit, to see
// whether there is a next page.
func (search UserSearch) filter() (store.UserFilter, error) {
	after, err := userList.Parse(search.Cursor)
	f := store.UserFilter{Role: search.Role, Active: search.Active, AfterID: after.ID, Limit: keyset.Size(search.Limit) + 1}
	if err != nil {
		return f, err
	}
	if !cleanText(search.Query) {
		return f, turno.Invalid(turno.FieldError{Location: "query.q", Message: "This contains characters that can't be used."})
	}
	var number, words, parts []string
	for word := range strings.FieldsSeq(search.Query) {
		switch dates := birthDates(word); {
		case dates != nil:
			f.BirthDates = dates
		case isDigits(plainNumber(word)):
			parts = append(parts, word)
			number = append(number, plainNumber(word))
		default:
			words = append(words, word)
		}
	}
	if joined := strings.Join(number, ""); isNumber(joined) {
		f.ContactNumber, f.Words = withoutTrunk(joined), words
	} else {
		f.Words = append(words, parts...)
	}
	return f, nil
}

// birthDates reads a date as people write it. One whose day and month can be
// mistaken for each other is both.
func birthDates(word string) []turno.Date {
	if date, err := turno.ParseDate(word); err == nil {
		return []turno.Date{date}
	}
	var dates []turno.Date
	word = strings.NewReplacer(".", "/", "-", "/").Replace(word)
	for _, form := range []string{"2/1/2006", "1/2/2006"} {
		if t, err := time.Parse(form, word); err == nil {
			if date := turno.DateOf(t, time.UTC); !slices.Contains(dates, date) {
				dates = append(dates, date)
			}
		}
	}
	return dates
}

// withoutTrunk drops the zeros that a whole number is dialled with at home and
// that it has no more in the international form.
func withoutTrunk(number string) string {
	const whole = 9
	if len(number) >= whole {
		return strings.TrimLeft(number, "0")
	}
	return number
}

// isNumber reports whether somebody searches for a contact number, or the end
// of one.
func isNumber(s string) bool { return isDigits(s) && len(strings.TrimPrefix(s, "+")) >= 4 }

// isDigits reports whether s is digits, with or without a plus before them.
func isDigits(s string) bool {
	digits := strings.TrimPrefix(s, "+")
	return s != "" && !strings.ContainsFunc(digits, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsDigit(r) })
}

// CreateUser makes an account for somebody. The front desk makes patients only;
// making an admin asks for a recent sign-in. Errors: as RegisterPatient;
// KindConflict with CodeConflict for a patient who is to be unlike others and is not.
func (s *Service) CreateUser(ctx context.Context, c policy.Caller, in NewUser) (Person, error) {
	if err := policy.Check(c, writeAction(in.Role), 0); err != nil {
		return Person{}, err
	}
	if in.Role == turno.RoleAdmin {
		if err := policy.CheckRecent(c, policy.MakeStaff, s.config.Now()); err != nil {
			return Person{}, err
		}
	}
	person, err := s.checkNewUser(in, true)
	if err != nil {
		return Person{}, err
	}
	if in.Role == turno.RolePatient && in.Unlike {
		return s.addPerson(ctx, person, in.Password, c.ID(), person.unlikeOthers)
	}
	return s.addPerson(ctx, person, in.Password, c.ID())
}

// CreateAdmin makes a full admin without a caller: for somebody who has the
// database itself at hand. Errors: KindInvalid, KindConflict.
func (s *Service) CreateAdmin(ctx context.Context, username, email, fullName, password string) (Person, error) {
	person, err := s.checkNewUser(NewUser{
		Username: username, Email: email, FullName: fullName, Password: password,
		Role: turno.RoleAdmin, StaffLevel: turno.StaffFull,
	}, false)
	if err != nil {
		return Person{}, err
	}
	return s.addPerson(ctx, person, password, nil)
}

func writeAction(role turno.Role) policy.Action {
	if role == turno.RolePatient {
		return policy.WritePatientUser
	}
	return policy.WriteUser
}

// ChangedUser is a person after a change, with what it leaves to be done.
type ChangedUser struct {
	Person
	Outside []turno.Appointment // visits that stay with a doctor who may no longer sign in, soonest first
}

// UpdateUser changes somebody's account. The front desk changes patients only.
// Deactivating, and another staff level, end all sessions; the visits of a doctor
// who is deactivated stay, and are returned. Errors: KindInvalid,
// KindNotFound, KindForbidden with CodeSignInAgain, KindConflict with
// CodeIdentityTaken or, for the last full admin, CodeInUse.
func (s *Service) UpdateUser(ctx context.Context, c policy.Caller, id uuid.UUID, patch Patch) (changed ChangedUser, err error) {
	if err := policy.Check(c, policy.WritePatientUser, 0); err != nil {
		return ChangedUser{}, err
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
		user, err := lockStanding(tx, id)
		if err != nil {
			return err
		}
		if err := policy.Check(c, writeAction(user.Role), 0); err != nil {
			return err
		}
		if err := notErased(user); err != nil {
			return err
		}
		if err := changeStanding(tx, c, user, patch); err != nil {
			return err
		}
		if changed.Person, err = s.patchPerson(tx, c, id, patch); err != nil {
			return err
		}
		if user.Role == turno.RoleDoctor && patch.Active != nil && !*patch.Active {
			changed.Outside, err = s.openVisits(tx, id)
		}
		return err
	})
	if err != nil {
		return ChangedUser{}, fmt.Errorf("change a user: %w", err)
	}
	if changed.Role == turno.RoleDoctor { // who may have been deactivated
		s.config.Changed(id)
	}
	return changed, nil
}

// openVisits lists what stays in the calendar of a doctor who can no longer be
// booked. The caller holds the doctor's lock, so that none comes later.
func (s *Service) openVisits(tx *sqldb.Tx, doctorID uuid.UUID) ([]turno.Appointment, error) {
	if s.config.OpenVisits == nil {
		return nil, nil
	}
	return s.config.OpenVisits(tx, doctorID)
}

// changeStanding changes whether a user may sign in, and what staff may do.
func changeStanding(tx *sqldb.Tx, c policy.Caller, user turno.User, patch Patch) error {
	var fields []string
	if patch.StaffLevel != nil && *patch.StaffLevel != user.StaffLevel {
		var check checks
		if user.Role != turno.RoleAdmin {
			check.add("staff_level", "Only an admin has one.")
		} else {
			check.staffLevel("staff_level", *patch.StaffLevel)
		}
		if err := check.err(); err != nil {
			return err
		}
		if err := policy.CheckRecent(c, policy.MakeStaff, tx.Now); err != nil {
			return err
		}
		user.StaffLevel = *patch.StaffLevel
		fields = append(fields, "staff_level="+string(user.StaffLevel))
	}
	if patch.Active != nil && *patch.Active != user.Active() {
		user.DeactivatedAt = nil
		if !*patch.Active {
			user.DeactivatedAt = &tx.Now
		}
		fields = append(fields, fmt.Sprintf("active=%t", *patch.Active))
	}
	if len(fields) == 0 {
		return nil
	}
	return writeStanding(tx, c, user, fields)
}

func writeStanding(tx *sqldb.Tx, c policy.Caller, user turno.User, fields []string) error {
	if user.Role == turno.RoleDoctor {
		if err := store.BumpCalendar(tx, user.ID); err != nil {
			return err
		}
	}
	if err := store.UpdateUser(tx, user); err != nil {
		return err
	}
	if err := keepFullAdmin(tx, user); err != nil {
		return err
	}
	if err := store.EndAccess(tx, user.ID, uuid.Nil); err != nil {
		return err
	}
	return store.Audit(tx, turno.AuditEntry{
		ActionBy: c.ID(), Action: turno.AuditUpdate, Entity: "user", EntityID: user.ID.String(),
		SubjectID: &user.ID, Detail: strings.Join(fields, " "),
	})
}

// lockStanding locks a user whose standing may change, and reads the user under
// the lock. What may remove a full admin takes the lock of all of them first:
// two admins who remove each other would wait for each other otherwise.
func lockStanding(tx *sqldb.Tx, id uuid.UUID) (turno.User, error) {
	user, err := store.UserByID(tx, id)
	if err != nil {
		return user, err
	}
	locks := []uuid.UUID{id}
	if user.Role == turno.RoleAdmin { // which a role never becomes or ceases to be
		locks = []uuid.UUID{fullAdminsLock(), id}
	}
	if err := tx.Lock(locks...); err != nil {
		return user, err
	}
	return store.UserByID(tx, id)
}

// keepFullAdmin refuses a change to a user that leaves nobody who may do
// everything. The caller has read the user with lockStanding.
func keepFullAdmin(tx *sqldb.Tx, changed turno.User) error {
	if changed.Role != turno.RoleAdmin {
		return nil
	}
	left, err := store.CountFullAdmins(tx)
	if err != nil {
		return err
	}
	if left == 0 {
		return turno.Conflict(turno.CodeInUse, "This is the last admin who may do everything. Make another first.")
	}
	return nil
}
