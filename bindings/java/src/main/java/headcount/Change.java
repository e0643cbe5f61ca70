package headcount;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One batch that was applied. It contains no personal data but ids.
 *
 * @param sequence the number of the change: 1, 2, 3 and so on
 * @param at when it was made
 * @param actor the user who made it, if there was one
 * @param door the door that it came through, if there was one: see {@link Directory#through}
 * @param requestId the request id of the batch, if it had one
 * @param events the events, in the order of the batch
 */
public record Change(
        long sequence,
        Instant at,
        Optional<UUID> actor,
        Optional<String> door,
        Optional<UUID> requestId,
        List<Event> events) {}
