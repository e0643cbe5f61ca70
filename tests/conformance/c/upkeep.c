/* Makes the calls of the script about faults and space, and the figures as text. */
#include "runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define E &call->error
#define IS(wanted) (strcmp(call->name, wanted) == 0)

static json_t *show_faults(hc_faults *faults)
{
    json_t *listed = json_array(), *shown;
    size_t i;
    for (i = 0; i < hc_faults_count(faults); i++)
        json_array_append_new(listed, json_pack("{ss ss}", "kind", hc_faults_kind_at(faults, i),
                                                "text", hc_faults_text_at(faults, i)));
    shown = json_pack("{sI so sI sI}", "total", (json_int_t)hc_faults_total(faults), "listed",
                      listed, "set_aside", (json_int_t)hc_faults_set_aside(faults), "seats_over",
                      (json_int_t)hc_faults_seats_over(faults));
    hc_faults_free(faults);
    return shown;
}

json_t *faults(struct call *call)
{
    hc_faults *found = NULL;
    char path[512], aside[512];
    size_t limit = (size_t)json_integer_value(in(call, "limit"));
    file(call, "path", path);
    if (IS("find_faults") && in(call, "path") == NULL)
        TRY(hc_directory_find_faults(call->directory, limit, &found, E));
    else if (IS("find_faults"))
        TRY(hc_file_find_faults(HC_STR(path), NULL, limit, &found, E));
    else if (IS("plan_repair"))
        TRY(hc_file_repair(HC_STR(path), NULL, NULL, 0, limit, &found, E));
    else
        TRY(hc_file_repair(HC_STR(path), NULL, HC_STR(file(call, "aside", aside)), limit, &found,
                           E));
    return show_faults(found);
}

json_t *compact(struct call *call)
{
    char path[512];
    uint64_t before = 0, after = 0;
    TRY(hc_file_compact(HC_STR(file(call, "path", path)), NULL, &before, &after, E));
    return json_pack("{sI sI}", "bytes_before", (json_int_t)before, "bytes", (json_int_t)after);
}

json_t *stats_text(struct call *call)
{
    uint8_t text[4096];
    size_t length = 0;
    TRY(hc_directory_write_stats_text(call->directory, text, sizeof text, &length, E));
    return json_stringn((const char *)text, length);
}

/* Replaces each occurrence of a text in a file with another of the same length. */
json_t *replace_in_file(struct call *call)
{
    const json_t *text = in(call, "text"), *with = in(call, "with");
    char path[512], *bytes;
    FILE *to = fopen(file(call, "path", path), "r+b");
    size_t length, at;
    fseek(to, 0, SEEK_END);
    length = (size_t)ftell(to);
    rewind(to);
    bytes = malloc(length);
    if (fread(bytes, 1, length, to) != length || text_len(text) != text_len(with))
        stop("nothing can be replaced in", path);
    for (at = 0; at + text_len(text) <= length; at++)
        if (memcmp(bytes + at, text_of(text), text_len(text)) == 0)
            memcpy(bytes + at, text_of(with), text_len(with));
    rewind(to);
    fwrite(bytes, 1, length, to);
    fclose(to);
    free(bytes);
    return json_null();
}
