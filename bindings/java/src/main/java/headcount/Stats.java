package headcount;

import java.util.OptionalLong;

/**
 * Figures to monitor a directory with, counted since it was opened.
 *
 * @param usersActive users who take a seat
 * @param usersInactive users who don't
 * @param workspaces workspaces, archived ones included
 * @param latestChange the number of the latest change; 0 before the first
 * @param cacheEntries users in the library's cache
 * @param cacheBytes about how much memory these take
 * @param cacheHits lookups that the cache answered
 * @param cacheMisses lookups that read the store
 * @param commitRequests batches that were submitted
 * @param commitGroups transactions that they were grouped into
 * @param seatsLimit seats of the license; empty without a limit
 * @param fileBytes the size of the main file; 0 for a directory in memory or opened read-only
 * @param logBytes the size of the log's files, as of the latest commit; 0 before the first one, and for a directory in
 *     memory or opened read-only
 * @param checkpoints checkpoints, which write the log's commits to the main file; without the one at closing
 * @param checkpointMicros the duration of all checkpoints in microseconds
 * @param checkpointMicrosMax the duration of the longest checkpoint in microseconds
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
        long commitGroups,
        OptionalLong seatsLimit,
        long fileBytes,
        long logBytes,
        long checkpoints,
        long checkpointMicros,
        long checkpointMicrosMax) {}
