package headcount

/*
#include "headcount.h"
*/
import "C"

// EmailKey checks an email address, and returns its key, which is unique: two addresses
// belong to one user exactly when their keys are equal. It fails with
// [ErrEmailRequired], [ErrInvalidEmail] or [ErrInternationalEmail].
func EmailKey(email string) (string, error) {
	bytes, length := text(email)
	return key(func(k *C.char, e **C.hc_error) C.hc_status { return C.hc_email_key(bytes, length, k, e) })
}

// UsernameKey checks a username that is not an email address, and returns its key, which is
// unique. It fails with [ErrInvalidUsername].
func UsernameKey(username string) (string, error) {
	bytes, length := text(username)
	return key(func(k *C.char, e **C.hc_error) C.hc_status { return C.hc_username_key(bytes, length, k, e) })
}

func key(write func(*C.char, **C.hc_error) C.hc_status) (string, error) {
	var buffer [C.HC_KEY_BYTES]C.char
	var e *C.hc_error
	if status := write(&buffer[0], &e); status != C.HC_STATUS_OK {
		return "", failure(status, e)
	}
	return C.GoString(&buffer[0]), nil
}
