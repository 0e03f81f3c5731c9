// Package httpx is what every HTTP face of Turno needs: the chain of middleware,
// errors as problem+json, the client's address, limits and metrics.
//
// It owns how a turno.Kind becomes an HTTP status. It must never know a route, a
// use case or a database.
package httpx
