package headcount;

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
            MemorySegment at = frame.allocate(24);
            MemorySegment a = at.asSlice(0, 8);
            MemorySegment b = at.asSlice(8, 8);
            MemorySegment c = at.asSlice(16, 8);
            HeadcountException.SeatShortage seats = null;
            HeadcountException.VersionConflict versions = null;
            OptionalInt operation = OptionalInt.empty();
            OptionalLong resumeAfter = OptionalLong.empty();
            OptionalLong latest = OptionalLong.empty();
            long bufferBytes = 0;
            if (Native.hc_error_get_op_index(error, a) == 1) {
                operation = OptionalInt.of((int) a.get(JAVA_LONG, 0));
            }
            if (Native.hc_error_get_seats(error, a, b, c) == 1) {
                seats = new HeadcountException.SeatShortage(a.get(JAVA_LONG, 0), b.get(JAVA_LONG, 0), c.get(JAVA_LONG, 0));
            }
            if (Native.hc_error_get_versions(error, a, b) == 1) {
                versions = new HeadcountException.VersionConflict(a.get(JAVA_LONG, 0), b.get(JAVA_LONG, 0));
            }
            if (Native.hc_error_get_resume_after(error, a) == 1) {
                resumeAfter = OptionalLong.of(a.get(JAVA_LONG, 0));
            }
            if (Native.hc_error_get_latest_change(error, a) == 1) {
                latest = OptionalLong.of(a.get(JAVA_LONG, 0));
            }
            if (Native.hc_error_get_buffer_bytes(error, a) == 1) {
                bufferBytes = a.get(JAVA_LONG, 0);
            }
            return new HeadcountException(ErrorKind.of(Native.hc_error_status(error)),
                    Packed.cString(Native.hc_error_message(error)), Native.hc_error_is_retryable(error) == 1,
                    seats, versions, operation, resumeAfter, latest, bufferBytes);
        }
    }
}
