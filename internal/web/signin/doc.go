// Package signin is how people come in: signing in, registering, a forgotten password, the
// lock screen.
package signin
