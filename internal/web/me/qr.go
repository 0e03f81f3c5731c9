package me

import (
	"fmt"
	"strings"
)

// quietZone is the light border that a QR code needs (ISO/IEC 18004).
const quietZone = 4

// qrSize is the viewBox of a QR code.
func qrSize(code [][]bool) string {
	n := len(code) + 2*quietZone
	return fmt.Sprintf("0 0 %d %d", n, n)
}

// qrPath draws the dark modules, those beside each other as one rectangle.
func qrPath(code [][]bool) string {
	var path strings.Builder
	for y, row := range code {
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			from := x
			for x < len(row) && row[x] {
				x++
			}
			fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quietZone, y+quietZone, x-from, x-from)
		}
	}
	return path.String()
}
