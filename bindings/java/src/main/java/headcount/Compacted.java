package headcount;

/**
 * The sizes of a file that {@link Directory#compact} made smaller.
 *
 * @param bytesBefore the old size of the file in bytes
 * @param bytes its new size in bytes
 */
public record Compacted(long bytesBefore, long bytes) {}
