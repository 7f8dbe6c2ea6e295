/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main - waybill-floor: gets one access token, then starts poll, map and push as processes
 *
 *   waybill-floor --url http://127.0.0.1:PORT --state DIR [--queue q1] [--target floor]
 *                 [--in-flight 64] [--receives 4] [--sync yes|no] and the credentials
 *   waybill-floor --config FILE --stream NAME --state DIR [--in-flight 64] [--sync yes|no]
 *
 * The second one reads that stream of the account shop1 to its end, and hands it to the account
 * erp. Says `{"ready":true,"pids":[...]}`. SIGTERM ends all.
 */
#include "tools/floor/circle.h"

#include "protocol/base/own.h"

#include <cjson/cJSON.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROLES 3

static const struct {
    const char *name;
    void (*run)(floor_proc *self);
} roles[ROLES] =
    {
        {"poll", floor_poll},
        {"map",  floor_map },
        {"push", floor_push},
},
  circle_roles[ROLES] = {
      {"poll", circle_poll},
      {"map", circle_map},
      {"push", circle_push},
};

static pid_t children[ROLES];

static void
pass_on(int signal_number)
{
    for (int i = 0; i < ROLES; i++)
        if (children[i] > 0)
            (void)kill(children[i], signal_number);
}

static size_t
on_token(char *data, size_t size, size_t count, void *arg)
{
    wb_buf_add(arg, data, size * count);
    return size * count;
}

static void
add_field(wb_buf *out, CURL *easy, const char *name, const char *value)
{
    char *escaped = curl_easy_escape(easy, value, 0);

    wb_buf_addf(out, "&%s=%s", name, escaped);
    curl_free(escaped);
}

static void
get_token(floor_conf *conf)
{
    CURL *easy = curl_easy_init();
    wb_buf url, form, answer;

    wb_buf_init(&url, 4096);
    wb_buf_init(&form, 8192);
    wb_buf_init(&answer, 65536);
    wb_buf_addf(&url, "%s/auth/o2/token", conf->url);
    wb_buf_add_text(&form, "grant_type=refresh_token");
    add_field(&form, easy, "client_id", conf->client_id);
    add_field(&form, easy, "client_secret", conf->client_secret);
    add_field(&form, easy, "refresh_token", conf->refresh_token);
    curl_easy_setopt(easy, CURLOPT_URL, wb_buf_text(&url));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, wb_buf_text(&form));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_token);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer);
    if (curl_easy_perform(easy))
        floor_die("no token service");
    cJSON *root = cJSON_Parse(wb_buf_text(&answer));
    const char *token =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "access_token"));
    if (!token || strlen(token) >= sizeof conf->token)
        floor_die("no token");
    (void)snprintf(conf->token, sizeof conf->token, "%s", token);
    cJSON_Delete(root);
    curl_easy_cleanup(easy);
    wb_buf_fini(&url);
    wb_buf_fini(&form);
    wb_buf_fini(&answer);
}

static void
read_options(floor_conf *conf, int argc, char **argv)
{
    const char *in_flight = "64", *receives = "4", *sync = "yes";
    const struct {
        const char *name;
        const char **value;
    } options[] = {
        {"--url",           &conf->url          },
        {"--queue",         &conf->queue        },
        {"--target",        &conf->target       },
        {"--state",         &conf->state        },
        {"--access-key",    &conf->access_key   },
        {"--secret-key",    &conf->secret_key   },
        {"--client-id",     &conf->client_id    },
        {"--client-secret", &conf->client_secret},
        {"--refresh-token", &conf->refresh_token},
        {"--in-flight",     &in_flight          },
        {"--receives",      &receives           },
        {"--sync",          &sync               },
        {"--config",        &conf->config       },
        {"--stream",        &conf->stream       },
    };

    for (int i = 1; i + 1 < argc; i += 2) {
        size_t at = 0;
        while (at < WB_COUNT(options) && strcmp(argv[i], options[at].name) != 0)
            at++;
        if (at == WB_COUNT(options))
            floor_die("there is no such option");
        *options[at].value = argv[i + 1];
    }
    conf->in_flight = strtol(in_flight, NULL, 10);
    conf->receives = strtol(receives, NULL, 10);
    conf->sync = !strcmp(sync, "yes");
    if (!conf->state || (conf->config ? !conf->stream : !conf->url))
        floor_die("--state is needed, and --url, or --config and --stream");
}

static void
start(const floor_conf *conf, int role)
{
    floor_proc proc = {0};

    children[role] = fork();
    if (children[role] < 0)
        floor_die("cannot fork");
    if (children[role] > 0)
        return;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    floor_open(&proc, conf, roles[role].name);
    (conf->circle ? circle_roles : roles)[role].run(&proc);
    exit(0);
}

int
main(int argc, char **argv)
{
    floor_conf conf = {.queue = "q1",
                       .target = "floor",
                       .access_key = "AKIASIM1",
                       .secret_key = "sim-secret-1",
                       .client_id = "amzn1.application-oa2-client.sim1",
                       .client_secret = "sim-client-1",
                       .refresh_token = "Atzr|sim-1"};
    static circle story;
    struct sigaction stop = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
    int status, failed = 0;

    read_options(&conf, argc, argv);
    curl_global_init(CURL_GLOBAL_ALL);
    if (conf.config) {
        circle_open(&story, conf.config, conf.stream);
        conf.circle = &story;
    } else {
        get_token(&conf);
    }
    for (int role = 0; role < ROLES; role++)
        start(&conf, role);
    (void)sigaction(SIGTERM, &stop, NULL);
    (void)sigaction(SIGINT, &stop, NULL);
    printf("{\"ready\":true,\"pids\":{\"poll\":%d,\"map\":%d,\"push\":%d}}\n", children[0],
           children[1], children[2]);
    (void)fflush(stdout);
    while (wait(&status) > 0) {
        failed += status != 0;
        pass_on(SIGTERM); /* one without the others is of no use */
    }
    return failed ? 1 : 0;
}
