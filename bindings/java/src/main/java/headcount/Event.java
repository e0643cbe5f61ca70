package headcount;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/**
 * One thing that happened in a change.
 *
 * @param kind what happened
 * @param user the user it is about
 * @param workspace the workspace it is about
 * @param fields what {@link EventKind#USER_UPDATED} changed
 * @param active whether {@link EventKind#USER_CREATED} created the user active
 * @param role the role of the member
 * @param license what {@link EventKind#LICENSE_SET} set
 */
public record Event(
        EventKind kind,
        Optional<UUID> user,
        OptionalLong workspace,
        Set<Field> fields,
        boolean active,
        Optional<Role> role,
        Optional<License> license) {}
