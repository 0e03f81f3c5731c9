// Package live tells open pages that something changed, so that they look again:
// within this node at once, and on other nodes a moment later.
//
// It owns who listens to what, and how the word travels between processes. It
// must never know what changed: what it passes on are ids, and "look again". Whoever
// looks again asks a use case, and so the access table.
package live
