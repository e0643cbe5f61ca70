package headcount;

/**
 * The order of the users of a query.
 */
public enum Sort {
    /** By email, as users are stored. */
    EMAIL(Native.HC_SORT_EMAIL),
    /** By username. */
    USERNAME(Native.HC_SORT_USERNAME),
    /** By the time of creation, oldest first. */
    CREATED(Native.HC_SORT_CREATED);

    private final int code;

    Sort(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static Sort of(int code) {
        for (var each : values()) {
            if (each.code == code) {
                return each;
            }
        }
        return values()[0];
    }

    /**
     * The name that is the same in every language, such as {@code created}.
     *
     * @return the name in lower case
     */
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
