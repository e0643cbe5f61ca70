package headcount;

/**
 * What {@link Directory#compact} came to.
 *
 * @param bytesBefore bytes that the file had
 * @param bytes bytes that it has now
 */
public record Compacted(long bytesBefore, long bytes) {}
