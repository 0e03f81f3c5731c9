package account_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
)

// secretOf is what stands in the path of a feed.
func secretOf(f account.CalendarFeed) string {
	return strings.TrimSuffix(strings.TrimPrefix(f.Path, "/calendar/"), ".ics")
}

func (p *people) feed(c policy.Caller) account.CalendarFeed {
	p.t.Helper()
	feed, err := p.MakeCalendarFeed(p.t.Context(), c)
	p.must(err)
	return feed
}

// opens reports whether the address of a feed leads to its owner.
func (p *people) opens(f account.CalendarFeed, owner uuid.UUID) bool {
	p.t.Helper()
	caller, user, err := p.FeedReader(p.t.Context(), secretOf(f))
	if turno.KindOf(err) == turno.KindNotFound {
		return false
	}
	p.must(err)
	return caller.Is(owner) && user.ID == owner && caller.SessionID == uuid.Nil && user.Password == ""
}

func TestACalendarFeedHasOneAddressAtATime(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		ana := p.patient()
		p.must(p.SeeNotices(t.Context(), ana))
		none, err := p.CalendarFeed(t.Context(), ana)
		p.must(err)
		if none.CreatedAt != nil {
			t.Errorf("before there is one: %+v", none)
		}
		wantCode(t, p.RevokeCalendarFeed(t.Context(), ana), turno.CodeNotFound)
		first := p.feed(ana)
		if first.URL != origin+first.Path || len(secretOf(first)) != 43 { // 256 bits
			t.Errorf("its address is %q, at %q", first.URL, first.Path)
		}
		second := p.feed(ana)
		if p.opens(first, ana.UserID) || !p.opens(second, ana.UserID) {
			t.Error("the second address takes the place of the first")
		}
		again, err := p.CalendarFeed(t.Context(), ana)
		p.must(err)
		if again.CreatedAt == nil || again.Path != "" || again.URL != "" {
			t.Errorf("afterwards nobody is told the address: %+v", again)
		}
		p.must(p.RevokeCalendarFeed(t.Context(), ana))
		if p.opens(second, ana.UserID) {
			t.Error("a revoked address works")
		}
		wantKinds := []account.NoticeKind{account.NoticeCalendarShared, account.NoticeCalendarShared, account.NoticeCalendarStopped}
		if kinds := p.notices(ana); !sameKinds(kinds, wantKinds) {
			t.Errorf("the owner is told %v", kinds)
		}
		trail := p.trail(ana.UserID)
		want := []string{"CREATE calendar_feed ", "CREATE calendar_feed replaced", "DELETE calendar_feed "}
		if diff := cmp.Diff(want, trail[len(trail)-3:]); diff != "" {
			t.Errorf("the trail ends with (-want +got):\n%s", diff)
		}
	})
}

// sameKinds compares what was told, in whatever order of one moment.
func sameKinds(got, want []account.NoticeKind) bool {
	count := map[account.NoticeKind]int{}
	for _, kind := range got {
		count[kind]++
	}
	for _, kind := range want {
		count[kind]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestWhoMayMakeACalendarFeed(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		for _, staff := range []policy.Caller{p.owner, p.desk()} {
			_, err := p.MakeCalendarFeed(t.Context(), staff)
			wantCode(t, err, turno.CodeForbidden)
			_, err = p.CalendarFeed(t.Context(), staff)
			wantCode(t, err, turno.CodeForbidden)
		}
		p.feed(p.doctor())
		ana := p.patient()
		p.clock.Advance(11 * time.Minute)
		_, err := p.MakeCalendarFeed(t.Context(), ana)
		wantCode(t, err, turno.CodeSignInAgain)
		wantCode(t, p.RevokeCalendarFeed(t.Context(), ana), turno.CodeSignInAgain)
	})
}

