// Package limit counts how often somebody does something, and refuses them for a
// while when it was too often. It counts in memory: each node for itself, and a
// restart forgets. It knows neither who they are nor what they do.
package limit
