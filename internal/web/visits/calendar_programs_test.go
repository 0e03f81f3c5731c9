package visits_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/web/webtest"
)

// shown is what a calendar program shows of an event.
type shown struct {
	UID   string
	Wall  string // as clocks in Madrid show it: "2027-01-11 09:00"
	Title string
}

// program fetches feeds one after the other, and says what it shows after each.
type program func(t *testing.T, feeds [][]byte) [][]shown

// Two programs of others' read what we write. Every Monday at nine is nine on every
// Monday, a visit that moves is there once, and one that is called off goes.
func TestCalendarProgramsFollowTheVisits(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		madrid := madridOf(t)
		c.Must(c.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`UPDATE doctors SET time_zone = 'Europe/Madrid' WHERE user_id = $1`, c.Doctor.UserID)
			return err
		}))
		var ids []uuid.UUID
		var want []shown
		for at := time.Date(2027, time.January, 11, 9, 0, 0, 0, madrid); at.Year() == 2027; at = at.AddDate(0, 0, 7) {
			visit := c.Visit(at)
			ids = append(ids, visit.ID)
			want = append(want, shown{visit.ID.String(), at.Format("2006-01-02 09:00"), "Visit with Dr Amara Okafor"})
		}
		feed, err := c.Account.MakeCalendarFeed(t.Context(), c.Patient.Caller)
		c.Must(err)
		fetch := func() []byte { return []byte(c.Visitor(t).Get(feed.Path).Body) }
		feeds, wanted := [][]byte{fetch()}, [][]shown{want}

		moved, err := c.Booking.Visit(t.Context(), c.Patient.Caller, ids[10])
		c.Must(err)
		_, err = c.Booking.Move(t.Context(), c.Doctor.Caller, moved.ID, moved.ScheduledAt.Add(3*time.Hour))
		c.Must(err)
		want = append([]shown{}, want...)
		want[10].Wall = strings.Replace(want[10].Wall, "09:00", "12:00", 1)
		feeds, wanted = append(feeds, fetch()), append(wanted, want)

		_, err = c.Booking.Cancel(t.Context(), c.Patient.Caller, moved.ID, "")
		c.Must(err)
		want = append(append([]shown{}, want[:10]...), want[11:]...)
		_, err = c.Booking.Book(t.Context(), c.Patient.Caller, booking.NewVisit{DoctorID: c.Doctor.UserID, ScheduledAt: time.Date(2027, 1, 5, 9, 0, 0, 0, madrid)})
		c.Must(err)
		last := fetch()
		request := shown{Wall: "2027-01-05 09:00", Title: "Requested: Visit with Dr Amara Okafor"}
		feeds, wanted = append(feeds, last), append(wanted, append([]shown{request}, want...))

		for name, run := range map[string]program{"ical.js": icalJS, "khal": khal} {
			t.Run(name, func(t *testing.T) {
				got := run(t, feeds)
				for _, all := range got {
					for i := range all {
						if strings.HasPrefix(all[i].Title, "Requested") {
							all[i].UID = ""
						}
					}
				}
				if diff := cmp.Diff(wanted, got); diff != "" {
					t.Errorf("after each of the feeds (-want +got):\n%s", diff)
				}
			})
		}
	})
}

// The invitations that come by mail are read by them too: one that moves a visit
// updates it, and one that calls it off takes it away.
func TestCalendarProgramsFollowTheInvitations(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		madrid := madridOf(t)
		c.Must(c.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`UPDATE doctors SET time_zone = 'Europe/Madrid' WHERE user_id = $1`, c.Doctor.UserID)
			return err
		}))
		first, second := c.Visit(time.Date(2027, time.January, 11, 9, 0, 0, 0, madrid)), c.Visit(time.Date(2027, time.January, 18, 9, 0, 0, 0, madrid))
		c.WriteMail()
		_, err := c.Booking.Move(t.Context(), c.Doctor.Caller, first.ID, first.ScheduledAt.Add(3*time.Hour))
		c.Must(err)
		c.WriteMail()
		_, err = c.Booking.Cancel(t.Context(), c.Doctor.Caller, first.ID, "")
		c.Must(err)
		c.WriteMail()

		title := "Visit with Dr Amara Okafor"
		at := func(wall string, visit turno.Appointment) shown {
			return shown{visit.ID.String(), wall, title}
		}
		later := at("2027-01-18 09:00", second)
		wanted := [][]shown{
			{at("2027-01-11 09:00", first)},
			{at("2027-01-11 09:00", first), later},
			{at("2027-01-11 12:00", first), later},
			{later},
		}
		for name, run := range map[string]program{"ical.js": icalJS, "khal": khal} {
			t.Run(name, func(t *testing.T) {
				if diff := cmp.Diff(wanted, run(t, invitations(t, c))); diff != "" {
					t.Errorf("after each of the invitations (-want +got):\n%s", diff)
				}
			})
		}
	})
}

