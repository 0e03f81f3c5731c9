package app

import "testing"

func TestHowMuchGarbageThereMayBe(t *testing.T) {
	t.Parallel()
	const mebibyte = 1 << 20
	for _, tt := range []struct {
		name string
		live uint64
		want int
	}{
		{"before anything was collected", 0, 400},
		{"four times what a small clinic uses", 25 * mebibyte, 400},
		{"128 MiB beside a large one", 64 * mebibyte, 200},
		{"in steps, downwards", 60 * mebibyte, 200},
		{"as much again as the largest use", 1000 * mebibyte, 100},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := garbagePercent(tt.live); got != tt.want {
				t.Errorf("%d %% of %d bytes, want %d", got, tt.live, tt.want)
			}
		})
	}
}
