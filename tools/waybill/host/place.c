/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place - looks in the usual places
 */
#include "tools/waybill/host/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/connectors/all.h"
#include "actors/runtime/config/options.h"
#include "actors/runtime/config/rows.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/key.h"
#include "protocol/limits.h"
#include "tools/waybill/terminal/command.h"

wb_rc
wb_place_config(char *dst, size_t size, const char *given, wb_err *err)
{
    static const char *const usual[] = {"waybill.yaml", "state/waybill.yaml"};
    const char *path = given ? given : getenv("WAYBILL_CONFIG");

    for (size_t i = 0; !path && i < WB_COUNT(usual); i++) {
        if (access(usual[i], F_OK) == 0)
            path = usual[i];
    }
    if (!path)
        return wb_fail(err, WB_FATAL,
                       "no configuration: name one with --config FILE or WAYBILL_CONFIG, or stand "
                       "where waybill.yaml is");
    return wb_text_set(dst, size, wb_view_of(path), err);
}

wb_rc
wb_place_of(wb_place *out, const char *config, const wb_config_tree *tree, wb_err *err)
{
    char *const *brokers = tree->brokers.items;
    wb_place self = {
        .shards = (uint16_t)tree->shards,
        .stage_counts = {tree->stages.poller, tree->stages.enricher, tree->stages.mapper,
                         tree->stages.pusher,
                         tree->gateway.listen && *tree->gateway.listen ? 1 : 0}
    };
    wb_rc rc = wb_text_set(self.config, sizeof self.config, wb_view_of(config), err);

    if (!rc)
        rc = wb_text_set(self.state, sizeof self.state, wb_view_of(tree->state), err);
    if (!rc)
        rc =
            wb_text_set(self.deployment, sizeof self.deployment, wb_view_of(tree->deployment), err);
    for (size_t i = 0; !rc && i < tree->brokers.count && i < WB_COUNT(self.broker); i++)
        rc = wb_text_set(self.broker[self.broker_count++], WB_PATH_SIZE, wb_view_of(brokers[i]),
                         err);
    if (rc)
        return rc;
    if (snprintf(self.run, sizeof self.run, "%s/run", self.state) >= (int)sizeof self.run)
        return wb_fail(err, WB_FATAL, "the path of the state folder is too long");
    self.alone = !self.broker_count;
    if (self.alone)
        (void)snprintf(self.broker[self.broker_count++], WB_PATH_SIZE, "ipc://%.400s/broker",
                       self.run);
    *out = self;
    return WB_OK;
}

wb_rc
wb_place_find(wb_place *out, const char *given, wb_err *err)
{
    WB_AUTO(wb_pool_fini) wb_pool pool = {0};
    wb_config_tree tree = {0};
    char path[WB_PATH_SIZE];
    wb_rc rc = wb_place_config(path, sizeof path, given, err);

    if (!rc)
        rc = wb_config_peek(&tree, &pool, path, err);
    if (rc)
        return rc;
    if (!tree.state || !tree.deployment || tree.shards < 1)
        return wb_fail(err, WB_FATAL, "%s has problems: see waybill check --config %s", path, path);
    return wb_place_of(out, path, &tree, err);
}

static const wb_connector *
connector_of(const wb_account_conf *account)
{
    for (size_t i = 0; account->connector && wb_connectors[i]; i++) {
        if (strcmp(wb_connectors[i]->name, account->connector) == 0)
            return wb_connectors[i];
    }
    return NULL;
}

