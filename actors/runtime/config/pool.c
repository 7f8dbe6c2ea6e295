/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool - memory of a configuration, and paths made of what it says
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "actors/runtime/config/options.h"
#include "protocol/base/own.h"

#if defined(__SANITIZE_ADDRESS__)
#define BLOCK_BYTES 1 /* each by itself, so that a step beyond its end is seen */
#else
#define BLOCK_BYTES 65536 /* a configuration has a hundred thousand texts of a few bytes */
#endif

struct wb_pool_block {
    struct wb_pool_block *next;
    size_t size, used;
    max_align_t data[];
};

void *
wb_pool_alloc(wb_pool *self, size_t size)
{
    struct wb_pool_block *block = self->first;
    size_t step = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    char *room;

    if (!block || block->size - block->used < step) {
        size_t bytes = step < BLOCK_BYTES ? BLOCK_BYTES : step;

        block = wb_alloc(sizeof *block + bytes);
        block->size = bytes;
        block->next = self->first;
        self->first = block;
    }
    room = (char *)block->data + block->used;
    block->used += step;
    return room;
}

char *
wb_pool_text(wb_pool *self, wb_view text)
{
    char *copy = wb_pool_alloc(self, text.len + 1);

    if (text.len)
        memcpy(copy, text.data, text.len);
    return copy;
}

void
wb_pool_fini(wb_pool *self)
{
    struct wb_pool_block *block;

    while ((block = self->first)) {
        self->first = block->next;
        explicit_bzero(block->data, block->size);
        wb_free(&block);
    }
}

const char *
wb_spot_base(wb_spot at)
{
    return at.file ? at.file->base : NULL;
}

char *
wb_pool_path(wb_pool *self, const char *base_dir, const char *path)
{
    char *joined;
    size_t size;

    if (path[0] == '/' || !base_dir || !base_dir[0])
        return wb_pool_text(self, wb_view_of(path));
    size = strlen(base_dir) + 1 + strlen(path) + 1;
    joined = wb_pool_alloc(self, size);
    (void)snprintf(joined, size, "%s/%s", base_dir, path);
    return joined;
}

char *
wb_pool_whole(wb_pool *self, wb_view folder)
{
    WB_AUTO(wb_free) char *path = wb_text_dup_len(folder.data, folder.len);
    char here[4096];

    if (path[0] == '/' || !getcwd(here, sizeof here))
        return wb_pool_text(self, folder);
    if (!path[0] || strcmp(path, ".") == 0)
        return wb_pool_text(self, wb_view_of(here));
    return wb_pool_path(self, here, path);
}

char *
wb_pool_beside(wb_pool *self, const wb_config_file *file, const char *path)
{
    const char *slash = file->path ? strrchr(file->path, '/') : NULL;
    WB_AUTO(wb_free) char *folder = NULL;

    if (!file->path)
        return wb_pool_path(self, file->base, path);
    folder = wb_text_dup_len(file->path, slash ? (size_t)(slash - file->path) : 0);
    return wb_pool_path(self, slash == file->path ? "/" : folder, path);
}
