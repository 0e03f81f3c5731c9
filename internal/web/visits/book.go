package visits

import (
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// bookView is the page to book: what is offered, and what was typed.
type bookView struct {
	wish
	form       *page.Form
	offer      booking.Offer
	dependants []turno.Patient // whom the reader cares for
}

// Whom the visit is for, when it is none of those whom the reader cares for.
const (
	me          = "me"
	somebodyNew = "new"
)

// showBook is the page to book an open time, which is kept for a few minutes.
func showBook(r *page.Request) error {
	form := r.Query()
	if kept := r.KeptIf(sameVisit(form)); kept.Kept {
		form = kept
	}
	if !form.Has("doctor") {
		return showHeld(r)
	}
	w, err := wishOf(form)
	if err != nil {
		return err
	}
	if w.at.IsZero() {
		return r.Redirect(page.DoctorPath(w.doctor))
	}
	return showOffer(r, http.StatusOK, form, w)
}

// sameVisit reports whether a form is about the time in the address: whatever time
// when there is none, after the form was shown with what was wrong with it.
func sameVisit(address *page.Form) func(*page.Form) bool {
	return func(kept *page.Form) bool {
		if !address.Has("doctor") {
			return kept.Has("doctor")
		}
		asked, wrong := wishOf(address)
		typed, alsoWrong := wishOf(kept)
		return wrong == nil && alsoWrong == nil && asked.doctor == typed.doctor && (asked.at.Equal(typed.at) || kept.Has("at"))
	}
}

// showHeld goes on with the time that is kept for the reader, for somebody who
// comes back from choosing a language or signing in.
func showHeld(r *page.Request) error {
	hold, err := r.Site.Booking.CurrentHold(r.Context(), r.Caller, r.Visitor())
	if err != nil {
		return err
	}
	if hold == nil {
		return r.Redirect("/doctors")
	}
	return r.Redirect(page.BookPath(hold.DoctorID, hold.StartsAt, hold.VisitTypeID))
}

// book books the visit, or does what another button of the form is for: another
// time, or more time to decide. Whatever happens, nothing typed is lost.
func book(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	w, err := wishOf(form)
	if err != nil {
		return err
	}
	if form.Has("at") || form.Get("do") == "hold" {
		return showOffer(r, http.StatusOK, form, w)
	}
	if w.forNobody(form) {
		form.Add("for", r.T("Choose whom the visit is for."))
		return showOffer(r, http.StatusUnprocessableEntity, form, w)
	}
	if form.Get("for") == somebodyNew {
		if w.patient, err = addDependant(r, form); err != nil {
			return againWith(r, form, w, err)
		}
	}
	visit, err := r.Site.Booking.Book(r.Context(), r.Caller, w.visit(r, form))
	if err != nil {
		return againWith(r, form, w, err)
	}
	if visit.Status == turno.StatusConfirmed {
		r.Say(string(ui.Success), "Your visit is booked.")
	} else {
		r.Say(string(ui.Success), "Your request has been sent. You'll see here when it is confirmed.")
	}
	return r.Redirect(page.VisitPath(visit.ID))
}

// againWith shows the form once more, with what kept it from being done.
func againWith(r *page.Request, form *page.Form, w wish, err error) error {
	status := http.StatusUnprocessableEntity
	switch turno.CodeOf(err) {
	case turno.CodeSlotTaken, turno.CodeNotOffered: // the page shows others
		return showOffer(r, http.StatusConflict, form, w)
	default:
		if !r.Take(form, err) {
			return err
		}
		if turno.KindOf(err) == turno.KindConflict {
			status = http.StatusConflict
		}
	}
	return showOffer(r, status, form, w)
}

// addDependant makes the person whom the visit is for. From then on the form is
// for them, so that they are made once.
func addDependant(r *page.Request, form *page.Form) (uuid.UUID, error) {
	person, err := r.Site.Account.CreateDependant(r.Context(), r.Caller, account.NewDependant{
		FullName: form.Get("full_name"), DateOfBirth: form.Date("date_of_birth"), Relation: form.Get("relation"),
	})
	if err != nil {
		return uuid.Nil, err
	}
	form.Values.Set("for", person.ID.String())
	for _, field := range []string{"full_name", "date_of_birth", "relation"} {
		form.Values.Del(field)
	}
	return person.ID, nil
}

// showOffer shows what can be booked at the time, and keeps it.
func showOffer(r *page.Request, status int, form *page.Form, w wish) error {
	if r.SignedIn() && r.Caller.Role != turno.RolePatient {
		return r.Show(page.Head{Title: r.T("Book a visit"), Narrow: true, At: "/doctors"}, practiceBooks(r))
	}
	view := bookView{wish: w, form: form}
	var err error
	if view.offer, err = offerOf(r, w); err != nil {
		return err
	}
	if view.offer.Yours != nil && r.Method == http.MethodGet { // the way back, after booking
		r.Say(string(ui.Success), "You have this visit already.")
		return r.Redirect(page.VisitPath(*view.offer.Yours))
	}
	if err := view.keep(r); err != nil {
		return err
	}
	if r.SignedIn() {
		if view.dependants, err = r.Site.Account.Dependants(r.Context(), r.Caller); err != nil {
			return err
		}
	}
	title := r.T("Book a visit with %s", view.offer.Doctor.FullName)
	return r.ShowAs(status, page.Head{Title: title, Private: true, At: "/doctors"}, bookPage(r, view))
}

// offerOf asks what can be booked. A visit type that is none of the doctor's, or
// not for this patient, is left out of the question.
func offerOf(r *page.Request, w wish) (booking.Offer, error) {
	offer, err := r.Site.Booking.Offer(r.Context(), r.Caller, w.query(r))
	if turno.KindOf(err) == turno.KindInvalid && w.visitType != nil {
		w.visitType = nil
		offer, err = r.Site.Booking.Offer(r.Context(), r.Caller, w.query(r))
	}
	return offer, err
}

// keep holds the time for the reader, or for a browser in which nobody has signed
// in. Who has held too often goes on without.
func (v *bookView) keep(r *page.Request) error {
	if !v.offer.State.Bookable() || r.Method == http.MethodHead || isPrefetch(r) || isPart(r) {
		return nil
	}
	browser := r.Visitor()
	if !r.SignedIn() {
		browser = r.KnowVisitor()
	}
	hold, err := r.Site.Booking.Hold(r.Context(), r.Caller, booking.NewHold{
		DoctorID: v.doctor, StartsAt: v.at, VisitTypeID: v.offer.Chosen.TypeID(), Browser: browser,
	})
	switch turno.CodeOf(err) {
	case turno.CodeSlotTaken, turno.CodeNotOffered: // just now
		v.offer, err = offerOf(r, v.wish)
		return err
	case turno.CodeRateLimited:
		return nil
	}
	if err != nil {
		return err
	}
	v.offer.Hold, v.offer.State = &hold, booking.OfferHeld
	return nil
}

// isPart reports whether the browser asks for the page as something else than a page:
// a picture on another site must hold nobody's time.
func isPart(r *page.Request) bool {
	return r.Header.Get("Sec-Fetch-Site") == "cross-site" && r.Header.Get("Sec-Fetch-Dest") != "document"
}

// isPrefetch reports whether the browser only guesses that the page will be
// opened.
func isPrefetch(r *page.Request) bool {
	return strings.Contains(r.Header.Get("Sec-Purpose"), "prefetch")
}
