package headcount;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * What became of one operation of a batch.
 *
 * @param subject what it was about
 * @param changed whether it changed anything: activating an active user does not
 * @param version that of the record afterwards; 0 where it was deleted
 * @param workspaceId the workspace it was about
 * @param userId the user it was about
 * @param user the user as the batch left it; empty for one who was deleted, and for an outcome that was replayed
 */
public record Outcome(
        Subject subject,
        boolean changed,
        long version,
        OptionalLong workspaceId,
        Optional<UUID> userId,
        Optional<User> user) {}
