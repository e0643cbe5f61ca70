package headcount;

import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import java.util.Objects;

/** How many users may be active. */
public final class License {
    /** Five seats; a new directory has it. */
    public static final License COMMUNITY = new License(Native.HC_LICENSE_COMMUNITY, 0);
    /** Any number of seats. */
    public static final License ENTERPRISE = new License(Native.HC_LICENSE_ENTERPRISE, 0);

    private final int code;
    private final long seats;

    private License(int code, long seats) {
        this.code = code;
        this.seats = seats;
    }

    /**
     * A license with a number of seats.
     *
     * @param seats how many users may be active
     * @return the license
     */
    public static License seats(long seats) {
        return new License(Native.HC_LICENSE_SEATS, Frame.unsigned("a number of seats", seats));
    }

    /**
     * Reads {@code community}, {@code enterprise} or a number of seats.
     *
     * @param text the text, in any case
     * @return the license
     * @throws HeadcountException {@link ErrorKind#INVALID_ARGUMENT} for another text
     */
    public static License parse(String text) {
        try (Frame frame = Frame.open()) {
            MemorySegment t = frame.text(text);
            frame.check(Native.hc_license_from_text(t, t.byteSize(), frame.out(), frame.out2(), frame.error()));
            return of((int) frame.number(), frame.number2());
        }
    }

    static License of(int code, long seats) {
        return new License(code, code == Native.HC_LICENSE_SEATS ? seats : 0);
    }

    int code() {
        return code;
    }

    long count() {
        return seats;
    }

    /**
     * How many users may be active.
     *
     * @return the number; empty without a limit
     */
    public OptionalLong limit() {
        if (code == Native.HC_LICENSE_ENTERPRISE) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(code == Native.HC_LICENSE_COMMUNITY ? 5 : seats);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof License l && l.code == code && l.seats == seats;
    }

    @Override
    public int hashCode() {
        return Objects.hash(code, seats);
    }

    /** The license as {@link #parse} reads it. */
    @Override
    public String toString() {
        return code == Native.HC_LICENSE_SEATS ? Long.toUnsignedString(seats)
                : code == Native.HC_LICENSE_ENTERPRISE ? "enterprise" : "community";
    }
}
