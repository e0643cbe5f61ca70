package headcount;

/**
 * What a member may do in a workspace.
 */
public enum Role {
    /** Decides about the workspace and its members. */
    OWNER(Native.HC_ROLE_OWNER),
    /** Works in it. */
    USER(Native.HC_ROLE_USER);

    private final int code;

    Role(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static Role of(int code) {
        for (var each : values()) {
            if (each.code == code) {
                return each;
            }
        }
        return values()[0];
    }

    /**
     * The name that is the same in every language, such as {@code user}.
     *
     * @return the name in lower case
     */
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
