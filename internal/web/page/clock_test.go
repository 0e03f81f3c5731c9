package page_test

import (
	"testing"

	"github.com/turno-health/turno/internal/web/page"
)

func TestParseClock(t *testing.T) {
	t.Parallel()
	const none = "none"
	for _, test := range []struct{ name, text, want string }{
		{"as the fields show it", "09:30", "09:30"},
		{"one digit", "9:30", "09:30"},
		{"an American afternoon", "2:30 PM", "14:30"},
		{"an American morning", "9:15 AM", "09:15"},
		{"with the space that pages write", "2:30\u00a0PM", "14:30"},
		{"with the narrow space of some browsers", "2:30\u202fPM", "14:30"},
		{"without a space", "2:30pm", "14:30"},
		{"with a point", "2.30pm", "14:30"},
		{"spaces anywhere", " 2 : 30  p m ", "14:30"},
		{"with points and spaces, as Spanish writes it", "2:30 p. m.", "14:30"},
		{"with points", "9:15 a.m.", "09:15"},
		{"one letter", "2:30p", "14:30"},
		{"the hour of an afternoon", "2 PM", "14:00"},
		{"noon", "12 PM", "12:00"},
		{"half past midnight", "12:30 AM", "00:30"},
		{"an afternoon by both clocks", "14:30 PM", "14:30"},
		{"the hour alone", "9", "09:00"},
		{"the hour alone, two digits", "14", "14:00"},
		{"with a point, without a half", "9.30", "09:30"},
		{"with a comma", "9,30", "09:30"},
		{"with an apostrophe", "9'30", "09:30"},
		{"four digits", "0930", "09:30"},
		{"three digits", "930", "09:30"},
		{"four digits of the afternoon", "1430", "14:30"},
		{"French and Spanish", "14h30", "14:30"},
		{"to the minute", "14 h 30 min", "14:30"},
		{"an hour and its sign", "14 h", "14:00"},
		{"hours in Spanish", "14.30 horas", "14:30"},
		{"hours in short", "14:30 hs.", "14:30"},
		{"in the morning", "9 de la mañana", "09:00"},
		{"in the afternoon", "2:30 de la tarde", "14:30"},
		{"at noon and a half", "12:30 de la tarde", "12:30"},
		{"at night", "9 de la noche", "21:00"},
		{"before dawn", "2 de la madrugada", "02:00"},
		{"the afternoon in English", "2:30 in the afternoon", "14:30"},
		{"digits of another width", "１４：３０", "14:30"},
		{"the day begins", "00:00", "00:00"},
		{"the day ends", "24:00", "24:00"},

		{"nothing", "", none},
		{"a word", "morning", none},
		{"no hour", "25:00", none},
		{"after the end of the day", "24:01", none},
		{"no minute", "9:60", none},
		{"one digit of a minute", "9:3", none},
		{"seconds", "9:30:15", none},
		{"two times", "9-10", none},
		{"an afternoon that is a morning", "14:30 AM", none},
		{"no hour of the afternoon", "0:30 PM", none},
		{"midnight, or noon", "12 de la mañana", none},
		{"midnight, of which day", "12 de la noche", none},
		{"a length", "9 min", none},
		{"five digits", "09300", none},
		{"below zero", "-9:30", none},
		{"an unknown half", "9:30 xm", none},
		{"long", "9:30                                             ", none},
	} {
		got := none
		if clock, ok := page.ParseClock(test.text); ok {
			got = clock.String()
		}
		if got != test.want {
			t.Errorf("%s: %q is %s, want %s", test.name, test.text, got, test.want)
		}
	}
}

func FuzzParseClock(f *testing.F) {
	for _, seed := range []string{"09:30", "2:30 p. m.", "14h30", "0930", "24:00", "9 de la noche"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		clock, ok := page.ParseClock(text)
		if !ok {
			return
		}
		if again, ok := page.ParseClock(clock.String()); !ok || again != clock {
			t.Errorf("%q is %v, which is %v, %v", text, clock, again, ok)
		}
	})
}
