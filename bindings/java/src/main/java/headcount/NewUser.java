package headcount;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/**
 * A user to create: by default active, not an admin, with the email as username.
 */
public final class NewUser {
    private final Operation operation = new Operation(Native.HC_OPERATION_CREATE_USER);

    private NewUser(String email) {
        operation.text(Native.HC_OP_FIELD_EMAIL, email);
    }

    /**
     * A user with this email.
     *
     * @param email the address
     * @return the user to create
     */
    public static NewUser of(String email) {
        return new NewUser(email);
    }

    /**
     * Sets the id; by default the directory draws one.
     *
     * @param id an id that nobody has or had
     * @return this
     */
    public NewUser id(UUID id) {
        operation.id(Native.HC_OP_FIELD_USER_ID, id);
        return this;
    }

    /**
     * Sets the username. If it is the user's own email, it follows the email when that changes.
     *
     * @param username unique, without regard to case
     * @return this
     */
    public NewUser username(String username) {
        operation.text(Native.HC_OP_FIELD_USERNAME, username);
        return this;
    }

    /**
     * Sets the given (first) name.
     *
     * @param name at most 255 bytes; an empty one is none
     * @return this
     */
    public NewUser givenName(String name) {
        operation.text(Native.HC_OP_FIELD_GIVEN_NAME, name);
        return this;
    }

    /**
     * Sets the family (last) name.
     *
     * @param name at most 255 bytes; an empty one is none
     * @return this
     */
    public NewUser familyName(String name) {
        operation.text(Native.HC_OP_FIELD_FAMILY_NAME, name);
        return this;
    }

    /**
     * Sets whether the user is active, and so takes a seat.
     *
     * @param active true by default
     * @return this
     */
    public NewUser active(boolean active) {
        operation.flag(Native.HC_OP_FIELD_ACTIVE, active);
        return this;
    }

    /**
     * Sets whether the user administers the platform.
     *
     * @param admin false by default
     * @return this
     */
    public NewUser admin(boolean admin) {
        operation.flag(Native.HC_OP_FIELD_ADMIN, admin);
        return this;
    }

    /**
     * Sets when the user was created in another system; by default now.
     *
     * @param at a moment from 1970 on
     * @return this
     */
    public NewUser createdAt(Instant at) {
        operation.number(Native.HC_OP_FIELD_CREATED_AT, Packed.micros(at));
        return this;
    }

    /**
     * Sets an attribute. A user has at most 64, of 16 KiB in all.
     *
     * @param name not empty, at most 255 bytes
     * @param value the value
     * @return this
     */
    public NewUser attribute(String name, String value) {
        operation.attribute(name, Objects.requireNonNull(value, "value is null"));
        return this;
    }

    /**
     * Sets the id that a provisioner, such as an identity provider, has for the user. A user may have ids of up
     * to 16 provisioners.
     *
     * @param provisioner the provisioner: 1 to 64 bytes
     * @param id 1 to 255 bytes, compared exactly; unique among the users of the provisioner
     * @return this
     */
    public NewUser externalId(String provisioner, String id) {
        operation.externalId(provisioner, Objects.requireNonNull(id, "id is null"));
        return this;
    }

    /** The operation that creates the user. */
    Operation operation() {
        return operation.copy();
    }
}
