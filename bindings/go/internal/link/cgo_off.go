//go:build !cgo

package link

// Ends the compilation with these words.
const _ int = "headcount links a C library: set CGO_ENABLED=1, and CC to a C compiler for this platform"
