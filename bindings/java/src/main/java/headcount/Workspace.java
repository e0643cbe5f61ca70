package headcount;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A workspace as one call found it: a value that later changes don't affect.
 *
 * @param id a number from 1 up, never given to another workspace
 * @param name the name, unique among workspaces without regard to case
 * @param archived whether it can't be changed until it is restored
 * @param defaultOf the user whose default it is
 * @param externalIds the ids that other systems have for it, by the names of these provisioners; it can't be
 *     changed
 * @param version 1 at creation, incremented by each change
 * @param createdAt when it was created
 * @param updatedAt when the record last changed; changes of members don't count
 */
public record Workspace(
        long id,
        String name,
        boolean archived,
        Optional<UUID> defaultOf,
        Map<String, String> externalIds,
        long version,
        Instant createdAt,
        Instant updatedAt) {}
