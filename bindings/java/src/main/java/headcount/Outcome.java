package headcount;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * The result of one operation of a batch.
 *
 * @param subject the kind of record that it concerned
 * @param changed whether it changed anything: activating an active user does not
 * @param version the record's version afterwards; 0 if it was deleted
 * @param workspaceId the workspace that it concerned
 * @param userId the user that it concerned
 * @param user the user as the batch left it; empty for one who was deleted, and for an outcome that was replayed
 */
public record Outcome(
        Subject subject,
        boolean changed,
        long version,
        OptionalLong workspaceId,
        Optional<UUID> userId,
        Optional<User> user) {}
