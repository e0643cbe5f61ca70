/* What the stories share: checks that print where they failed. */
#ifndef STORY_H
#define STORY_H

#include "headcount.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the program, loudly, unless the condition holds. */
#define CHECK(condition)                                                        \
    do {                                                                        \
        if (!(condition)) {                                                     \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                            \
        }                                                                       \
    } while (0)

/* Ends the program unless a call returned a status. */
#define CHECK_STATUS(expected, call)                                            \
    do {                                                                        \
        int32_t story_status = (call);                                          \
        if (story_status != (expected)) {                                       \
            fprintf(stderr, "%s:%d: %s, not %s: %s\n", __FILE__, __LINE__,      \
                    hc_status_name(story_status), hc_status_name(expected), #call); \
            exit(1);                                                            \
        }                                                                       \
    } while (0)

#define CHECK_OK(call) CHECK_STATUS(HC_STATUS_OK, call)
#define CHECK_TEXT(expected, text) CHECK(strcmp((expected), (text)) == 0)

/* A pointer that no failing call may write. */
#define UNTOUCHED(type) ((type *)(void *)0x5eed)

static inline hc_error_details details_of(const hc_error *error)
{
    hc_error_details details = HC_ERROR_DETAILS_INIT;
    hc_error_get_details(error, &details);
    return details;
}

/* Writes a number unless `place` is NULL. */
static inline void wanted(uint64_t *place, uint64_t number)
{
    if (place != NULL)
        *place = number;
}

/* Whether an error has a number, which is written unless the pointer is NULL. */
#define ERROR_NUMBER(name, detail)                                              \
    static inline int error_##name(const hc_error *error, uint64_t *number)     \
    {                                                                           \
        hc_error_details details = details_of(error);                           \
        if (details.given & HC_DETAIL_##detail)                                 \
            wanted(number, details.name);                                       \
        return (details.given & HC_DETAIL_##detail) != 0;                       \
    }
ERROR_NUMBER(op_index, OP_INDEX)
ERROR_NUMBER(resume_after, RESUME_AFTER)
ERROR_NUMBER(latest_change, LATEST_CHANGE)
ERROR_NUMBER(buffer_bytes, BUFFER_BYTES)

static inline int error_seats(const hc_error *error, uint64_t *limit, uint64_t *active,
                              uint64_t *requested)
{
    hc_error_details details = details_of(error);
    if (!(details.given & HC_DETAIL_SEATS))
        return 0;
    wanted(limit, details.limit);
    wanted(active, details.active);
    wanted(requested, details.requested);
    return 1;
}

static inline int error_versions(const hc_error *error, uint64_t *expected, uint64_t *found)
{
    hc_error_details details = details_of(error);
    if (!(details.given & HC_DETAIL_VERSIONS))
        return 0;
    wanted(expected, details.expected);
    wanted(found, details.found);
    return 1;
}

static inline hc_directory *in_memory(void)
{
    hc_directory *directory = NULL;
    CHECK_OK(hc_directory_open_in_memory(NULL, &directory, NULL));
    return directory;
}

/* Writes an id as text to a buffer of HC_ID_TEXT_BYTES, and returns the buffer. */
static inline const char *text_of_id(const uint8_t *id, char *text)
{
    CHECK_OK(hc_id_to_text(id, text, NULL));
    return text;
}

static inline void check_seats(const hc_directory *directory, uint64_t limit,
                               uint64_t active, uint64_t inactive)
{
    hc_seats seats = HC_SEATS_INIT;
    CHECK_OK(hc_directory_get_seats(directory, &seats, NULL));
    CHECK(seats.limit == limit);
    CHECK(seats.active == active);
    CHECK(seats.inactive == inactive);
}

/* Ends every story that writes. */
static inline void verify_and_free(hc_directory *directory)
{
    CHECK_OK(hc_directory_verify(directory, NULL, NULL));
    CHECK_OK(hc_directory_close(directory, NULL));
    hc_directory_free(directory);
}

#endif
