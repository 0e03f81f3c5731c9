package notify

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// feedbackDue is the event that somebody is to be asked how a visit was.
const feedbackDue = "appointment.feedback_due"

const (
	askAfter     = 2 * time.Hour       // the end of the visit: people are at home by then
	askOnceIn    = 90 * 24 * time.Hour // for each doctor
	askNotBeyond = 14 * 24 * time.Hour // the end of the visit: who was there has forgotten
)

// visitCompleted leaves the event that asks the patient how it was. A visit that is
// noted as attended days later is asked about then.
func (s *Service) visitCompleted(tx *sqldb.Tx, payload string) error {
	var event visitEvent
	if err := decode(payload, &event); err != nil {
		return err
	}
	v, found, err := readVisit(tx, event.AppointmentID)
	if err != nil || !found || v.Status != turno.StatusCompleted {
		return err
	}
	due := v.EndsAt.Add(askAfter)
	if due.Before(tx.Now) {
		due = tx.Now
	}
	return enqueueFeedback(tx, v.ID, due)
}

func enqueueFeedback(tx *sqldb.Tx, id uuid.UUID, due time.Time) error {
	return store.Enqueue(tx, store.Event{
		ID: turno.NewID(), Name: feedbackDue, RunAt: due, Key: fmt.Sprintf("%s/%s/%d", feedbackDue, id, due.Unix()),
		Payload: fmt.Sprintf(`{"appointment_id":%q}`, id),
	})
}

// askForFeedback makes the mail that asks, unless the visit turned out to be missed,
// was rated meanwhile, or the patient was asked about the doctor not long ago. Only
// the patient is asked: nobody else may answer.
func (s *Service) askForFeedback(tx *sqldb.Tx, payload string) error {
	var event visitEvent
	if err := decode(payload, &event); err != nil {
		return err
	}
	v, found, err := readVisit(tx, event.AppointmentID)
	if err != nil || !found || !askable(v, tx.Now) {
		return err
	}
	if err := tx.Lock(v.PatientID); err != nil { // two visits may be due at once
		return err
	}
	patient, err := store.UserByID(tx, v.PatientID)
	if err != nil || !reachable(patient) {
		return err
	}
	if morning := afterNight(tx.Now, s.zone(patient.TimeZone, v.DoctorZone)); !morning.Equal(tx.Now) {
		return enqueueFeedback(tx, v.ID, morning)
	}
	refused, err := unwanted(tx, patient.ID, KindFeedback)
	if err != nil || refused {
		return err
	}
	asked, err := store.MailedAboutSince(tx, v.PatientID, v.DoctorID, string(KindFeedback), tx.Now.Add(-askOnceIn))
	if err != nil || asked {
		return err
	}
	return store.InsertMail(tx, store.Mail{
		ID: turno.NewID(), Key: fmt.Sprintf("%s/%s", KindFeedback, v.ID), Kind: string(KindFeedback),
		UserID: patient.ID, AppointmentID: &v.ID, Sequence: v.Sequence,
	})
}

// askable reports whether there is still a point in asking how a visit was.
func askable(v store.VisitDetails, now time.Time) bool {
	return v.Status == turno.StatusCompleted && !v.Rated && now.Sub(v.EndsAt) < askNotBeyond
}

// feedbackContent is the mail that asks.
func (s *Service) feedbackContent(r visitReader) content {
	title := r.T("How was your visit?")
	return content{
		less: s.less(r, KindFeedback),
		secret: func(c *content) {
			c.less.url = s.config.Less(r.user.ID, account.TopicFeedback)
		},
		words: r.Words, subject: title, title: title, clinic: r.clinic(),
		lines:   []string{r.T("A word from you helps others to choose, and the clinic to do better. Nobody reads who wrote it.")},
		facts:   []fact{{r.T("When"), r.when()}, {r.T("With"), r.visit.DoctorName}},
		action:  link{r.T("Rate this visit"), s.visitPage(r.visit.ID) + "/feedback"},
		closing: []string{r.T("You are asked at most once in three months about the same doctor.")},
	}
}
