package page

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/web/ui"
)

const (
	keptContext = "turno kept form" // binds the sealed cookie to its purpose
	keptAge     = 10 * time.Minute
	maxKept     = 2800 // bytes, compressed: a browser keeps 4096 of a cookie, sealed and encoded
)

// keptForm is what the cookie holds.
type keptForm struct {
	Path   string // of the page that it is on
	SentTo string
	Values url.Values
}

// keepTyped keeps what was posted to a route that Keeps, without its secrets, in
// this browser while the person shows who they are. It is sealed for whom the form
// was shown to: their session may have ended since.
func (r *Request) keepTyped() {
	if r.Method != http.MethodPost || !r.keeps {
		return
	}
	form, err := r.Form()
	if err != nil {
		return
	}
	owner, err := uuid.Parse(form.Get(ui.ShownToField))
	if err != nil {
		return
	}
	at, err := url.Parse(r.origin())
	if err != nil {
		return
	}
	kept := keptForm{at.Path, r.URL.Path, url.Values{}}
	for name, values := range form.Values {
		if !secret(name) && name != ui.ShownToField {
			kept.Values[name] = values
		}
	}
	packed, err := kept.pack()
	if err != nil || len(kept.Values) == 0 || len(packed) > maxKept {
		return
	}
	sealed := r.Site.Box.Seal(packed, keptFor(owner))
	r.setCookie(keptCookie, base64.RawURLEncoding.EncodeToString(sealed), keptAge)
}

// pack makes as many words as possible fit into a cookie.
func (k keptForm) pack() ([]byte, error) {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if err := json.NewEncoder(w).Encode(k); err != nil {
		return nil, err
	}
	err = w.Close()
	return packed.Bytes(), err
}

func unpack(packed []byte) (kept keptForm, err error) {
	// Only what we have packed ourselves was sealed, so it is no longer than a form.
	err = json.NewDecoder(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), 2*maxForm)).Decode(&kept)
	return kept, err
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
func keptFor(owner uuid.UUID) []byte { return []byte(keptContext + "\x00" + owner.String()) }

// Kept is the form of this page as it was posted before the person had to show
// who they are, or as it could not be taken for the characters in it, once; or else
// an empty one.
func (r *Request) Kept() *Form { return r.KeptIf(func(*Form) bool { return true }) }

// KeptIf is Kept for a page whose path does not tell which form is on it: one that
// is not wanted here stays for where it is.
func (r *Request) KeptIf(wanted func(*Form) bool) *Form {
	if r.again != nil {
		return r.keptAgain(wanted)
	}
	sealed, err := base64.RawURLEncoding.DecodeString(r.cookie(keptCookie))
	if err != nil || len(sealed) == 0 || !r.SignedIn() {
		return &Form{}
	}
	packed, err := r.Site.Box.Open(sealed, keptFor(r.Caller.UserID))
	if err != nil {
		return &Form{}
	}
	kept, err := unpack(packed)
	if err != nil || kept.Path != r.URL.Path {
		return &Form{}
	}
	form := &Form{Values: kept.Values, Kept: true, sentTo: kept.SentTo}
	if !wanted(form) {
		return &Form{}
	}
	r.setCookie(keptCookie, "", -1)
	r.flashes = append(r.flashes, Flash{Message: "What you typed is still here. Please send it once more.", Kind: "info"})
	return form
}

// KeptID is the id at the end of the address that a kept form was sent to, below a
// path: which of several forms of a page it is. It is "" for any other.
func (f *Form) KeptID(below string) string {
	id, found := strings.CutPrefix(f.sentTo, below+"/")
	if !found || strings.Contains(id, "/") {
		return ""
	}
	return id
}
