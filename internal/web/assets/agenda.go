package assets

import (
	"bytes"
	"fmt"
)

// The grid of an agenda: a row is five minutes, a day 288 rows.
const (
	agendaRows    = 288
	agendaColumns = 24
)

// agendaCSS is the classes that put something into its row of an agenda. They
// are counted out here, because the Content-Security-Policy allows no style in a
// page: at3 begins in the fourth row, for6 is half an hour long, hours9 is nine
// hours high.
func agendaCSS() []byte {
	var css bytes.Buffer
	css.WriteString("@layer components{")
	for i := range agendaRows {
		fmt.Fprintf(&css, ".at%d{grid-row-start:%d}", i, i+2) // below the heading
	}
	for i := 1; i <= agendaRows; i++ {
		fmt.Fprintf(&css, ".for%d{grid-row-end:span %d}", i, i)
	}
	for hours := 1; hours <= 24; hours++ {
		fmt.Fprintf(&css, ".hours%d{grid-template-rows:var(--head) repeat(%d,minmax(var(--five),auto))}", hours, hours*12)
	}
	for i := 1; i <= agendaColumns; i++ {
		fmt.Fprintf(&css, ".columns%d{grid-template-columns:var(--gutter) repeat(%d,minmax(var(--column),1fr))}", i, i)
		fmt.Fprintf(&css, ".column:nth-child(%d){grid-column:%d}", i+1, i+1)
	}
	css.WriteString("}\n")
	return css.Bytes()
}
