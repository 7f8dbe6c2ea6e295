/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/waybill/host/dashboard.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "actors/ask/login_codes.h"
#include "protocol/base/own.h"

#define INSTANCE "gateway-1"

/* What the gateway wrote when it began to listen: "HOST:PORT". */
static bool
read_listen(char *dst, size_t size, const wb_place *place)
{
    char path[WB_PATH_SIZE + 64];
    WB_AUTO(wb_fd_close) int fd = -1;
    ssize_t len;

    (void)snprintf(path, sizeof path, "%s/" INSTANCE ".ready", place->run);
    if (access(path, F_OK))
        return false;
    (void)snprintf(path, sizeof path, "%s/" INSTANCE ".address", place->run);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    len = fd < 0 ? -1 : read(fd, dst, size - 1);
    if (len <= 0)
        return false;
    dst[len] = '\0';
    dst[strcspn(dst, "\n")] = '\0';
    return strrchr(dst, ':') != NULL;
}

static bool
begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

wb_rc
wb_dashboard_address(char dst[WB_DASHBOARD_SIZE], const wb_place *place, wb_role role, wb_err *err)
{
    char listen[256], code[WB_LOGIN_CODE_LEN + 1];
    wb_rc rc;

    if (!read_listen(listen, sizeof listen, place))
        return wb_fail(err, WB_RETRY,
                       "no gateway runs here: it is off until the configuration says `gateway: "
                       "{listen: 127.0.0.1:8420}`");
    if (begins(listen, "0.0.0.0:") || begins(listen, "[::]:")) {
        (void)snprintf(dst, WB_DASHBOARD_SIZE, "http://localhost%s/", strrchr(listen, ':'));
        return WB_OK;
    }
    if (!begins(listen, "127.") && !begins(listen, "[::1]:")) {
        (void)snprintf(dst, WB_DASHBOARD_SIZE, "http://%s/", listen);
        return WB_OK;
    }
    rc = wb_login_code_make(place->run, role, code, err);
    if (!rc)
        (void)snprintf(dst, WB_DASHBOARD_SIZE, "http://%s/#code=%s", listen, code);
    return rc;
}
