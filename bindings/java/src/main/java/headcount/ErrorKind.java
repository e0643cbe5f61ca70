package headcount;

/**
 * The kind of a {@link HeadcountException}. Later releases may add kinds.
 */
public enum ErrorKind {
    /** An argument is malformed, too long, or out of range. */
    INVALID_ARGUMENT(Native.HC_STATUS_INVALID_ARGUMENT),
    /** A pointer that must point to something is NULL. */
    NULL_ARGUMENT(Native.HC_STATUS_NULL_ARGUMENT),
    /** A text is not UTF-8. */
    INVALID_UTF8(Native.HC_STATUS_INVALID_UTF8),
    /** The library failed (a bug; the details are on stderr). The handle is poisoned: free it. */
    INTERNAL(Native.HC_STATUS_INTERNAL),
    /** An earlier call on this handle returned {@link #INTERNAL}. It can only be closed and freed. */
    POISONED(Native.HC_STATUS_POISONED),
    /** The handle was made before fork(), in the parent. Open another one in the child. */
    FORKED(Native.HC_STATUS_FORKED),
    /**
     * The next record needs a larger buffer than the call was given; the message says how large. Nothing
     * was skipped.
     */
    BUFFER_TOO_SMALL(Native.HC_STATUS_BUFFER_TOO_SMALL),
    /** As many batches are submitted as may be, which this package never does. */
    QUEUE_FULL(Native.HC_STATUS_QUEUE_FULL),
    /** The text is not an email address that this directory accepts. */
    INVALID_EMAIL(Native.HC_STATUS_INVALID_EMAIL),
    /** The part before the @ has letters outside ASCII; not supported yet. */
    INTERNATIONAL_EMAIL(Native.HC_STATUS_INTERNATIONAL_EMAIL),
    /** A user needs an email address and none was given. */
    EMAIL_REQUIRED(Native.HC_STATUS_EMAIL_REQUIRED),
    /** The text is not a usable username. */
    INVALID_USERNAME(Native.HC_STATUS_INVALID_USERNAME),
    /** Another user has this email. */
    EMAIL_TAKEN(Native.HC_STATUS_EMAIL_TAKEN),
    /** Another user has this username. */
    USERNAME_TAKEN(Native.HC_STATUS_USERNAME_TAKEN),
    /** A user with this id exists, or existed and was deleted. */
    ID_TAKEN(Native.HC_STATUS_ID_TAKEN),
    /** No user has this id, email or username. */
    USER_NOT_FOUND(Native.HC_STATUS_USER_NOT_FOUND),
    /** The call needs more seats than are free; {@link HeadcountException#seats} has the numbers. */
    NO_FREE_SEAT(Native.HC_STATUS_NO_FREE_SEAT),
    /** The call would leave the directory without an active admin. */
    LAST_ADMIN(Native.HC_STATUS_LAST_ADMIN),
    /** Users can't deactivate or delete themselves. */
    OWN_ACCOUNT(Native.HC_STATUS_OWN_ACCOUNT),
    /**
     * The record is not at the version that the caller expected; {@link HeadcountException#versions} has
     * both.
     */
    CONFLICT(Native.HC_STATUS_CONFLICT),
    /** No workspace has this id or name. */
    WORKSPACE_NOT_FOUND(Native.HC_STATUS_WORKSPACE_NOT_FOUND),
    /** Another workspace has this name. */
    WORKSPACE_NAME_TAKEN(Native.HC_STATUS_WORKSPACE_NAME_TAKEN),
    /** The workspace is archived; restore it first. */
    WORKSPACE_ARCHIVED(Native.HC_STATUS_WORKSPACE_ARCHIVED),
    /** The user is not a member of the workspace. */
    MEMBER_NOT_FOUND(Native.HC_STATUS_MEMBER_NOT_FOUND),
    /** The user is a member already, in another role. */
    ROLE_DIFFERS(Native.HC_STATUS_ROLE_DIFFERS),
    /** The call would leave a workspace without an active owner. */
    LAST_OWNER(Native.HC_STATUS_LAST_OWNER),
    /** A user can't lose their default workspace. */
    DEFAULT_WORKSPACE(Native.HC_STATUS_DEFAULT_WORKSPACE),
    /**
     * The changes asked for were trimmed: read everything again, then continue after the change that {@link
     * HeadcountException#resumeAfter} says.
     */
    HISTORY_TRIMMED(Native.HC_STATUS_HISTORY_TRIMMED),
    /** Another process, or another handle of this one, has the file open. */
    ALREADY_OPEN(Native.HC_STATUS_ALREADY_OPEN),
    /** The file was written by a newer release. */
    UNSUPPORTED_FORMAT(Native.HC_STATUS_UNSUPPORTED_FORMAT),
    /** The stored bytes contradict themselves, or the file is not a directory. */
    CORRUPTED(Native.HC_STATUS_CORRUPTED),
    /** The request is larger than one transaction may be. */
    TOO_LARGE(Native.HC_STATUS_TOO_LARGE),
    /** A commit failed half way. Open the file again to see whether it took effect. */
    OUTCOME_UNKNOWN(Native.HC_STATUS_OUTCOME_UNKNOWN),
    /** The directory was closed. */
    CLOSED(Native.HC_STATUS_CLOSED),
    /** The operating system refused to read or write. */
    IO(Native.HC_STATUS_IO),
    /** The directory was opened for reading only. */
    READ_ONLY(Native.HC_STATUS_READ_ONLY),
    /**
     * The file was not closed, and the log that belongs to it is missing or too short: acknowledged writes
     * may be lost.
     */
    LOG_MISSING(Native.HC_STATUS_LOG_MISSING),
    /** The log beside the file belongs to another use of it, or to another file. */
    LOG_FOREIGN(Native.HC_STATUS_LOG_FOREIGN),
    /** The file was replaced, renamed or deleted while it was open. */
    FILE_REPLACED(Native.HC_STATUS_FILE_REPLACED),
    /**
     * No change has this number yet, as after a restore from a backup: read everything again, then go on
     * after the change that {@link HeadcountException#latestChange} says.
     */
    CHANGE_NOT_YET(Native.HC_STATUS_CHANGE_NOT_YET),
    /** The request id belongs to another batch, which was applied. */
    REQUEST_ID_REUSED(Native.HC_STATUS_REQUEST_ID_REUSED),
    /** Another user or workspace has this external id of the provisioner. */
    EXTERNAL_ID_TAKEN(Native.HC_STATUS_EXTERNAL_ID_TAKEN),
    /** A kind that a later release added. */
    UNKNOWN(-1);

    private final int code;

    ErrorKind(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static ErrorKind of(int code) {
        for (var each : values()) {
            if (each.code == code) {
                return each;
            }
        }
        return UNKNOWN;
    }

    /**
     * The name that is the same in every language, such as {@code request_id_reused}.
     *
     * @return the name in lower case
     */
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
