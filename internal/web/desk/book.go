package desk

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/locale"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// bookView is how the desk books for somebody: choose the doctor and time, find
// the patient, say what it is about.
type bookView struct {
	r       *page.Request
	Form    *page.Form // what was typed, and what is wrong with it
	Zone    *time.Location
	Doctor  uuid.UUID
	At      time.Time
	Untimed bool // what was typed is no time: At is now, and nothing is offered for it
	Alone   bool // come back to the day of this doctor alone
	Offer   booking.Offer
	Patient *turno.Patient

	Doctors      []booking.DayColumn // to choose from, when there is no doctor yet
	Found        []account.ListedUser
	Looked       bool // somebody was searched for
	More         bool // there are more than are shown
	New          *page.Form
	Same         []ui.Somebody // who the new one may be
	Alternatives []turno.Interval
}

// bookPage shows the next thing to say.
func bookPage(r *page.Request) error {
	v := bookView{r: r, Form: r.Query(), New: r.Kept()}
	if v.New.Kept && !v.New.Has("full_name") { // it was the visit, and not a new patient
		v.Form, v.New = v.New, &page.Form{}
	}
	if v.typed() {
		checkTime(r, v.Form, clinicZone(r))
	}
	if err := v.read(); err != nil {
		return err
	}
	if v.Untimed {
		return v.show(http.StatusUnprocessableEntity)
	}
	return v.show(http.StatusOK)
}

// read is what the address or the form says so far, and what that means.
func (v *bookView) read() error {
	v.Zone = clinicZone(v.r)
	v.Alone = v.Form.Get("alone") != ""
	v.At = v.time()
	if v.typed() {
		_, timed := localTime(v.Form, v.Zone)
		v.Untimed = !timed
	}
	v.Doctor, _ = uuid.Parse(v.Form.Get("doctor")) // Nil: to be chosen
	if v.Doctor != uuid.Nil {
		if err := v.readPatient(); err != nil {
			return err
		}
	}
	if v.step() == 0 {
		return v.readDoctors()
	}
	return v.readOffer()
}

func (v *bookView) readDoctors() error {
	today, err := v.r.Site.Booking.ClinicDay(v.r.Context(), v.r.Caller, booking.ClinicDayQuery{Limit: 100})
	v.Doctors = today.Columns
	if err != nil || v.Doctor == uuid.Nil || slices.ContainsFunc(v.Doctors, func(d booking.DayColumn) bool { return d.DoctorID == v.Doctor }) {
		return err
	}
	chosen, err := v.r.Site.Account.Doctor(v.r.Context(), v.r.Caller, v.Doctor)
	if err != nil {
		return err
	}
	v.Doctors = append(v.Doctors, booking.DayColumn{DoctorID: chosen.ID, DoctorName: chosen.FullName, Specialization: chosen.Specialization, DoctorZone: chosen.TimeZone})
	return nil
}

func (v *bookView) readPatient() error {
	id, err := uuid.Parse(v.Form.Get("patient"))
	if err != nil {
		return v.find()
	}
	patient, err := v.r.Site.Account.Patient(v.r.Context(), v.r.Caller, id)
	v.Patient = &patient
	return err
}

// maxFound is how many patients are shown; who has more to choose from types more.
const maxFound = 10

func (v *bookView) find() (err error) {
	query := v.Form.Get("q")
	if query == "" {
		return nil
	}
	var next string
	v.Looked = true
	v.Found, next, err = v.r.Site.Account.Users(v.r.Context(), v.r.Caller, account.UserSearch{Query: typedQuery(v.r, query), Role: turno.RolePatient, Active: new(true), Limit: maxFound})
	v.More = next != ""
	return err
}

func (v *bookView) readOffer() (err error) {
	query := booking.OfferQuery{DoctorID: v.Doctor, StartsAt: v.At}
	if v.Patient != nil {
		query.PatientID = v.Patient.ID
	}
	if id, err := uuid.Parse(v.Form.Get("type")); err == nil {
		query.VisitTypeID = &id
	}
	v.Offer, err = v.r.Site.Booking.Offer(v.r.Context(), v.r.Caller, query)
	return err
}

func (v *bookView) show(status int) error {
	title := v.r.T("Book for a patient")
	if v.step() == 0 {
		title = v.r.T("Walk-in")
	}
	return v.r.ShowAs(status, page.Head{Title: title, At: "/admin/day"}, bookComponent(*v, title))
}

