package ui

import (
	"math"
	"strconv"

	"github.com/turno-health/turno"
)

// Series is one colour of a stacked chart.
type Series struct {
	Name string
	Tone string // "accent", "warm", "calm", "faded": as CSS colours it
}

// Bar is a day of a stacked chart: a value for each series, from below.
type Bar struct {
	Day    turno.Date
	Label  string // below the bar, "" to leave it out
	Name   string // in the table
	Values []int
}

// ChartProps describes visits per day, stacked by how they stand.
type ChartProps struct {
	Title   string
	Summary string // one sentence: what the chart shows
	Series  []Series
	Bars    []Bar
	DayName string // the first column of the table: "Day"
	Level   int
}

// BarsProps describes a list of values as bars from the left.
type BarsProps struct {
	Title   string
	Summary string
	Head    [2]string // of the table: "Doctor", "Rating"
	Items   []BarItem
	Most    float64 // the value of a bar of full width; 0: that of the longest
	Level   int
}

// BarItem is one bar.
type BarItem struct {
	Label string
	Note  string
	Value float64
	Shown string // the value as people read it
	Href  string
	Tone  string
}

// The drawing of a chart: its height, and the room for words below it.
const (
	chartHeight = 180
	chartFoot   = 24
)

// top is a round number at or above the highest bar.
func (p ChartProps) top() int {
	most := 1
	for _, bar := range p.Bars {
		sum := 0
		for _, v := range bar.Values {
			sum += v
		}
		most = max(most, sum)
	}
	if most <= 4 {
		return 4
	}
	power := math.Pow(10, math.Floor(math.Log10(float64(most))))
	for _, step := range []float64{1, 2, 4, 6, 8, 10} {
		if top := step * power; top >= float64(most) {
			return int(math.Ceil(top))
		}
	}
	return most
}

// lines are the heights that have a line with a number.
func (p ChartProps) lines() []int {
	top := p.top()
	return []int{0, top / 2, top}
}

func (p ChartProps) y(value int) string {
	return pixels(chartHeight - float64(value)/float64(p.top())*(chartHeight-12))
}

// piece is a part of a bar.
type piece struct{ x, y, width, height, tone string }

// pieces is everything that is drawn, in per cent of the width.
func (p ChartProps) pieces() []piece {
	var all []piece
	each := 100 / float64(max(len(p.Bars), 1))
	for i, bar := range p.Bars {
		below := 0
		for s, value := range bar.Values {
			if value == 0 || s >= len(p.Series) {
				continue
			}
			height := float64(value) / float64(p.top()) * (chartHeight - 12)
			bottom := float64(below) / float64(p.top()) * (chartHeight - 12)
			all = append(all, piece{
				x: percent(float64(i)*each + each*0.16), width: percent(each * 0.68),
				y: pixels(chartHeight - bottom - height), height: pixels(max(height-1, 1)), tone: p.Series[s].Tone,
			})
			below += value
		}
	}
	return all
}

// middle is where the word below a bar stands.
func (p ChartProps) middle(i int) string {
	each := 100 / float64(max(len(p.Bars), 1))
	return percent((float64(i) + 0.5) * each)
}

func (p BarsProps) most() float64 {
	most := p.Most
	for _, item := range p.Items {
		most = max(most, item.Value)
	}
	return most
}

func pixels(x float64) string  { return strconv.FormatFloat(x, 'f', 1, 64) }
func percent(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) + "%" }
