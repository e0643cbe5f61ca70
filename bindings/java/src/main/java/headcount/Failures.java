package headcount;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Makes exceptions of native errors. */
final class Failures {
    private Failures() {}

    /** The exception of a call that returned a status; frees the error. */
    static HeadcountException take(int status, MemorySegment error) {
        if (error.address() == 0) {
            ErrorKind kind = ErrorKind.of(status);
            return new HeadcountException(kind, kind.toString());
        }
        try {
            return read(error);
        } finally {
            Native.hc_error_free(error);
        }
    }

    static HeadcountException read(MemorySegment error) {
        try (Frame frame = Frame.open()) {
            MemorySegment found = frame.struct(Native.SIZEOF_HC_ERROR_DETAILS);
            Native.hc_error_get_details(error, found);
            int given = found.get(JAVA_INT, Native.HC_ERROR_DETAILS_GIVEN);
            return new HeadcountException(
                    ErrorKind.of(found.get(JAVA_INT, Native.HC_ERROR_DETAILS_STATUS)),
                    Packed.cString(found.get(ADDRESS, Native.HC_ERROR_DETAILS_MESSAGE)),
                    found.get(JAVA_INT, Native.HC_ERROR_DETAILS_IS_RETRYABLE) == 1,
                    (given & Native.HC_DETAIL_SEATS) == 0 ? null : new HeadcountException.SeatShortage(
                            found.get(JAVA_LONG, Native.HC_ERROR_DETAILS_LIMIT),
                            found.get(JAVA_LONG, Native.HC_ERROR_DETAILS_ACTIVE),
                            found.get(JAVA_LONG, Native.HC_ERROR_DETAILS_REQUESTED)),
                    (given & Native.HC_DETAIL_VERSIONS) == 0 ? null : new HeadcountException.VersionConflict(
                            found.get(JAVA_LONG, Native.HC_ERROR_DETAILS_EXPECTED),
                            found.get(JAVA_LONG, Native.HC_ERROR_DETAILS_FOUND)),
                    (given & Native.HC_DETAIL_OP_INDEX) == 0 ? OptionalInt.empty()
                            : OptionalInt.of((int) found.get(JAVA_LONG, Native.HC_ERROR_DETAILS_OP_INDEX)),
                    optional(given & Native.HC_DETAIL_RESUME_AFTER, found, Native.HC_ERROR_DETAILS_RESUME_AFTER),
                    optional(given & Native.HC_DETAIL_LATEST_CHANGE, found, Native.HC_ERROR_DETAILS_LATEST_CHANGE),
                    found.get(JAVA_LONG, Native.HC_ERROR_DETAILS_BUFFER_BYTES));
        }
    }

    private static OptionalLong optional(int isGiven, MemorySegment found, long offset) {
        return isGiven == 0 ? OptionalLong.empty() : OptionalLong.of(found.get(JAVA_LONG, offset));
    }
}
