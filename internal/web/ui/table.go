package ui

import "github.com/a-h/templ"

// Column is a column of a table.
type Column struct {
	Name   string
	Number bool   // aligned as numbers are
	Hidden bool   // the name is read out only: a column of buttons
	Sort   string // an address that sorts by it; empty: can't
	Sorted string // "ascending" or "descending" when the table is
	Shrink bool   // as narrow as its words
}

// Cell is what stands in a row under a column: text, or anything.
type Cell struct {
	Text string
	Href string
	Note string // below the text
	More templ.Component
}

// Row is a row of a table. Its first cell names it.
type Row struct {
	ID    string
	Tone  string // "", "warm", "faded"
	Cells []Cell
}

// TableProps describes a table. On a phone each row becomes a card.
type TableProps struct {
	Caption     string // read out; what the table holds
	Columns     []Column
	Rows        []Row
	ShowCaption bool
	Plain       bool // no surface around it: in a panel, which is one
}

// PaginationProps describes the way to the other pages of a list.
type PaginationProps struct {
	Previous, Next string // addresses; empty: there is none
	Note           string // "41 to 60 of 312"
}

// FilterProps describes a bar of filters above a list, which is a form by GET.
type FilterProps struct {
	Action string
	Label  string   // what the form is, read out
	Clear  string   // the address without filters; empty: none is set
	Submit string   // the button's word: "Show" unless told
	Keep   []string // pairs of hidden fields that other controls set
}

// DialogProps describes a dialog. The opener's Href is the page that does the
// same without scripts.
type DialogProps struct {
	ID     string
	Title  string
	Opener ButtonProps
}

func (p TableProps) column(i int) Column {
	if i < len(p.Columns) {
		return p.Columns[i]
	}
	return Column{}
}

func (p TableProps) label(i int) string { return p.column(i).Name }
func (p TableProps) number(i int) bool  { return p.column(i).Number }
func (p TableProps) hidden(i int) bool  { return p.column(i).Hidden }
