package page

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

const (
	keptContext = "turno kept form" // binds the sealed cookie to its purpose
	keptAge     = 10 * time.Minute
	maxKept     = 2500 // bytes: a browser keeps 4096 of a cookie, sealed and encoded
)

// keptForm is what the cookie holds.
type keptForm struct {
	Path   string
	Values url.Values
}

// keepTyped keeps what was posted to a route that Keeps, without its secrets, in
// this browser while the person shows who they are. It is sealed for the session
// that posted it.
func (r *Request) keepTyped() {
	if r.Method != http.MethodPost || !r.keeps {
		return
	}
	form, err := r.Form()
	if err != nil {
		return
	}
	at, err := url.Parse(r.origin())
	if err != nil {
		return
	}
	kept := keptForm{at.Path, url.Values{}}
	for name, values := range form.Values {
		if !secret(name) {
			kept.Values[name] = values
		}
	}
	plain, err := json.Marshal(kept)
	if err != nil || len(kept.Values) == 0 || len(plain) > maxKept {
		return
	}
	r.keep(plain, r.Token())
}

// keep seals a form for the session of a token, in this browser.
func (r *Request) keep(plain []byte, token string) {
	sealed := r.Site.Box.Seal(plain, keptFor(token))
	r.setCookie(keptCookie, base64.RawURLEncoding.EncodeToString(sealed), keptAge)
}

// kept is what keep has sealed for this session; nil if there is nothing.
func (r *Request) kept() []byte {
	sealed, err := base64.RawURLEncoding.DecodeString(r.cookie(keptCookie))
	if err != nil || len(sealed) == 0 {
		return nil
	}
	plain, err := r.Site.Box.Open(sealed, keptFor(r.Token()))
	if err != nil {
		return nil
	}
	return plain
}

// secret reports whether a field's value must not be written down.
func secret(field string) bool {
	switch field {
	case "password", "current_password", "new_password", "repeated", "code", "recovery_code", "credential", "challenge", "token", "ticket":
		return true
	}
	return false
}

// keptFor is whose form it is: nobody else who uses the browser sees it.
func keptFor(token string) []byte { return []byte(keptContext + "\x00" + token) }

// Kept is the form of this page as it was posted before the person had to show
// who they are, once; or else an empty one.
func (r *Request) Kept() *Form {
	plain := r.kept()
	if plain == nil {
		return &Form{}
	}
	var kept keptForm
	if err := json.Unmarshal(plain, &kept); err != nil || kept.Path != r.URL.Path {
		return &Form{}
	}
	r.setCookie(keptCookie, "", -1)
	r.flashes = append(r.flashes, Flash{Message: "What you typed is still here. Please send it once more.", Kind: "info"})
	return &Form{Values: kept.Values, Kept: true}
}
