package headcount;

import java.time.Instant;

/**
 * A day (UTC) on which the number of active users changed.
 *
 * @param day the beginning of the day
 * @param peak the most users that were active at one time on it
 * @param last how many were active at its end, or are now
 */
public record SeatDay(Instant day, long peak, long last) {}
