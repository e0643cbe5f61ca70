/* The decoder as a program, for tests without a fuzzer: for each batch on standard input,
 * it writes 1 or 0 (whether the batch was read to its end) and the fields. Batches and
 * fields follow their length: 4 bytes, little-endian. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int headcount_packed_fields(const uint8_t *bytes, size_t length, uint8_t *fields,
                            size_t capacity, size_t *written);

int main(void)
{
    uint8_t head[5];
    while (fread(head, 1, 4, stdin) == 4) {
        size_t length = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
        size_t written = 0;
        int i;
        /* Of exactly these lengths, so that the sanitizer notices every access beyond
         * them. */
        uint8_t *batch = malloc(length);
        uint8_t *fields = malloc(2 * length);
        if (length > 0 && (batch == NULL || fields == NULL))
            return 1;
        if (fread(batch, 1, length, stdin) != length)
            return 1;
        head[0] = (uint8_t)headcount_packed_fields(batch, length, fields, 2 * length, &written);
        for (i = 0; i < 4; i++)
            head[1 + i] = (uint8_t)(written >> (8 * i));
        if (fwrite(head, 1, 5, stdout) != 5 || fwrite(fields, 1, written, stdout) != written)
            return 1;
        free(batch);
        free(fields);
        if (fflush(stdout) != 0)
            return 1;
    }
    return 0;
}
