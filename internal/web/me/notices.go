package me

import (
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// notices says what happened to the account since the person was last here. They
// are sent by it after signing in.
func notices(r *page.Request) error {
	news, err := r.Site.Account.Notices(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	return r.Show(page.Head{Title: r.T("Your account"), Narrow: true}, noticesPage(r, news))
}

// seeNotices notes that they were read, and goes on.
func seeNotices(r *page.Request) error {
	if _, err := r.Form(); err != nil {
		return err
	}
	if err := r.Site.Account.SeeNotices(r.Context(), r.Caller); err != nil {
		return err
	}
	return r.Redirect(r.Next("/account"))
}

// happened says what happened.
func happened(r *page.Request, kind account.NoticeKind) string {
	switch kind {
	case account.NoticePasswordChanged:
		return r.T("Your password was changed.")
	case account.NoticePasswordReset:
		return r.T("A new password was set with a link.")
	case account.NoticeResetLinkIssued:
		return r.T("The clinic's staff made a link for a new password.")
	case account.NoticeFactorOn:
		return r.T("An authenticator app was set up.")
	case account.NoticeFactorOff:
		return r.T("The second factor was turned off.")
	case account.NoticeFactorReset:
		return r.T("The clinic took your authenticator app, recovery codes and passkeys away. If you did not ask for it, tell the clinic at once.")
	case account.NoticeRecoveryCodes:
		return r.T("New recovery codes were made; the old ones count no more.")
	case account.NoticeRecoveryCodeUsed:
		return r.T("A recovery code was used to sign in.")
	case account.NoticePasskeyAdded:
		return r.T("A passkey was added.")
	case account.NoticePasskeyRemoved:
		return r.T("A passkey was removed.")
	case account.NoticePasskeyCopied:
		return r.T("A passkey was refused, because there may be a copy of it. Remove it and add another.")
	case account.NoticeEmailChanged:
		return r.T("Your email was changed.")
	case account.NoticeCalendarShared:
		return r.T("An address was made by which a calendar program reads your visits. An address from before works no more.")
	case account.NoticeCalendarStopped:
		return r.T("The address by which a calendar program read your visits works no more.")
	}
	return r.T("Something about your account was changed.")
}

func noticeIcon(kind account.NoticeKind) ui.IconName {
	switch kind {
	case account.NoticePasskeyAdded, account.NoticePasskeyRemoved, account.NoticePasskeyCopied:
		return ui.IconKey
	case account.NoticeFactorOn, account.NoticeFactorOff, account.NoticeFactorReset, account.NoticeRecoveryCodes, account.NoticeRecoveryCodeUsed:
		return ui.IconShield
	case account.NoticeCalendarShared, account.NoticeCalendarStopped:
		return ui.IconCalendar
	default:
		return ui.IconLock
	}
}
