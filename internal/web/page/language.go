package page

import (
	"strings"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/locale"
)

// Speak keeps the language that the reader chose, in this browser and with their
// account, and goes back to where they were.
func (r *Request) Speak(tag string) error {
	for _, language := range locale.Languages() {
		if language.Tag == tag {
			return r.speak(tag)
		}
	}
	return turno.Invalid(turno.FieldError{Location: "body.language", Message: "Choose one of the languages."})
}

func (r *Request) speak(tag string) error {
	// Somebody who reads English as it is written in the United States goes on to.
	if r.SignedIn() && !strings.HasPrefix(r.Person.Locale, tag) {
		if _, err := r.Site.Account.UpdateMe(r.Context(), r.Caller, account.Patch{Locale: &tag}); err != nil {
			return err
		}
	}
	r.setCookie(languageCookie, tag, year)
	return r.Redirect(r.Next("/"))
}
