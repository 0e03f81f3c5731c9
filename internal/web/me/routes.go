package me

import (
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
)

// Routes is every page of this room and what its forms do.
func Routes() []page.Route {
	return []page.Route{
		{Pattern: "GET /account", Action: policy.ReadMe, Handler: home},
		{Pattern: "GET /account/notices", Action: policy.ReadNotices, Handler: notices},
		{Pattern: "POST /account/notices", Action: policy.ReadNotices, Handler: seeNotices},

		{Pattern: "GET /account/profile", Action: policy.UpdateMe, Handler: showProfile},
		{Pattern: "POST /account/profile", Action: policy.UpdateMe, Handler: changeProfile, Keeps: true},
		{Pattern: "GET /account/password", Action: policy.ChangePassword, Handler: showPassword},
		{Pattern: "POST /account/password", Action: policy.ChangePassword, Handler: changePassword},

		{Pattern: "GET /account/second-factor", Action: policy.ReadSecondFactor, Handler: showFactor},
		{Pattern: "POST /account/second-factor", Action: policy.WriteSecondFactor, Handler: changeFactor},
		{Pattern: "GET /account/passkeys", Action: policy.ReadPasskeys, Handler: listPasskeys},
		{Pattern: "GET /account/passkeys/new", Action: policy.WritePasskeys, Handler: showNewPasskey},
		{Pattern: "POST /account/passkeys/new", Action: policy.WritePasskeys, Handler: addPasskey},
		{Pattern: "POST /account/passkeys/options", Action: policy.WritePasskeys, Handler: askNewPasskey},
		{Pattern: "GET /account/passkeys/{id}", Action: policy.WritePasskeys, Handler: showPasskey},
		{Pattern: "POST /account/passkeys/{id}", Action: policy.WritePasskeys, Handler: changePasskey, Keeps: true},
		{Pattern: "GET /account/devices", Action: policy.ListSessions, Handler: listDevices},
		{Pattern: "POST /account/devices", Action: policy.EndSessions, Handler: endDevices},

		{Pattern: "GET /account/calendar", Action: policy.ReadCalendarFeed, Handler: showCalendar, General: true},
		{Pattern: "POST /account/calendar", Action: policy.WriteCalendarFeed, Handler: changeCalendar, General: true},

		{Pattern: "GET /account/mail", Action: policy.UpdateMe, Handler: showMail},
		{Pattern: "POST /account/mail", Action: policy.UpdateMe, Handler: chooseMail},
		{Pattern: "POST /account/mail/link", Action: policy.UpdateMe, Handler: sendLinkAgain},
		{Pattern: "GET /unsubscribe", Action: policy.Unsubscribe, Handler: showUnsubscribe, Locked: true},
		{Pattern: "POST /unsubscribe", Action: policy.Unsubscribe, Handler: unsubscribe, Locked: true},
		{Pattern: "POST /unsubscribe/undo", Action: policy.Unsubscribe, Handler: resubscribe, Locked: true},

		{Pattern: "POST /account/invitations", Action: policy.AnswerInvitation, Handler: answerInvitation},
		{Pattern: "GET /account/people", Action: policy.CreateDependant, Handler: listPeople, General: true},
		{Pattern: "POST /account/people", Action: policy.CreateDependant, Handler: changePeople, General: true, Keeps: true},
		{Pattern: "GET /account/people/new", Action: policy.CreateDependant, Handler: showNewDependant, General: true},
		{Pattern: "POST /account/people/new", Action: policy.CreateDependant, Handler: addDependant, General: true, Keeps: true},
		{Pattern: "GET /account/people/{id}", Action: policy.UpdatePatient, Handler: showDependant},
		{Pattern: "POST /account/people/{id}", Action: policy.UpdatePatient, Handler: changeDependant, Keeps: true},
		{Pattern: "GET /account/people/{id}/end", Action: policy.LeaveProxy, Handler: showEnd},
		{Pattern: "POST /account/people/{id}/end", Action: policy.LeaveProxy, Handler: endDependant},

		{Pattern: "GET /account/access", Action: policy.ReadAccessLog, Handler: access},
		{Pattern: "GET /account/data", Action: policy.ReadMe, Handler: showData},
		{Pattern: "POST /account/data", Action: policy.ExportMe, Handler: download},
		{Pattern: "GET /account/erase", Action: policy.EraseMe, Handler: showErase},
		{Pattern: "POST /account/erase", Action: policy.EraseMe, Handler: eraseMe, Keeps: true},
	}
}
