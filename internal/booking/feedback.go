package booking

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/keyset"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// GiveFeedback rates a completed visit from 1 to 5, once, by its patient. The
// doctor's mean is exact in the same transaction.
func (s *Service) GiveFeedback(ctx context.Context, c policy.Caller, appointmentID uuid.UUID, rating int, comments string) (turno.Feedback, error) {
	if err := policy.Admit(c, policy.GiveFeedback); err != nil {
		return turno.Feedback{}, err
	}
	comments = strings.TrimSpace(comments)
	if err := checkFeedback(rating, comments); err != nil {
		return turno.Feedback{}, err
	}
	feedback := turno.Feedback{ID: turno.NewID(), AppointmentID: appointmentID, Rating: rating, Comments: comments}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		v, err := store.VisitForUpdate(tx, appointmentID, c.UserID)
		if err != nil {
			return err
		}
		if err := policy.Check(c, policy.GiveFeedback, relation(c, v)); err != nil {
			return err
		}
		if err := rateable(v.Appointment); err != nil {
			return err
		}
		feedback.PatientID, feedback.DoctorID, feedback.CreatedAt = v.PatientID, v.DoctorID, tx.Now
		return s.writeFeedback(tx, c, feedback)
	})
	if err != nil {
		return turno.Feedback{}, err
	}
	s.changed(feedback.DoctorID)
	return feedback, nil
}

func checkFeedback(rating int, comments string) error {
	var fields []turno.FieldError
	if rating < 1 || rating > 5 {
		fields = append(fields, turno.FieldError{Location: "body.rating", Message: "A rating is 1 to 5."})
	}
	if tooLong(comments, MaxReason) {
		fields = append(fields, turno.FieldError{Location: "body.comments", Message: "Please keep this under 2,000 characters."})
	}
	if len(fields) > 0 {
		return turno.Invalid(fields...)
	}
	return nil
}

func (s *Service) writeFeedback(tx *sqldb.Tx, c policy.Caller, f turno.Feedback) error {
	var inserted int64
	b := tx.Batch()
	store.InsertFeedbackIn(b, &inserted, f)
	store.AuditIn(b, tx.Now, turno.AuditEntry{ActionBy: c.ID(), Action: turno.AuditCreate,
		Entity: "feedback", EntityID: f.ID.String(), SubjectID: &f.PatientID})
	if err := b.Run(); err != nil {
		return fmt.Errorf("write feedback: %w", err)
	}
	if inserted == 0 {
		return turno.Conflict(turno.CodeAlreadyRated, "You have rated this visit already. Thank you.")
	}
	return nil
}

const feedbackList keyset.List = "feedback"

// Feedback lists a doctor's ratings, newest first. Who wrote one is for nobody to
// see: the caller of this shows the month, never the person or the day.
func (s *Service) Feedback(ctx context.Context, c policy.Caller, doctorID uuid.UUID, limit int, cursor string) (items []turno.Feedback, next string, err error) {
	if err := policy.Check(c, policy.ReadFeedback, 0); err != nil {
		return nil, "", err
	}
	after, err := feedbackList.Parse(cursor)
	if err != nil {
		return nil, "", err
	}
	limit = keyset.Size(limit)
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		if _, err := visibleCalendar(tx, c, doctorID); err != nil {
			return err
		}
		items, err = store.FeedbackOf(tx, doctorID, after.Time, after.ID, limit+1)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	items, next = keyset.Page(feedbackList, items, limit, func(f turno.Feedback) keyset.Place { return keyset.Place{Time: f.CreatedAt, ID: f.ID} })
	return items, next, nil
}
