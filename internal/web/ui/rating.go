package ui

import "strconv"

// Distribution is how often each rating was given, from one star to five.
type Distribution [5]int

// total is how many ratings there are.
func (d Distribution) total() int {
	sum := 0
	for _, n := range d {
		sum += n
	}
	return sum
}

// percent is how wide the bar of so many stars is, as SVG takes it.
func (d Distribution) percent(stars int) string {
	if d.total() == 0 {
		return "0%"
	}
	return percentOf(float64(d[stars-1]), float64(d.total()))
}

func percentOf(part, whole float64) string {
	if whole <= 0 {
		return "0%"
	}
	return strconv.FormatFloat(100*part/whole, 'f', 2, 64) + "%"
}

// starsWidth is how much of a row of five stars is filled.
func starsWidth(rating float64) string { return percentOf(rating, 5) }
