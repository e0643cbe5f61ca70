package headcount;

import java.util.OptionalLong;

/**
 * How the seats of the license are used, at one moment.
 *
 * @param license the license in force
 * @param licenseVersion its version, for {@link Batch#ifVersion}
 * @param limit its seats; empty without a limit
 * @param active users who are active: each takes one seat
 * @param inactive users who are not
 * @param free seats that are free, 0 when over the limit; empty without a limit
 * @param overBy how many more users are active than there are seats
 */
public record Seats(
        License license,
        long licenseVersion,
        OptionalLong limit,
        long active,
        long inactive,
        OptionalLong free,
        long overBy) {}
