package page

import (
	"net/url"
	"strings"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/locale"
)

// languageParameter is in the links of a mail: the language that it is written in.
const languageParameter = "lang"

// mailLanguageAge is how long pages stay in the language of a mail, whose link leads on
// to others: the way to sign in, or what a form answers.
const mailLanguageAge = time.Hour

// language is the reader's: as they chose with their account, then that of the mail
// whose link they followed, then as was chosen in this browser, then the browser's own.
func (r *Request) language() *locale.Words {
	return locale.Match(r.Person.Locale, r.mailLanguage(), r.cookie(mailCookie), r.cookie(languageCookie), r.Locked.Locale, r.Header.Get("Accept-Language"))
}

// mailLanguage is what the link of a mail says; "" for what is none that we speak.
func (r *Request) mailLanguage() string {
	if !strings.Contains(r.URL.RawQuery, languageParameter) {
		return ""
	}
	if tag := r.URL.Query().Get(languageParameter); tag != "" && locale.Match(tag).Lang() == tag {
		return tag
	}
	return ""
}

// keepMailLanguage keeps the language of a mail for a while. It goes before what was
// chosen in this browser, which others may use too, and changes nothing of that.
func (r *Request) keepMailLanguage() {
	if tag := r.mailLanguage(); tag != "" && tag != r.cookie(mailCookie) && r.Person.Locale == "" && !r.polls {
		r.setCookie(mailCookie, tag, mailLanguageAge)
	}
}

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
	r.SetLanguage(tag)
	return r.Redirect(inNoLanguage(r.Next("/")))
}

// inNoLanguage is a path of ours that says no language, which would go before what was
// chosen.
func inNoLanguage(path string) string {
	u, err := url.Parse(path)
	if err != nil || !u.Query().Has(languageParameter) {
		return path
	}
	query := u.Query()
	query.Del(languageParameter)
	u.RawQuery = query.Encode()
	return u.RequestURI()
}
