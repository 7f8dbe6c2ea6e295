/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask - a client of a simulated world in the same thread: a request, turns of the loop, the answer
 */
#ifndef WB_TESTS_UNIT_TOOLS_SIM_ASK_H
#define WB_TESTS_UNIT_TOOLS_SIM_ASK_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "protocol/base/own.h"
#include "tests/unit/suite.h"
#include "tools/sim/engine/sim.h"

#define SIM_ANSWER_MAX 1000000

/* Send the bytes of a whole request that asks for the connection's end. The status; `out` gets what
 * follows the head. */
static inline int
sim_ask(wb_sim *sim, wb_view request, wb_buf *out)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)sim->port)};
    WB_AUTO(wb_fd_close) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    WB_AUTO(wb_buf_fini) wb_buf whole = {0};
    int status = 0;

    wb_buf_init(&whole, SIM_ANSWER_MAX);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert(!connect(fd, (struct sockaddr *)&to, sizeof to));
    ck_assert(send(fd, request.data, request.len, 0) == (ssize_t)request.len);
    for (ssize_t got = 1; got;) {
        wb_sim_turn(sim, 1);
        got = recv(fd, wb_buf_room(&whole, 65536), 65536, MSG_DONTWAIT);
        wb_buf_grew(&whole, got > 0 ? (size_t)got : 0);
    }
    const char *text = wb_buf_text(&whole), *head = strstr(text, "\r\n\r\n");
    ck_assert_msg(head && whole.len > 12, "no answer to %.*s", WB_VIEW_ARG(request));
    for (int i = 9; i < 12; i++)
        status = status * 10 + text[i] - '0';
    wb_buf_clear(out);
    wb_buf_add_text(out, head + 4);
    return status;
}

/* "GET /path", without a body. */
static inline int
sim_ask_text(wb_sim *sim, const char *what, wb_buf *out)
{
    WB_AUTO(wb_buf_fini) wb_buf request = {0};

    wb_buf_init(&request, 65536);
    wb_buf_addf(&request, "%s HTTP/1.1\r\nConnection: close\r\n\r\n", what);
    return sim_ask(sim, wb_buf_view(&request), out);
}

#endif
