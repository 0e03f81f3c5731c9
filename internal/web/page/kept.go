package page

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
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

// keepTyped keeps what was posted, without its secrets, in this browser while the
// person shows who they are. It is sealed for the session that posted it.
func (r *Request) keepTyped() {
	if r.Method != http.MethodPost {
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
	sealed := r.Site.Box.Seal(plain, r.keptFor())
	r.setCookie(keptCookie, base64.RawURLEncoding.EncodeToString(sealed), keptAge)
}

// secret reports whether a field's value must not be written down.
func secret(field string) bool {
	for _, word := range []string{"password", "code", "credential", "challenge", "token"} {
		if strings.Contains(field, word) {
			return true
		}
	}
	return false
}

// keptFor is whose form it is: nobody else who uses the browser sees it.
func (r *Request) keptFor() []byte { return []byte(keptContext + "\x00" + r.Token()) }

// Kept is the form of this page as it was posted before the person had to show
// who they are, once; or else an empty one.
func (r *Request) Kept() *Form {
	value := r.cookie(keptCookie)
	if value == "" {
		return &Form{}
	}
	sealed, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return &Form{}
	}
	plain, err := r.Site.Box.Open(sealed, r.keptFor())
	if err != nil {
		return &Form{}
	}
	var kept keptForm
	if err := json.Unmarshal(plain, &kept); err != nil || kept.Path != r.URL.Path {
		return &Form{}
	}
	r.setCookie(keptCookie, "", -1)
	return &Form{Values: kept.Values, Kept: true}
}
