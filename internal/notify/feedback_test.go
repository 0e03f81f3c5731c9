package notify_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
)

// attended is a visit that took place, as its doctor notes when it is over.
func (c *clinic) attended(patient policy.Caller, when time.Time) turno.Appointment {
	c.t.Helper()
	v := c.booked(patient, when)
	c.until(when.Add(time.Hour))
	c.must(c.visits.Complete(c.t.Context(), c.doctor, v.ID))
	return v
}

// The patient lives in Madrid, an hour ahead of London; times below are Madrid's.
func TestPeopleAreAskedHowAVisitWas(t *testing.T) {
	t.Parallel()
	const asked = " feedback sent"
	for _, tt := range []struct {
		name    string
		happens func(c *clinic)
		want    []string
	}{
		{"two hours after it", func(c *clinic) { c.attended(c.patient, at(1, 10, 0)) }, []string{"Tue 14:00" + asked}},
		{"not in the night, but the next morning", func(c *clinic) { c.attended(c.patient, at(1, 19, 0)) }, []string{"Wed 07:00" + asked}},
		{"once about two visits with the doctor", func(c *clinic) {
			c.attended(c.patient, at(1, 10, 0))
			c.attended(c.patient, at(1, 11, 0))
		}, []string{"Tue 14:00" + asked}},
		{"not when it was missed", func(c *clinic) {
			v := c.booked(c.patient, at(1, 10, 0))
			c.until(at(1, 11, 0))
			c.must(c.visits.Miss(c.t.Context(), c.doctor, v.ID))
		}, nil},
		{"not when it turns out to have been missed", func(c *clinic) {
			v := c.attended(c.patient, at(1, 10, 0))
			c.run()
			c.must(c.visits.Miss(c.t.Context(), c.doctor, v.ID))
		}, nil},
		{"not when it was rated meanwhile", func(c *clinic) {
			v := c.attended(c.patient, at(1, 10, 0))
			c.run()
			if _, err := c.visits.GiveFeedback(c.t.Context(), c.patient, v.ID, 5, ""); err != nil {
				c.t.Fatal(err)
			}
		}, nil},
		{"not of a child: nobody may answer for it", func(c *clinic) { c.attended(c.child, at(1, 10, 0)) }, nil},
		{"not weeks later", func(c *clinic) {
			v := c.booked(c.patient, at(1, 10, 0))
			c.until(at(1, 10, 0))
			c.clock.Set(at(16, 12, 0))
			c.must(c.visits.Complete(c.t.Context(), c.doctor, v.ID))
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachClinic(t, true, func(t *testing.T, c *clinic) {
				tt.happens(c)
				if diff := cmp.Diff(tt.want, c.until(c.clock.Now().Add(24*time.Hour))); diff != "" {
					t.Errorf("mails (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestAboutTheSameDoctorPeopleAreAskedOnceIn90Days(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		asked := func(day int) int {
			c.clock.Set(at(day, 9, 0))
			c.booked(c.patient, at(day, 8, 30))
			v := c.booked(c.patient, at(day, 9, 15))
			c.clock.Set(at(day, 10, 0))
			c.must(c.visits.Complete(t.Context(), c.doctor, v.ID))
			c.run()
			c.clock.Set(at(day, 13, 0))
			c.run()
			n := 0
			for _, row := range c.rows() {
				if row == "feedback sent" {
					n++
				}
			}
			return n
		}
		got := []int{asked(0), asked(60), asked(89), asked(91)}
		if diff := cmp.Diff([]int{1, 1, 1, 2}, got); diff != "" {
			t.Errorf("asked after each of four visits (-want +got):\n%s", diff)
		}
	})
}

func TestWhatTheMailThatAsksSays(t *testing.T) {
	t.Parallel()
	for language, says := range map[string][]string{
		"en": {"How was your visit?", "Rate this visit", "at most once in three months"},
		"es": {"¿Qué tal fue tu cita?", "Valorar esta cita", "como mucho una vez cada tres meses"},
	} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			eachClinic(t, true, func(t *testing.T, c *clinic) {
				c.speaks(c.patient, language)
				v := c.attended(c.patient, at(1, 10, 0))
				c.until(at(1, 14, 0))
				l := c.last()
				if diff := cmp.Diff([]string{says[0], "text/plain", "text/html"}, append([]string{l.subject}, l.parts...)); diff != "" {
					t.Errorf("the subject and parts (-want +got):\n%s", diff)
				}
				for what, body := range map[string]string{"the text": l.text, "the HTML": l.html} {
					contains(t, what, body, append(says, "https://turno.example.org/appointments/"+v.ID.String()+"/feedback", "Dr Ana Pérez")...)
				}
				l.keepsQuiet(t)
			})
		})
	}
}
