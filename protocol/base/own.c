/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/base/own.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *
wb_alloc(size_t size)
{
    void *memory = calloc(1, size ? size : 1);

    if (!memory)
        abort();
    return memory;
}

void *
wb_realloc(void *memory, size_t size)
{
    void *grown = realloc(memory, size ? size : 1);

    if (!grown)
        abort();
    return grown;
}

char *
wb_text_dup_len(const char *text, size_t len)
{
    char *copy = malloc(len + 1);

    if (!copy)
        abort();
    if (len)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *
wb_text_dup(const char *text)
{
    return wb_text_dup_len(text, strlen(text));
}

void
wb_free(void *pointer_p)
{
    void **p = pointer_p;

    free(*p);
    *p = NULL;
}

void
wb_fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

int
wb_fd_take(int *fd)
{
    int taken = *fd;

    *fd = -1;
    return taken;
}
