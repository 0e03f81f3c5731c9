// Package page is what every page needs: who asks, in which language and zone,
// what was typed, how an answer is written, and the frame around it.
//
// It owns cookies, the frame, forms and what people see of errors. It must never
// know what a single page is about; the rooms beside it do.
package page
