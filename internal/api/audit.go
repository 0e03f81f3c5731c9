package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/insight"
	"github.com/turno-health/turno/internal/policy"
)

func (a *API) auditRoutes() {
	register(a, route{
		ID: "list-audit-logs", Method: http.MethodGet, Path: "/audit-logs",
		Action: policy.ReadAuditLogs, Tag: tagInsight,
		Summary:     "Read the trail",
		Description: "Who did what to which row, the newest first. For full staff. Entries hold ids, field names and codes, never personal values.",
		Errors:      []int{http.StatusForbidden},
		Answer:      listOf([]turno.AuditEntry{exampleAuditEntry()}, "", auditView),
	}, a.auditLogs)
	register(a, route{
		ID: "list-my-access-log", Method: http.MethodGet, Path: "/me/access-log",
		Action: policy.ReadAccessLog, Tag: tagInsight,
		Summary:     "Who has seen my record",
		Description: "Who has looked at or changed your own record, the newest first.",
		Answer:      listOf([]insight.RecordAccess{exampleRecordAccess()}, "", accessLogView),
	}, a.accessLog)
}

type auditParams struct {
	ActionBy   uuid.UUID `query:"action_by" doc:"Done by this user."`
	ActionType string    `query:"action_type" maxLength:"255" doc:"Of this kind, such as UPDATE."`
	Entity     string    `query:"entity" maxLength:"50" doc:"About a row of this table, by its name in the singular."`
	EntityID   string    `query:"entity_id" maxLength:"64" doc:"About the row with this id."`
	RangeParams
	PageParams
}

func (a *API) auditLogs(ctx context.Context, c policy.Caller, in *auditParams) (list[auditEntryView], error) {
	entries, next, err := a.config.Insight.AuditTrail(ctx, c, insight.TrailFilter{
		ActionBy: optionalID(in.ActionBy),
		Action:   turno.AuditAction(in.ActionType),
		Entity:   in.Entity,
		EntityID: in.EntityID,
		From:     in.From.at,
		To:       in.To.at,
		Limit:    in.Limit,
		Cursor:   in.Cursor,
	})
	return listOf(entries, next, auditView), err
}

type auditEntryView struct {
	ID           uuid.UUID  `json:"id"`
	ActionBy     *uuid.UUID `json:"action_by" doc:"Who did it; null: the system."`
	ActionType   string     `json:"action_type" doc:"CREATE, UPDATE, DELETE, READ, LOGIN and the like."`
	Entity       string     `json:"entity" doc:"The table's name in the singular."`
	EntityID     string     `json:"entity_id"`
	SubjectID    *uuid.UUID `json:"subject_id" doc:"Whose record it is about, if it is about a person's."`
	ActionDetail string     `json:"action_detail" doc:"Ids, field names and codes."`
	CreatedAt    time.Time  `json:"created_at"`
}

func auditView(e turno.AuditEntry) auditEntryView {
	return auditEntryView{
		ID:           e.ID,
		ActionBy:     e.ActionBy,
		ActionType:   string(e.Action),
		Entity:       e.Entity,
		EntityID:     e.EntityID,
		SubjectID:    e.SubjectID,
		ActionDetail: e.Detail,
		CreatedAt:    e.CreatedAt.UTC(),
	}
}

func (a *API) accessLog(ctx context.Context, c policy.Caller, in *PageParams) (list[recordAccessView], error) {
	accesses, next, err := a.config.Insight.AccessLog(ctx, c, insight.AccessFilter{Limit: in.Limit, Cursor: in.Cursor})
	return listOf(accesses, next, accessLogView), err
}

type recordAccessView struct {
	ID         uuid.UUID `json:"id"`
	ActionType string    `json:"action_type" doc:"READ, UPDATE and the like."`
	Entity     string    `json:"entity" doc:"What was looked at or changed: patient, appointment."`
	Name       string    `json:"name" doc:"Who it was; empty for the system."`
	Role       string    `json:"role" enum:"patient,doctor,admin,system" doc:"What they are to the clinic."`
	CreatedAt  time.Time `json:"created_at"`
}

func accessLogView(a insight.RecordAccess) recordAccessView {
	role := string(a.Role)
	if role == "" {
		role = "system"
	}
	return recordAccessView{
		ID:         a.ID,
		ActionType: string(a.Action),
		Entity:     a.Entity,
		Name:       a.Name,
		Role:       role,
		CreatedAt:  a.At.UTC(),
	}
}

func exampleAuditEntry() turno.AuditEntry {
	doctor, patient := exampleID(1), exampleID(2)
	return turno.AuditEntry{
		ID:        exampleID(6),
		ActionBy:  &doctor,
		Action:    turno.AuditUpdate,
		Entity:    "appointment",
		EntityID:  exampleID(5).String(),
		SubjectID: &patient,
		Detail:    "event=confirmed status=confirmed",
		CreatedAt: exampleTime(8, 30),
	}
}

func exampleRecordAccess() insight.RecordAccess {
	return insight.RecordAccess{
		ID:     exampleID(6),
		Action: turno.AuditRead,
		Entity: "patient",
		At:     exampleTime(8, 30),
		Name:   "Dr Amara Okafor",
		Role:   turno.RoleDoctor,
	}
}
