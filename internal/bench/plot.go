package bench

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
)

// plot is a picture of curves. An axis is logarithmic when its name says so.
type plot struct {
	title  string
	x, y   axis
	curves []curve
}

type axis struct {
	name        string
	logarithmic bool
}

type curve struct {
	name   string
	points []point
	dashed bool
}

type point struct{ x, y float64 }

const (
	plotWidth, plotHeight = 760, 420
	marginLeft            = 70
	marginRight           = 230 // with the names of the curves
	marginTop             = 50
	marginBottom          = 60
)

// colours tell curves apart, also to who does not see red and green apart
// (Okabe and Ito).
func colours() []string {
	return []string{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999"}
}

// svg draws the plot.
func (p plot) svg() []byte {
	xs, ys := p.x.scaleOf(p.values(func(at point) float64 { return at.x })), p.y.scaleOf(p.values(func(at point) float64 { return at.y }))
	xs.from, xs.to = marginLeft, plotWidth-marginRight
	ys.from, ys.to = plotHeight-marginBottom, marginTop
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12" role="img">`+"\n", plotWidth, plotHeight)
	fmt.Fprintf(&b, `<title>%s</title><rect width="100%%" height="100%%" fill="#fff"/>`+"\n", escape(p.title))
	fmt.Fprintf(&b, `<text x="%d" y="26" font-size="15" font-weight="bold">%s</text>`+"\n", marginLeft, escape(p.title))
	for _, tick := range xs.ticks() {
		x := xs.place(tick)
		fmt.Fprintf(&b, `<path d="M%.1f %.1fV%.1f" stroke="#ddd"/><text x="%.1f" y="%.1f" text-anchor="middle">%s</text>`+"\n", x, ys.from, ys.to, x, ys.from+18, short(tick))
	}
	for _, tick := range ys.ticks() {
		y := ys.place(tick)
		fmt.Fprintf(&b, `<path d="M%.1f %.1fH%.1f" stroke="#ddd"/><text x="%.1f" y="%.1f" text-anchor="end">%s</text>`+"\n", xs.from, y, xs.to, xs.from-8, y+4, short(tick))
	}
	fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", (xs.from+xs.to)/2, plotHeight-16, escape(p.x.name))
	fmt.Fprintf(&b, `<text transform="translate(18 %.1f) rotate(-90)" text-anchor="middle">%s</text>`+"\n", (ys.from+ys.to)/2, escape(p.y.name))
	for i, c := range p.curves {
		c.draw(&b, i, xs, ys)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func (c curve) draw(b *bytes.Buffer, i int, xs, ys scale) {
	colour, dash := colours()[i/2%len(colours())], ""
	if c.dashed {
		dash = ` stroke-dasharray="5 4"`
	}
	b.WriteString(`<polyline fill="none" stroke-width="2" stroke="` + colour + `"` + dash + ` points="`)
	for _, at := range c.points {
		fmt.Fprintf(b, "%.1f,%.1f ", xs.place(at.x), ys.place(at.y))
	}
	b.WriteString(`"/>` + "\n")
	if len(c.points) <= 20 {
		for _, at := range c.points {
			fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`, xs.place(at.x), ys.place(at.y), colour)
		}
	}
	y := marginTop + 18*i
	fmt.Fprintf(b, `<path d="M%d %dh22" stroke="%s" stroke-width="2"%s/><text x="%d" y="%d">%s</text>`+"\n",
		plotWidth-marginRight+14, y, colour, dash, plotWidth-marginRight+42, y+4, escape(c.name))
}

func (p plot) values(of func(point) float64) []float64 {
	var all []float64
	for _, c := range p.curves {
		for _, at := range c.points {
			all = append(all, of(at))
		}
	}
	return all
}

// scale places values between from and to on the paper.
type scale struct {
	low, high   float64
	logarithmic bool
	from, to    float64
}

// scaleOf takes in all values and ends at round ones: powers of ten, or zero and
// a multiple of what ticks are apart. A logarithmic scale has no place for zero
// and less.
func (a axis) scaleOf(values []float64) scale {
	s := scale{logarithmic: a.logarithmic, low: math.Inf(1), high: math.Inf(-1)}
	for _, v := range values {
		if a.logarithmic && v <= 0 {
			continue
		}
		s.low, s.high = min(s.low, v), max(s.high, v)
	}
	if s.low > s.high {
		s.low, s.high = 1, 1
	}
	if a.logarithmic {
		s.low, s.high = math.Pow(10, math.Floor(math.Log10(s.low))), math.Pow(10, math.Ceil(math.Log10(s.high)))
		if s.low == s.high {
			s.high *= 10
		}
		return s
	}
	s.low = min(0, s.low)
	if s.high <= s.low {
		s.high = s.low + 1
	}
	step := s.step()
	s.low, s.high = math.Floor(s.low/step)*step, math.Ceil(s.high/step)*step
	return s
}

// step is how far ticks of a linear scale are apart: 1, 2 or 5 of a power of ten.
func (s scale) step() float64 {
	rough := (s.high - s.low) / 5
	power := math.Pow(10, math.Floor(math.Log10(rough)))
	for _, n := range []float64{1, 2, 5} {
		if n*power >= rough {
			return n * power
		}
	}
	return 10 * power
}

func (s scale) ticks() []float64 {
	var all []float64
	if s.logarithmic {
		for v := s.low; v <= s.high*1.001; v *= 10 {
			all = append(all, v)
		}
		return all
	}
	step := s.step()
	for i := 0; s.low+float64(i)*step <= s.high+step/1000; i++ {
		all = append(all, s.low+float64(i)*step)
	}
	return all
}

// place is where a value lies on the paper; one that has no place lies at the
// lower end.
func (s scale) place(v float64) float64 {
	share := (v - s.low) / (s.high - s.low)
	if s.logarithmic {
		share = math.Log(max(v, s.low)/s.low) / math.Log(s.high/s.low)
	}
	return s.from + share*(s.to-s.from)
}

// short writes a tick.
func short(v float64) string {
	if v >= 1000 {
		return thousands(int(v + 0.5))
	}
	return fmt.Sprintf("%.4g", v)
}

func escape(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
	return b.String()
}

// plots are the pictures of a report, by the names of their files.
func (r Report) plots() map[string][]byte {
	files := map[string][]byte{}
	for _, kind := range []struct {
		file, title, x string
		thin           bool
		at             func(Growth) int
	}{
		{"history.svg", "Latency against history", "visits in the database, logarithmic", false, func(g Growth) int { return g.Visits }},
		{"doctors.svg", "Latency against doctors", "doctors, logarithmic", true, func(g Growth) int { return g.Doctors }},
	} {
		p := plot{title: kind.title, x: axis{kind.x, true}, y: axis{"ms, logarithmic", true}}
		for _, engine := range []string{"SQLite", "PostgreSQL"} {
			p.curves = append(p.curves, r.curves(engine, kind.thin, kind.at)...)
		}
		if len(p.values(func(at point) float64 { return at.x })) > 0 {
			files[kind.file] = p.svg()
		}
	}
	for _, m := range r.Mixed {
		files[m.file()] = m.plot().svg()
	}
	return files
}

func (r Report) curves(engine string, thin bool, at func(Growth) int) []curve {
	var all []curve
	for _, of := range []struct {
		name   string
		ms     func(Growth) float64
		dashed bool
	}{
		{"booking, p50", func(g Growth) float64 { return g.BookingP50 }, false},
		{"booking, p99", func(g Growth) float64 { return g.BookingP99 }, true},
		{"search, p50", func(g Growth) float64 { return g.SearchP50 }, false},
		{"search, p99", func(g Growth) float64 { return g.SearchP99 }, true},
	} {
		c := curve{name: engine + ": " + of.name, dashed: of.dashed}
		for _, g := range r.Growth {
			if g.Engine == engine && g.Thin == thin {
				c.points = append(c.points, point{float64(at(g)), of.ms(g)})
			}
		}
		if len(c.points) > 0 {
			all = append(all, c)
		}
	}
	return all
}
