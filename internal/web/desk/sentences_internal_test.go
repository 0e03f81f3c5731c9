package desk

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/insight"
	"github.com/turno-health/turno/internal/locale"
	"github.com/turno-health/turno/internal/web/page"
)

// What the trail may hold is in turno.AuditKinds; package archtest sees to it that
// nothing else is written.
func TestEveryEntryOfTheTrailHasASentence(t *testing.T) {
	t.Parallel()
	details := []string{"", "event=booked status=pending", "event=booked status=confirmed", "event=confirmed", "event=completed", "event=missed", "event=cancelled",
		"event=moved", "event=expired", "event=coming status=confirmed link", "role=patient", "fields=bio,time_zone", "verified=true", "verified=false", "active=true", "active=false",
		"reset", "address_tried_again", "second_factor_on", "second_factor_off", "second_factor_reset", "recovery_codes_made", "second_factor", "passkey", "unlocked", "confirmed", "renamed", "staff_level=desk", "staff_level=full", "cancelled=3", "proxy_user_id=" + uuid.NewString()}
	ana, leo := &insight.TrailPerson{ID: uuid.New(), FullName: "Ana"}, &insight.TrailPerson{ID: uuid.New(), FullName: "Leo"}
	for _, language := range locale.Languages() {
		r := &page.Request{Words: locale.Match(language.Tag)}
		for _, kind := range turno.AuditKinds() {
			for _, detail := range details {
				line := insight.TrailLine{AuditEntry: turno.AuditEntry{Action: kind.Action, Entity: kind.Entity, Detail: detail}, Actor: ana, Subject: leo}
				own := line
				own.Subject = own.Actor
				for _, line := range []insight.TrailLine{line, own} {
					said := say(r, line, "Ana")
					if said == "" || !strings.HasSuffix(said, ".") || strings.Contains(said, "%!") {
						t.Errorf("in %s, {%s %s} with %q is said as %q", language.Tag, kind.Action, kind.Entity, detail, said)
					}
				}
			}
			if actionName(r, kind.Action) == string(kind.Action) || entityName(r, kind.Entity) == kind.Entity && kind.Entity != "feedback" {
				t.Errorf("in %s, the filters have no word for {%s %s}", language.Tag, kind.Action, kind.Entity)
			}
		}
	}
}

func TestWhoDidItIsNamedEvenWhenNobodyKnows(t *testing.T) {
	t.Parallel()
	r := &page.Request{Words: locale.Match("en")}
	gone := uuid.New()
	for want, line := range map[string]insight.TrailLine{
		"The system signed out.":                                        {AuditEntry: turno.AuditEntry{Action: turno.AuditLogout, Entity: "session"}},
		"Somebody who is no longer known signed out.":                   {AuditEntry: turno.AuditEntry{ActionBy: &gone, Action: turno.AuditLogout, Entity: "session"}},
		"a person who was erased signed out.":                           {AuditEntry: turno.AuditEntry{ActionBy: &gone, Action: turno.AuditLogout, Entity: "session"}, Actor: &insight.TrailPerson{Erased: true}},
		"Somebody tried to sign in as somebody, with a wrong password.": {AuditEntry: turno.AuditEntry{Action: turno.AuditLoginFailed, Entity: "user"}},
		"CREATE unheard_of x=1":                                         {AuditEntry: turno.AuditEntry{Action: turno.AuditCreate, Entity: "unheard_of", Detail: "x=1"}},
	} {
		if got := sentence(r, line); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
