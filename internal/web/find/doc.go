// Package find is where people look for a doctor: the start page, the search, and a doctor's own page.
package find
