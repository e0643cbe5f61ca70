namespace Headcount
{
    /// <summary>The kind of a <see cref="HeadcountException"/>. Later releases may add kinds.</summary>
    public enum ErrorKind
    {
        /// <summary>An argument is malformed, too long, or out of range.</summary>
        InvalidArgument = 1,
        /// <summary>A pointer that must point to something is NULL.</summary>
        NullArgument = 2,
        /// <summary>A text is not UTF-8.</summary>
        InvalidUtf8 = 3,
        /// <summary>
        /// The library failed (a bug; the details are on stderr). The handle is poisoned: free
        /// it.
        /// </summary>
        Internal = 4,
        /// <summary>
        /// An earlier call on this handle returned Internal. It can only be closed and freed.
        /// </summary>
        Poisoned = 5,
        /// <summary>
        /// The handle was made before fork(), in the parent. Open another one in the child.
        /// </summary>
        Forked = 6,
        /// <summary>
        /// The next record needs a larger buffer than the call was given; the message says how
        /// large. Nothing was skipped.
        /// </summary>
        BufferTooSmall = 7,
        /// <summary>As many batches are submitted as may be, which this package never does.</summary>
        QueueFull = 8,
        /// <summary>The text is not an email address that this directory accepts.</summary>
        InvalidEmail = 20,
        /// <summary>The part before the @ has letters outside ASCII; not supported yet.</summary>
        InternationalEmail = 21,
        /// <summary>A user needs an email address and none was given.</summary>
        EmailRequired = 22,
        /// <summary>The text is not a usable username.</summary>
        InvalidUsername = 23,
        /// <summary>Another user has this email, as email or username.</summary>
        EmailTaken = 24,
        /// <summary>Another user has this username, as username or email.</summary>
        UsernameTaken = 25,
        /// <summary>A user with this id exists, or existed and was deleted.</summary>
        IdTaken = 26,
        /// <summary>No user has this id, email or username.</summary>
        UserNotFound = 27,
        /// <summary>
        /// The call needs more seats than are free; HeadcountException.Seats has the numbers.
        /// </summary>
        NoFreeSeat = 28,
        /// <summary>The call would leave the directory without an active admin.</summary>
        LastAdmin = 29,
        /// <summary>Users can't deactivate or delete themselves.</summary>
        OwnAccount = 30,
        /// <summary>
        /// The record is not at the version that the caller expected; HeadcountException.Versions has both.
        /// </summary>
        Conflict = 31,
        /// <summary>No workspace has this id or name.</summary>
        WorkspaceNotFound = 32,
        /// <summary>Another workspace has this name.</summary>
        WorkspaceNameTaken = 33,
        /// <summary>The workspace is archived; restore it first.</summary>
        WorkspaceArchived = 34,
        /// <summary>The user is not a member of the workspace.</summary>
        MemberNotFound = 35,
        /// <summary>The user is a member already, in another role.</summary>
        RoleDiffers = 36,
        /// <summary>The call would leave a workspace without an active owner.</summary>
        LastOwner = 37,
        /// <summary>A user can't lose their default workspace.</summary>
        DefaultWorkspace = 38,
        /// <summary>
        /// The changes asked for were trimmed: read everything again, then continue after the change
        /// that HeadcountException.ResumeAfter says.
        /// </summary>
        HistoryTrimmed = 39,
        /// <summary>Another process, or another handle of this one, has the file open.</summary>
        AlreadyOpen = 40,
        /// <summary>The file was written by a newer release.</summary>
        UnsupportedFormat = 41,
        /// <summary>The stored bytes contradict themselves, or the file is not a directory.</summary>
        Corrupted = 42,
        /// <summary>The request is larger than one transaction may be.</summary>
        TooLarge = 43,
        /// <summary>
        /// A commit failed half way. Open the file again to see whether it took effect.
        /// </summary>
        OutcomeUnknown = 44,
        /// <summary>The directory was closed.</summary>
        Closed = 45,
        /// <summary>The operating system refused to read or write.</summary>
        IO = 46,
        /// <summary>The directory was opened for reading only.</summary>
        ReadOnly = 47,
        /// <summary>
        /// The file was not closed, and the log that belongs to it is missing or too short:
        /// acknowledged writes may be lost.
        /// </summary>
        LogMissing = 48,
        /// <summary>The log beside the file belongs to another use of it, or to another file.</summary>
        LogForeign = 49,
        /// <summary>The file was replaced, renamed or deleted while it was open.</summary>
        FileReplaced = 50,
        /// <summary>
        /// No change has this number yet, as after a restore from a backup: read everything
        /// again, then continue after the change that HeadcountException.LatestChange says.
        /// </summary>
        ChangeNotYet = 60,
        /// <summary>The request id belongs to another batch, which was applied.</summary>
        RequestIdReused = 61,
        /// <summary>Another user or workspace has this external id of the provisioner.</summary>
        ExternalIdTaken = 62,
    }

    /// <summary>The kind of an <see cref="Event"/>. Later releases may add kinds.</summary>
    public enum EventKind
    {
        /// <summary>The user was created, active or not.</summary>
        UserCreated = 1,
        /// <summary>The fields of the user changed.</summary>
        UserUpdated = 2,
        /// <summary>The user was inactive and became active.</summary>
        UserActivated = 3,
        /// <summary>The user was active and became inactive.</summary>
        UserDeactivated = 4,
        /// <summary>The user was deleted for good.</summary>
        UserDeleted = 5,
        /// <summary>The license was set.</summary>
        LicenseSet = 6,
        /// <summary>The workspace was created; if there is a user, as that user's default.</summary>
        WorkspaceCreated = 7,
        /// <summary>The workspace was renamed.</summary>
        WorkspaceRenamed = 8,
        /// <summary>The workspace was archived.</summary>
        WorkspaceArchived = 9,
        /// <summary>The archived workspace was restored.</summary>
        WorkspaceRestored = 10,
        /// <summary>The workspace was deleted with its memberships.</summary>
        WorkspaceDeleted = 11,
        /// <summary>The workspace is nobody's default any more: its user was deleted.</summary>
        WorkspaceUndefaulted = 12,
        /// <summary>The workspace was left without an active owner, which the batch allowed.</summary>
        WorkspaceOwnerless = 13,
        /// <summary>The user became a member of the workspace, in the role.</summary>
        MemberAdded = 14,
        /// <summary>The member of the workspace got the role.</summary>
        MemberRoleSet = 15,
        /// <summary>
        /// The user is no longer a member. Deleting a user or a workspace removes memberships
        /// without such events.
        /// </summary>
        MemberRemoved = 16,
        /// <summary>The id that a provisioner has for the workspace was set, changed or removed.</summary>
        WorkspaceExternalIdSet = 17,
    }

    /// <summary>Fields of a user that an update changed.</summary>
    [System.Flags]
    public enum Fields
    {
        /// <summary>None.</summary>
        None = 0,
        /// <summary>The email.</summary>
        Email = 1,
        /// <summary>The username, set apart from the email.</summary>
        Username = 2,
        /// <summary>The given name.</summary>
        GivenName = 4,
        /// <summary>The family name.</summary>
        FamilyName = 8,
        /// <summary>Whether the user administers the platform.</summary>
        Admin = 16,
        /// <summary>The attributes.</summary>
        Attributes = 32,
        /// <summary>The ids that provisioners have for the user.</summary>
        ExternalIds = 64,
    }

    /// <summary>The role of a member in a workspace.</summary>
    public enum Role
    {
        /// <summary>Either of them; nobody has it.</summary>
        Any = 0,
        /// <summary>Manages the workspace and its members.</summary>
        Owner = 1,
        /// <summary>Works in it.</summary>
        User = 2,
    }

    /// <summary>The order of the users of a query.</summary>
    public enum Sort
    {
        /// <summary>By email, as users are stored.</summary>
        Email = 0,
        /// <summary>By username.</summary>
        Username = 1,
        /// <summary>By the time of creation, oldest first.</summary>
        Created = 2,
    }

    /// <summary>The kind of record that an operation concerned.</summary>
    public enum Subject
    {
        /// <summary>The user with the id in the outcome.</summary>
        User = 1,
        /// <summary>The license.</summary>
        License = 2,
        /// <summary>The workspace with the id in the outcome.</summary>
        Workspace = 3,
        /// <summary>The membership of that user in that workspace.</summary>
        Member = 4,
    }
}
