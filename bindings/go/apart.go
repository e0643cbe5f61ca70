package headcount

import "runtime"

// An abort is how code of the caller ended that didn't return.
type abort struct {
	panicked any // what it panicked with; nil after runtime.Goexit
}

// apart runs code of the caller on a goroutine of its own, and returns how it ended unless it
// returned. A panic or [runtime.Goexit] would otherwise unwind the frames of C and Rust that called
// it, and leave their locks held for ever.
func apart(run func()) (ended *abort) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		ended = &abort{}
		defer func() {
			if ended != nil {
				ended.panicked = recover()
			}
		}()
		run()
		ended = nil
	}()
	<-done
	return ended
}

// again ends the calling goroutine as the code had ended.
func (a *abort) again() {
	if a.panicked != nil {
		panic(a.panicked)
	}
	runtime.Goexit()
}
