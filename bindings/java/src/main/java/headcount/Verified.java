package headcount;

/**
 * What {@link Directory#verify} went over.
 *
 * @param active users who are active, counted one by one
 * @param inactive users who are not
 * @param deleted ids of users who were deleted
 * @param workspaces workspaces, archived ones included
 * @param members memberships
 * @param changes changes on record
 */
public record Verified(long active, long inactive, long deleted, long workspaces, long members, long changes) {}
