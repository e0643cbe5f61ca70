package headcount;

import java.lang.foreign.MemorySegment;
import java.util.UUID;

/** The keys by which emails and usernames are unique, and new ids. */
public final class Keys {
    private Keys() {}

    /**
     * Checks an email address, and returns its key: two addresses belong to one user exactly when their keys are
     * equal.
     *
     * @param email the address
     * @return its key
     * @throws HeadcountException {@link ErrorKind#EMAIL_REQUIRED}, {@link ErrorKind#INVALID_EMAIL} or {@link
     *     ErrorKind#INTERNATIONAL_EMAIL}
     */
    public static String ofEmail(String email) {
        try (Frame frame = Frame.open()) {
            MemorySegment text = frame.text(email);
            MemorySegment key = frame.allocate(Native.HC_KEY_BYTES);
            frame.check(Native.hc_email_key(text, text.byteSize(), key, frame.error()));
            return key.getString(0);
        }
    }

    /**
     * Checks a username that is not an email address, and returns its key: two users can't have usernames with
     * equal keys.
     *
     * @param username the username
     * @return its key
     * @throws HeadcountException {@link ErrorKind#INVALID_USERNAME}
     */
    public static String ofUsername(String username) {
        try (Frame frame = Frame.open()) {
            MemorySegment text = frame.text(username);
            MemorySegment key = frame.allocate(Native.HC_KEY_BYTES);
            frame.check(Native.hc_username_key(text, text.byteSize(), key, frame.error()));
            return key.getString(0);
        }
    }

    /**
     * Draws a new, unique id: a UUID of version 7, as the directory draws for users created without one.
     *
     * @return the id
     */
    public static UUID newId() {
        try (Frame frame = Frame.open()) {
            MemorySegment id = frame.allocate(16);
            frame.check(Native.hc_id_generate(id, frame.error()));
            return new UUID(id.get(Packed.NETWORK, 0), id.get(Packed.NETWORK, 8));
        }
    }
}
