package notify

import (
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// visitEvent is what the use cases say of a change to a visit.
type visitEvent struct {
	AppointmentID uuid.UUID `json:"appointment_id"`
	Sequence      int       `json:"sequence"`
}

// visitChanged makes the mails about a change, one for each person who has to know.
// A visit that has changed again since has another event, which tells more.
func (s *Service) visitChanged(tx *sqldb.Tx, kind Kind, payload string) error {
	var event visitEvent
	if err := decode(payload, &event); err != nil {
		return err
	}
	visit, found, err := store.VisitNewsByID(tx, event.AppointmentID)
	if err != nil || !found || visit.Sequence != event.Sequence || !worthTelling(kind, visit.ScheduledAt, tx.Now) {
		return err
	}
	if err := insertVisitMails(tx, kind, visit, strconv.Itoa(visit.Sequence), ""); err != nil || !visit.Status.Open() {
		return err
	}
	return s.planReminder(tx, visit)
}

// tellNotBeyond is how long after its time a request is told to have run out: it does
// so only then, and whoever waited should choose another time.
const tellNotBeyond = 14 * 24 * time.Hour

// worthTelling reports whether there is still a point in telling of a visit: until its
// time, also when it was called off. Of a walk-in that has begun nobody needs to hear.
func worthTelling(kind Kind, at, now time.Time) bool {
	if kind == KindExpired {
		return now.Sub(at) < tellNotBeyond
	}
	return now.Before(at)
}

// insertVisitMails adds a mail of a kind and state for each recipient.
func insertVisitMails(tx *sqldb.Tx, kind Kind, v store.VisitNews, state, about string) error {
	people, err := recipients(tx, v.Patient)
	if err != nil {
		return err
	}
	for _, person := range people {
		if refused, err := unwanted(tx, person, kind); err != nil || refused {
			if err != nil {
				return err
			}
			continue
		}
		if err := store.InsertMail(tx, store.Mail{
			ID:            turno.NewID(),
			Key:           fmt.Sprintf("%s/%s/%s/%s", kind, v.ID, state, person),
			Kind:          string(kind),
			UserID:        person,
			AppointmentID: &v.ID,
			Sequence:      v.Sequence,
			About:         about,
		}); err != nil {
			return err
		}
	}
	return nil
}

// recipients are who gets the mail of a patient: the patient, or whoever acts for
// one whom no mail reaches, such as a child.
func recipients(tx *sqldb.Tx, patient turno.User) ([]uuid.UUID, error) {
	if reachable(patient) {
		return []uuid.UUID{patient.ID}, nil
	}
	proxies, err := store.ProxiesOf(tx, patient.ID)
	if err != nil {
		return nil, err
	}
	var people []uuid.UUID
	for _, p := range proxies {
		user, err := store.UserByID(tx, p.ProxyUserID)
		if err != nil {
			return nil, err
		}
		if reachable(user) {
			people = append(people, user.ID)
		}
	}
	return people, nil
}

// reachable reports whether mail can be sent to somebody.
func reachable(u turno.User) bool { return u.Active() && u.MailAddress() != "" }

// mayHear reports whether somebody is still a recipient of a patient's mail.
func mayHear(tx *sqldb.Tx, user turno.User, patientID uuid.UUID) (bool, error) {
	if user.ID == patientID {
		return true, nil
	}
	return store.ActsFor(tx, user.ID, patientID)
}

// readVisit reads a visit as it is now, without what it is about.
func readVisit(tx *sqldb.Tx, id uuid.UUID) (v store.VisitDetails, found bool, err error) {
	v, err = store.VisitDetailsByID(tx, id, uuid.Nil)
	if turno.KindOf(err) == turno.KindNotFound {
		return v, false, nil
	}
	return v, err == nil, err
}
