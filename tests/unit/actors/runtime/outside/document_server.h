/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document_server - one document over HTTP on loopback, in a thread of the test: whole or by
 * ranges, breaking off or falling silent where the test says so. Each request has a connection of
 * its own.
 */
#ifndef WB_TESTS_UNIT_ACTORS_RUNTIME_OUTSIDE_DOCUMENT_SERVER_H
#define WB_TESTS_UNIT_ACTORS_RUNTIME_OUTSIDE_DOCUMENT_SERVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Filled by the test before it asks; what the server notes is behind it. */
typedef struct {
    const char *data;
    size_t len;
    int status;            /* 0 = 200, or 206 */
    const char *etag;      /* with its quotes; NULL = none */
    const char *then_etag; /* of the second request on; NULL = the same */
    const char *encoding;  /* Content-Encoding; NULL = none */
    bool ranges;           /* it knows them */
    bool wrong_range;      /* and answers with another */
    size_t breaks_after;   /* bytes of each answer, then the connection ends; 0 = never */
    bool heals;            /* only the first one breaks off */
    size_t silent_after;   /* bytes of the first answer, then nothing more; 0 = never */
    atomic_int requests, ranged;
    int port;
    /* private */
    pthread_t thread;
    int listen_fd, stop_fd, silent_fd;
} document_server;

void document_server_start(document_server *self);
void document_server_stop(document_server *self);

#endif
