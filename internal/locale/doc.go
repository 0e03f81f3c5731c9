// Package locale is the words that people read: every sentence of the pages and
// mails in English and Spanish, and dates, times and lengths in the form of the
// reader's language and region.
//
// The English sentence is the key, as in gettext: code reads as the page does,
// and a sentence without a translation is found by a test. It must never know
// HTTP, HTML, or what a sentence is about.
package locale
