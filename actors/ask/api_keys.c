/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/ask/api_keys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"
#include "protocol/json.h"

#define BEGIN "wb_"
#define SECRET_LEN 32
#define FILE_MAX 16384
#define PATH_MAX_HERE 1024
#define END ".json"

typedef struct {
    wb_api_key key;
    uint8_t salt[WB_SCRYPT_SALT_LEN], hash[WB_SCRYPT_LEN];
    bool known; /* this secret was right, in this life: */
    uint8_t secret_sha256[WB_SHA256_LEN];
    char fault[160]; /* it is none; "" = it is one */
} entry;

struct wb_api_keys {
    char *folder;
    entry *entries;
    size_t count;
    int64_t looked_ms; /* monotonic; 0 = never */
    int64_t proofs_ms; /* the second that these are counted in: */
    int proofs;
    struct timespec changed; /* the folder, when it was read */
};

/* --- names --- */

static const char *const role_names[] = {"open", "read", "operate", "admin"};

const char *
wb_role_name(wb_role role)
{
    return role_names[role];
}

bool
wb_role_find(wb_role *out, wb_view name)
{
    for (int role = WB_ROLE_READ; role <= WB_ROLE_ADMIN; role++)
        if (wb_view_is(name, role_names[role])) {
            *out = (wb_role)role;
            return true;
        }
    return false;
}

static bool
is_name(wb_view name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            c != '-')
            return false;
    }
    return name.len > 0 && name.len <= WB_API_KEY_NAME_MAX;
}

/* --- a file --- */

static wb_rc
read_members(entry *self, wb_json *json, wb_err *err)
{
    wb_view role = {NULL, 0}, salt = {NULL, 0}, hash = {NULL, 0};
    wb_rc rc = wb_json_text(json, wb_json_get(json, 0, "role"), &role, "role", err);

    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "salt"), &salt, "salt", err);
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "hash"), &hash, "hash", err);
    if (!rc)
        rc = wb_json_time(json, wb_json_get(json, 0, "created"), &self->key.created_utc_us,
                          "created", err);
    if (!rc && !wb_role_find(&self->key.role, role))
        rc = wb_fail(err, WB_REJECT, "role has to be read, operate or admin");
    if (!rc)
        rc = wb_unhex(self->salt, sizeof self->salt, salt, err);
    if (!rc)
        rc = wb_unhex(self->hash, sizeof self->hash, hash, err);
    return rc;
}

static wb_rc
slurp(const char *path, wb_buf *out, wb_err *err)
{
    WB_AUTO(wb_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    char piece[4096];
    ssize_t count = -1;

    while (fd >= 0 && (count = read(fd, piece, sizeof piece)) > 0)
        wb_buf_add(out, piece, (size_t)count);
    if (count < 0)
        return wb_fail(err, WB_REJECT, "it cannot be read: %s", strerror(errno));
    return wb_buf_check(out, "it", err);
}

static void
load(entry *self, const char *folder, const char *file)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    char path[PATH_MAX_HERE];
    wb_err err = {0};
    wb_rc rc;

    wb_buf_init(&text, FILE_MAX);
    (void)snprintf(self->key.name, sizeof self->key.name, "%.*s", (int)(strlen(file) - strlen(END)),
                   file);
    (void)snprintf(path, sizeof path, "%s/%s", folder, file);
    rc = slurp(path, &text, &err);
    if (!rc)
        rc = wb_json_parse(json, wb_buf_view(&text), &err);
    if (!rc)
        rc = read_members(self, json, &err);
    if (rc)
        (void)snprintf(self->fault, sizeof self->fault, "%.150s", err.text);
}

/* --- the folder --- */

static bool
is_key_file(const char *name)
{
    size_t len = strlen(name), end = strlen(END);

    return len > end && strcmp(name + len - end, END) == 0 && is_name((wb_view){name, len - end});
}

/* What was proved of a key that has not changed stays proved. */
static void
keep_known(entry *self, const entry *before, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (before[i].known && strcmp(before[i].key.name, self->key.name) == 0 &&
            memcmp(before[i].hash, self->hash, sizeof self->hash) == 0) {
            self->known = true;
            memcpy(self->secret_sha256, before[i].secret_sha256, sizeof self->secret_sha256);
        }
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(((const entry *)a)->key.name, ((const entry *)b)->key.name);
}

