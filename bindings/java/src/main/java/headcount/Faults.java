package headcount;

import java.util.List;

/**
 * What is wrong with a directory, or what a repair did about it.
 *
 * @param total how many faults there are
 * @param listed the faults, up to as many as were asked for
 * @param setAside how many records a repair wrote to the other file
 * @param seatsOver how many more users are active than there are seats, which is not a fault
 */
public record Faults(long total, List<Fault> listed, long setAside, long seatsOver) {
    /**
     * One fault.
     *
     * @param kind the name of its kind, such as {@code missing} or {@code dangling}
     * @param text what was expected and found, in a line without personal data but ids
     */
    public record Fault(String kind, String text) {}
}
