/* SPDX-License-Identifier: Apache-2.0 */
/*
 * folder - a test's folder, gone when its process is, however that ends
 *
 * A child waits for the end of a pipe that this process holds, and removes what it was told of.
 */
#ifndef WB_TESTS_UNIT_FOLDER_H
#define WB_TESTS_UNIT_FOLDER_H

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FOLDER_OPEN_MAX 16

static int folder_pipe = -1;

static inline int
folder_remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info;
    (void)type;
    (void)at;
    return remove(path);
}

static inline void
folder_remove(const char *path)
{
    (void)nftw(path, folder_remove_one, FOLDER_OPEN_MAX, FTW_DEPTH | FTW_PHYS);
}

/* The child: its parent's pipe ends when the last process of the test does. */
static inline void
folder_watch(int fd)
{
    char line[PATH_MAX], kept[64][PATH_MAX];
    size_t count = 0;
    FILE *told = fdopen(fd, "r");

    (void)setsid();
    (void)close_range(0, (unsigned)fd - 1, 0); /* what else is open is the test's alone */
    (void)close_range((unsigned)fd + 1, UINT_MAX, 0);
    while (told && fgets(line, sizeof line, told)) {
        line[strcspn(line, "\n")] = '\0';
        snprintf(kept[count++ % 64], PATH_MAX, "%s", line);
    }
    for (size_t i = 0; i < count && i < 64; i++)
        folder_remove(kept[i]);
    _exit(0);
}

static inline void
folder_guard(void)
{
    int ends[2];
    pid_t between;

    if (pipe2(ends, O_CLOEXEC))
        return;
    between = fork();
    if (between == 0) {
        if (fork() == 0)
            folder_watch(ends[0]);
        _exit(0); /* nobody's child: a test may wait for any of its own */
    }
    (void)waitpid(between, NULL, 0);
    (void)close(ends[0]);
    folder_pipe = ends[1];
}

/* As mkdtemp. */
static inline char *
folder_make(char *template)
{
    char *made = mkdtemp(template);

    if (folder_pipe < 0)
        folder_guard();
    if (made && folder_pipe >= 0)
        (void)dprintf(folder_pipe, "%s\n", made);
    return made;
}

#endif
