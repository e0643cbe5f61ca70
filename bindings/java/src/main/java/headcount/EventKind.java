package headcount;

/**
 * The kind of an {@link Event} of a {@link Change}. Later releases may add kinds.
 */
public enum EventKind {
    /** The user was created, active or not. */
    USER_CREATED(Native.HC_EVENT_USER_CREATED),
    /** The fields of the user changed. */
    USER_UPDATED(Native.HC_EVENT_USER_UPDATED),
    /** The user was inactive and became active. */
    USER_ACTIVATED(Native.HC_EVENT_USER_ACTIVATED),
    /** The user was active and became inactive. */
    USER_DEACTIVATED(Native.HC_EVENT_USER_DEACTIVATED),
    /** The user was deleted for good. */
    USER_DELETED(Native.HC_EVENT_USER_DELETED),
    /** The license was set. */
    LICENSE_SET(Native.HC_EVENT_LICENSE_SET),
    /** The workspace was created; if there is a user, as that user's default. */
    WORKSPACE_CREATED(Native.HC_EVENT_WORKSPACE_CREATED),
    /** The workspace was renamed. */
    WORKSPACE_RENAMED(Native.HC_EVENT_WORKSPACE_RENAMED),
    /** The workspace was archived. */
    WORKSPACE_ARCHIVED(Native.HC_EVENT_WORKSPACE_ARCHIVED),
    /** The archived workspace was restored. */
    WORKSPACE_RESTORED(Native.HC_EVENT_WORKSPACE_RESTORED),
    /** The workspace was deleted with its memberships. */
    WORKSPACE_DELETED(Native.HC_EVENT_WORKSPACE_DELETED),
    /** The workspace is nobody's default any more: its user was deleted. */
    WORKSPACE_UNDEFAULTED(Native.HC_EVENT_WORKSPACE_UNDEFAULTED),
    /** The workspace was left without an active owner, which the batch allowed. */
    WORKSPACE_OWNERLESS(Native.HC_EVENT_WORKSPACE_OWNERLESS),
    /** The user became a member of the workspace, in the role. */
    MEMBER_ADDED(Native.HC_EVENT_MEMBER_ADDED),
    /** The member of the workspace got the role. */
    MEMBER_ROLE_SET(Native.HC_EVENT_MEMBER_ROLE_SET),
    /**
     * The user is no longer a member. Deleting a user or a workspace removes memberships without such
     * events.
     */
    MEMBER_REMOVED(Native.HC_EVENT_MEMBER_REMOVED),
    /** The id that a provisioner has for the workspace was set, changed or removed. */
    WORKSPACE_EXTERNAL_ID_SET(Native.HC_EVENT_WORKSPACE_EXTERNAL_ID_SET),
    /** A kind that a later release added. */
    UNKNOWN(-1);

    private final int code;

    EventKind(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static EventKind of(int code) {
        for (var each : values()) {
            if (each.code == code) {
                return each;
            }
        }
        return UNKNOWN;
    }

    /**
     * The name that is the same in every language, such as {@code member_removed}.
     *
     * @return the name in lower case
     */
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
