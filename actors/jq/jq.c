/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jq - runs one jq program over records, one after another, for whoever started it
 *
 *   in     frames on standard input: the program, then a JSON text each
 *   out    a frame for each on standard output: "k" and the one value that the program gave, or "e"
 *          and why it gave none; of the program itself "k", or "e" and why it does not compile
 *
 * A frame is its length in four bytes, the highest first, and so many bytes. Who starts it gives
 * it no environment, little memory, no files and a deadline (actors/runtime/mapping): libjq has no
 * limit of steps and ends the process on a value that is too deep. It links nothing of ours, so
 * that its small memory holds libjq alone.
 */
#include <jq.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define FRAME_MAX (8 * 1024 * 1024)
#define WHY_MAX 400

typedef struct {
    char why[WHY_MAX];
} complaint;

/* --- frames --- */

static bool
read_whole(void *to, size_t len)
{
    char *at = to;

    while (len) {
        ssize_t got = read(STDIN_FILENO, at, len);

        if (got <= 0)
            return false;
        at += got;
        len -= (size_t)got;
    }
    return true;
}

static bool
write_whole(const void *from, size_t len)
{
    const char *at = from;

    while (len) {
        ssize_t put = write(STDOUT_FILENO, at, len);

        if (put <= 0)
            return false;
        at += put;
        len -= (size_t)put;
    }
    return true;
}

/* NUL-terminated, to be freed; NULL: there is none. */
static char *
read_frame(size_t *len)
{
    uint8_t head[4];
    char *text;

    if (!read_whole(head, sizeof head))
        return NULL;
    *len = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
    if (*len > FRAME_MAX)
        return NULL;
    text = calloc(1, *len + 1);
    if (text && !read_whole(text, *len)) {
        free(text);
        return NULL;
    }
    return text;
}

static bool
answer(char word, const char *text, size_t len)
{
    size_t whole = len + 1;
    uint8_t head[5] = {(uint8_t)(whole >> 24), (uint8_t)(whole >> 16), (uint8_t)(whole >> 8),
                       (uint8_t)whole, (uint8_t)word};

    return write_whole(head, sizeof head) && write_whole(text, len);
}

static bool
refuse(const char *why)
{
    return answer('e', why, strlen(why));
}

/* --- the program --- */

/* jq tells what is wrong with a program here; the first of it is kept. */
static void
on_error(void *arg, jv message)
{
    complaint *self = arg;

    message = jq_format_error(message);
    if (!*self->why)
        (void)snprintf(self->why, sizeof self->why, "%s", jv_string_value(message));
    jv_free(message);
}

/* What a program throws may be any value. */
static bool
tell_thrown(jv thrown)
{
    jv message = jv_invalid_get_msg(thrown);
    char why[WHY_MAX];

    if (jv_get_kind(message) != JV_KIND_STRING)
        message = jv_dump_string(message, 0);
    (void)snprintf(why, sizeof why, "%s", jv_string_value(message));
    jv_free(message);
    return refuse(why);
}

static bool
tell_value(jv value)
{
    jv text = jv_dump_string(value, 0);
    bool good = answer('k', jv_string_value(text), (size_t)jv_string_length_bytes(jv_copy(text)));

    jv_free(text);
    return good;
}

/* Exactly one value, and then its end. */
static bool
run(jq_state *jq, jv input)
{
    jv value, next;

    jq_start(jq, input, 0);
    value = jq_next(jq);
    if (!jv_is_valid(value)) {
        if (jv_invalid_has_msg(jv_copy(value)))
            return tell_thrown(value);
        jv_free(value);
        return refuse("it gave nothing");
    }
    next = jq_next(jq);
    if (jv_is_valid(next) || jv_invalid_has_msg(jv_copy(next)) || jq_halted(jq)) {
        jv_free(value);
        jv_free(next);
        return refuse("it gave more than one value");
    }
    jv_free(next);
    return tell_value(value);
}

static bool
serve(jq_state *jq)
{
    size_t len = 0;
    char *text = read_frame(&len);
    jv input;

    if (!text)
        return false;
    input = jv_parse_sized(text, (int)len);
    free(text);
    if (!jv_is_valid(input))
        return tell_thrown(input);
    return run(jq, input);
}

/* From here on no file can be opened: `import` would read any. */
static bool
close_doors(void)
{
    const struct rlimit none = {2, 2};

    return setrlimit(RLIMIT_NOFILE, &none) == 0;
}

int
main(void)
{
    complaint wrong = {""};
    size_t len = 0;
    jq_state *jq = jq_init();
    char *program = close_doors() ? read_frame(&len) : NULL;

    if (!jq || !program)
        return 1;
    jq_set_error_cb(jq, on_error, &wrong);
    /* without them an import ends the process before it is told that there is no such file */
    jq_set_attr(jq, jv_string("JQ_LIBRARY_PATH"), jv_array());
    jq_set_attr(jq, jv_string("PROGRAM_ORIGIN"), jv_string("/"));
    if (!jq_compile(jq, program)) {
        (void)refuse(*wrong.why ? wrong.why : "it does not compile");
        return 1;
    }
    free(program);
    if (!answer('k', "", 0))
        return 1;
    while (serve(jq))
        ;
    jq_teardown(&jq);
    return 0;
}
