// Package api is the REST face of Turno: JSON under /api/v1, its OpenAPI
// document, and /docs, the document as a page.
//
// It owns the wire format: names, forms and statuses. A handler translates a
// request into one use case and its result into an answer. It must never decide
// anything, and never know a database.
package api
