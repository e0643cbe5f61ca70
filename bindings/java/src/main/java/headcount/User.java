package headcount;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A user as one call found it: a value that later changes don't affect.
 *
 * @param id never given to another user
 * @param email the address as it was given
 * @param username the username, which is the email unless another one was set
 * @param givenName the given (first) name
 * @param familyName the family (last) name
 * @param active whether the user takes a seat
 * @param admin whether the user administers the platform
 * @param attributes all attributes, ordered by name; it can't be changed
 * @param externalIds the ids that other systems have for the user, by the names of these provisioners; it
 *     can't be changed
 * @param version 1 at creation, incremented by each change
 * @param createdAt when the user was created, in microseconds
 * @param updatedAt when the record last changed
 * @param deactivatedAt since when the user has been inactive; empty for one who is active or never was
 */
public record User(
        UUID id,
        String email,
        String username,
        Optional<String> givenName,
        Optional<String> familyName,
        boolean active,
        boolean admin,
        Map<String, String> attributes,
        Map<String, String> externalIds,
        long version,
        Instant createdAt,
        Instant updatedAt,
        Optional<Instant> deactivatedAt) {}
