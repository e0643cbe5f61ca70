package headcount;

import java.time.Instant;
import java.util.UUID;

/**
 * That a user belongs to a workspace.
 *
 * @param workspace the id of the workspace
 * @param user the id of the user
 * @param role what the user may do there
 * @param since when the user was added
 * @param version 1 when added, and one more with each change
 */
public record Member(long workspace, UUID user, Role role, Instant since, long version) {}
