package page

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/ui"
)

// maxForm bounds the bytes of a form.
const maxForm = 256 << 10

// Form is what somebody typed, and what is wrong with it. Nothing typed is lost:
// a page shows a form with its values again. The zero Form is an empty one.
type Form struct {
	Values url.Values
	Errors []FieldError // in the order that they were found
	Kept   bool         // typed before the person had to show who they are: see Request.Kept
	sentTo string       // of a kept one
	same   bool         // it is about a patient of a name and birth date that another has
}

// FieldError says, in the reader's language, what is wrong with a field. An empty
// Field means the form as a whole.
type FieldError struct{ Field, Message string }

// Form reads what was posted. A form that was shown to somebody else, in a window that
// stayed open, is not carried out for whoever is signed in now.
func (r *Request) Form() (*Form, error) {
	r.Body = http.MaxBytesReader(r.w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return nil, turno.Invalid(turno.FieldError{Location: "body", Message: "This is too long."})
		}
		return nil, turno.Invalid(turno.FieldError{Location: "body", Message: "This form could not be read."})
	}
	if err := r.checkText(); err != nil {
		return nil, err
	}
	if shown := r.PostForm.Get(ui.ShownToField); shown != "" && r.SignedIn() && shown != r.Caller.UserID.String() {
		return nil, turno.Conflict(turno.CodeConflict, "Somebody else has signed in here since this page was shown, so nothing was done. Please open it again.")
	}
	return &Form{Values: r.PostForm}, nil
}

// Query is the fields of a form that GET sends: filters.
func (r *Request) Query() *Form { return &Form{Values: r.URL.Query()} }

// Get is what was typed into a field, without space around it.
func (f *Form) Get(field string) string { return strings.TrimSpace(f.Values.Get(field)) }

// Raw is what was typed into a field, as it is: a password.
func (f *Form) Raw(field string) string { return f.Values.Get(field) }

// Has reports whether the field was sent, be it empty.
func (f *Form) Has(field string) bool { return f.Values.Has(field) }

// Date is the day typed into a field; the zero Date when it is none, of which a use
// case says what is wrong together with everything else.
func (f *Form) Date(field string) turno.Date {
	date, err := turno.ParseDate(f.Get(field))
	if err != nil {
		return turno.Date{}
	}
	return date
}

// Whole reads a whole number that a column of the database holds; false when the
// text is none.
func Whole(text string) (n int, ok bool) {
	wide, err := strconv.ParseInt(text, 10, 32)
	return int(wide), err == nil && wide >= 0
}

// Error is what is wrong with a field, or "".
func (f *Form) Error(field string) string {
	for _, e := range f.Errors {
		if e.Field == field {
			return e.Message
		}
	}
	return ""
}

// OK reports whether nothing is wrong.
func (f *Form) OK() bool { return len(f.Errors) == 0 }

// Add says that something is wrong with a field, in the reader's language.
func (f *Form) Add(field, message string) {
	f.Errors = append(f.Errors, FieldError{field, message})
}

// Take takes what a use case found wrong with the input, or refused with a
// sentence, and reports whether the form can be shown again with it. Other errors
// are for the caller to return.
func (r *Request) Take(f *Form, err error) bool {
	e, ok := errors.AsType[*turno.Error](err)
	if !ok {
		return false
	}
	switch e.Kind {
	case turno.KindInvalid, turno.KindConflict, turno.KindRateLimited:
	case turno.KindUnauthenticated:
		if e.Code != turno.CodeWrongCredentials {
			return false
		}
	default:
		return false
	}
	if e.Version != "" { // the next time it is on purpose
		f.Values.Set(VersionField, string(e.Version))
	}
	if e.Code == turno.CodeIdempotencyMismatch { // see Once
		f.Add("", r.T("You have sent this form already. Press once more to book another visit."))
		return true
	}
	for _, field := range e.Fields {
		_, name, found := strings.Cut(field.Location, ".")
		if !found {
			name = ""
		}
		f.Add(name, r.Sentence(field.Message))
	}
	if len(e.Fields) == 0 {
		f.Add("", r.Sentence(e.Message))
	}
	return true
}

// VersionField is the field that keeps a form from taking back what was saved since
// it was shown: see ui.FormProps.
const VersionField = "version"

// Version is the state that the form was shown with.
func (f *Form) Version() turno.Version { return turno.Version(f.Get(VersionField)) }

// OnceField is the field that makes sending a form twice harmless. It holds NewOnce.
const OnceField = "once"

// NewOnce is the value of OnceField, another for every form that is shown.
func NewOnce() string { return rand.Text() }

// Once says what a form asks for, so that the same form sent twice is done once.
// said is all of it.
func (f *Form) Once(said ...string) booking.Idempotency {
	key := f.Get(OnceField)
	if key == "" {
		return booking.Idempotency{}
	}
	sum := sha256.Sum256([]byte(strings.Join(said, "\n")))
	return booking.Idempotency{Key: "page " + key, BodyHash: sum[:]}
}

// Problems is what is wrong, for the summary above the form.
//
// Named are pairs of a field and its label, in the order of the page: a summary of
// many problems then follows the page, and says which field each is about.
func (f *Form) Problems(named ...string) []ui.Problem {
	var problems []ui.Problem
	for _, e := range f.Errors {
		if e.Field == "" || !slices.Contains(named, e.Field) {
			problems = append(problems, ui.Problem(e))
		}
	}
	for i := 0; i+1 < len(named); i += 2 {
		for _, e := range f.Errors {
			if e.Field == named[i] {
				problems = append(problems, ui.Problem{Field: e.Field, Message: named[i+1] + ": " + e.Message})
			}
		}
	}
	return problems
}
