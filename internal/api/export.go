package api

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
)

// exportView is everything that is kept about one person.
type exportView struct {
	ExportedAt time.Time              `json:"exported_at"`
	User       UserView               `json:"user"`
	Visits     []exportedVisitView    `json:"visits" nullable:"false" doc:"As a patient."`
	Feedback   []exportedFeedbackView `json:"feedback" nullable:"false" doc:"What one said of visits."`
	Hours      []windowView           `json:"hours" nullable:"false" doc:"Of a doctor."`
	ExtraHours []extraHoursView       `json:"extra_hours" nullable:"false" doc:"Of a doctor."`
	TimeOff    []exportedTimeOffView  `json:"time_off" nullable:"false" doc:"Of a doctor, past and to come."`
	VisitTypes []visitTypeView        `json:"visit_types" nullable:"false" doc:"Of a doctor."`
	Proxies    []proxyView            `json:"proxies" nullable:"false" doc:"Who acts for one."`
	Invited    []invitationView       `json:"proxies_invited" nullable:"false" doc:"Whom one has asked to, and who has not accepted."`
	AskedBy    []invitationView       `json:"asked_to_act" nullable:"false" doc:"Who asks one to act for them."`
	Dependants []patientView          `json:"dependants" nullable:"false" doc:"Whom one acts for."`
	Sessions   []sessionView          `json:"sessions" nullable:"false"`
	Devices    []exportedDeviceView   `json:"devices" nullable:"false" doc:"Browsers that signed in, as dates."`
	Passkeys   []PasskeyView          `json:"passkeys" nullable:"false"`
	Calendar   *time.Time             `json:"calendar_feed_since" doc:"Since when a calendar program may fetch one's visits; null: none may."`
	Notices    []noticeView           `json:"notices" nullable:"false" doc:"What happened to one's account."`
	MailOff    []string               `json:"mail_off" nullable:"false" doc:"Kinds of mail that one does without: reminder_24h, reminder_2h, feedback."`
	Mails      []exportedMailView     `json:"mails" nullable:"false" doc:"What was mailed to one, or about one's visits to who acts for one."`
	Trail      []exportedTrailView    `json:"trail" nullable:"false" doc:"What one did, and others with one's record."`
}

type exportedVisitView struct {
	Appointment appointmentView `json:"appointment"`
	DoctorName  string          `json:"doctor_name"`
	VisitType   string          `json:"visit_type" doc:"Its name; empty without one."`
}

type exportedFeedbackView struct {
	ID            uuid.UUID `json:"id"`
	AppointmentID uuid.UUID `json:"appointment_id"`
	DoctorID      uuid.UUID `json:"doctor_id"`
	Rating        int       `json:"rating"`
	Comments      string    `json:"comments"`
	CreatedAt     time.Time `json:"created_at"`
}

type exportedTimeOffView struct {
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
	Reason   string    `json:"reason"`
}

type exportedDeviceView struct {
	CreatedAt  time.Time `json:"created_at"`
	LastUsedAt time.Time `json:"last_used_at"`
}

type exportedMailView struct {
	Kind          string     `json:"kind" doc:"What it is about: booked, reminder_24h and so on."`
	State         string     `json:"state" doc:"sent, waiting, failed, kept, withheld or dropped."`
	ToMe          bool       `json:"to_me" doc:"Else to somebody who acts for one."`
	Recipient     string     `json:"recipient" doc:"The address, of mail to one."`
	AppointmentID *uuid.UUID `json:"appointment_id" doc:"One's visit that it tells of."`
	Subject       string     `json:"subject"`
	Text          string     `json:"text" doc:"Kept for 30 days; empty when it is about another's visit."`
	CreatedAt     time.Time  `json:"created_at"`
	SentAt        *time.Time `json:"sent_at" doc:"When it was sent, kept or given up."`
}

type exportedTrailView struct {
	ActionType   turno.AuditAction `json:"action_type"`
	ByMe         bool              `json:"by_me"`
	Entity       string            `json:"entity"`
	EntityID     string            `json:"entity_id"`
	ActionDetail string            `json:"action_detail"`
	CreatedAt    time.Time         `json:"created_at"`
}

// WriteExport writes an export as the API answers it, for people to read.
func WriteExport(w io.Writer, e account.Export) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(viewExport(e)); err != nil {
		return fmt.Errorf("write an export: %w", err)
	}
	return nil
}

