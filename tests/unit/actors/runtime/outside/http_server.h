/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_server - a small HTTP server on loopback, in a thread of the test
 *
 * What it does with a request is its path:
 *   /ok          200 "hello" with a Date            /echo      200, the request as it came
 *   /wait/N      as /ok, after N ms                 /never     no answer
 *   /half        promises 100 bytes, sends 10, ends /drop      ends without an answer
 *   /reset       reads the request, then RST        /close     as /ok, then ends the connection
 *   /big/N       200, N bytes with their length     /chunks/N  200, N bytes, length not told
 *   /headers     200, 20 KiB of headers             /interim   100 first, then as /ok
 *   /moved       302 to /ok                         /empty     204
 *   /hold        as /ok, when the test says so      /odd       as /ok, in an encoding that is none
 *   /double/N    as /big/N, twice: nobody asked for the second
 *   /bomb/N      N bytes, and no more than a few packed
 *   /gzip        as /ok, packed without being asked; at /gzip/cut its end is missing, at /gzip/bad
 *                bytes of it are wrong
 */
#ifndef WB_TESTS_UNIT_ACTORS_RUNTIME_OUTSIDE_HTTP_SERVER_H
#define WB_TESTS_UNIT_ACTORS_RUNTIME_OUTSIDE_HTTP_SERVER_H

#include <stdint.h>

typedef struct http_server http_server;

http_server *http_server_start(void);
void http_server_stop(http_server **self_p);
int http_server_port(const http_server *self);
/* Connections accepted and whole requests read so far. */
int http_server_connections(http_server *self);
int http_server_requests(http_server *self);
/* Connections that it has not ended; those accepted this moment do not count yet. */
int http_server_open(http_server *self);
/* Answers all /hold whose request was read. */
void http_server_release(http_server *self);

#endif
