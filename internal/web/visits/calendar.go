package visits

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/calendar"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/locale"
	"github.com/turno-health/turno/internal/web/page"
)

const iCalendar = "text/calendar; charset=utf-8"

// feed answers a calendar program that has the address of somebody's calendar. It
// is nobody's session: the address is all that it has.
func feed(r *page.Request) error {
	secret, named := strings.CutSuffix(r.PathValue("secret"), ".ics")
	if !named {
		return turno.NotFound("page")
	}
	caller, owner, err := r.Site.Account.FeedReader(r.Context(), secret)
	if err != nil {
		return err
	}
	reader := readerOf(r, owner.Role, locale.Match(owner.Locale, r.Header.Get("Accept-Language")))
	var body []byte
	var tag string
	known := false
	_, err = r.Site.Booking.Calendar(r.Context(), caller, func(c booking.Calendar) bool {
		body = reader.Feed(c, r.Clinic().Name).Bytes()
		tag = httpx.ETag(body)
		known = httpx.Matches(r.Header.Get("If-None-Match"), tag)
		return known || r.Method == http.MethodHead
	})
	if err != nil {
		return err
	}
	header := r.AnswerHeader()
	header.Set("ETag", tag)
	header.Set("Cache-Control", "private, no-cache")
	header.Set("Vary", "Accept-Language")
	if known {
		r.Writer().WriteHeader(http.StatusNotModified)
		return nil
	}
	header.Set("Content-Disposition", `inline; filename="turno.ics"`)
	writeCalendar(r, body)
	return nil
}

// visitFile is one visit, to be put into a calendar by hand. It does not follow
// what becomes of the visit.
func visitFile(r *page.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	entry, err := r.Site.Booking.CalendarVisit(r.Context(), r.Caller, id)
	if err != nil {
		return err
	}
	day := turno.DateOf(entry.Interval.StartsAt, r.Zone)
	r.AnswerHeader().Set("Content-Disposition", `attachment; filename="`+r.T("visit-%s.ics", day.String())+`"`)
	writeCalendar(r, readerOf(r, r.Caller.Role, r.Words).Visit(entry).Bytes())
	return nil
}

func readerOf(r *page.Request, role turno.Role, words *locale.Words) calendar.Reader {
	return calendar.Reader{Words: words, Role: role, Base: r.Base()}
}

func writeCalendar(r *page.Request, body []byte) {
	header := r.AnswerHeader()
	header.Set("Content-Type", iCalendar)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = r.Writer().Write(body) // the reader has left
	}
}
