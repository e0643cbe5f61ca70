package headcount;

/**
 * Figures to watch a directory by, counted from when it was opened.
 *
 * @param usersActive users who take a seat
 * @param usersInactive users who don't
 * @param workspaces workspaces, archived ones included
 * @param latestChange the number of the latest change; 0 before the first
 * @param cacheEntries users in the library's cache
 * @param cacheBytes about how much memory these take
 * @param cacheHits reads of one user that the cache answered
 * @param cacheMisses reads of one user that asked the store
 * @param commitRequests batches that were handed in
 * @param commitGroups transactions that they were grouped into
 */
public record Stats(
        long usersActive,
        long usersInactive,
        long workspaces,
        long latestChange,
        long cacheEntries,
        long cacheBytes,
        long cacheHits,
        long cacheMisses,
        long commitRequests,
        long commitGroups) {}
