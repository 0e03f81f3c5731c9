package desk

import (
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/insight"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// auditView is the trail: who did what, to whose record, and when.
type auditView struct {
	r      *page.Request
	Form   *page.Form
	Lines  []insight.TrailLine
	More   string
	People []account.ListedUser // who was typed, when it may be more than one
}

// audit shows the trail in plain sentences, the newest first.
func audit(r *page.Request) error {
	v := auditView{r: r, Form: r.Query()}
	filter, known, err := v.filter()
	if err != nil {
		return err
	}
	status := http.StatusOK
	if v.Form.Error("from") != "" || v.Form.Error("to") != "" {
		status, known = http.StatusUnprocessableEntity, false
	}
	if known {
		v.Lines, v.More, err = r.Site.Insight.Trail(r.Context(), r.Caller, filter)
		if err != nil {
			if !r.Take(v.Form, err) {
				return err
			}
			status = http.StatusUnprocessableEntity
		}
	}
	return r.ShowAs(status, page.Head{Title: r.T("Trail"), At: "/admin", Wide: true}, auditPage(v))
}

// filter is what the address asks for, and whether the people in it are known.
func (v *auditView) filter() (f insight.TrailFilter, known bool, err error) {
	f = insight.TrailFilter{
		Action: turno.AuditAction(v.Form.Get("action")), Entity: v.Form.Get("entity"), EntityID: v.Form.Get("entity_id"),
		Limit: 50, Cursor: v.Form.Get("cursor"),
	}
	zone := clinicZone(v.r)
	if from, given := v.day("from"); given {
		f.From = from.At(0, zone)
	}
	if to, given := v.day("to"); given {
		f.To = to.AddDays(1).At(0, zone)
	}
	if f.ActionBy, err = v.person("who"); err != nil {
		return f, false, err
	}
	if f.Subject, err = v.person("whom"); err != nil {
		return f, false, err
	}
	known = (f.ActionBy != nil || v.Form.Get("who") == "") && (f.Subject != nil || v.Form.Get("whom") == "")
	return f, known, nil
}

// day is what stands in a field for a day; false for nothing, and for what is none,
// which it adds to the form.
func (v *auditView) day(field string) (turno.Date, bool) {
	typed := v.Form.Get(field)
	if typed == "" {
		return turno.Date{}, false
	}
	day, err := turno.ParseDate(typed)
	if err != nil {
		v.Form.Add(field, v.r.T("Please give a date."))
	}
	return day, err == nil
}

// person is whose id or whole name stands in a field. When several are of the
// name they are offered.
func (v *auditView) person(field string) (*uuid.UUID, error) {
	typed := v.Form.Get(field)
	if typed == "" {
		return nil, nil
	}
	if id, err := uuid.Parse(typed); err == nil {
		return &id, nil
	}
	found, _, err := v.r.Site.Account.Users(v.r.Context(), v.r.Caller, account.UserSearch{Query: typedQuery(v.r, typed), Limit: 20})
	if err != nil {
		return nil, err
	}
	if len(found) == 1 {
		return &found[0].ID, nil
	}
	v.People = append(v.People, found...)
	if len(found) == 0 {
		v.Form.Add(field, v.r.T("Nobody was found of this name."))
	} else {
		v.Form.Add(field, v.r.T("Several people match. Choose one below."))
	}
	return nil, nil
}

// choose is the address with one of the people offered.
func (v auditView) choose(u account.ListedUser) string {
	field := "who"
	if v.Form.Error("who") == "" {
		field = "whom"
	}
	return v.r.With(field, u.ID.String(), "cursor", "")
}

func (v auditView) clear() string {
	if len(v.r.URL.Query()) == 0 {
		return ""
	}
	return "/admin/audit"
}

// actions and entities are what the trail may hold.
func (v auditView) actions() []ui.Option {
	options := []ui.Option{{Label: v.r.T("Anything")}}
	var seen []turno.AuditAction
	for _, kind := range turno.AuditKinds() {
		if !slices.Contains(seen, kind.Action) {
			seen = append(seen, kind.Action)
			options = append(options, ui.Option{Value: string(kind.Action), Label: actionName(v.r, kind.Action)})
		}
	}
	return options
}

func (v auditView) entities() []ui.Option {
	options := []ui.Option{{Label: v.r.T("Anything")}}
	var seen []string
	for _, kind := range turno.AuditKinds() {
		if !slices.Contains(seen, kind.Entity) {
			seen = append(seen, kind.Entity)
			options = append(options, ui.Option{Value: kind.Entity, Label: entityName(v.r, kind.Entity)})
		}
	}
	return options
}

// raw is the record behind a sentence, as it is kept.
func (v auditView) raw(line insight.TrailLine) []ui.Term {
	terms := []ui.Term{
		{Name: "id", Value: line.ID.String()},
		{Name: "created_at", Value: line.CreatedAt.UTC().Format(time.RFC3339Nano)},
		{Name: "action_by", Value: idOf(line.ActionBy)},
		{Name: "action", Value: string(line.Action)},
		{Name: "entity", Value: line.Entity},
		{Name: "entity_id", Value: line.EntityID},
		{Name: "subject_id", Value: idOf(line.SubjectID)},
		{Name: "action_detail", Value: line.Detail},
	}
	return slices.DeleteFunc(terms, func(t ui.Term) bool { return t.Value == "" })
}

func idOf(id *uuid.UUID) string {
	if id == nil {
		return ""
	}
	return id.String()
}
