/* SPDX-License-Identifier: Apache-2.0 */
/*
 * driver - runs a fuzz target without libFuzzer: each file of a corpus, then seeded mutations
 *
 * fuzz.NAME CORPUS [RUNS [SEED]]; the same seed gives the same inputs. A finding ends the process
 * with the input's hex on stderr.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/base/buf.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "protocol/base/text.h"
#include "tests/fuzz/fuzz.h"

#define INPUT_MAX 4096
#define FILES_MAX 256
#define CHANGES_MAX 4

typedef struct {
    char *data;
    size_t len;
} sample;

static sample samples[FILES_MAX];
static size_t sample_count;
static unsigned char current[INPUT_MAX];
static size_t current_len;

/* Leave the input behind. Only write() is safe here. */
static void
tell_input(void)
{
    char hex[2 * INPUT_MAX + 1];

    wb_hex(hex, current, current_len); /* NOLINT(bugprone-signal-handler,cert-sig30-c): pure */
    hex[2 * current_len] = '\n';
    if (write(STDERR_FILENO, hex, 2 * current_len + 1) < 0)
        _exit(2);
}

static void
on_abort(int number)
{
    tell_input();
    signal(number, SIG_DFL);
    raise(number);
}

/* Sanitizers end the process by themselves; without them this is not there. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the sanitizers' */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void
load(const char *folder, const char *name)
{
    char path[1024], bytes[INPUT_MAX];
    FILE *file;
    size_t len;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "rb");
    if (!file)
        return;
    len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    if (sample_count < FILES_MAX)
        samples[sample_count++] = (sample){wb_text_dup_len(bytes, len), len};
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In the order of their names: the folder's own order is another on each machine. */
static bool
load_all(const char *folder)
{
    char *names[FILES_MAX];
    size_t count = 0;
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    if (!dir)
        return false;
    while ((entry = readdir(dir)) && count < FILES_MAX)
        if (entry->d_name[0] != '.')
            names[count++] = wb_text_dup(entry->d_name);
    closedir(dir);
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        load(folder, names[i]);
        wb_free(&names[i]);
    }
    return sample_count > 0;
}

/* Open a gap of `len` bytes at `at`, as far as there is room. */
static void
insert(size_t at, const void *bytes, size_t len)
{
    if (current_len + len > sizeof current)
        return;
    memmove(current + at + len, current + at, current_len - at);
    memcpy(current + at, bytes, len);
    current_len += len;
}

static void
mutate(wb_rng *rng)
{
    static const unsigned char odd[] = {0x00, 0x7f, 0x80, 0xff, 0xc1, 0xdf, '"', '\\', '{', '%'};
    size_t at = wb_rng_below(rng, current_len + 1), len = 1 + wb_rng_below(rng, 8);
    const sample *other = &samples[wb_rng_below(rng, sample_count)];
    unsigned char random[8];
    uint64_t bits = wb_rng_next(rng), choice = wb_rng_below(rng, 7);

    memcpy(random, &bits, sizeof random);
    if (choice == 0)
        insert(at, random, len);
    else if (choice == 1 && current_len)
        current_len = at;
    else if (choice == 2 && other->len >= len)
        insert(at, other->data + wb_rng_below(rng, other->len - len + 1), len);
    else if (at >= current_len)
        insert(at, &odd[bits % sizeof odd], 1);
    else if (choice == 3)
        current[at] = odd[bits % sizeof odd];
    else if (choice == 4)
        current[at] ^= (unsigned char)(1u << bits % 8);
    else if (choice == 5)
        current[at] = random[0];
    else if (at + len <= current_len) {
        memmove(current + at, current + at + len, current_len - at - len);
        current_len -= len;
    }
}

/* A copy of exactly that size, so that the sanitizer sees a byte read too far. */
static void
run(void)
{
    WB_AUTO(wb_free) uint8_t *input = wb_alloc(current_len);

    memcpy(input, current, current_len);
    LLVMFuzzerTestOneInput(input, current_len);
}

static void
start_from(const sample *from)
{
    memcpy(current, from->data, from->len);
    current_len = from->len;
}

int
main(int argc, char **argv)
{
    uint64_t runs = 20000, seed = 1;
    wb_rng rng;

    if (argc < 2 || !load_all(argv[1]) ||
        (argc > 2 && wb_text_uint(&runs, wb_view_of(argv[2]), NULL)) ||
        (argc > 3 && wb_text_uint(&seed, wb_view_of(argv[3]), NULL))) {
        fprintf(stderr, "usage: %s CORPUS [RUNS [SEED]]\n", argv[0]);
        return 2;
    }
    signal(SIGABRT, on_abort);
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(tell_input);
    rng.state = seed;
    for (size_t i = 0; i < sample_count; i++) {
        start_from(&samples[i]);
        run();
    }
    for (uint64_t i = 0; i < runs; i++) {
        start_from(&samples[wb_rng_below(&rng, sample_count)]);
        for (uint64_t n = wb_rng_below(&rng, CHANGES_MAX); n < CHANGES_MAX; n++)
            mutate(&rng);
        run();
    }
    for (size_t i = 0; i < sample_count; i++)
        wb_free(&samples[i].data);
    printf("%llu runs over %zu samples\n", (unsigned long long)runs, sample_count);
    return 0;
}
