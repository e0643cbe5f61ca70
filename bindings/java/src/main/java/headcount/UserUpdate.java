package headcount;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What to change of a user. What isn't named stays as it is.
 */
public final class UserUpdate {
    private final List<Setter> setters = new ArrayList<>();

    private interface Setter {
        int set(Frame frame, MemorySegment builder);
    }

    /** An update that changes nothing yet. */
    public UserUpdate() {}

    /**
     * Refuses the update with {@link ErrorKind#CONFLICT} unless the user still has this version.
     *
     * @param version a {@link User#version}
     * @return this
     */
    public UserUpdate ifVersion(long version) {
        return with((f, b) -> Native.hc_user_update_set_if_version(b, version, f.error()));
    }

    /**
     * Changes the email. A username that is the email follows.
     *
     * @param email the address
     * @return this
     */
    public UserUpdate email(String email) {
        return with((f, b) -> {
            MemorySegment t = f.text(email);
            return Native.hc_user_update_set_email(b, t, t.byteSize(), f.error());
        });
    }

    /**
     * Changes the username. One with an @ must be the user's own email.
     *
     * @param username unique, without regard to case
     * @return this
     */
    public UserUpdate username(String username) {
        return with((f, b) -> {
            MemorySegment t = f.text(username);
            return Native.hc_user_update_set_username(b, t, t.byteSize(), f.error());
        });
    }

    /**
     * Makes the username the email again.
     *
     * @return this
     */
    public UserUpdate resetUsername() {
        return with((f, b) -> Native.hc_user_update_reset_username(b, f.error()));
    }

    /**
     * Changes the first name.
     *
     * @param name an empty one removes it
     * @return this
     */
    public UserUpdate givenName(String name) {
        return with((f, b) -> {
            MemorySegment t = f.text(name);
            return Native.hc_user_update_set_given_name(b, t, t.byteSize(), f.error());
        });
    }

    /**
     * Changes the last name.
     *
     * @param name an empty one removes it
     * @return this
     */
    public UserUpdate familyName(String name) {
        return with((f, b) -> {
            MemorySegment t = f.text(name);
            return Native.hc_user_update_set_family_name(b, t, t.byteSize(), f.error());
        });
    }

    /**
     * Makes the user an admin, or takes that away.
     *
     * @param admin whether the user is one
     * @return this
     */
    public UserUpdate admin(boolean admin) {
        return with((f, b) -> Native.hc_user_update_set_admin(b, admin ? 1 : 0, f.error()));
    }

    /**
     * Sets one attribute and leaves the others.
     *
     * @param name not empty, at most 255 bytes
     * @param value the value
     * @return this
     */
    public UserUpdate attribute(String name, String value) {
        return with((f, b) -> {
            MemorySegment n = f.text(name);
            MemorySegment v = f.text(value);
            return Native.hc_user_update_set_attribute(b, n, n.byteSize(), v, v.byteSize(), f.error());
        });
    }

    /**
     * Removes one attribute, if the user has it.
     *
     * @param name its name
     * @return this
     */
    public UserUpdate removeAttribute(String name) {
        return with((f, b) -> {
            MemorySegment t = f.text(name);
            return Native.hc_user_update_remove_attribute(b, t, t.byteSize(), f.error());
        });
    }

    /**
     * Removes all attributes but those that this update sets.
     *
     * @return this
     */
    public UserUpdate replaceAttributes() {
        return with((f, b) -> Native.hc_user_update_replace_attributes(b, f.error()));
    }

    /**
     * Sets the id that a provisioner has for the user, and leaves those of others.
     *
     * @param provisioner who gave it: 1 to 64 bytes
     * @param id 1 to 255 bytes, compared as they are
     * @return this
     */
    public UserUpdate externalId(String provisioner, String id) {
        return with((f, b) -> {
            MemorySegment p = f.text(provisioner);
            MemorySegment i = f.text(id);
            return Native.hc_user_update_set_external_id(b, p, p.byteSize(), i, i.byteSize(), f.error());
        });
    }

    /**
     * Removes the id that a provisioner has for the user, if there is one.
     *
     * @param provisioner who gave it
     * @return this
     */
    public UserUpdate removeExternalId(String provisioner) {
        return with((f, b) -> {
            MemorySegment p = f.text(provisioner);
            return Native.hc_user_update_set_external_id(b, p, p.byteSize(), MemorySegment.NULL, 0, f.error());
        });
    }

    private UserUpdate with(Setter setter) {
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
        MemorySegment builder = Native.hc_user_update_new();
        try {
            fill(frame, builder);
            return function.apply(builder);
        } finally {
            Native.hc_user_update_free(builder);
        }
    }
}
