package keyset_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/keyset"
)

const (
	someID             = "0197f3a4-7c1e-7b5a-9d0e-1f2a3b4c5d6e"
	visits keyset.List = "visits"
)

func TestACursorLeadsBackToItsPlace(t *testing.T) {
	t.Parallel()
	id := uuid.MustParse(someID)
	for _, test := range []struct {
		name  string
		place keyset.Place
	}{
		{"of a time", keyset.Place{Time: time.Date(2027, 1, 5, 11, 0, 0, 123456000, time.UTC), ID: id}},
		{"of a name", keyset.Place{Text: "müller, anna", Rating: 4.67, Count: 3, ID: id}},
		{"of a free slot", keyset.Place{Open: true, Time: time.Date(2027, 1, 5, 11, 0, 0, 0, time.UTC), ID: id}},
		{"of the longest name in three bytes a letter", keyset.Place{Text: strings.Repeat("あ", 200), ID: id}},
		{"of the extremes", keyset.Place{Time: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), Rating: 5, Count: 1<<31 - 1, ID: id}},
		{"of nothing but an id", keyset.Place{ID: id}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := visits.Parse(visits.Cursor(test.place))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.place, got); diff != "" {
				t.Errorf("place (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoCursorIsTheStart(t *testing.T) {
	t.Parallel()
	if place, err := visits.Parse(""); err != nil || place != (keyset.Place{}) {
		t.Errorf("got %v, %v", place, err)
	}
}

func TestForgedCursorsAreRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, forged string }{
		{"no JSON", `hunter2`},
		{"nothing", `null`},
		{"of another list", `{"l":"reviews","i":"` + someID + `"}`},
		{"of no list", `{"i":"` + someID + `"}`},
		{"no id", `{"l":"visits"}`},
		{"an id of nobody", `{"l":"visits","i":"00000000-0000-0000-0000-000000000000"}`},
		{"half an id", `{"l":"visits","i":"0197f3a4"}`},
		{"a text with NUL", `{"l":"visits","s":"a\u0000b","i":"` + someID + `"}`},
		{"a text that is too long", `{"l":"visits","s":"` + strings.Repeat("x", 4001) + `","i":"` + someID + `"}`},
		{"a rating of a billion", `{"l":"visits","n":1e9,"i":"` + someID + `"}`},
		{"a rating below none", `{"l":"visits","n":-0.5,"i":"` + someID + `"}`},
		{"a rating without end", `{"l":"visits","n":1e999,"i":"` + someID + `"}`},
		{"a count that no row holds", `{"l":"visits","c":1099511627776,"i":"` + someID + `"}`},
		{"a count just too large", `{"l":"visits","c":2147483648,"i":"` + someID + `"}`},
		{"a count below none", `{"l":"visits","c":-1,"i":"` + someID + `"}`},
		{"a time before the first year", `{"l":"visits","t":"0000-06-01T00:00:00Z","i":"` + someID + `"}`},
		{"a time that is before it in UTC", `{"l":"visits","t":"0001-01-01T00:00:00+12:00","i":"` + someID + `"}`},
		{"a time that is after the last year in UTC", `{"l":"visits","t":"9999-12-31T23:59:59-12:00","i":"` + someID + `"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			place, err := visits.Parse(base64.RawURLEncoding.EncodeToString([]byte(test.forged)))
			want := turno.Invalid(turno.FieldError{Location: "query.cursor", Message: "This is not a cursor of this list."})
			if diff := cmp.Diff(error(want), err); diff != "" || place != (keyset.Place{}) {
				t.Errorf("got %v; error (-want +got):\n%s", place, diff)
			}
		})
	}
	if _, err := visits.Parse("no base64!"); turno.KindOf(err) != turno.KindInvalid {
		t.Errorf("no base64: %v", err)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	id := uuid.MustParse(someID)
	at := func(n int) keyset.Place { return keyset.Place{Count: n, ID: id} }
	for _, test := range []struct {
		name  string
		items []int
		want  []int
		next  string
	}{
		{"the last page is whole", []int{1, 2}, []int{1, 2}, ""},
		{"one more than a page goes on after its last", []int{1, 2, 3}, []int{1, 2}, visits.Cursor(at(2))},
		{"no items", nil, nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			page, next := keyset.Page(visits, test.items, 2, at)
			if diff := cmp.Diff(test.want, page); diff != "" || next != test.next {
				t.Errorf("next %q, want %q; page (-want +got):\n%s", next, test.next, diff)
			}
		})
	}
	for limit, want := range map[int]int{-1: 20, 0: 20, 1: 1, 100: 100, 101: 100} {
		if got := keyset.Size(limit); got != want {
			t.Errorf("a limit of %d is %d, want %d", limit, got, want)
		}
	}
}
