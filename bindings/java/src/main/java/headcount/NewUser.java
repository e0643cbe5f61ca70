package headcount;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A user to create: active, no admin, with the email as username, unless it says otherwise.
 */
public final class NewUser {
    private final List<Setter> setters = new ArrayList<>();

    private interface Setter {
        int set(Frame frame, MemorySegment builder);
    }

    private final String email;

    private NewUser(String email) {
        this.email = email;
    }

    /**
     * A user of whom only the email is known.
     *
     * @param email the address
     * @return the user to create
     */
    public static NewUser of(String email) {
        return new NewUser(email);
    }

    /**
     * Gives the user this id; otherwise one is drawn.
     *
     * @param id an id that nobody has or had
     * @return this
     */
    public NewUser id(UUID id) {
        return with((f, b) -> Native.hc_new_user_set_id(b, f.id(id), f.error()));
    }

    /**
     * Sets a username of its own.
     *
     * @param username unique, without regard to case
     * @return this
     */
    public NewUser username(String username) {
        return with((f, b) -> {
            MemorySegment t = f.text(username);
            return Native.hc_new_user_set_username(b, t, t.byteSize(), f.error());
        });
    }

    /**
     * Sets the first name.
     *
     * @param name at most 255 bytes; an empty one is none
     * @return this
     */
    public NewUser givenName(String name) {
        return with((f, b) -> {
            MemorySegment t = f.text(name);
            return Native.hc_new_user_set_given_name(b, t, t.byteSize(), f.error());
        });
    }

    /**
     * Sets the last name.
     *
     * @param name at most 255 bytes; an empty one is none
     * @return this
     */
    public NewUser familyName(String name) {
        return with((f, b) -> {
            MemorySegment t = f.text(name);
            return Native.hc_new_user_set_family_name(b, t, t.byteSize(), f.error());
        });
    }

    /**
     * Says whether the user is active from the start and so takes a seat.
     *
     * @param active true by default
     * @return this
     */
    public NewUser active(boolean active) {
        return with((f, b) -> Native.hc_new_user_set_active(b, active ? 1 : 0, f.error()));
    }

    /**
     * Says whether the user administers the platform.
     *
     * @param admin false by default
     * @return this
     */
    public NewUser admin(boolean admin) {
        return with((f, b) -> Native.hc_new_user_set_admin(b, admin ? 1 : 0, f.error()));
    }

    /**
     * Says when the user was created elsewhere; otherwise it is now.
     *
     * @param at a moment from 1970 on
     * @return this
     */
    public NewUser createdAt(Instant at) {
        return with((f, b) -> Native.hc_new_user_set_created_at_micros(b, Packed.micros(at), f.error()));
    }

    /**
     * Sets an attribute. A user has at most 64, of 16 KiB in all.
     *
     * @param name not empty, at most 255 bytes
     * @param value the value
     * @return this
     */
    public NewUser attribute(String name, String value) {
        return with((f, b) -> {
            MemorySegment n = f.text(name);
            MemorySegment v = f.text(value);
            return Native.hc_new_user_set_attribute(b, n, n.byteSize(), v, v.byteSize(), f.error());
        });
    }

    /**
     * Sets the id that a provisioner, such as an identity provider, has for the user. A user may have those of 16.
     *
     * @param provisioner who gave it: 1 to 64 bytes
     * @param id 1 to 255 bytes, compared as they are; no two users have the same of one provisioner
     * @return this
     */
    public NewUser externalId(String provisioner, String id) {
        return with((f, b) -> {
            MemorySegment p = f.text(provisioner);
            MemorySegment i = f.text(id);
            return Native.hc_new_user_set_external_id(b, p, p.byteSize(), i, i.byteSize(), f.error());
        });
    }

    private NewUser with(Setter setter) {
        setters.add(setter);
        return this;
    }

    /** Calls the setters on a native builder. */
    private void fill(Frame frame, MemorySegment builder) {
        for (Setter setter : setters) {
            frame.check(setter.set(frame, builder));
        }
    }

    /** Gives a native builder to a function, and frees it. */
    <T> T use(Frame frame, java.util.function.Function<MemorySegment, T> function) {
        MemorySegment address = frame.text(email);
        frame.check(Native.hc_new_user_new(address, address.byteSize(), frame.out(), frame.error()));
        MemorySegment builder = frame.pointer();
        try {
            fill(frame, builder);
            return function.apply(builder);
        } finally {
            Native.hc_new_user_free(builder);
        }
    }
}
