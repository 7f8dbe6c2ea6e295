/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document - reads a file, then what it includes, and puts them together. Start reading at the
 * bottom.
 */
#include "actors/runtime/config/document.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "actors/runtime/config/file.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"

#define INCLUDE "include"

/* A file that was read, so that it is not read twice. */
typedef struct {
    dev_t device;
    ino_t number;
    wb_spot by; /* who included it; nowhere = it is the configuration itself */
} known_file;

typedef struct {
    const wb_option_reader *reader;
    known_file *known;
    size_t count, bytes;
    bool full; /* told */
} reading;

/* One `include` that is followed. */
typedef struct {
    reading *self;
    wb_yaml *root; /* what grows */
    wb_spot at;
    int depth;
} including;

static void include_all(reading *self, wb_yaml *root, int depth);

/* --- putting together --- */

/* Of the top, which has a few. */
static wb_yaml *
find(wb_yaml *root, const char *key)
{
    wb_yaml *child = root->first;

    while (child && strcmp(child->key, key) != 0)
        child = child->next;
    return child;
}

static void
refuse_twice(const reading *self, const char *below, const wb_yaml *again, const wb_yaml *first)
{
    char place[WB_SPOT_SIZE];

    wb_problems_add(self->reader->problems, again->key_at,
                    "%s%s'%.80s' is given twice (first in %s)", below, below[0] ? ": " : "",
                    again->key, wb_spot_text(place, first->key_at, again->key_at));
}

/* `ours` and `theirs` stand under one key of the top: all of theirs moves. */
static void
unite(const reading *self, wb_yaml *ours, wb_yaml *theirs)
{
    const wb_yaml *former;
    wb_yaml *child;

    while ((child = wb_yaml_take_first(theirs))) {
        former = ours->type == WB_YAML_MAPPING ? wb_yaml_find(ours, child->key) : NULL;
        if (former)
            refuse_twice(self, ours->key, child, former);
        wb_yaml_append(ours, &child); /* the second as well: what is wrong with it is told too */
    }
}

/* Their places in the tree stay. */
static void
exchange(wb_yaml *a, wb_yaml *b)
{
    wb_yaml was = *a;

    *a = *b;
    a->next = was.next;
    was.next = b->next;
    *b = was;
}

/* All that `from` says becomes part of `root`. Consumes it. */
static void
merge(const reading *self, wb_yaml *root, wb_yaml **from)
{
    WB_AUTO(wb_yaml_destroy) wb_yaml *rest = wb_take(from);
    wb_yaml *child, *ours;

    while ((child = wb_yaml_take_first(rest))) {
        ours = find(root, child->key);
        if (!ours) {
            wb_yaml_append(root, &child);
            continue;
        }
        if (wb_yaml_is_null(ours))
            exchange(ours, child);
        else if (ours->type == child->type && ours->type != WB_YAML_SCALAR)
            unite(self, ours, child);
        else if (!wb_yaml_is_null(child))
            refuse_twice(self, "", child, ours);
        wb_yaml_destroy(&child);
    }
}

/* --- reading one file --- */

static const wb_config_file *
file_of(const wb_option_reader *reader, const char *path)
{
    wb_config_file *file = wb_pool_alloc(reader->pool, sizeof *file);
    const char *slash = strrchr(path, '/');
    wb_view base = {path, slash ? (size_t)(slash - path) : 0};

    if (slash == path)
        base.len = 1;
    file->path = wb_pool_text(reader->pool, wb_view_of(path));
    file->base = wb_pool_whole(reader->pool, base);
    return file;
}

static const known_file *
find_known(const reading *self, const struct stat *file)
{
    for (size_t i = 0; i < self->count; i++)
        if (self->known[i].device == file->st_dev && self->known[i].number == file->st_ino)
            return &self->known[i];
    return NULL;
}

/* May it be read? Notes it when it may. */
static bool
note_file(reading *self, const char *path, const struct stat *file, wb_spot by)
{
    const known_file *former = S_ISREG(file->st_mode) ? find_known(self, file) : NULL;
    char place[WB_SPOT_SIZE];

    if (former && !former->by.file)
        wb_problems_add(self->reader->problems, by,
                        "include: %.160s is the configuration that is read already", path);
    else if (former)
        wb_problems_add(self->reader->problems, by,
                        "include: %.120s is included twice (first in %.100s)", path,
                        wb_spot_text(place, former->by, by));
    if (former)
        return false;
    self->known[self->count++] = (known_file){file->st_dev, file->st_ino, by};
    return true;
}

static bool
has_room(reading *self, size_t len, wb_spot by)
{
    self->bytes += len;
    if (self->count < WB_CONFIG_FILES_MAX && self->bytes <= WB_CONFIG_ALL_MAX)
        return true;
    if (!self->full)
        wb_problems_add(self->reader->problems, by,
                        "include: the configuration has more than %d files, or %d bytes",
                        WB_CONFIG_FILES_MAX, WB_CONFIG_ALL_MAX);
    self->full = true;
    return false;
}

