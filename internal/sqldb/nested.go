package sqldb

import (
	"context"
	"reflect"
	"runtime"
)

// insideKey marks the context that a Tx hands out.
type insideKey struct{}

// inside runs a closure. Its frame on the stack tells refuseNested that a
// transaction is on the way, so it is never inlined.
//
//go:noinline
func inside(fn func(*Tx) error, tx *Tx) error {
	err := fn(tx)
	tx.done = true
	return err
}

// refuseNested panics when the caller is inside a closure of Read or Write, by
// its context or by its stack. On SQLite a nested Write would wait for itself
// for ever; on PostgreSQL each nested transaction takes a second connection, and
// enough of them at once wait for each other.
func refuseNested(ctx context.Context, what string) {
	if ctx.Value(insideKey{}) != nil || onStack(reflect.ValueOf(inside).Pointer()) {
		panic("sqldb: " + what + " inside the closure of another transaction")
	}
}

func onStack(entry uintptr) bool {
	var buffer [64]uintptr
	for skip := 3; ; skip += len(buffer) {
		n := runtime.Callers(skip, buffer[:])
		for _, pc := range buffer[:n] {
			if f := runtime.FuncForPC(pc - 1); f != nil && f.Entry() == entry {
				return true
			}
		}
		if n < len(buffer) {
			return false
		}
	}
}
