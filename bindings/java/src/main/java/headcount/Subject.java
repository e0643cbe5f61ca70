package headcount;

/**
 * The kind of record that an operation concerned.
 */
public enum Subject {
    /** The user with the id in the outcome. */
    USER(Native.HC_SUBJECT_USER),
    /** The license. */
    LICENSE(Native.HC_SUBJECT_LICENSE),
    /** The workspace with the id in the outcome. */
    WORKSPACE(Native.HC_SUBJECT_WORKSPACE),
    /** The membership of that user in that workspace. */
    MEMBER(Native.HC_SUBJECT_MEMBER);

    private final int code;

    Subject(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static Subject of(int code) {
        for (var each : values()) {
            if (each.code == code) {
                return each;
            }
        }
        return values()[0];
    }

    /**
     * The name that is the same in every language, such as {@code member}.
     *
     * @return the name in lower case
     */
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