/* NULL: told, or it had been read. */
static wb_yaml *
read_one(reading *self, const char *path, wb_spot by)
{
    WB_AUTO(wb_buf_wipe) wb_buf text = {0};
    struct stat file = {0};
    wb_err err = {0};

    wb_buf_init(&text, WB_CONFIG_MAX + WB_FILE_SPARE);
    if (wb_file_read(&text, path, by.file ? WB_FILE_REGULAR : WB_FILE_ANY, &file, &err)) {
        wb_problems_add(self->reader->problems, by, "%s%.240s", by.file ? "include: " : "",
                        err.text);
        return NULL;
    }
    if (!has_room(self, text.len, by) || !note_file(self, path, &file, by))
        return NULL;
    wb_options_note(self->reader, wb_view_of(path));
    wb_options_note(self->reader, wb_buf_view(&text));
    return wb_yaml_parse(wb_buf_view(&text), file_of(self->reader, path), WB_YAML_MAPPING,
                         self->reader->problems);
}

/* --- includes --- */

static void
include_file(const including *what, const char *path)
{
    WB_AUTO(wb_yaml_destroy) wb_yaml *root = read_one(what->self, path, what->at);

    if (!root)
        return;
    include_all(what->self, root, what->depth + 1);
    merge(what->self, what->root, &root);
}

/* A folder that is not there has nothing that fits; one that may not be read may have. */
static int
on_folder(const char *path, int error)
{
    (void)path;
    return error != ENOENT && error != ENOTDIR;
}

static void
include_pattern(const including *what, const char *pattern)
{
    glob_t found = {0};
    int failed = glob(pattern, 0, on_folder, &found);

    if (failed && failed != GLOB_NOMATCH)
        wb_problems_add(what->self->reader->problems, what->at,
                        "include: a folder of %.160s cannot be read: %s", pattern, strerror(errno));
    for (size_t i = 0; !failed && i < found.gl_pathc && !what->self->full; i++)
        include_file(what, found.gl_pathv[i]);
    globfree(&found);
}

/* One path or pattern, as it is written at `node`. */
static void
include_one(reading *self, wb_yaml *root, const wb_yaml *node, int depth)
{
    including what = {.self = self, .root = root, .at = node->at, .depth = depth};
    const char *path;

    if (node->type != WB_YAML_SCALAR || wb_yaml_is_null(node)) {
        wb_problems_add(self->reader->problems, node->at, "include: must be a list of texts");
        return;
    }
    path = wb_options_resolve(self->reader, node->at, INCLUDE, node->text);
    if (!path)
        return;
    if (depth == WB_CONFIG_INCLUDE_MAX) {
        wb_problems_add(self->reader->problems, node->at, "include: more than %d files deep",
                        WB_CONFIG_INCLUDE_MAX);
        return;
    }
    path = wb_pool_beside(self->reader->pool, node->at.file, path);
    if (strpbrk(path, "*?["))
        include_pattern(&what, path);
    else
        include_file(&what, path);
}

/* The key leaves the tree: it is done with. */
static wb_yaml *
take_include(wb_yaml *root)
{
    wb_yaml *kept = NULL, *child;
    wb_yaml rest = *root;

    root->first = root->last = NULL;
    root->by_key = NULL;
    root->count = 0;
    while ((child = wb_yaml_take_first(&rest))) {
        if (!kept && !strcmp(child->key, INCLUDE))
            kept = child;
        else
            wb_yaml_append(root, &child);
    }
    return kept;
}

static void
include_all(reading *self, wb_yaml *root, int depth)
{
    WB_AUTO(wb_yaml_destroy) wb_yaml *include = take_include(root);

    if (wb_yaml_is_null(include))
        return;
    if (include->type != WB_YAML_SEQUENCE) {
        include_one(self, root, include, depth);
        return;
    }
    for (const wb_yaml *node = include->first; node && !self->full; node = node->next)
        include_one(self, root, node, depth);
}

/* --- the whole --- */

wb_yaml *
wb_document_load(const wb_option_reader *reader, const char *path)
{
    WB_AUTO(wb_free) known_file *known = wb_alloc(WB_CONFIG_FILES_MAX * sizeof *known);
    reading self = {.reader = reader, .known = known};
    wb_yaml *root = read_one(&self, path, (wb_spot){0});

    if (root)
        include_all(&self, root, 0);
    return root;
}

wb_yaml *
wb_document_parse(const wb_option_reader *reader, wb_view text, const char *base_dir)
{
    WB_AUTO(wb_free) known_file *known = wb_alloc(WB_CONFIG_FILES_MAX * sizeof *known);
    reading self = {.reader = reader, .known = known};
    wb_config_file *file = wb_pool_alloc(reader->pool, sizeof *file);
    wb_yaml *root;

    file->base = wb_pool_whole(reader->pool, wb_view_of(base_dir));
    wb_options_note(reader, text);
    root = wb_yaml_parse(text, file, WB_YAML_MAPPING, reader->problems);
    if (root)
        include_all(&self, root, 0);
    return root;
}
