//go:build !headcount_gc

package headcount

// handleUsed does nothing, unless the tag headcount_gc is set.
func handleUsed() {}
