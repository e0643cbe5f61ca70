package headcount

/*
#include "headcount.h"

extern void headcountLog(void *userdata, int32_t level, char *target, char *message);

static inline hc_status hcgo_log(int32_t max_level, hc_error **error)
{
    return hc_log_set_callback(max_level, (hc_log_callback)headcountLog, NULL, NULL, error);
}
*/
import "C"

import (
	"context"
	"log/slog"
	"sync/atomic"
	"unsafe"
)

var logger atomic.Pointer[slog.Logger]

// SetLogger sends the messages of the library to a logger, for the whole process: all
// directories, and all goroutines. nil stops that, and is the default. Messages hold no
// personal data but the paths of files. The handler must return soon and must not use
// directories or feeds. It is called on other goroutines, and a message at which it panics is lost.
func SetLogger(to *slog.Logger) error {
	logger.Store(to)
	level := C.int32_t(C.HC_LOG_LEVEL_OFF)
	if to != nil {
		level = wanted(to)
	}
	var e *C.hc_error
	if status := C.hcgo_log(level, &e); status != C.HC_STATUS_OK {
		return failure(status, e)
	}
	return nil
}

func wanted(l *slog.Logger) C.int32_t {
	for level := C.int32_t(C.HC_LOG_LEVEL_TRACE); level > C.HC_LOG_LEVEL_OFF; level-- {
		if l.Enabled(context.Background(), slogLevel(level)) {
			return level
		}
	}
	return C.HC_LOG_LEVEL_OFF
}

func slogLevel(level C.int32_t) slog.Level {
	switch level {
	case C.HC_LOG_LEVEL_ERROR:
		return slog.LevelError
	case C.HC_LOG_LEVEL_WARN:
		return slog.LevelWarn
	case C.HC_LOG_LEVEL_INFO:
		return slog.LevelInfo
	case C.HC_LOG_LEVEL_DEBUG:
		return slog.LevelDebug
	}
	return slog.LevelDebug - 4
}

//export headcountLog
func headcountLog(_ unsafe.Pointer, level C.int32_t, target, message *C.char) {
	if to := logger.Load(); to != nil {
		// A handler that panics loses the message.
		_ = apart(func() {
			to.Log(context.Background(), slogLevel(level), C.GoString(message), "target", C.GoString(target))
		})
	}
}
