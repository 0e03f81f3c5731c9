// Package web is the pages for people: patients, doctors, front desk and admins.
//
// It owns what is true of all pages: which rooms there are, what protects an
// answer, how it is compressed, and the files that pages load. The rooms are in
// the folders beside this file: find, visits, signin, me, practice and desk. They
// call the same use cases as the API. A page must never hold a rule, or know SQL.
//
// # How to write a page
//
// A page is a route, a handler and a template in its room.
//
//	// routes.go: the action is a row of package policy, and access_<room>_test.go
//	// here says what each kind of caller gets.
//	{Pattern: "GET /appointments/{id}", Action: policy.ReadAppointment, Handler: visit},
//	{Pattern: "POST /appointments/{id}/cancel", Action: policy.CancelAppointment, Handler: cancel},
//
//	func visit(r *page.Request) error {
//		id, err := r.ID("id") // what is no id is not found
//		if err != nil {
//			return err
//		}
//		v, err := r.Site.Booking.Visit(r.Context(), r.Caller, id)
//		if err != nil {
//			return err // becomes the page for it: sign in, not found, try again
//		}
//		return r.Show(page.Head{Title: r.T("Your visit"), Private: true}, visitPage(r, v))
//	}
//
// A form posts to its own path; nothing that was typed is lost:
//
//	func cancel(r *page.Request) error {
//		form, err := r.Form()
//		if err != nil {
//			return err
//		}
//		_, err = r.Site.Booking.Cancel(r.Context(), r.Caller, id, form.Get("reason"))
//		if r.Take(form, err) { // wrong input, a conflict: shown in the form again
//			return r.ShowAs(http.StatusUnprocessableEntity, head, cancelPage(r, form))
//		}
//		if err != nil {
//			return err
//		}
//		r.Say("success", "Your visit is cancelled.") // on the next page
//		return r.Redirect("/appointments")
//	}
//
//	templ cancelPage(r *page.Request, form *page.Form) {
//		@ui.Form(ui.FormProps{Action: r.URL.Path, Problems: form.Problems()}) {
//			@ui.Field(ui.FieldProps{Kind: ui.Textarea, Name: "reason", Label: r.T("Reason"), Optional: true,
//				Value: form.Get("reason"), Error: form.Error("reason")})
//			@ui.Button(ui.ButtonProps{Label: r.T("Cancel the visit"), Kind: ui.Danger})
//		}
//	}
//
// Words: every one goes through r.T or r.N, written out in English; its Spanish
// stands in es_<room>.go of package locale, and a test names what is missing. In
// a component, ui.Say(ctx).T does the same. Times are shown at r.Zone, with
// ui.Time(at, r.Time(at, r.Zone)).
//
// Components are in package ui, and /design of the demo shows them all. Every templ
// says //go:noinline, and what a page shows holds its request in a field r rather
// than embedding it: both spare the compiler much (docs/decisions/0022). There is
// no style or script in a page: the Content-Security-Policy forbids it. Geometry
// is an attribute of SVG or a class of agenda.css. Run "make generate" after a
// change of a *.templ, and commit what it writes.
//
// Scripts only add: data-enhance="name" on an element loads assets/files/name.js
// and calls its default export with the element. A part that follows the clinic
// has an id, data-enhance="live" and the path of a route that calls r.StayTuned in
// data-live; a week that is swapped in place is ui.WeekSlots.
//
// Tests: webtest.Each gives a clinic on each engine; c.As(t, c.Patient) follows
// links and sends forms; webtest.StartChrome and Visit drive a real browser, and
// c.Neighbour is a second server for it; a TestTour of each room opens its pages,
// in every state worth a look, in both sizes and themes with axe-core. "make shots"
// leaves the pictures in build/shots: look at them.
package web