func viewExport(e account.Export) exportView {
	return exportView{
		ExportedAt: e.ExportedAt.UTC(),
		User:       viewPerson(e.Person),
		Visits:     viewed(e.Visits, viewExportedVisit),
		Feedback:   viewed(e.Feedback, viewExportedFeedback),
		Hours:      viewed(e.Hours, viewWindow),
		ExtraHours: viewed(e.ExtraHours, viewExtraHours),
		TimeOff:    viewed(e.TimeOff, viewExportedTimeOff),
		VisitTypes: viewed(e.VisitTypes, viewVisitType),
		Proxies:    viewed(e.Proxies, viewProxy),
		Invited:    viewed(e.Invited, viewInvitation),
		AskedBy:    viewed(e.AskedBy, viewInvitation),
		Dependants: viewed(e.Dependants, viewPatient),
		Sessions:   viewed(e.Sessions, viewSession),
		Devices: viewed(e.Devices, func(d account.Device) exportedDeviceView {
			return exportedDeviceView{d.CreatedAt.UTC(), d.LastUsedAt.UTC()}
		}),
		Passkeys: viewed(e.Passkeys, viewPasskey),
		Calendar: utc(e.Calendar),
		Notices:  viewed(e.Notices, viewNotice),
		MailOff:  viewed(e.MailOff, func(kind string) string { return kind }),
		Mails:    viewed(e.Mails, viewExportedMail),
		Trail: viewed(e.Trail, func(entry turno.AuditEntry) exportedTrailView {
			return viewExportedTrail(entry, e.Person.ID)
		}),
	}
}

func viewExportedVisit(v account.ExportedVisit) exportedVisitView {
	return exportedVisitView{Appointment: viewAppointment(v.Appointment), DoctorName: v.DoctorName, VisitType: v.VisitType}
}

func viewExportedFeedback(f turno.Feedback) exportedFeedbackView {
	return exportedFeedbackView{
		ID: f.ID, AppointmentID: f.AppointmentID, DoctorID: f.DoctorID,
		Rating: f.Rating, Comments: f.Comments, CreatedAt: f.CreatedAt.UTC(),
	}
}

func viewExportedTimeOff(t turno.TimeOff) exportedTimeOffView {
	return exportedTimeOffView{StartsAt: t.StartsAt.UTC(), EndsAt: t.EndsAt.UTC(), Reason: t.Reason}
}

func viewExportedMail(m account.Mail) exportedMailView {
	return exportedMailView{
		Kind: m.Kind, State: string(m.State), ToMe: m.ToMe, Recipient: m.Recipient, AppointmentID: m.AppointmentID,
		Subject: m.Subject, Text: m.Text, CreatedAt: m.CreatedAt.UTC(), SentAt: utc(m.SentAt),
	}
}

// viewExportedTrail leaves out who else acted: that is somebody else's data, and
// the access log tells what one may know of it.
func viewExportedTrail(e turno.AuditEntry, me uuid.UUID) exportedTrailView {
	return exportedTrailView{
		ActionType: e.Action, ByMe: e.ActionBy != nil && *e.ActionBy == me,
		Entity: e.Entity, EntityID: e.EntityID, ActionDetail: e.Detail, CreatedAt: e.CreatedAt.UTC(),
	}
}

func exampleExport() exportView {
	return exportView{
		ExportedAt: exampleTime(9, 0),
		User:       exampleUser(),
		Visits:     []exportedVisitView{{Appointment: exampleVisit(), DoctorName: "Dr Amara Okafor", VisitType: "First visit"}},
		Feedback:   []exportedFeedbackView{},
		Hours:      []windowView{},
		ExtraHours: []extraHoursView{},
		TimeOff:    []exportedTimeOffView{},
		VisitTypes: []visitTypeView{},
		Proxies:    []proxyView{exampleProxy()},
		Invited:    []invitationView{},
		AskedBy:    []invitationView{},
		Dependants: []patientView{exampleDependant()},
		Sessions:   []sessionView{},
		Devices:    []exportedDeviceView{},
		Passkeys:   []PasskeyView{},
		Notices:    []noticeView{},
		MailOff:    []string{},
		Mails:      []exportedMailView{},
		Trail: []exportedTrailView{{
			ActionType: turno.AuditCreate, ByMe: true, Entity: "user", EntityID: exampleID(2).String(),
			ActionDetail: "role=patient", CreatedAt: exampleTime(8, 0),
		}},
	}
}
