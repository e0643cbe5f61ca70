package headcount;

/**
 * The numbers of records that {@link Directory#verify} checked.
 *
 * @param active users who are active, counted one by one
 * @param inactive users who are inactive, counted one by one
 * @param deleted ids of users who were deleted
 * @param workspaces workspaces, archived ones included
 * @param members memberships
 * @param changes changes on record
 */
public record Verified(long active, long inactive, long deleted, long workspaces, long members, long changes) {}
