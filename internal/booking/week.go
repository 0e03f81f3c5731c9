package booking

import (
	"slices"

	"github.com/turno-health/turno"
)

// sortWeek puts windows in the order of the week.
func sortWeek(week []turno.Availability) {
	slices.SortFunc(week, func(a, b turno.Availability) int {
		if days := a.DayOfWeek.Compare(b.DayOfWeek); days != 0 {
			return days
		}
		return int(a.StartTime - b.StartTime)
	})
}