static void
read_folder(wb_api_keys *self)
{
    WB_AUTO(wb_free) entry *before = self->entries;
    size_t before_count = self->count;
    DIR *folder = opendir(self->folder);
    const struct dirent *file;

    self->count = 0;
    self->entries = wb_alloc(WB_API_KEYS_MAX * sizeof *self->entries);
    while (folder && self->count < WB_API_KEYS_MAX && (file = readdir(folder)))
        if (is_key_file(file->d_name))
            load(&self->entries[self->count++], self->folder, file->d_name);
    if (folder)
        (void)closedir(folder);
    qsort(self->entries, self->count, sizeof *self->entries, by_name);
    for (size_t i = 0; i < self->count; i++)
        keep_known(&self->entries[i], before, before_count);
}

/* A file that is written anew has another time than the folder: it is renamed into its place. */
static void
look(wb_api_keys *self)
{
    int64_t now_ms = wb_now_us() / 1000;
    struct stat is = {0};

    if (self->looked_ms && now_ms - self->looked_ms < WB_API_KEYS_LOOK_MS)
        return;
    if (stat(self->folder, &is))
        is.st_mtim = (struct timespec){0};
    if (!self->looked_ms || is.st_mtim.tv_sec != self->changed.tv_sec ||
        is.st_mtim.tv_nsec != self->changed.tv_nsec)
        read_folder(self);
    self->changed = is.st_mtim;
    self->looked_ms = now_ms;
}

wb_api_keys *
wb_api_keys_open(const char *folder)
{
    wb_api_keys *self = wb_alloc(sizeof *self);

    self->folder = wb_text_dup(folder);
    return self;
}

void
wb_api_keys_close(wb_api_keys **self_p)
{
    wb_api_keys *self = *self_p;

    if (!self)
        return;
    wb_free(&self->entries);
    wb_free(&self->folder);
    wb_free(self_p);
}

/* --- who calls --- */

/* "wb_NAME_SECRET". */
static bool
split(wb_view text, wb_view *name, wb_view *secret)
{
    const size_t digits = (size_t)2 * SECRET_LEN, begin = strlen(BEGIN);

    if (text.len < begin + 2 + digits || !wb_view_begins(text, WB_VIEW_LIT(BEGIN)) ||
        text.data[text.len - digits - 1] != '_')
        return false;
    *name = (wb_view){text.data + begin, text.len - begin - digits - 1};
    *secret = (wb_view){text.data + text.len - digits, digits};
    return is_name(*name);
}

/* One more may be proved now. */
static bool
may_prove(wb_api_keys *self)
{
    int64_t now_ms = wb_now_us() / 1000;

    if (now_ms - self->proofs_ms >= 1000) {
        self->proofs_ms = now_ms;
        self->proofs = 0;
    }
    return self->proofs++ < WB_API_KEYS_PROOFS;
}

static bool
proves(wb_api_keys *keys, entry *self, wb_view secret)
{
    uint8_t hash[WB_SCRYPT_LEN], sha256[WB_SHA256_LEN];
    bool right;

    wb_sha256(sha256, secret);
    if (self->known && wb_digest_same((wb_view){(const char *)sha256, sizeof sha256},
                                      (wb_view){(const char *)self->secret_sha256, sizeof sha256}))
        return true;
    if (!may_prove(keys))
        return false;
    wb_scrypt(hash, secret, self->salt);
    right = wb_digest_same((wb_view){(const char *)hash, sizeof hash},
                           (wb_view){(const char *)self->hash, sizeof hash});
    if (right)
        memcpy(self->secret_sha256, sha256, sizeof sha256);
    self->known = self->known || right;
    return right;
}

const wb_api_key *
wb_api_keys_check(wb_api_keys *self, wb_view text)
{
    wb_view name, secret;

    if (!split(text, &name, &secret))
        return NULL;
    look(self);
    for (size_t i = 0; i < self->count; i++) {
        entry *one = &self->entries[i];

        if (!one->fault[0] && wb_view_is(name, one->key.name))
            return proves(self, one, secret) ? &one->key : NULL;
    }
    return NULL;
}

bool
wb_api_keys_has(wb_api_keys *self, const wb_api_key *key)
{
    look(self);
    for (size_t i = 0; i < self->count; i++) {
        const wb_api_key *one = &self->entries[i].key;

        if (!self->entries[i].fault[0] && strcmp(one->name, key->name) == 0)
            return one->role == key->role && one->created_utc_us == key->created_utc_us;
    }
    return false;
}

