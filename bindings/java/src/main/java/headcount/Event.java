package headcount;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/**
 * One thing that happened in a change.
 *
 * @param kind the kind of the event
 * @param user the user that it concerns
 * @param workspace the workspace that it concerns
 * @param fields the fields that {@link EventKind#USER_UPDATED} changed
 * @param active whether {@link EventKind#USER_CREATED} created an active user
 * @param role the role of the member
 * @param license the license that {@link EventKind#LICENSE_SET} set
 */
public record Event(
        EventKind kind,
        Optional<UUID> user,
        OptionalLong workspace,
        Set<Field> fields,
        boolean active,
        Optional<Role> role,
        Optional<License> license) {}
