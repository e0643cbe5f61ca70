//go:build headcount_gc

package headcount

import "runtime"

// handleUsed collects garbage between reading a native pointer and using it, and lets
// cleanups run: a handle that isn't kept alive until its call returned is freed by then.
func handleUsed() {
	runtime.GC()
	runtime.Gosched()
}
