package headcount;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Which users to return, in what order and how many. All conditions must be met. By default: all users,
 * ordered by email, 100 on a page.
 */
public final class UserQuery {
    private final List<Setter> setters = new ArrayList<>();

    private interface Setter {
        int set(Frame frame, MemorySegment builder);
    }

    /** A query for all users. */
    public UserQuery() {}

    /**
     * Only users who are active, or only users who are not.
     *
     * @param active true for active users, false for inactive ones
     * @return this
     */
    public UserQuery active(boolean active) {
        return number(Native.HC_QUERY_FIELD_ACTIVE, active ? 1 : 0);
    }

    /**
     * Only users who are admins, or only users who are not.
     *
     * @param admins true for admins, false for all others
     * @return this
     */
    public UserQuery admins(boolean admins) {
        return number(Native.HC_QUERY_FIELD_ADMINS, admins ? 1 : 0);
    }

    /**
     * Only members of a workspace.
     *
     * @param workspace its id
     * @return this
     */
    public UserQuery memberOf(long workspace) {
        return with((f, b) -> Native.hc_query_set_member_of(b, workspace, Native.HC_ROLE_ANY, f.error()));
    }

    /**
     * Only members of a workspace in a role.
     *
     * @param workspace its id
     * @param role the role
     * @return this
     */
    public UserQuery memberOf(long workspace, Role role) {
        Objects.requireNonNull(role, "role is null");
        return with((f, b) -> Native.hc_query_set_member_of(b, workspace, role.code(), f.error()));
    }

    /**
     * Only emails that start like this.
     *
     * @param prefix the prefix, in any case
     * @return this
     */
    public UserQuery emailPrefix(String prefix) {
        return text(Native.HC_QUERY_FIELD_EMAIL_PREFIX, prefix);
    }

    /**
     * Only emails at this domain.
     *
     * @param domain in either of its forms: bücher.example or its A-labels
     * @return this
     */
    public UserQuery emailDomain(String domain) {
        return text(Native.HC_QUERY_FIELD_EMAIL_DOMAIN, domain);
    }

    /**
     * Only usernames that start like this.
     *
     * @param prefix the prefix, in any case
     * @return this
     */
    public UserQuery usernamePrefix(String prefix) {
        return text(Native.HC_QUERY_FIELD_USERNAME_PREFIX, prefix);
    }

    /**
     * Only users whose email, username or names contain each word of a text, in any case.
     *
     * @param text the words
     * @return this
     */
    public UserQuery search(String text) {
        return text(Native.HC_QUERY_FIELD_SEARCH, text);
    }

    /**
     * Only users with this value of an attribute. A query can ask for up to 16 attributes.
     *
     * @param name the name of the attribute
     * @param value its value, compared exactly
     * @return this
     */
    public UserQuery attribute(String name, String value) {
        Objects.requireNonNull(name, "name is null");
        Objects.requireNonNull(value, "value is null");
        return with((f, b) -> {
            MemorySegment n = f.text(name);
            MemorySegment v = f.text(value);
            return Native.hc_query_set_attribute(b, n, n.byteSize(), v, v.byteSize(), f.error());
        });
    }

    /**
     * Only users with an attribute, of any value.
     *
     * @param name the name of the attribute
     * @return this
     */
    public UserQuery hasAttribute(String name) {
        Objects.requireNonNull(name, "name is null");
        return with((f, b) -> {
            MemorySegment n = f.text(name);
            return Native.hc_query_set_attribute(b, n, n.byteSize(), MemorySegment.NULL, 0, f.error());
        });
    }

    /**
     * Only users created at this moment or later.
     *
     * @param at a moment from 1970 on
     * @return this
     */
    public UserQuery createdSince(Instant at) {
        return time(Native.HC_QUERY_FIELD_CREATED_SINCE, at);
    }

    /**
     * Only users created before this moment.
     *
     * @param at a moment from 1970 on
     * @return this
     */
    public UserQuery createdBefore(Instant at) {
        return time(Native.HC_QUERY_FIELD_CREATED_BEFORE, at);
    }

    /**
     * Only users created or changed at this moment or later.
     *
     * @param at a moment from 1970 on
     * @return this
     */
    public UserQuery changedSince(Instant at) {
        return time(Native.HC_QUERY_FIELD_CHANGED_SINCE, at);
    }

    /**
     * Only users who were last created or changed before this moment.
     *
     * @param at a moment from 1970 on
     * @return this
     */
    public UserQuery changedBefore(Instant at) {
        return time(Native.HC_QUERY_FIELD_CHANGED_BEFORE, at);
    }

    /**
     * Only users last seen at this moment or later. A user who was never seen counts as seen at creation.
     *
     * @param at a moment from 1970 on
     * @return this
     */
    public UserQuery seenSince(Instant at) {
        return time(Native.HC_QUERY_FIELD_SEEN_SINCE, at);
    }

    /**
     * Only users last seen before this moment, as {@link #seenSince}.
     *
     * @param at a moment from 1970 on
     * @return this
     */
    public UserQuery seenBefore(Instant at) {
        return time(Native.HC_QUERY_FIELD_SEEN_BEFORE, at);
    }

    /**
     * Sets the order.
     *
     * @param sort {@link Sort#EMAIL} by default
     * @return this
     */
    public UserQuery sort(Sort sort) {
        return number(Native.HC_QUERY_FIELD_SORT, sort.code());
    }

    /**
     * Sets whether to reverse the order: newest first, for example.
     *
     * @param descending false by default
     * @return this
     */
    public UserQuery descending(boolean descending) {
        return number(Native.HC_QUERY_FIELD_DESCENDING, descending ? 1 : 0);
    }

    /**
     * Sets how many users a page may have.
     *
     * @param users 1 to 10,000; 100 by default
     * @return this
     */
    public UserQuery limit(int users) {
        return number(Native.HC_QUERY_FIELD_LIMIT, Frame.unsigned("a limit", users));
    }

    /**
     * Sets where the page begins.
     *
     * @param place from {@link Page#next}
     * @return this
     */
    public UserQuery after(String place) {
        return text(Native.HC_QUERY_FIELD_AFTER, place);
    }

    private UserQuery text(int field, String value) {
        Objects.requireNonNull(value, "value is null");
        return with((f, b) -> {
            MemorySegment t = f.text(value);
            return Native.hc_query_set_text(b, field, t, t.byteSize(), f.error());
        });
    }

    private UserQuery number(int field, long value) {
        return with((f, b) -> Native.hc_query_set_number(b, field, value, f.error()));
    }

    private UserQuery time(int field, Instant at) {
        return number(field, Packed.micros(at));
    }

    private UserQuery with(Setter setter) {
        setters.add(setter);
        return this;
    }

    /** Calls the setters on a native builder. */
    private void fill(Frame frame, MemorySegment builder) {
        for (Setter setter : setters) {
            frame.check(setter.set(frame, builder));
        }
    }

    UserQuery copy() {
        UserQuery copy = new UserQuery();
        copy.setters.addAll(setters);
        return copy;
    }

    /** Gives a native builder to a function, and frees it. */
    <T> T use(Frame frame, java.util.function.Function<MemorySegment, T> function) {
        MemorySegment builder = Native.hc_query_new();
        try {
            fill(frame, builder);
            return function.apply(builder);
        } finally {
            Native.hc_query_free(builder);
        }
    }
}