// book makes the visit, confirmed at once.
func book(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	v := bookView{r: r, Form: form, New: &page.Form{}}
	v.Zone = clinicZone(r)
	if _, pressed := v.pressed(); !pressed {
		checkTime(r, form, v.Zone)
	}
	visit, err := v.wanted()
	if err != nil {
		return err
	}
	if form.OK() {
		_, refusal := r.Site.Booking.Book(r.Context(), r.Caller, visit)
		if refusal == nil {
			r.Say("success", "The visit is booked and confirmed.")
			return r.Redirect(v.dayPath(visit.ScheduledAt))
		}
		if !r.Take(form, refusal) {
			return refusal
		}
		if e, ok := errors.AsType[*turno.Error](refusal); ok {
			v.Alternatives = e.Alternatives
		}
		rename(form, "scheduled_at", "time", "visit_type_id", "type", "patient_id", "", "doctor_id", "")
	}
	if err := v.read(); err != nil {
		return err
	}
	return v.show(http.StatusUnprocessableEntity)
}

// wanted is the visit that the form asks for.
func (v *bookView) wanted() (booking.NewVisit, error) {
	doctor, err := uuid.Parse(v.Form.Get("doctor"))
	if err != nil {
		return booking.NewVisit{}, turno.NotFound("doctor")
	}
	patient, err := uuid.Parse(v.Form.Get("patient"))
	if err != nil {
		return booking.NewVisit{}, turno.NotFound("patient")
	}
	visit := booking.NewVisit{DoctorID: doctor, PatientID: patient, ScheduledAt: v.time(), Reason: v.Form.Get("reason")}
	if id, err := uuid.Parse(v.Form.Get("type")); err == nil {
		visit.VisitTypeID = &id
	}
	visit.Idempotency = v.Form.Once(doctor.String(), patient.String(), visit.ScheduledAt.String(), v.Form.Get("type"), visit.Reason)
	return visit, nil
}

// dayPath is the day of a visit that was booked.
func (v *bookView) dayPath(at time.Time) string {
	q := url.Values{}
	if date := turno.DateOf(at, v.Zone); date != turno.DateOf(v.r.Now, v.Zone) {
		q.Set("date", date.String())
	}
	if v.Form.Get("alone") != "" {
		q.Set("doctor", v.Form.Get("doctor"))
	}
	if len(q) == 0 {
		return "/admin/day"
	}
	return "/admin/day?" + q.Encode()
}

// bookNewPatient registers somebody who has no account yet, without email when
// there is none, and goes on with them.
func bookNewPatient(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	v := bookView{r: r, Form: form, New: form}
	patient, made, err := createPatient(r, form)
	if err != nil {
		return err
	}
	if made {
		v.Zone = clinicZone(r)
		return r.Redirect("/admin/book?" + v.soFar("patient", patient.ID.String()).Encode())
	}
	if err := v.read(); err != nil {
		return err
	}
	if v.Same, err = r.SamePatients(form, func(u turno.User) string { return v.choosePath(u.ID) }); err != nil {
		return err
	}
	return v.show(http.StatusUnprocessableEntity)
}

// soFar is the doctor and time that were chosen, and one thing more.
func (v *bookView) soFar(name, value string) url.Values {
	q := url.Values{"doctor": {v.Form.Get("doctor")}}
	if v.Untimed {
		q.Set("date", v.Form.Get("date"))
		q.Set("time", v.Form.Get("time"))
	} else {
		q.Set("at", v.time().UTC().Format(time.RFC3339))
	}
	if v.Form.Get("alone") != "" {
		q.Set("alone", "1")
	}
	if value != "" {
		q.Set(name, value)
	}
	return q
}

// createPatient makes the account of a patient from a form's fields.
func createPatient(r *page.Request, form *page.Form) (account.Person, bool, error) {
	return r.RegisterPatient(form, account.NewUser{
		FullName: form.Get("full_name"), DateOfBirth: form.Date("date_of_birth"), Gender: turno.Gender(form.Get("gender")),
		ContactNumber: form.Get("contact_number"), Email: form.Get("email"), Username: form.Get("username"), TimeZone: r.Clinic().TimeZone,
	})
}

// hidden are the fields that go along with every form of the way, in pairs.
func (v bookView) hidden(more ...string) []string {
	pairs := []string{"doctor", v.Doctor.String(), "at", v.At.UTC().Format(time.RFC3339)}
	if v.Alone {
		pairs = append(pairs, "alone", "1")
	}
	return append(pairs, more...)
}

func (v bookView) choosePath(patient uuid.UUID) string {
	return "/admin/book?" + v.soFar("patient", patient.String()).Encode()
}

func (v bookView) step() int {
	switch {
	case v.Doctor == uuid.Nil, v.Untimed && v.Patient == nil:
		return 0
	case v.Patient == nil:
		return 1
	}
	return 2
}

func (v bookView) steps() []ui.Step {
	return []ui.Step{
		{Label: v.r.T("Time"), Href: v.dayPath(v.At)},
		{Label: v.r.T("Patient"), Href: "/admin/book?" + v.soFar("", "").Encode()},
		{Label: v.r.T("Visit"), Href: ""},
	}
}

