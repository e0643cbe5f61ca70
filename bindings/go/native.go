package headcount

/*
#cgo CFLAGS: -I${SRCDIR}/native -I${SRCDIR}/unbuilt
#include "headcount.h"
*/
import "C"

import (
	"fmt"
	"unsafe"
)

// No function is marked `#cgo nocallback`, without which `noescape` has no effect: the library may log on the
// thread that calls it, and so call the logger of [SetLogger]. With both, a get by email took as long (Go 1.26).

// Checks once, before anything else is called, that the library is the one that this
// package was compiled for.
var abiError = checkABI(uint32(C.hc_abi_version()), C.GoString(C.hc_version_string()))

func checkABI(found uint32, version string) error {
	if found == C.HC_ABI_VERSION {
		return nil
	}
	return fmt.Errorf("headcount: the linked library %s has ABI version %d, and this package needs %d: "+
		"build both from the same release", version, found, C.HC_ABI_VERSION)
}

// Version returns the version of the native library, such as "0.1.0".
func Version() string {
	return C.GoString(C.hc_version_string())
}

// text is the two arguments of a text. The library doesn't keep them.
func text(s string) (*C.char, C.size_t) {
	return (*C.char)(unsafe.Pointer(unsafe.StringData(s))), C.size_t(len(s))
}

var empty C.char

func idPointer(id *ID) *C.uint8_t {
	return (*C.uint8_t)(&id[0])
}

func flag(set bool) C.int32_t {
	if set {
		return 1
	}
	return 0
}
