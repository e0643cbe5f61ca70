package headcount

/*
#include "headcount.h"
*/
import "C"

// steps runs setters of a builder until one of them fails.
type steps struct {
	status C.hc_status
	e      *C.hc_error
}

func (s *steps) run(wanted bool, set func(e **C.hc_error) C.hc_status) {
	if wanted && s.status == C.HC_STATUS_OK {
		s.status = set(&s.e)
	}
}

func (s *steps) err() error {
	if s.status == C.HC_STATUS_OK {
		return nil
	}
	return failure(s.status, s.e)
}
