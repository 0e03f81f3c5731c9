package notify

import (
	"strings"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/calendar"
	"github.com/turno-health/turno/internal/ical"
	"github.com/turno-health/turno/internal/locale"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// visitReader is a visit as one person reads about it.
type visitReader struct {
	*locale.Words
	visit store.VisitDetails
	user  turno.User
	zone  *time.Location // the reader's
	there *time.Location // the doctor's
}

// visitContent is what a mail about a visit says: who, for whom, when, where, how
// long, whom to call, what to bring and how to cancel. Never what it is about, nor
// the doctor's specialization.
func (s *Service) visitContent(tx *sqldb.Tx, kind Kind, v store.VisitDetails, user turno.User) content {
	r := visitReader{visit: v, user: user, zone: s.zone(user.TimeZone, v.DoctorZone), there: s.zone(v.DoctorZone)}
	r.Words = locale.Match(user.Locale).On(turno.DateOf(tx.Now, r.zone))
	if kind == KindFeedback {
		return s.feedbackContent(r)
	}
	title, line := r.says(kind)
	c := content{words: r.Words, title: title, facts: r.facts(), clinic: r.clinic()}
	c.subject = r.T("%s: %s", title, r.DateTime(v.ScheduledAt, r.zone))
	if line != "" {
		c.lines = []string{line}
	}
	c.action = link{r.T("See, change or cancel the visit"), s.visitPage(v.ID)}
	if v.Status.Open() {
		c.closing = []string{r.howToCancel()}
		c.secret = func(c *content) {
			if token := s.config.VisitLink(v.Appointment, user); token != "" {
				c.action.url = s.config.PublicURL + "/visit?token=" + token
			}
			if kind.topic() != "" {
				c.less.url = s.config.Less(user.ID, kind.topic())
			}
		}
		if kind.reminds() && v.Status == turno.StatusConfirmed {
			c.action.label = r.T("I'm coming, or I can't")
		}
	} else {
		c.action.label = r.T("See the visit")
	}
	c.less = s.less(r, kind)
	if !kind.reminds() {
		c.calendar = s.invitation(r, tx.Now)
	}
	return c
}

// less leads to where somebody gets no more mail of the kind.
func (s *Service) less(r visitReader, kind Kind) link {
	account := s.config.PublicURL + "/account/mail"
	switch {
	case kind.reminds():
		return link{r.T("No more reminders"), account}
	case kind == KindFeedback:
		return link{r.T("Don't ask me again"), account}
	}
	return link{}
}

// says is the title of a mail, and what stands below it.
func (r visitReader) says(kind Kind) (title, line string) {
	pending := r.visit.Status == turno.StatusPending
	waits := r.T("The doctor has not answered yet. The time is kept until then.")
	switch {
	case kind.reminds() && pending:
		return r.T("Reminder, not yet confirmed"), r.T("The doctor has not confirmed this visit yet. You hear of it as soon as it is.")
	case kind.reminds():
		return r.T("Reminder of your visit"), r.T("If something has come up, you can move or cancel it until it begins.")
	case kind == KindExpired:
		return r.T("Not confirmed in time"), r.T("The doctor could not answer in time. Please choose another time.")
	case kind == KindCancelled && r.visit.CancellationKind == turno.CancelledByPractice:
		return r.T("Visit cancelled"), r.T("The clinic had to cancel this visit. Please choose another time.")
	case kind == KindCancelled:
		return r.T("Visit cancelled"), r.T("This visit is cancelled, and the time is free for others.")
	case kind == KindMoved && pending:
		return r.T("Moved, not yet confirmed"), waits
	case kind == KindMoved:
		return r.T("Visit moved"), r.T("The visit is at its new time.")
	case pending:
		return r.T("Requested, not yet confirmed"), waits
	}
	return r.T("Visit confirmed"), r.T("It's settled. If something comes up, you can move or cancel it until it begins.")
}

func (r visitReader) facts() []fact {
	v := r.visit
	facts := []fact{
		{r.T("When"), r.when()},
		{r.T("With"), v.DoctorName},
		{r.T("For"), v.PatientName},
		{r.T("How long"), r.Minutes(int(v.EndsAt.Sub(v.ScheduledAt) / time.Minute))},
	}
	if where := r.where(); where != "" {
		facts = append(facts, fact{r.T("Where"), where})
	}
	if v.Location != nil && v.Location.Phone != "" {
		facts = append(facts, fact{r.T("Questions?"), r.T("Call %s", v.Location.Phone)})
	}
	if v.VisitType != nil && v.VisitType.Instructions != "" && v.Status.Open() {
		facts = append(facts, fact{r.T("What to bring"), v.VisitType.Instructions})
	}
	return facts
}

// when is the time on the reader's clocks, and on the clinic's when they show
// another.
func (r visitReader) when() string {
	at := r.visit.ScheduledAt
	when := locale.Capital(r.DateTime(at, r.zone)) + " – " + r.Time(r.visit.EndsAt, r.zone)
	_, here := at.In(r.zone).Zone()
	_, there := at.In(r.there).Zone()
	if here == there {
		return when
	}
	when += " (" + r.Zone(r.zone.String()) + ")"
	return when + "\n" + r.T("%s at the clinic (%s)", r.DateTime(at, r.there), r.Zone(r.there.String()))
}

// where is the place to go to, or how the visit takes place otherwise.
func (r visitReader) where() string {
	if r.visit.VisitType != nil {
		switch r.visit.VisitType.Mode {
		case turno.ModePhone:
			return locale.Capital(r.T("by phone"))
		case turno.ModeVideo:
			return locale.Capital(r.T("by video"))
		case turno.ModeInPerson:
		}
	}
	if r.visit.Location == nil {
		return ""
	}
	return strings.Join(placeLines(*r.visit.Location), "\n")
}

// placeLines are the name of a place, its address and how to get there.
func placeLines(l turno.Location) []string {
	city := strings.TrimSpace(l.PostalCode + " " + l.City)
	var lines []string
	for _, line := range []string{l.Name, l.AddressLine1, l.AddressLine2, city, l.Directions} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

func (r visitReader) howToCancel() string {
	if l := r.visit.Location; l != nil && l.Phone != "" {
		return r.T("Can't come? Cancel with the link above until it begins, or call %s. Then somebody else can have the time.", l.Phone)
	}
	return r.T("Can't come? Cancel with the link above until it begins. Then somebody else can have the time.")
}

func (r visitReader) clinic() string {
	if r.visit.Location == nil {
		return r.visit.DoctorName
	}
	return r.visit.Location.Name
}

// invitation is the visit for the reader's calendar: an iTIP message (RFC 5546) that
// adds it, moves it or takes it away. It names the visit as feeds do, so that one
// updates the other.
func (s *Service) invitation(r visitReader, now time.Time) *ical.Calendar {
	v, from := r.visit, s.sender()
	entry := booking.CalendarEntry{
		ID: v.ID, Interval: v.Interval(), Zone: v.DoctorZone, Status: v.Status, CalledOff: v.Status == turno.StatusCancelled,
		Sequence: v.Sequence, CreatedAt: v.CreatedAt, UpdatedAt: v.UpdatedAt, DoctorName: v.DoctorName, PatientName: v.PatientName,
		Location: v.Location, Mode: turno.ModeInPerson, Mine: r.user.ID == v.PatientID, Caring: r.user.ID != v.PatientID,
	}
	if v.VisitType != nil {
		entry.Mode = v.VisitType.Mode
	}
	reader := calendar.Reader{Words: r.Words, Role: turno.RolePatient, Base: s.config.PublicURL}
	invitation := reader.Visit(entry)
	invitation.Method = ical.Request
	if entry.CalledOff {
		invitation.Method = ical.Cancel
	}
	event := &invitation.Events[0]
	event.Stamp = now
	event.Organizer = &ical.Person{Name: r.clinic(), Email: from.Address}
	event.Attendees = []ical.Attendee{{Person: ical.Person{Name: r.user.FullName, Email: sendable(r.user.MailAddress())}, Answer: ical.Accepted}}
	return invitation
}
