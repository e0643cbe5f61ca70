package headcount;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Options for opening a directory.
 */
public final class Options {
    private final List<Setter> setters = new ArrayList<>();
    private Duration openTimeout = Duration.ZERO;
    private int hostCacheUsers = 65_536;

    private interface Setter {
        int set(Frame frame, MemorySegment builder);
    }

    /** The defaults: a missing file is created, with the Community license. */
    public Options() {}

    /**
     * Sets whether to create a missing file.
     *
     * @param create true by default
     * @return this
     */
    public Options createIfMissing(boolean create) {
        return number(Native.HC_OPTION_CREATE_IF_MISSING, create ? 1 : 0);
    }

    /**
     * Sets the license of a new directory. An existing one keeps its own.
     *
     * @param license {@link License#COMMUNITY} by default
     * @return this
     */
    public Options licenseIfNew(License license) {
        Objects.requireNonNull(license, "license is null");
        return with((f, b) -> Native.hc_options_set_license_if_new(b, license.code(), license.count(), f.error()));
    }

    /**
     * Sets whether to open the file for reading only.
     *
     * @param readOnly false by default
     * @return this
     */
    public Options readOnly(boolean readOnly) {
        return number(Native.HC_OPTION_READ_ONLY, readOnly ? 1 : 0);
    }

    /**
     * Sets how long to wait for a file that another process or handle has open. The wait can be interrupted.
     *
     * @param wait of any length; zero by default: opening fails at once
     * @return this
     * @throws IllegalArgumentException when it is negative
     */
    public Options openTimeout(Duration wait) {
        openTimeout = notNegative(wait);
        return this;
    }

    /**
     * Limits the memory for pages of the file.
     *
     * @param bytes 64 MiB by default
     * @return this
     */
    public Options pageCacheBytes(long bytes) {
        return number(Native.HC_OPTION_PAGE_CACHE_BYTES, bytes);
    }

    /**
     * Limits the memory for cached users.
     *
     * @param bytes 64 MiB by default; 0 for none
     * @return this
     */
    public Options cacheBytes(long bytes) {
        return number(Native.HC_OPTION_USER_CACHE_BYTES, bytes);
    }

    /**
     * Limits the log beside the file.
     *
     * @param bytes by default 64 MiB, or a quarter of a file above 256 MiB, up to 128 MiB
     * @return this
     */
    public Options logBytes(long bytes) {
        return number(Native.HC_OPTION_LOG_BYTES, bytes);
    }

    /**
     * Trades durability for speed: a write returns once the operating system has it, and is on disk after
     * this time at the latest.
     *
     * @param interval up to a day, in milliseconds, to which it is rounded up; zero by default: each write is on
     *     disk when it returns. Opening refuses a longer one with {@link ErrorKind#INVALID_ARGUMENT}.
     * @return this
     * @throws IllegalArgumentException when it is negative
     */
    public Options syncInterval(Duration interval) {
        // It saturates; rounded down, a short interval would be 0, which is none.
        long ms = Math.ceilDiv(TimeUnit.NANOSECONDS.convert(notNegative(interval)), 1_000_000L);
        return number(Native.HC_OPTION_SYNC_INTERVAL_MS, ms);
    }

    /**
     * Sets whether to open a directory whose log can't be used, without the writes that are only in the log.
     *
     * @param salvage false by default
     * @return this
     */
    public Options salvageLog(boolean salvage) {
        return number(Native.HC_OPTION_SALVAGE_LOG, salvage ? 1 : 0);
    }

    /**
     * Sets the maximum number of users that this package caches, so that reading one again costs no call into
     * C. A user who is read by email and by id counts twice, once for each key. Cached reads always reflect the
     * latest commit.
     *
     * @param users 65,536 by default; 0 for none, and more than 4,194,304 count as that
     * @return this
     * @throws IllegalArgumentException when it is negative
     */
    public Options hostCacheUsers(int users) {
        hostCacheUsers = (int) Frame.unsigned("a number of users", users);
        return this;
    }

    int hostCacheUsers() {
        return hostCacheUsers;
    }

    private static Duration notNegative(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("a time is 0 or more, not " + time);
        }
        return time;
    }

    private Options number(int option, long value) {
        Frame.unsigned("an option", value);
        return with((f, b) -> Native.hc_options_set(b, option, value, f.error()));
    }

    private Options with(Setter setter) {
        setters.add(setter);
        return this;
    }

    /** Calls the setters on a native builder. */
    private void fill(Frame frame, MemorySegment builder) {
        for (Setter setter : setters) {
            frame.check(setter.set(frame, builder));
        }
    }

    Duration openTimeout() {
        return openTimeout;
    }

    /** Gives a native builder to a function, and frees it. */
    <T> T use(Frame frame, java.util.function.Function<MemorySegment, T> function) {
        MemorySegment builder = Native.hc_options_new();
        try {
            fill(frame, builder);
            return function.apply(builder);
        } finally {
            Native.hc_options_free(builder);
        }
    }
}