// invitations are those of the mails, in the order of their making.
func invitations(t *testing.T, c *webtest.Clinic) (all [][]byte) {
	t.Helper()
	c.Must(c.DB.Read(t.Context(), func(tx *sqldb.Tx) (err error) {
		all, err = sqldb.All(tx, func(row sqldb.Scanner) ([]byte, error) {
			var text string
			err := row.Scan(&text)
			return []byte(text), err
		}, `SELECT calendar FROM mails WHERE calendar <> '' ORDER BY id`)
		return err
	}))
	return all
}

// icalJS reads feeds as web calendars do, with a library from npm.
func icalJS(t *testing.T, feeds [][]byte) (all [][]shown) {
	t.Helper()
	library, err := filepath.Abs("../../../tools/npm/node_modules/ical.js/dist/ical.js")
	if err != nil {
		t.Fatal(err)
	}
	output := run(t, "node", append([]string{"testdata/program.mjs", library}, files(t, feeds)...)...)
	for line := range bytes.Lines(output) {
		var events []struct {
			UID, Summary, Status, Zone, Wall string
			Unix                             int64
			Minutes                          int
		}
		if err := json.Unmarshal(line, &events); err != nil {
			t.Fatal(err)
		}
		var one []shown
		for _, e := range events {
			wall := time.Unix(e.Unix, 0).In(madridOf(t)).Format("2006-01-02T15:04:05")
			if e.Zone != "Europe/Madrid" || e.Wall != wall || e.Minutes != 30 {
				t.Errorf("%s at %s in %s, which is %s, for %d minutes", e.Summary, e.Wall, e.Zone, wall, e.Minutes)
			}
			if tentative := strings.HasPrefix(e.Summary, "Requested"); tentative != (e.Status == "TENTATIVE") {
				t.Errorf("%s is %s", e.Summary, e.Status)
			}
			one = append(one, shown{e.UID, strings.Replace(e.Wall[:16], "T", " ", 1), e.Summary})
		}
		all = append(all, one)
	}
	return all
}

// khal reads feeds as desktop programs do (python-icalendar). It shows cancelled
// events with a mark.
func khal(t *testing.T, feeds [][]byte) (all [][]shown) {
	t.Helper()
	home := t.TempDir()
	config := filepath.Join(home, "config")
	settings := fmt.Sprintf("[calendars]\n[[visits]]\npath = %s\ntype = calendar\n[sqlite]\npath = %s\n[locale]\nlocal_timezone = Europe/Madrid\n"+
		"default_timezone = Europe/Madrid\ntimeformat = %%H:%%M\ndateformat = %%Y-%%m-%%d\nlongdateformat = %%Y-%%m-%%d\n"+
		"datetimeformat = %%Y-%%m-%%d %%H:%%M\nlongdatetimeformat = %%Y-%%m-%%d %%H:%%M\n", filepath.Join(home, "events"), filepath.Join(home, "cache.db"))
	if err := os.WriteFile(config, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(home, "events"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, file := range files(t, feeds) {
		run(t, "khal", "-c", config, "import", "--batch", "-a", "visits", file)
		listed := run(t, "khal", "-c", config, "list", "--day-format", "", "--format", "{uid}|{start-long}|{cancelled}|{title}", "2027-01-01", "365d")
		var one []shown
		for line := range strings.Lines(string(listed)) {
			fields := strings.Split(strings.TrimSpace(line), "|")
			if len(fields) != 4 {
				t.Fatalf("khal says %q", line)
			}
			if strings.TrimSpace(fields[2]) != "CANCELLED" {
				one = append(one, shown{fields[0], fields[1], fields[3]})
			}
		}
		all = append(all, one)
	}
	return all
}

func files(t *testing.T, feeds [][]byte) (names []string) {
	t.Helper()
	folder := t.TempDir()
	for i, feed := range feeds {
		name := filepath.Join(folder, fmt.Sprintf("%d.ics", i))
		if err := os.WriteFile(name, feed, 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

func run(t *testing.T, name string, arguments ...string) []byte {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, arguments...)
	command.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	var complaints bytes.Buffer
	command.Stderr = &complaints
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v (make test installs what is missing)\n%s", name, err, complaints.String())
	}
	return output
}
