package headcount;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How many users were active since a day.
 *
 * @param since the beginning of the day that was asked for, or of the first one on record
 * @param peak the most users that were active at one time since then
 * @param peakDay the latest day with that peak; empty if the number has not changed since
 * @param days the days on which the number changed, oldest first
 */
public record SeatHistory(Instant since, long peak, Optional<Instant> peakDay, List<SeatDay> days) {}
