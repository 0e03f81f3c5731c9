package account

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Locations lists the places where visits happen, by name.
func (s *Service) Locations(ctx context.Context, c policy.Caller) (all []turno.Location, err error) {
	if err := policy.Check(c, policy.ListLocations, 0); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		all, err = store.Locations(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list locations: %w", err)
	}
	return all, nil
}

// CreateLocation adds a place; its ID is ignored. Errors: KindInvalid, KindConflict
// when there is one of the name and address.
func (s *Service) CreateLocation(ctx context.Context, c policy.Caller, l turno.Location) (turno.Location, error) {
	if err := policy.Check(c, policy.WriteLocations, 0); err != nil {
		return turno.Location{}, err
	}
	l, err := CheckLocation(l)
	if err != nil {
		return turno.Location{}, err
	}
	l.ID = turno.NewID()
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := locationTaken(store.InsertLocation(tx, l)); err != nil {
			return err
		}
		return auditLocation(tx, c.ID(), turno.AuditCreate, l.ID, "")
	})
	if err != nil {
		return turno.Location{}, fmt.Errorf("add a location: %w", err)
	}
	return l, nil
}

// EnsureFirstLocation adds a place to a database that has none. The system acts:
// it is for the start of the program.
func (s *Service) EnsureFirstLocation(ctx context.Context, l turno.Location) error {
	l, err := CheckLocation(l)
	if err != nil {
		return err
	}
	l.ID = turno.NewID()
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Lock(firstLocationLock()); err != nil {
			return err
		}
		if _, found, err := store.FirstLocation(tx); err != nil || found {
			return err
		}
		if err := store.InsertLocation(tx, l); err != nil {
			return err
		}
		return auditLocation(tx, nil, turno.AuditCreate, l.ID, "")
	})
	if err != nil {
		return fmt.Errorf("add the first location: %w", err)
	}
	return nil
}

// LocationPatch is what is to change about a location; nil fields stay.
type LocationPatch struct {
	Name, Phone, AddressLine1, AddressLine2, City, State, PostalCode, Country, Directions, TimeZone *string

	Version turno.Version // Location.Version when the change was begun
}

// UpdateLocation changes a place. Errors: KindInvalid, KindNotFound, KindConflict
// when there is another of the name and address, or it was changed meanwhile.
func (s *Service) UpdateLocation(ctx context.Context, c policy.Caller, id uuid.UUID, patch LocationPatch) (changed turno.Location, err error) {
	if err := policy.Check(c, policy.WriteLocations, 0); err != nil {
		return turno.Location{}, err
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Lock(id); err != nil {
			return err
		}
		before, found, err := store.LocationByID(tx, id)
		if err != nil {
			return err
		}
		if !found {
			return turno.NotFound("location")
		}
		if err := patch.Version.Check(before.Version()); err != nil {
			return err
		}
		var fields []string
		if changed, fields, err = patch.applied(before); err != nil || len(fields) == 0 {
			return err
		}
		if err := locationTaken(store.UpdateLocation(tx, changed)); err != nil {
			return err
		}
		return auditLocation(tx, c.ID(), turno.AuditUpdate, id, "fields="+strings.Join(fields, ","))
	})
	if err != nil {
		return turno.Location{}, fmt.Errorf("change a location: %w", err)
	}
	return changed, nil
}

// DeleteLocation removes a place that nobody needs. Errors: KindNotFound,
// KindConflict with CodeInUse while doctors or visits are there, and for the only one.
func (s *Service) DeleteLocation(ctx context.Context, c policy.Caller, id uuid.UUID) error {
	if err := policy.Check(c, policy.WriteLocations, 0); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Lock(firstLocationLock()); err != nil { // of the last two, one stays
			return err
		}
		all, err := store.Locations(tx)
		if err != nil {
			return err
		}
		if len(all) == 1 && all[0].ID == id {
			return turno.Conflict(turno.CodeInUse, "This is the only location, so it stays. Add another first.")
		}
		found, err := store.DeleteLocation(tx, id)
		switch {
		case sqldb.IsForeignKeyViolation(err):
			return turno.Conflict(turno.CodeInUse, "Doctors or visits are at this location, so it stays.")
		case err != nil:
			return err
		case !found:
			return turno.NotFound("location")
		}
		return auditLocation(tx, c.ID(), turno.AuditDelete, id, "")
	})
	if err != nil {
		return fmt.Errorf("delete a location: %w", err)
	}
	return nil
}

// locationTaken turns a unique violation into what is to be done about it.
func locationTaken(err error) error {
	if !sqldb.IsUniqueViolation(err) {
		return err
	}
	const message = "There is a location of this name and address already."
	return &turno.Error{
		Kind: turno.KindConflict, Code: turno.CodeConflict, Message: message, Err: err,
		Fields: []turno.FieldError{{Location: "body.name", Message: message}},
	}
}

// applied is l after the patch, with the names of the fields that changed.
func (p LocationPatch) applied(l turno.Location) (changed turno.Location, fields []string, err error) {
	for _, field := range []struct {
		name   string
		value  *string
		wanted *string
	}{
		{"name", &l.Name, p.Name},
		{"phone", &l.Phone, p.Phone},
		{"address_line1", &l.AddressLine1, p.AddressLine1},
		{"address_line2", &l.AddressLine2, p.AddressLine2},
		{"city", &l.City, p.City},
		{"state", &l.State, p.State},
		{"postal_code", &l.PostalCode, p.PostalCode},
		{"country", &l.Country, p.Country},
		{"directions", &l.Directions, p.Directions},
		{"time_zone", &l.TimeZone, p.TimeZone},
	} {
		if field.wanted != nil {
			set(&fields, field.name, field.value, *field.wanted)
		}
	}
	changed, err = CheckLocation(l)
	return changed, fields, err
}

var countryCode = regexp.MustCompile(`^([A-Z]{2})?$`)

// CheckLocation is l as it is stored; the lengths are those of the table. Errors:
// KindInvalid.
func CheckLocation(l turno.Location) (turno.Location, error) {
	var check checks
	l.Name = check.line("name", l.Name, 1, maxName)
	l.Phone = check.line("phone", l.Phone, 0, 32)
	l.AddressLine1 = check.line("address_line1", l.AddressLine1, 0, 200)
	l.AddressLine2 = check.line("address_line2", l.AddressLine2, 0, 200)
	l.City = check.line("city", l.City, 0, 100)
	l.State = check.line("state", l.State, 0, 100)
	l.PostalCode = check.line("postal_code", l.PostalCode, 0, 20)
	if l.Country = strings.ToUpper(strings.TrimSpace(l.Country)); !countryCode.MatchString(l.Country) {
		check.add("country", "This is a country's two-letter code such as ES.")
	}
	l.Directions = check.text("directions", l.Directions, 2000)
	l.TimeZone = check.timeZone("time_zone", l.TimeZone)
	return l, check.err()
}

func auditLocation(tx *sqldb.Tx, by *uuid.UUID, action turno.AuditAction, id uuid.UUID, detail string) error {
	return store.Audit(tx, turno.AuditEntry{
		ActionBy: by, Action: action, Entity: "location", EntityID: id.String(), Detail: detail,
	})
}

// Clinic is the place whose name the site bears: the one that was made first.
func (s *Service) Clinic(ctx context.Context) (clinic turno.Location, err error) {
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		clinic, _, err = store.FirstLocation(tx)
		return err
	})
	if err != nil {
		return turno.Location{}, fmt.Errorf("read the clinic: %w", err)
	}
	return clinic, nil
}
