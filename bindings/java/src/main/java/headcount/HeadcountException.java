package headcount;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Why a call failed. A call that failed has changed nothing, unless the kind is {@link
 * ErrorKind#OUTCOME_UNKNOWN}.
 *
 * <pre>{@code
 * try {
 *     directory.createUser(NewUser.of("steve@ex.co"));
 * } catch (HeadcountException refused) {
 *     refused.seats().ifPresent(s -> log(s.active() + " of " + s.limit() + " seats in use"));
 * }
 * }</pre>
 */
public final class HeadcountException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What sort of failure it is. */
    private final ErrorKind kind;
    /** Whether it may be tried again. */
    private final boolean retryable;

    private final transient @Nullable SeatShortage seats;
    private final transient @Nullable VersionConflict versions;
    private final transient OptionalInt operation;
    private final transient OptionalLong resumeAfter;
    private final transient OptionalLong latestChange;
    private final transient long bufferBytes;

    /**
     * The numbers behind {@link ErrorKind#NO_FREE_SEAT}.
     *
     * @param limit the seats of the license
     * @param active the users who were active
     * @param requested how many more active users the request would have made
     */
    public record SeatShortage(long limit, long active, long requested) {}

    /**
     * The numbers behind {@link ErrorKind#CONFLICT}.
     *
     * @param expected the version that the caller expected
     * @param found the version of the record
     */
    public record VersionConflict(long expected, long found) {}

    HeadcountException(ErrorKind kind, String message) {
        this(kind, message, false, null, null, OptionalInt.empty(), OptionalLong.empty(), OptionalLong.empty(), 0);
    }

    HeadcountException(ErrorKind kind, String message, boolean retryable, @Nullable SeatShortage seats,
            @Nullable VersionConflict versions, OptionalInt operation, OptionalLong resumeAfter, OptionalLong latestChange,
            long bufferBytes) {
        super(message);
        this.kind = kind;
        this.retryable = retryable;
        this.seats = seats;
        this.versions = versions;
        this.operation = operation;
        this.resumeAfter = resumeAfter;
        this.latestChange = latestChange;
        this.bufferBytes = bufferBytes;
    }

    HeadcountException at(int index) {
        var moved = new HeadcountException(kind, getMessage(), retryable, seats, versions, OptionalInt.of(index), resumeAfter,
                latestChange, bufferBytes);
        moved.setStackTrace(getStackTrace());
        return moved;
    }

    /**
     * The kind of the failure.
     *
     * @return the kind
     */
    public ErrorKind kind() {
        return kind;
    }

    /**
     * Whether the same call may succeed later.
     *
     * @return true if another process or handle has the file open
     */
    public boolean isRetryable() {
        return retryable;
    }

    /**
     * The numbers behind {@link ErrorKind#NO_FREE_SEAT}.
     *
     * @return the numbers, empty for other kinds
     */
    public Optional<SeatShortage> seats() {
        return Optional.ofNullable(seats);
    }

    /**
     * The numbers behind {@link ErrorKind#CONFLICT}.
     *
     * @return the numbers, empty for other kinds
     */
    public Optional<VersionConflict> versions() {
        return Optional.ofNullable(versions);
    }

    /**
     * Which operation of a batch was refused.
     *
     * @return its index from 0; empty if the call was refused as a whole
     */
    public OptionalInt operation() {
        return operation == null ? OptionalInt.empty() : operation;
    }

    /**
     * Where to follow from after {@link ErrorKind#HISTORY_TRIMMED}, once everything was read again.
     *
     * @return the number of the last change that is gone
     */
    public OptionalLong resumeAfter() {
        return resumeAfter == null ? OptionalLong.empty() : resumeAfter;
    }

    /**
     * Where to follow from after {@link ErrorKind#CHANGE_NOT_YET}, once everything was read again.
     *
     * @return the number of the latest change
     */
    public OptionalLong latestChange() {
        return latestChange == null ? OptionalLong.empty() : latestChange;
    }

    long bufferBytes() {
        return bufferBytes;
    }
}