func TestACalendarFeedEndsWithWhatElseLetsSomebodyIn(t *testing.T) {
	t.Parallel()
	no := false
	tests := []struct {
		name  string
		ends  func(p *people, c policy.Caller) error
		stays bool
	}{
		{"another password that its owner chose ends other sessions only", func(p *people, c policy.Caller) error {
			return p.ChangePassword(p.t.Context(), c, goodPassword, "six unrelated green teapots")
		}, true},
		{"a reset password ends it", func(p *people, c policy.Caller) error {
			return p.reset(p.forgets(p.username(c)), "six unrelated green teapots", "")
		}, false},
		{"who is deactivated has none", func(p *people, c policy.Caller) error {
			_, err := p.UpdateUser(p.t.Context(), p.owner, c.UserID, account.Patch{Active: &no})
			return err
		}, false},
		{"nor who was erased", func(p *people, c policy.Caller) error { return p.EraseMe(p.t.Context(), c) }, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, p *people) {
				ana, other := p.session(p.username(p.patient())), p.patient()
				mine, others := p.feed(ana), p.feed(other)
				p.must(test.ends(p, ana))
				if got := p.opens(mine, ana.UserID); got != test.stays {
					t.Errorf("the address works: %t", got)
				}
				if !p.opens(others, other.UserID) {
					t.Error("somebody else's feed ended too")
				}
				var kept int
				p.must(p.db.Read(t.Context(), func(tx *sqldb.Tx) error {
					return tx.QueryRow(`SELECT COUNT(*) FROM calendar_feeds WHERE user_id = $1`, ana.UserID).Scan(&kept)
				}))
				if want := map[bool]int{true: 1, false: 0}[test.stays]; kept != want {
					t.Errorf("%d rows are kept, want %d", kept, want)
				}
			})
		})
	}
}

func TestTheExportSaysSinceWhenThereIsAFeed(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		ana := p.patient()
		before, err := p.ExportMe(t.Context(), ana)
		p.must(err)
		feed := p.feed(ana)
		after, err := p.ExportMe(t.Context(), ana)
		p.must(err)
		if before.Calendar != nil || after.Calendar == nil || !after.Calendar.Equal(*feed.CreatedAt) {
			t.Errorf("before %v, after %v, want %v", before.Calendar, after.Calendar, feed.CreatedAt)
		}
	})
}

// A form is sent again by a second press, and by going back.
func TestAFormMakesOneCalendarFeed(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		ana, berta := p.patient(), p.patient()
		form := p.FeedForm(ana)
		send := func(form string) account.CalendarFeed {
			feed, err := p.MakeCalendarFeedOnce(t.Context(), ana, form)
			p.must(err)
			return feed
		}
		first := send(form)
		if !p.opens(first, ana.UserID) || len(secretOf(first)) != 43 || strings.Contains(form, secretOf(first)) {
			t.Fatalf("the form %q makes %+v", form, first)
		}
		before := len(p.trail(ana.UserID))
		if diff := cmp.Diff(first, send(form)); diff != "" {
			t.Errorf("sent again (-want +got):\n%s", diff)
		}
		if after := len(p.trail(ana.UserID)); after != before {
			t.Error("the second is in the trail too")
		}
		other := send(p.FeedForm(ana))
		if p.opens(first, ana.UserID) || !p.opens(other, ana.UserID) {
			t.Error("another form makes another address, which takes the place of the first")
		}
		if late := send(form); late.Path != "" || late.CreatedAt == nil || !p.opens(other, ana.UserID) {
			t.Errorf("the form of an address that was replaced is answered with %+v", late)
		}
		p.must(p.RevokeCalendarFeed(t.Context(), ana))
		if gone := send(form); gone.Path != "" || gone.CreatedAt != nil || p.opens(first, ana.UserID) {
			t.Errorf("the form of an address that was taken away is answered with %+v", gone)
		}
		for name, form := range map[string]string{"none": "", "one made up": "made-up", "that of somebody else": p.FeedForm(berta)} {
			if feed := send(form); !p.opens(feed, ana.UserID) || feed.Path == send(form).Path {
				t.Errorf("with %s, every time makes an address: %+v", name, feed)
			}
		}
		form = p.FeedForm(ana)
		old := send(form)
		p.must(p.RevokeCalendarFeed(t.Context(), ana))
		p.clock.Advance(25 * time.Hour)
		ana.AuthenticatedAt = p.clock.Now()
		if again := send(form); again.Path == old.Path || p.opens(old, ana.UserID) {
			t.Error("a day later the form brings the address back")
		}
	})
}
