package headcount;

import java.util.List;
import java.util.OptionalLong;

/**
 * The result of a batch.
 *
 * @param sequence the number of the change that it made; empty when nothing changed
 * @param replayed whether this is the outcome of an earlier batch with the same request id, and nothing was done now
 * @param outcomes an outcome for each operation
 * @param ownerless the ids of the workspaces that the batch left without an active owner, which only
 *     {@link Batch#allowOwnerless} allows; none if it was replayed
 */
public record Applied(OptionalLong sequence, boolean replayed, List<Outcome> outcomes, List<Long> ownerless) {}
