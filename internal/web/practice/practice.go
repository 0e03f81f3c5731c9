package practice

import (
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
)

// practice is a request to a page about one doctor's work: the caller's own, or
// that of the doctor whom staff name in the address.
type practice struct {
	*page.Request
	Doctor account.DoctorProfile
	Local  *time.Location // how the doctor's clocks go: the days of these pages
}

// doctorParam names a doctor in the address, when it is not the caller.
const doctorParam = "doctor"

// of makes a handler of one for a doctor's practice, which is for the doctor and
// staff.
func of(handle func(practice) error) page.Handler {
	return func(r *page.Request) error {
		id, err := whose(r)
		if err != nil {
			return err
		}
		if id == uuid.Nil { // staff who name nobody choose among all
			return r.Redirect("/admin/day")
		}
		p, err := practiceOf(r, id)
		if err != nil {
			return err
		}
		return handle(p)
	}
}

// admit asks the access table whether a doctor's practice is the caller's to see.
func admit(r *page.Request, doctorID uuid.UUID) error {
	var relation policy.Relation
	if r.Caller.Is(doctorID) {
		relation = policy.ItsDoctor
	}
	return policy.Check(r.Caller, policy.ReadAgenda, relation)
}

// whose is the doctor in the address, or the caller.
func whose(r *page.Request) (uuid.UUID, error) {
	if name := r.URL.Query().Get(doctorParam); name != "" {
		id, err := uuid.Parse(name)
		if err != nil {
			return id, turno.NotFound("doctor")
		}
		return id, nil
	}
	switch {
	case r.Caller.Role == turno.RoleDoctor:
		return r.Caller.UserID, nil
	case r.Caller.IsStaff():
		return uuid.Nil, nil
	}
	return uuid.Nil, admit(r, uuid.Nil)
}

func practiceOf(r *page.Request, doctorID uuid.UUID) (practice, error) {
	doctor, err := r.Site.Account.Doctor(r.Context(), r.Caller, doctorID)
	if err != nil {
		return practice{}, err
	}
	if err := admit(r, doctorID); err != nil {
		return practice{}, err
	}
	return practice{Request: r, Doctor: doctor, Local: r.ZoneNamed(doctor.TimeZone, time.UTC)}, nil
}

// own reports whether the doctor is who looks.
func (p practice) own() bool { return p.Caller.Is(p.Doctor.ID) }

// to is an address of this room that stays with the doctor. pairs are names and
// values of its query; empty values are left out.
func (p practice) to(path string, pairs ...string) string {
	query := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	if !p.own() {
		query.Set(doctorParam, p.Doctor.ID.String())
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// toVisit is a visit's own page, or what can be done there.
func (p practice) toVisit(id uuid.UUID, what ...string) string {
	return p.to(strings.Join(append([]string{"/schedule/visits", id.String()}, what...), "/"))
}

// today is the date on the doctor's calendar.
func (p practice) today() turno.Date { return turno.DateOf(p.Now, p.Local) }

// clock is a time of day as the doctor's clocks show it.
func (p practice) clock(t time.Time) string { return p.Time(t, p.Local) }

// dayOf is the doctor's date at an instant.
func (p practice) dayOf(t time.Time) turno.Date { return turno.DateOf(t, p.Local) }

// lead says whose page it is, when it is not the reader's own.
func (p practice) lead() string {
	if p.own() {
		return ""
	}
	return p.Doctor.FullName
}

// zoneNote says in whose time the page is, when the reader's clocks differ.
func (p practice) zoneNote() string {
	if page.SameClocks(p.Now, p.Local, p.Zone) {
		return ""
	}
	return p.T("Times are in %s, as at the practice.", p.Words.Zone(p.Doctor.TimeZone))
}
