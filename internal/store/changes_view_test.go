package store

import "testing"

func TestAViewFollowsOneOfTheSameDatabase(t *testing.T) {
	t.Parallel()
	const before = "1795729200.5:90:100:95"
	for _, tt := range []struct {
		name, now string
		follows   bool
	}{
		{"what was running is over", "1795729200.5:100:100:", true},
		{"more has been written since", "1795729200.5:90:120:95,110", true},
		{"a server started since, as a replica that took over", "1795730000.5:120:120:", false},
		{"a server started since that has written less, as from a backup", "1795730000.5:50:50:", false},
		{"a file that has fewer changes", "::50:", false},
	} {
		old, err := parseView(before)
		if err != nil {
			t.Fatal(err)
		}
		view, err := parseView(tt.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := view.Follows(old); got != tt.follows {
			t.Errorf("%s: follows is %t", tt.name, got)
		}
	}
}

func TestWhatIsNoViewIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "90:100:95", "1:90:many:", "1:90:100:some", "1:90:100:95:1"} {
		if view, err := parseView(text); err == nil {
			t.Errorf("%q was read as %+v", text, view)
		}
	}
}
