package headcount

/*
#include "headcount.h"
*/
import "C"

import (
	"strconv"
)

// NoLimit is the number of seats of a license without a limit.
const NoLimit uint64 = C.HC_NO_LIMIT

// A License says how many users may be active. The zero License is the Community
// license.
type License struct {
	kind  C.int32_t
	seats uint64
}

// CommunityLicense has five seats; a new directory has it.
func CommunityLicense() License { return License{kind: C.HC_LICENSE_COMMUNITY} }

// EnterpriseLicense has any number of seats.
func EnterpriseLicense() License { return License{kind: C.HC_LICENSE_ENTERPRISE} }

// SeatLicense has this number of seats.
func SeatLicense(seats uint64) License { return License{C.HC_LICENSE_SEATS, seats} }

// ParseLicense reads "community", "enterprise" or a number of seats, or fails with
// ErrInvalidArgument.
func ParseLicense(s string) (License, error) {
	var native *C.hc_error
	var license License
	bytes, length := text(s)
	status := C.hc_license_from_text(bytes, length, &license.kind, (*C.uint64_t)(&license.seats), &native)
	if status != C.HC_STATUS_OK {
		return License{}, failure(status, native)
	}
	return license, nil
}

// Limit returns the number of seats; NoLimit for the Enterprise license.
func (l License) Limit() uint64 {
	switch l.kind {
	case C.HC_LICENSE_COMMUNITY:
		return 5
	case C.HC_LICENSE_ENTERPRISE:
		return NoLimit
	}
	return l.seats
}

// String returns the license as ParseLicense reads it.
func (l License) String() string {
	switch l.kind {
	case C.HC_LICENSE_COMMUNITY:
		return "community"
	case C.HC_LICENSE_ENTERPRISE:
		return "enterprise"
	}
	return strconv.FormatUint(l.seats, 10)
}

// Seats is how the seats of the license are used, at one moment.
type Seats struct {
	// License is the license in force.
	License License `json:"license"`
	// LicenseVersion is the version of the license, for Operation.IfVersion.
	LicenseVersion uint64 `json:"license_version"`
	// Limit is the seats of the license, or NoLimit.
	Limit uint64 `json:"limit"`
	// Active is how many users are active; each takes one seat.
	Active uint64 `json:"active"`
	// Inactive is how many users are not.
	Inactive uint64 `json:"inactive"`
	// Free is how many seats are free; 0 when over the limit, or NoLimit.
	Free uint64 `json:"free"`
	// OverBy is how many more users are active than there are seats.
	OverBy uint64 `json:"over_by"`
}

// Seats returns how the seats are used.
func (d *Directory) Seats() (Seats, error) {
	seats := C.hc_seats{struct_size: C.sizeof_hc_seats}
	err := d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_directory_get_seats(h, &seats, e)
	})
	if err != nil {
		return Seats{}, err
	}
	license := License{kind: seats.license}
	if seats.license == C.HC_LICENSE_SEATS {
		license.seats = uint64(seats.limit)
	}
	return Seats{
		License:        license,
		LicenseVersion: uint64(seats.license_version),
		Limit:          uint64(seats.limit),
		Active:         uint64(seats.active),
		Inactive:       uint64(seats.inactive),
		Free:           uint64(seats.free),
		OverBy:         uint64(seats.over_by),
	}, nil
}

// SetLicense sets the license. One with fewer seats than are in use is accepted: nobody is
// deactivated, but nobody can be activated until enough others are inactive.
func (d *Directory) SetLicense(license License) error {
	return d.call(func(h *C.hc_directory, e **C.hc_error) C.hc_status {
		return C.hc_directory_set_license(h, license.kind, C.uint64_t(license.seats), e)
	})
}
