package insight

import (
	"context"
	"iter"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/keyset"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// TrailFilter chooses entries of the trail; zero fields choose all.
type TrailFilter struct {
	ActionBy *uuid.UUID
	Action   turno.AuditAction
	Entity   string
	EntityID string
	Subject  *uuid.UUID // whose record it concerns
	From, To time.Time  // [From, To)
	Limit    int        // 20 unless told, 100 at most
	Cursor   string
}

func (f TrailFilter) rows(before keyset.Place, limit int) store.AuditFilter {
	return store.AuditFilter{
		ActionBy: f.ActionBy, Action: f.Action, Entity: f.Entity, EntityID: f.EntityID, Subject: f.Subject,
		From: f.From, To: f.To,
		BeforeTime: before.Time, BeforeID: before.ID, Limit: limit,
	}
}

const (
	trailList  keyset.List = "audit-logs"
	accessList keyset.List = "access-log"
)

// AuditTrail lists who did what, the newest first. It is for full staff.
func (s *Service) AuditTrail(ctx context.Context, c policy.Caller, f TrailFilter) (items []turno.AuditEntry, next string, err error) {
	if err := policy.Check(c, policy.ReadAuditLogs, 0); err != nil {
		return nil, "", err
	}
	before, err := trailList.Parse(f.Cursor)
	if err != nil {
		return nil, "", err
	}
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		return nil, "", invalid("query.to", "The last day is before the first.")
	}
	limit := keyset.Size(f.Limit)
	if err := s.read(ctx, "read the trail", func(tx *sqldb.Tx) (err error) {
		items, err = store.AuditEntries(tx, f.rows(before, limit+1))
		return err
	}); err != nil {
		return nil, "", err
	}
	items, next = keyset.Page(trailList, items, limit, endOf)
	return items, next, nil
}

// TrailLine is an entry of the trail with the people in it, by the names that they
// have now: the trail itself holds none. Nil: there is none, or nobody has the id
// any more.
type TrailLine struct {
	turno.AuditEntry
	Actor   *TrailPerson // who did it; nil: the system
	Subject *TrailPerson // whose record it concerns, or whose account it is
	Other   *TrailPerson // who else the facts name: the proxy
}

// TrailPerson is somebody in the trail.
type TrailPerson = store.NamedUser

// Trail is AuditTrail with the people's names, for pages that say it in sentences.
func (s *Service) Trail(ctx context.Context, c policy.Caller, f TrailFilter) (lines []TrailLine, next string, err error) {
	entries, next, err := s.AuditTrail(ctx, c, f)
	if err != nil {
		return nil, "", err
	}
	var ids []uuid.UUID
	for _, e := range entries {
		for _, id := range peopleOf(e) {
			if id != uuid.Nil {
				ids = append(ids, id)
			}
		}
	}
	var named map[uuid.UUID]store.NamedUser
	if err := s.read(ctx, "name who is in the trail", func(tx *sqldb.Tx) (err error) {
		named, err = store.UsersNamed(tx, ids)
		return err
	}); err != nil {
		return nil, "", err
	}
	person := func(id uuid.UUID) *TrailPerson {
		if p, known := named[id]; known {
			return &p
		}
		return nil
	}
	for _, e := range entries {
		people := peopleOf(e)
		lines = append(lines, TrailLine{AuditEntry: e, Actor: person(people[0]), Subject: person(people[1]), Other: person(people[2])})
	}
	return lines, next, nil
}

// peopleOf are the ids of the actor, the subject and whoever else is named; Nil
// where there is none.
func peopleOf(e turno.AuditEntry) (people [3]uuid.UUID) {
	if e.ActionBy != nil {
		people[0] = *e.ActionBy
	}
	if e.SubjectID != nil {
		people[1] = *e.SubjectID
	}
	if other, err := uuid.Parse(e.Facts()["proxy_user_id"]); err == nil {
		people[2] = other
	}
	return people
}

func endOf(e turno.AuditEntry) keyset.Place { return keyset.Place{Time: e.CreatedAt, ID: e.ID} }

// exportPage is how many entries an export reads at a time.
const exportPage = 1000

// ExportTrail yields every entry that the filter chooses, the newest first, page
// by page: neither the memory nor a view of the database is held for long. After
// an error it ends. It asks no policy, since it is for whoever can open the
// database itself: the command line. Limit and Cursor are ignored.
func (s *Service) ExportTrail(ctx context.Context, f TrailFilter) iter.Seq2[turno.AuditEntry, error] {
	return func(yield func(turno.AuditEntry, error) bool) {
		var before keyset.Place
		for more := true; more; {
			var entries []turno.AuditEntry
			if err := s.read(ctx, "export the trail", func(tx *sqldb.Tx) (err error) {
				entries, err = store.AuditEntries(tx, f.rows(before, exportPage))
				return err
			}); err != nil {
				yield(turno.AuditEntry{}, err)
				return
			}
			for _, e := range entries {
				if !yield(e, nil) {
					return
				}
				before = endOf(e)
			}
			more = len(entries) == exportPage
		}
	}
}

// RecordAccess is one time that somebody looked at or changed a person's record.
type RecordAccess struct {
	ID     uuid.UUID
	Action turno.AuditAction
	Entity string // what was looked at or changed: "patient", "appointment"
	At     time.Time
	Name   string     // who it was; empty for the system
	Role   turno.Role // what they are to the clinic; empty for the system
	ByMe   bool
	// ByProxy: who it was is the proxy whom it was about.
	ByProxy bool
}

// AccessFilter chooses entries of one's own access log.
type AccessFilter struct {
	OthersOnly bool // without what one did oneself
	Limit      int  // 20 unless told, 100 at most
	Cursor     string
}

// AccessLog lists who has looked at or changed the caller's own record, the
// newest first: name and role, and nothing else about them.
func (s *Service) AccessLog(ctx context.Context, c policy.Caller, f AccessFilter) (items []RecordAccess, next string, err error) {
	if err := policy.Check(c, policy.ReadAccessLog, policy.Self); err != nil {
		return nil, "", err
	}
	before, err := accessList.Parse(f.Cursor)
	if err != nil {
		return nil, "", err
	}
	limit := keyset.Size(f.Limit)
	var accesses []store.Access
	if err := s.read(ctx, "read who saw a record", func(tx *sqldb.Tx) (err error) {
		accesses, err = store.AccessesOf(tx, c.UserID, f.OthersOnly, before.Time, before.ID, limit+1)
		return err
	}); err != nil {
		return nil, "", err
	}
	accesses, next = keyset.Page(accessList, accesses, limit, func(a store.Access) keyset.Place { return keyset.Place{Time: a.CreatedAt, ID: a.ID} })
	for _, a := range accesses {
		items = append(items, RecordAccess{ID: a.ID, Action: a.Action, Entity: a.Entity, At: a.CreatedAt, Name: a.Name, Role: a.Role, ByMe: a.By != nil && *a.By == c.UserID, ByProxy: a.ByProxy})
	}
	return items, next, nil
}
