package headcount;

/**
 * A field of a user that an update changed.
 */
public enum Field {
    /** The email. */
    EMAIL(Native.HC_FIELD_EMAIL),
    /** The username, set apart from the email. */
    USERNAME(Native.HC_FIELD_USERNAME),
    /** The given name. */
    GIVEN_NAME(Native.HC_FIELD_GIVEN_NAME),
    /** The family name. */
    FAMILY_NAME(Native.HC_FIELD_FAMILY_NAME),
    /** Whether the user administers the platform. */
    ADMIN(Native.HC_FIELD_ADMIN),
    /** The attributes. */
    ATTRIBUTES(Native.HC_FIELD_ATTRIBUTES),
    /** The ids that provisioners have for the user. */
    EXTERNAL_IDS(Native.HC_FIELD_EXTERNAL_IDS);

    private final int code;

    Field(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static Field of(int code) {
        for (var each : values()) {
            if (each.code == code) {
                return each;
            }
        }
        return values()[0];
    }

    /**
     * The name that is the same in every language, such as {@code attributes}.
     *
     * @return the name in lower case
     */
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
