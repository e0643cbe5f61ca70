package headcount;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One batch that was applied. It holds no personal data but ids.
 *
 * @param sequence the number of the change: 1, 2, 3 and so on
 * @param at when it was made
 * @param actor who made it, if that was said
 * @param door through which door it came, if that was said: see {@link Directory#through}
 * @param requestId the request id of the batch, if it had one
 * @param events what happened, in the order of the batch
 */
public record Change(
        long sequence,
        Instant at,
        Optional<UUID> actor,
        Optional<String> door,
        Optional<UUID> requestId,
        List<Event> events) {}