wb_rc
wb_place_account_find(wb_place_account *out, const char *config, const char *name, bool any,
                      wb_err *err)
{
    WB_AUTO(wb_pool_fini) wb_pool pool = {0};
    wb_config_tree tree = {0};
    const wb_account_conf *accounts;
    const char **names, *nearest;
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    wb_rc rc = wb_config_peek(&tree, &pool, config, err);

    if (rc)
        return rc;
    wb_buf_init(&key, sizeof out->key);
    accounts = tree.accounts.items;
    names = wb_pool_alloc(&pool, (tree.accounts.count + 1) * sizeof *names);
    for (size_t i = 0; i < tree.accounts.count; i++) {
        names[i] = accounts[i].name;
        wb_buf_clear(&key);
        if (!accounts[i].tenant || wb_key_account(&key, wb_view_of(accounts[i].tenant),
                                                  wb_view_of(accounts[i].name), NULL))
            continue;
        if (strcmp(accounts[i].name, name) != 0 && !wb_view_is(wb_buf_view(&key), name))
            continue;
        rc = wb_text_set(out->key, sizeof out->key, wb_buf_view(&key), err);
        out->connector = connector_of(&accounts[i]);
        return rc;
    }
    out->connector = NULL;
    if (any && strchr(name, '/'))
        return wb_text_set(out->key, sizeof out->key, wb_view_of(name), err);
    nearest = wb_text_nearest(wb_view_of(name), names);
    return wb_fail(err, WB_REJECT, "there is no account %.100s%s%s%s", name,
                   nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
}

int
wb_place_targets(const char *config, wb_place_target each, void *arg)
{
    WB_AUTO(wb_pool_fini) wb_pool pool = {0};
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    wb_config_tree tree = {0};
    wb_err err = {0};
    int code = EXIT_DONE;

    if (wb_config_peek(&tree, &pool, config, &err)) {
        fprintf(stderr, "waybill: %s\n", err.text);
        return EXIT_CONFIG;
    }
    wb_buf_init(&key, WB_ACCOUNT_KEY_MAX + 1);
    for (size_t i = 0; code == EXIT_DONE && i < tree.accounts.count; i++) {
        const wb_account_conf *account = (const wb_account_conf *)tree.accounts.items + i;
        const wb_connector *connector = connector_of(account);

        wb_buf_clear(&key);
        if (!connector || !wb_connector_pushes(connector) || !account->tenant ||
            wb_key_account(&key, wb_view_of(account->tenant), wb_view_of(account->name), NULL))
            continue;
        wb_buf_add_char(&key, '\0');
        code = each(arg, (const char *)key.data);
    }
    return code;
}

wb_rc
wb_place_executable(char *dst, size_t size, const char *name, wb_err *err)
{
    char self[WB_PATH_SIZE], *slash;
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);

    if (len <= 0)
        return wb_fail(err, WB_FATAL, "our own path is not known: %s", strerror(errno));
    self[len] = '\0';
    slash = strrchr(self, '/');
    *slash = '\0';
    if (snprintf(dst, size, "%s/%s", self, name) >= (int)size)
        return wb_fail(err, WB_FATAL, "the path of %s is too long", name);
    if (access(dst, X_OK))
        return wb_fail(err, WB_FATAL, "%s is not there: %s", dst, strerror(errno));
    return WB_OK;
}

wb_rc
wb_place_folder(const char *path, wb_err *err)
{
    struct stat info;

    if (mkdir(path, 0700) && errno != EEXIST)
        return wb_fail(err, WB_FATAL, "the folder %s cannot be made: %s", path, strerror(errno));
    if (stat(path, &info) == 0 && !S_ISDIR(info.st_mode))
        return wb_fail(err, WB_FATAL, "%s is no folder", path);
    if (access(path, R_OK | W_OK | X_OK))
        return wb_fail(err, WB_FATAL, "the folder %s cannot be written: %s", path, strerror(errno));
    return WB_OK;
}

int
wb_place_load(wb_config **out, const char *path, bool blind)
{
    wb_config_blind how = {.path = path};
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    char text[WB_PROBLEM_TEXT_SIZE];
    wb_err err = {0};

    if (!(blind ? wb_config_load_blind(out, &how, wb_connectors, &problems, &err)
                : wb_config_load(out, path, wb_connectors, &problems, &err)))
        return EXIT_DONE;
    for (size_t i = 0; i < problems.count; i++) {
        wb_problem_text(text, sizeof text, &problems.rows[i]);
        fprintf(stderr, "%s\n", text);
    }
    if (problems.count > 1)
        fprintf(stderr, "%zu problems\n", problems.count);
    return EXIT_CONFIG;
}
