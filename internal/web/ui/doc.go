// Package ui is the design system: the components that all pages are made of,
// each with its properties and its states. /design shows them.
//
// It owns markup and the words on it. It must never know a page, a use case, or
// who is reading, beyond the language and the clock that the Reader has.
package ui
