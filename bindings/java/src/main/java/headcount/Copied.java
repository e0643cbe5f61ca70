package headcount;

/**
 * What a backup or restore copied.
 *
 * @param users users in the copy, active or not
 * @param sequence the number of the latest change in it: everything up to this one, and nothing later
 * @param bytes the size of the new file
 */
public record Copied(long users, long sequence, long bytes) {}
