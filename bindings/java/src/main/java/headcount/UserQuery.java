package headcount;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Which users to return, in what order and how many. All conditions must hold; without any it is all
 * users, ordered by email, 100 a page.
 */
public final class UserQuery {
    private final List<Setter> setters = new ArrayList<>();

    private interface Setter {
        int set(Frame frame, MemorySegment builder);
    }

    /** A query for all users. */
    public UserQuery() {}

    /**
     * Only users who are active.
     *
     * @return this
     */
    public UserQuery active() {
        return with((f, b) -> Native.hc_query_set_number(b, Native.HC_QUERY_FIELD_ACTIVE, 1, f.error()));
    }

    /**
     * Only users who are not active.
     *
     * @return this
     */
    public UserQuery inactive() {
        return with((f, b) -> Native.hc_query_set_number(b, Native.HC_QUERY_FIELD_ACTIVE, 0, f.error()));
    }

    /**
     * Only admins.
     *
     * @return this
     */
    public UserQuery adminsOnly() {
        return with((f, b) -> Native.hc_query_set_number(b, Native.HC_QUERY_FIELD_ADMINS, 1, f.error()));
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
        return with((f, b) -> Native.hc_query_set_member_of(b, workspace, role.code(), f.error()));
    }

    /**
     * Only emails that start like this.
     *
     * @param prefix the prefix, in any case
     * @return this
     */
    public UserQuery emailPrefix(String prefix) {
        return with((f, b) -> {
            MemorySegment t = f.text(prefix);
            return Native.hc_query_set_text(b, Native.HC_QUERY_FIELD_EMAIL_PREFIX, t, t.byteSize(), f.error());
        });
    }

    /**
     * Only emails at this domain.
     *
     * @param domain in either of its forms: bücher.example or its A-labels
     * @return this
     */
    public UserQuery emailDomain(String domain) {
        return with((f, b) -> {
            MemorySegment t = f.text(domain);
            return Native.hc_query_set_text(b, Native.HC_QUERY_FIELD_EMAIL_DOMAIN, t, t.byteSize(), f.error());
        });
    }

    /**
     * Only usernames that start like this.
     *
     * @param prefix the prefix, in any case
     * @return this
     */
    public UserQuery usernamePrefix(String prefix) {
        return with((f, b) -> {
            MemorySegment t = f.text(prefix);
            return Native.hc_query_set_text(b, Native.HC_QUERY_FIELD_USERNAME_PREFIX, t, t.byteSize(), f.error());
        });
    }

    /**
     * Only users created at this moment or later.
     *
     * @param at a moment from 1970 on
     * @return this
     */
    public UserQuery createdSince(Instant at) {
        return with((f, b) -> Native.hc_query_set_number(b, Native.HC_QUERY_FIELD_CREATED_SINCE, Packed.micros(at), f.error()));
    }

    /**
     * Only users created or changed at this moment or later.
     *
     * @param at a moment from 1970 on
     * @return this
     */
    public UserQuery changedSince(Instant at) {
        return with((f, b) -> Native.hc_query_set_number(b, Native.HC_QUERY_FIELD_CHANGED_SINCE, Packed.micros(at), f.error()));
    }

    /**
     * Sets the order.
     *
     * @param sort {@link Sort#EMAIL} by default
     * @return this
     */
    public UserQuery sort(Sort sort) {
        return with((f, b) -> Native.hc_query_set_number(b, Native.HC_QUERY_FIELD_SORT, sort.code(), f.error()));
    }

    /**
     * Goes in the opposite direction: newest first, for example.
     *
     * @return this
     */
    public UserQuery descending() {
        return with((f, b) -> Native.hc_query_set_number(b, Native.HC_QUERY_FIELD_DESCENDING, 1, f.error()));
    }

    /**
     * Sets how many users a page may have.
     *
     * @param users 1 to 10,000; 100 by default
     * @return this
     */
    public UserQuery limit(int users) {
        return with((f, b) -> Native.hc_query_set_number(b, Native.HC_QUERY_FIELD_LIMIT, users, f.error()));
    }

    /**
     * Asks for the page behind a place.
     *
     * @param place a {@link Page#next}
     * @return this
     */
    public UserQuery after(String place) {
        return with((f, b) -> {
            MemorySegment t = f.text(place);
            return Native.hc_query_set_text(b, Native.HC_QUERY_FIELD_AFTER, t, t.byteSize(), f.error());
        });
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
