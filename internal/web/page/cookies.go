package page

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/policy"
)

// The cookies. The session's and the device's are the API's too.
const (
	sessionCookie  = httpx.SessionCookie
	deviceCookie   = httpx.DeviceCookie
	visitorCookie  = "turno_visitor" // a browser that holds a time before anybody signed in
	languageCookie = "turno_language"
	mailCookie     = "turno_mail_language" // of the mail whose link was followed
	zoneCookie     = "turno_zone"          // set by the browser's script
	flashCookie    = "turno_flash"
	keptCookie     = "turno_kept"
	ticketCookie   = "turno_ticket" // the password was right, and a code has to follow
	resetCookie    = "turno_reset"  // from a link for a new password
)

const year = 365 * 24 * time.Hour

// Token is what proves the session, if there is one.
func (r *Request) Token() string { return r.cookie(sessionCookie) }

// Device is what tells this browser from others at sign-in, if it is known.
func (r *Request) Device() string { return r.cookie(deviceCookie) }

// SetSession keeps somebody signed in in this browser until then.
func (r *Request) SetSession(token, device string, expires time.Time) {
	r.setCookie(sessionCookie, token, expires.Sub(r.Now))
	if device != "" {
		r.setCookie(deviceCookie, device, year)
	}
}

// EndSession forgets the session in this browser.
func (r *Request) EndSession() { r.setCookie(sessionCookie, "", -1) }

// SignOut ends the session of this browser, also one that is locked or somebody
// else's: nobody could end it once its cookie is gone.
func (r *Request) SignOut() error {
	r.EndSession()
	if r.Token() == "" {
		return nil
	}
	return r.Site.Account.SignOut(r.Context(), r.Token())
}

// Renew gives the session of somebody who has just proved to be there another
// token: one that was stolen before is worth nothing (OWASP ASVS 5.0, 7.2.4).
func (r *Request) Renew(c policy.Caller) error {
	in, err := r.Site.Account.RenewToken(r.Context(), c)
	if err != nil {
		return err
	}
	r.SetSession(in.Token, "", in.ExpiresAt)
	return nil
}

// Ticket is what the first step of a sign-in left for the second.
func (r *Request) Ticket() string { return r.cookie(ticketCookie) }

// SetTicket keeps the ticket until the second step; "" forgets it.
func (r *Request) SetTicket(ticket string) { r.setSecret(ticketCookie, ticket, 5*time.Minute) }

// ResetToken is what the link for a new password had in it.
func (r *Request) ResetToken() string { return r.cookie(resetCookie) }

// SetResetToken takes the secret of a link out of the address, where others may
// read it; "" forgets it.
func (r *Request) SetResetToken(token string) { r.setSecret(resetCookie, token, 30*time.Minute) }

func (r *Request) setSecret(name, value string, age time.Duration) {
	if value == "" {
		age = -1
	}
	r.setCookie(name, value, age)
}

// SetLanguage keeps the language that was chosen, whatever a mail was written in.
func (r *Request) SetLanguage(tag string) {
	r.setCookie(languageCookie, tag, year)
	if r.cookie(mailCookie) != "" {
		r.setCookie(mailCookie, "", -1)
	}
}

// visitorContext binds the sealed cookie to its purpose.
const visitorContext = "turno visitor cookie"

// visitorAge bounds how long a browser is known before somebody signs in. It
// covers a hold with all its renewals.
const visitorAge = time.Hour

// Visitor is the id of this browser, by which it may hold a time before anybody
// has signed in: uuid.Nil if it has none.
func (r *Request) Visitor() uuid.UUID {
	sealed, err := base64.RawURLEncoding.DecodeString(r.cookie(visitorCookie))
	if err != nil {
		return uuid.Nil
	}
	plain, err := r.Site.Box.Open(sealed, []byte(visitorContext))
	if err != nil {
		return uuid.Nil
	}
	id, err := uuid.FromBytes(plain)
	if err != nil {
		return uuid.Nil
	}
	return id
}

// KnowVisitor is Visitor, and gives this browser an id if it has none. The
// cookie is sealed, so nobody can make one up.
func (r *Request) KnowVisitor() uuid.UUID {
	if id := r.Visitor(); id != uuid.Nil {
		return id
	}
	id := uuid.New()
	sealed := r.Site.Box.Seal(id[:], []byte(visitorContext))
	r.setCookie(visitorCookie, base64.RawURLEncoding.EncodeToString(sealed), visitorAge)
	return id
}

// Say leaves a sentence, a key of the catalogue, for the next page.
func (r *Request) Say(kind, message string) {
	value := base64.RawURLEncoding.EncodeToString([]byte(kind + "\n" + message))
	r.setCookie(flashCookie, value, time.Minute)
}

// takeFlash reads what the page before left. Only sentences of the catalogue
// count, so that nobody can put words into our mouth.
func (r *Request) takeFlash() []Flash {
	value := r.cookie(flashCookie)
	if value == "" {
		return nil
	}
	r.setCookie(flashCookie, "", -1)
	text, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return nil
	}
	kind, message, _ := strings.Cut(string(text), "\n")
	if !r.Words.Knows(message) {
		return nil
	}
	return []Flash{{Message: message, Kind: kind}}
}

func (r *Request) cookie(name string) string {
	cookie, err := r.Request.Cookie(r.cookieName(name))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// cookieName is httpx.CookieName; the zone's cookie is a script's, without a prefix.
func (r *Request) cookieName(name string) string {
	return httpx.CookieName(name, r.Site.HTTPS && name != zoneCookie)
}

// setCookie keeps a value for so long; a negative age forgets it. The last word on
// a name is the only one (RFC 6265, section 4.1.1).
func (r *Request) setCookie(name, value string, age time.Duration) {
	cookie := &http.Cookie{
		Name: r.cookieName(name), Value: value, Path: "/", MaxAge: int(age / time.Second),
		HttpOnly: true, Secure: r.Site.HTTPS, SameSite: http.SameSiteLaxMode,
	}
	if age < 0 {
		cookie.MaxAge = -1
	}
	header := r.w.Header()
	header["Set-Cookie"] = slices.DeleteFunc(header["Set-Cookie"], func(said string) bool {
		return strings.HasPrefix(said, cookie.Name+"=")
	})
	http.SetCookie(r.w, cookie)
}