func (v bookView) doctorOptions() []ui.Option {
	options := make([]ui.Option, 0, len(v.Doctors))
	for _, d := range v.Doctors {
		options = append(options, ui.Option{Value: d.DoctorID.String(), Label: d.DoctorName + " · " + d.Specialization + v.zoneOf(d)})
	}
	return options
}

func (v bookView) chosenDoctor() string {
	if v.Doctor == uuid.Nil {
		return ""
	}
	return v.Doctor.String()
}

// zoneOf names the zone of a doctor whose clocks go otherwise.
func (v bookView) zoneOf(d booking.DayColumn) string {
	if !elsewhere(v.r, v.At, d.DoctorZone) {
		return ""
	}
	return dotted(v.r.Words.Zone(d.DoctorZone))
}

// clockHint says by whose clocks a time is typed, when there are others: the
// doctor's, or those of one who can be chosen.
func (v bookView) clockHint() string {
	other := v.step() != 0 && elsewhere(v.r, v.At, v.Offer.Doctor.TimeZone) || v.Zone.String() != v.r.Zone.String()
	for _, d := range v.Doctors {
		other = other || v.zoneOf(d) != ""
	}
	if !other {
		return ""
	}
	return v.r.T("In %s, as at the clinic.", v.r.Words.Zone(v.Zone.String()))
}

func (v bookView) typeOptions() []ui.Option {
	var options []ui.Option
	for _, choice := range v.Offer.Choices {
		if choice.Type == nil {
			continue
		}
		option := ui.Option{Value: choice.Type.ID.String(), Label: choice.Type.Name, Hint: v.r.Minutes(choice.Minutes) + ui.ModeNote(v.r.Words, choice.Type.Mode)}
		if !choice.Fits && !v.Untimed {
			option.Hint += " · " + v.r.T("does not fit at this time")
		}
		options = append(options, option)
	}
	return options
}

func (v bookView) chosenType() string {
	if id := v.Offer.Chosen.TypeID(); id != nil {
		return id.String()
	}
	return ""
}

// noTime says why another time is to be chosen.
func (v bookView) noTime() string {
	switch v.Offer.State {
	case booking.OfferTooShort:
		return v.r.T("This time is too short")
	case booking.OfferNotOffered:
		return v.r.T("This time can't be booked")
	case booking.OfferOpen, booking.OfferHeld, booking.OfferTaken:
	}
	return v.r.T("This time is not free")
}

func (v bookView) alternatives() []ui.Slot {
	if v.Untimed {
		return nil
	}
	alternatives := v.Alternatives
	if len(alternatives) == 0 && !v.Offer.State.Bookable() {
		alternatives = v.Offer.Alternatives
	}
	var slots []ui.Slot
	for _, open := range alternatives {
		slots = append(slots, ui.Slot{At: open.StartsAt, Label: v.r.Time(open.StartsAt, v.Zone), Note: v.r.ShortDay(turno.DateOf(open.StartsAt, v.Zone)) + dotted(theirTime(v.r, open.StartsAt, v.Offer.Doctor.TimeZone))})
	}
	return slots
}

// lead says in a line for whom and when, once that is known.
func (v bookView) lead() string {
	if v.Patient == nil {
		return ""
	}
	who := v.Patient.FullName + ", " + v.r.Born(v.Patient.DateOfBirth)
	if v.Untimed {
		return who
	}
	return who + " · " + when(v.r, v.Offer.Slot, v.Offer.Doctor.TimeZone)
}

// terms are what was chosen so far.
func (v bookView) terms() []ui.Term {
	terms := []ui.Term{
		{Name: v.r.T("With"), Value: v.Offer.Doctor.FullName, Icon: ui.IconPerson},
	}
	if !v.Untimed {
		terms = append(terms, ui.Term{Name: v.r.T("When"), Value: locale.Capital(when(v.r, v.Offer.Slot, v.Offer.Doctor.TimeZone)), Icon: ui.IconCalendar})
	}
	if v.Offer.Location != nil {
		terms = append(terms, ui.Term{Name: v.r.T("Where"), Value: v.Offer.Location.Name, Icon: ui.IconPin})
	}
	if v.Patient != nil {
		terms = append(terms, ui.Term{Name: v.r.T("Patient"), Value: v.Patient.FullName + ", " + v.r.Born(v.Patient.DateOfBirth), Icon: ui.IconHeart, Href: personPath(v.Patient.ID)})
		if v.Patient.ContactNumber != "" {
			terms = append(terms, ui.Term{Name: v.r.T("Telephone"), Value: v.Patient.ContactNumber, Icon: ui.IconPhone, Href: page.Tel(v.Patient.ContactNumber)})
		}
	}
	return terms
}
