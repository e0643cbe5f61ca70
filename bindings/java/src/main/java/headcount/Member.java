package headcount;

import java.time.Instant;
import java.util.UUID;

/**
 * The membership of a user in a workspace.
 *
 * @param workspace the id of the workspace
 * @param user the id of the user
 * @param role the role of the user
 * @param since when the user was added
 * @param version 1 when added, incremented by each change
 */
public record Member(long workspace, UUID user, Role role, Instant since, long version) {}
