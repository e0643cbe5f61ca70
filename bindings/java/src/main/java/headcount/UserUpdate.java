package headcount;

import java.util.Objects;

/**
 * Changes to a user. Fields that are not set stay as they are.
 */
public final class UserUpdate {
    private final Operation operation = new Operation(Native.HC_OPERATION_UPDATE_USER);

    /** An update that changes nothing yet. */
    public UserUpdate() {}

    /**
     * Refuses the update with {@link ErrorKind#CONFLICT} unless the user still has this version.
     *
     * @param version from {@link User#version}
     * @return this
     */
    public UserUpdate ifVersion(long version) {
        operation.number(Native.HC_OP_FIELD_IF_VERSION, Frame.unsigned("a version", version));
        return this;
    }

    /**
     * Changes the email. A username that is the email follows.
     *
     * @param email the address
     * @return this
     */
    public UserUpdate email(String email) {
        operation.text(Native.HC_OP_FIELD_EMAIL, email);
        return this;
    }

    /**
     * Changes the username. If it is the user's own email, it follows the email when that changes.
     *
     * @param username unique, without regard to case
     * @return this
     */
    public UserUpdate username(String username) {
        operation.text(Native.HC_OP_FIELD_USERNAME, username);
        return this;
    }

    /**
     * Makes the username follow the email again.
     *
     * @return this
     */
    public UserUpdate resetUsername() {
        operation.none(Native.HC_OP_FIELD_USERNAME);
        return this;
    }

    /**
     * Changes the given (first) name.
     *
     * @param name an empty one removes it
     * @return this
     */
    public UserUpdate givenName(String name) {
        operation.text(Native.HC_OP_FIELD_GIVEN_NAME, name);
        return this;
    }

    /**
     * Changes the family (last) name.
     *
     * @param name an empty one removes it
     * @return this
     */
    public UserUpdate familyName(String name) {
        operation.text(Native.HC_OP_FIELD_FAMILY_NAME, name);
        return this;
    }

    /**
     * Sets whether the user administers the platform.
     *
     * @param admin whether the user is one
     * @return this
     */
    public UserUpdate admin(boolean admin) {
        operation.flag(Native.HC_OP_FIELD_ADMIN, admin);
        return this;
    }

    /**
     * Sets one attribute and leaves the others.
     *
     * @param name not empty, at most 255 bytes
     * @param value the value
     * @return this
     */
    public UserUpdate attribute(String name, String value) {
        operation.attribute(name, Objects.requireNonNull(value, "value is null"));
        return this;
    }

    /**
     * Removes one attribute, if the user has it.
     *
     * @param name its name
     * @return this
     */
    public UserUpdate removeAttribute(String name) {
        operation.attribute(name, null);
        return this;
    }

    /**
     * Sets whether to remove all attributes that this update doesn't set.
     *
     * @param replace false by default
     * @return this
     */
    public UserUpdate replaceAttributes(boolean replace) {
        operation.flag(Native.HC_OP_FIELD_REPLACE_ATTRIBUTES, replace);
        return this;
    }

    /**
     * Sets the id that a provisioner has for the user, and leaves those of others.
     *
     * @param provisioner the provisioner: 1 to 64 bytes
     * @param id 1 to 255 bytes, compared exactly
     * @return this
     */
    public UserUpdate externalId(String provisioner, String id) {
        operation.externalId(provisioner, Objects.requireNonNull(id, "id is null"));
        return this;
    }

    /**
     * Removes the id that a provisioner has for the user, if there is one.
     *
     * @param provisioner the provisioner
     * @return this
     */
    public UserUpdate removeExternalId(String provisioner) {
        operation.externalId(provisioner, null);
        return this;
    }

    /** The operation that changes this user so. */
    Operation operation(String ref) {
        return operation.copy().user(ref);
    }
}
