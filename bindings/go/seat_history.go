package headcount

/*
#include "headcount.h"
*/
import "C"

import (
	"time"
)

// A SeatDay is a day (UTC) on which the number of active users changed.
type SeatDay struct {
	// Day is when it began.
	Day time.Time `json:"day"`
	// Peak is the most users that were active at one time on it.
	Peak uint64 `json:"peak"`
	// Last is how many were active at its end, or are now.
	Last uint64 `json:"last"`
}

// SeatHistory is how many users were active since a day.
type SeatHistory struct {
	// Since is the beginning of the day that was asked for, or of the first one on record.
	Since time.Time `json:"since"`
	// Peak is the most users that were active at one time since then.
	Peak uint64 `json:"peak"`
	// PeakDay is the latest day with that peak; zero where the number has not changed since.
	PeakDay time.Time `json:"peak_day,omitzero"`
	// Days are those on which the number changed, the first one first.
	Days []SeatDay `json:"days"`
}

// SeatHistory returns the most users that were active at one time, on each day (UTC) since
// that of a moment; the zero time is the first day on record. It is kept for three years.
func (d *Directory) SeatHistory(since time.Time) (SeatHistory, error) {
	var first C.uint64_t
	if !since.IsZero() {
		first = C.uint64_t(micros(since))
	}
	native := C.hc_seat_history{struct_size: C.sizeof_hc_seat_history}
	days := make([]C.hc_seat_day, C.HC_SEAT_DAYS_MAX)
	err := d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_directory_get_seat_history(h, first, &native, &days[0], C.HC_SEAT_DAYS_MAX, e)
	})
	if err != nil {
		return SeatHistory{}, err
	}
	history := SeatHistory{
		Since: day(native.since_micros),
		Peak:  uint64(native.peak),
		Days:  make([]SeatDay, min(native.day_count, C.HC_SEAT_DAYS_MAX)),
	}
	if native.peak_day_micros != 0 {
		history.PeakDay = day(native.peak_day_micros)
	}
	for i := range history.Days {
		of := days[i]
		history.Days[i] = SeatDay{Day: day(of.day_micros), Peak: uint64(of.peak), Last: uint64(of.last)}
	}
	return history, nil
}

func day(micros C.uint64_t) time.Time {
	return time.UnixMicro(int64(micros)).UTC()
}
