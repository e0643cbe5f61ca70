// Package link links the library that ./build made. In a release, as bindings/rehearse makes it, it imports the module of
// the platform that has the library.
package link

/*
#cgo LDFLAGS: ${SRCDIR}/../../native/libheadcount.a -lutil -lrt -lpthread -lm -ldl
*/
import "C"
