/* The helper of the runner: reads scripts, compares values, and removes folders. */
#define _GNU_SOURCE
#include "runner.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *text_of(const json_t *value)
{
    static _Thread_local char digits[4][24];
    static _Thread_local unsigned at;
    if (json_is_integer(value)) {
        at = (at + 1) % 4;
        snprintf(digits[at], sizeof *digits, "%lld", (long long)json_integer_value(value));
        return digits[at];
    }
    return json_is_string(value) ? json_string_value(value) : "";
}

size_t text_len(const json_t *value)
{
    return json_is_string(value) ? json_string_length(value) : strlen(text_of(value));
}

const json_t *in(const struct call *call, const char *key)
{
    return json_object_get(call->in, key);
}

/* A text with the number of the thread in place of {i}. */
static json_t *numbered(const json_t *text, int i)
{
    const char *from = json_string_value(text), *place = strstr(from, "{i}");
    if (place == NULL || i < 0)
        return json_deep_copy(text);
    return json_sprintf("%.*s%d%s", (int)(place - from), from, i, place + 3);
}

static json_t *repeated(const json_t *text, json_int_t times)
{
    size_t length = json_string_length(text);
    char *room = malloc(length * (size_t)times + 1);
    json_t *made;
    for (json_int_t i = 0; i < times; i++)
        memcpy(room + (size_t)i * length, json_string_value(text), length);
    made = json_stringn(room, length * (size_t)times);
    free(room);
    return made;
}

/* The arguments, with the values of names. */
json_t *filled(const json_t *given, json_t *names, int i)
{
    const char *key;
    json_t *value, *made;
    size_t at;
    if (json_is_string(given) && json_string_value(given)[0] == '$')
        return json_incref(json_object_get(names, json_string_value(given)));
    if (json_is_string(given))
        return numbered(given, i);
    if (json_object_get(given, "$repeat") != NULL)
        return repeated(json_object_get(given, "$repeat"),
                        json_integer_value(json_object_get(given, "times")));
    if (json_is_array(given)) {
        made = json_array();
        json_array_foreach (given, at, value)
            json_array_append_new(made, filled(value, names, i));
        return made;
    }
    if (!json_is_object(given))
        return json_deep_copy(given);
    made = json_object();
    json_object_foreach ((json_t *)(size_t)given, key, value)
        json_object_set_new(made, key, filled(value, names, i));
    return made;
}

int matches(const json_t *wanted, const json_t *found, json_t *names)
{
    const char *key = json_string_value(wanted);
    json_t *value;
    size_t at;
    uint64_t from, to;
    if (found == NULL)
        found = json_null();
    if (key != NULL && key[0] == '$') {
        if (json_is_null(found))
            return 0;
        if (json_object_get(names, key) == NULL)
            json_object_set(names, key, (json_t *)(size_t)found);
        return json_equal(json_object_get(names, key), found);
    }
    if (json_is_object(wanted) && (value = json_object_get(wanted, "$from")) != NULL)
        return json_is_string(found) && hc_time_from_text(TEXT(found), &to, NULL) == HC_STATUS_OK
            && hc_time_from_text(TEXT(json_object_get(names, json_string_value(value))), &from,
                                 NULL) == HC_STATUS_OK && to >= from;
    if (json_is_object(wanted) && (value = json_object_get(wanted, "$has")) != NULL)
        return json_is_string(found)
            && strstr(json_string_value(found), json_string_value(value)) != NULL;
    if (json_is_object(wanted) && json_is_object(found)) {
        json_object_foreach ((json_t *)(size_t)wanted, key, value)
            if (!matches(value, json_object_get(found, key), names))
                return 0;
        return 1;
    }
    if (json_is_array(wanted) && json_is_array(found)) {
        json_array_foreach (wanted, at, value)
            if (!matches(value, json_array_get(found, at), names))
                return 0;
        return json_array_size(wanted) == json_array_size(found);
    }
    return json_equal(wanted, found);
}

/* Whether a word is in a list separated by spaces. */
int is_one_of(const char *word, const char *words)
{
    char spaced[64], all[512];
    snprintf(spaced, sizeof spaced, " %s ", word);
    snprintf(all, sizeof all, " %s ", words);
    return strstr(all, spaced) != NULL;
}

/* A key of a line, call or operation that calls.json lacks: without this check, a
 * misspelt key would have no effect. */
static const char *unknown(const char *part, const char *name, const json_t *object)
{
    static json_t *table;
    const char *known, *member;
    json_t *value;
    if (table == NULL && (table = json_load_file("calls.json", 0, NULL)) == NULL)
        stop("can't read", "calls.json");
    known = json_string_value(json_object_get(json_object_get(table, part), name));
    if (known == NULL)
        return name;
    json_object_foreach ((json_t *)(size_t)object, member, value)
        if (!is_one_of(member, known))
            return member;
    return NULL;
}

const char *unknown_word(const json_t *line)
{
    const json_t *given = json_object_get(line, "in");
    const char *word;
    json_t *each;
    size_t at;
    if (json_object_get(line, "case") != NULL) {
        word = unknown("lines", "case", line);
        return word != NULL ? word : unknown("calls", "open", json_object_get(line, "open"));
    }
    word = unknown("lines", "step", line);
    if (word == NULL)
        word = unknown("calls", json_string_value(json_object_get(line, "do")), given);
    json_array_foreach (json_object_get(given, "operations"), at, each)
        if (word == NULL)
            word = unknown("operations", json_string_value(json_object_get(each, "op")), each);
    return word;
}

/* The cases of a script: a list of lines each, with their numbers. */
json_t *cases(const char *script)
{
    FILE *file = fopen(script, "r");
    json_t *all = json_array(), *lines = NULL, *step;
    char *line = NULL;
    size_t capacity = 0, number = 0;
    if (file == NULL)
        stop("can't open", script);
    while (getline(&line, &capacity, file) > 0) {
        number++;
        if (strspn(line, " \n") == strlen(line))
            continue;
        if ((step = json_loads(line, JSON_ALLOW_NUL, NULL)) == NULL)
            stop("no JSON in", script);
        if (json_object_get(step, "case") != NULL)
            json_array_append_new(all, lines = json_array());
        json_array_append_new(lines, json_pack("{sI so}", "number", (json_int_t)number, "step", step));
    }
    free(line);
    fclose(file);
    return all;
}

static int unlink_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    return remove(path);
}

void remove_folder(const char *path)
{
    nftw(path, unlink_one, 8, FTW_DEPTH | FTW_PHYS);
}