void
wb_api_keys_list(wb_api_keys *self, wb_api_keys_each each, void *arg)
{
    look(self);
    for (size_t i = 0; i < self->count; i++) {
        const entry *one = &self->entries[i];

        each(arg, one->key.name, one->fault[0] ? NULL : &one->key, one->fault);
    }
}

/* --- made, and taken away --- */

static void
write_members(const wb_api_key *key, wb_view secret, wb_buf *out)
{
    uint8_t salt[WB_SCRYPT_SALT_LEN], hash[WB_SCRYPT_LEN];
    char hex[2 * WB_SCRYPT_LEN + 1];
    wb_json_writer writer;

    wb_random_bytes(salt, sizeof salt);
    wb_scrypt(hash, secret, salt);
    wb_json_writer_init(&writer, out);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "role", wb_view_of(wb_role_name(key->role)));
    wb_json_put_key(&writer, "created");
    wb_json_put_time(&writer, key->created_utc_us);
    wb_hex(hex, salt, sizeof salt);
    wb_json_member_text(&writer, "salt", wb_view_of(hex));
    wb_hex(hex, hash, sizeof hash);
    wb_json_member_text(&writer, "hash", wb_view_of(hex));
    wb_json_close(&writer, '}');
    wb_buf_add_char(out, '\n');
}

/* Whole, or not at all; never over one that is there. */
static wb_rc
put_file(const char *folder, const char *name, wb_view text, wb_err *err)
{
    char path[PATH_MAX_HERE], part[PATH_MAX_HERE];
    WB_AUTO(wb_fd_close) int fd = -1;
    WB_AUTO(wb_fd_close) int at = -1;

    if (mkdir(folder, 0700) && errno != EEXIST)
        return wb_fail(err, WB_FATAL, "the folder %s cannot be made: %s", folder, strerror(errno));
    (void)snprintf(path, sizeof path, "%s/%s" END, folder, name);
    (void)snprintf(part, sizeof part, "%s/.%s.%ld", folder, name, (long)getpid());
    fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text.data, text.len) != (ssize_t)text.len || fsync(fd))
        return wb_fail(err, WB_FATAL, "%s cannot be written: %s", part, strerror(errno));
    if (link(part, path)) {
        int why = errno;

        (void)unlink(part);
        return why == EEXIST ? wb_fail(err, WB_REJECT, "there is a key of that name: %s", name)
                             : wb_fail(err, WB_FATAL, "%s cannot be made: %s", path, strerror(why));
    }
    (void)unlink(part);
    at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return at >= 0 && !fsync(at)
               ? WB_OK
               : wb_fail(err, WB_FATAL, "%s cannot be stored: %s", folder, strerror(errno));
}

wb_rc
wb_api_key_add(const char *folder, const wb_api_key *key, char text[WB_API_KEY_TEXT_MAX + 1],
               wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf members = {0};
    uint8_t secret[SECRET_LEN];
    char hex[2 * SECRET_LEN + 1];
    wb_rc rc;

    if (!is_name(wb_view_of(key->name)))
        return wb_fail(err, WB_REJECT, "a name is 1 to %d letters, digits and '-'",
                       WB_API_KEY_NAME_MAX);
    wb_random_bytes(secret, sizeof secret);
    wb_hex(hex, secret, sizeof secret);
    wb_buf_init(&members, FILE_MAX);
    write_members(key, wb_view_of(hex), &members);
    rc = wb_buf_check(&members, "a key", err);
    if (!rc)
        rc = put_file(folder, key->name, wb_buf_view(&members), err);
    if (!rc)
        (void)snprintf(text, WB_API_KEY_TEXT_MAX + 1, BEGIN "%s_%s", key->name, hex);
    return rc;
}

wb_rc
wb_api_key_remove(const char *folder, const char *name, wb_err *err)
{
    char path[PATH_MAX_HERE];

    (void)snprintf(path, sizeof path, "%s/%s" END, folder, name);
    if (!is_name(wb_view_of(name)) || (unlink(path) && errno == ENOENT))
        return wb_fail(err, WB_REJECT, "there is no key of that name: %.40s", name);
    return access(path, F_OK)
               ? WB_OK
               : wb_fail(err, WB_FATAL, "%s cannot be taken away: %s", path, strerror(errno));
}
