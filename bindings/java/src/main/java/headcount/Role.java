package headcount;

import java.lang.foreign.MemorySegment;

/**
 * The role of a member in a workspace.
 */
public enum Role {
    /** Manages the workspace and its members. */
    OWNER(Native.HC_ROLE_OWNER),
    /** Works in it. */
    USER(Native.HC_ROLE_USER);

    private final int code;

    Role(int code) {
        this.code = code;
    }

    /**
     * Reads {@code owner}, {@code user} or its older name {@code collaborator}.
     *
     * @param text the text, in any case
     * @return the role
     * @throws HeadcountException {@link ErrorKind#INVALID_ARGUMENT} for another text
     */
    public static Role parse(String text) {
        try (Frame frame = Frame.open()) {
            MemorySegment t = frame.text(text);
            frame.check(Native.hc_role_from_text(t, t.byteSize(), frame.out(), frame.error()));
            return of((int) frame.number());
        }
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
