/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening: identity, the lock, what is refused and left as it was
 *
 * This program is also the other process: `test.storage.open hold FOLDER` opens the store,
 * writes its master key to say so, and ends when its standard input does.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>

#include "protocol/base/clock.h"
#include "protocol/digest.h"
#include "storage/events.h"
#include "storage/inside.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

static void
data_path(char *dst, size_t size, const rig *r)
{
    snprintf(dst, size, "%s/data.mdb", r->path);
}

/* SHA-256 of the data file; all zero when there is none. */
static void
fingerprint(uint8_t out[32], const rig *r)
{
    WB_AUTO(wb_fd_close) int fd = -1;
    WB_AUTO(wb_free) char *bytes = NULL;
    char path[200];
    struct stat st;

    memset(out, 0, 32);
    data_path(path, sizeof path, r);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ck_assert_int_eq(fstat(fd, &st), 0);
    bytes = wb_alloc((size_t)st.st_size);
    ck_assert_int_eq(read(fd, bytes, (size_t)st.st_size), st.st_size);
    wb_sha256(out, (wb_view){bytes, (size_t)st.st_size});
}

/* Refused with `word` in the text, and not a byte of it changed. */
static void
check_refused(rig *r, const char *word)
{
    uint8_t before[32], after[32];
    struct stat st_before = {0}, st_after = {0};
    char path[200];

    data_path(path, sizeof path, r);
    fingerprint(before, r);
    wb_ignore(stat(path, &st_before), "it may be absent");
    ck_assert_int_eq(wb_store_open(&r->store, &r->conf, &r->err), WB_FATAL);
    ck_assert_ptr_null(r->store);
    ck_assert_msg(strstr(r->err.text, word) != NULL, "%s", r->err.text);
    fingerprint(after, r);
    wb_ignore(stat(path, &st_after), "it may be absent");
    ck_assert_mem_eq(before, after, sizeof before);
    ck_assert_int_eq(st_before.st_mtim.tv_nsec, st_after.st_mtim.tv_nsec);
}

static void
put_meta(rig *r, const char *name, const char *value, size_t len)
{
    wb_txn *txn = rig_begin(r, true);

    if (value)
        rig_ok(r, wb_kv_put(txn, WB_DB_META, wb_view_of(name), (wb_view){value, len}, &r->err));
    else
        rig_ok(r, wb_kv_delete(txn, WB_DB_META, wb_view_of(name), &r->err));
    rig_commit(r, &txn);
}

START_TEST(identity)
{
    int64_t before = wb_now_utc_us(), birth;
    uint64_t commits;
    wb_id id;
    rig r;

    rig_init(&r);
    id = *wb_store_id(r.store);
    birth = wb_store_birth_utc_us(r.store);
    commits = wb_store_commits(r.store);
    ck_assert(birth >= before && birth <= wb_now_utc_us());
    for (int i = 0; i < 3; i++)
        put_meta(&r, "value/x", "abc", (size_t)i + 1);
    ck_assert_uint_eq(wb_store_commits(r.store), commits + 3);
    rig_reopen(&r);
    ck_assert_uint_eq(wb_store_commits(r.store), commits + 3); /* opening changes nothing */
    ck_assert_mem_eq(wb_store_id(r.store), &id, sizeof id);
    ck_assert_int_eq(wb_store_birth_utc_us(r.store), birth);
    rig_fini(&r);
}
END_TEST

/* A store that was turned back is another one, with all that it holds. */
START_TEST(renewed)
{
    wb_view value = {0};
    uint64_t sequence = 0, first = 0, last = 9;
    int64_t birth;
    wb_txn *txn;
    wb_id id, new_id;
    rig r;

    rig_init(&r);
    id = *wb_store_id(r.store);
    birth = wb_store_birth_utc_us(r.store);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_shards_claim(txn, 3, 7, &r.err));
    for (int i = 0; i < 3; i++)
        rig_ok(&r,
               wb_events_append(txn, WB_TOPIC_RUN, WB_VIEW_LIT("x"), 1 << 20, &sequence, &r.err));
    rig_commit(&r, &txn);
    put_meta(&r, "value/x", "abc", 3);
    rig_ok(&r, wb_store_renew(r.store, &r.err));
    new_id = *wb_store_id(r.store);
    ck_assert_mem_ne(&new_id, &id, sizeof id);
    ck_assert_int_gt(wb_store_birth_utc_us(r.store), birth);
    rig_reopen(&r);
    ck_assert_mem_eq(wb_store_id(r.store), &new_id, sizeof id);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_kv_get(txn, WB_DB_META, WB_VIEW_LIT("value/x"), &value, &r.err));
    ck_assert(wb_view_is(value, "abc"));
    rig_ok(&r, wb_events_span(txn, WB_TOPIC_RUN, &first, &last, &r.err));
    ck_assert(first == 1 && last == 0);
    rig_ok(&r, wb_events_append(txn, WB_TOPIC_RUN, WB_VIEW_LIT("y"), 1 << 20, &sequence, &r.err));
    ck_assert_uint_eq(sequence, 1);
    rig_commit(&r, &txn);
    rig_fini(&r);
}
END_TEST

START_TEST(private_files)
{
    static const char *const files[] = {"one", "one/data.mdb", "one/lock", "master.key"};
    struct stat st;
    char path[200];
    rig r;

    rig_init(&r);
    for (size_t i = 0; i < WB_COUNT(files); i++) {
        snprintf(path, sizeof path, "%s/%s", r.home, files[i]);
        ck_assert_int_eq(stat(path, &st), 0);
        ck_assert_msg((st.st_mode & 077) == 0, "%s is open to others", files[i]);
    }
    rig_fini(&r);
}
END_TEST

START_TEST(newer_format)
{
    rig r;

    rig_init(&r);
    put_meta(&r, "format", "\0\0\0\x63", 4);
    wb_store_close(&r.store);
    check_refused(&r, "format 99");
    rig_fini(&r);
}
END_TEST

/* Format 0 had no deployment, whoever opens it gives it one; format 1 had no young tables. */
START_TEST(older_format)
{
    const char older[] = {0, 0, 0, (char)_i}, newest[] = {0, 0, 0, WB_STORE_FORMAT};
    wb_view value = {0};
    wb_txn *txn;
    wb_id id;
    rig r;

    rig_init(&r);
    id = *wb_store_id(r.store);
    put_meta(&r, "format", older, sizeof older);
    if (_i == 0)
        put_meta(&r, "deployment", NULL, 0);
    rig_reopen(&r);
    ck_assert_mem_eq(wb_store_id(r.store), &id, sizeof id);
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_kv_get(txn, WB_DB_META, WB_VIEW_LIT("format"), &value, &r.err));
    ck_assert(wb_view_eq(value, (wb_view){newest, sizeof newest}));
    rig_ok(&r, wb_kv_get(txn, WB_DB_META, WB_VIEW_LIT("deployment"), &value, &r.err));
    ck_assert(wb_view_is(value, "test"));
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

START_TEST(other_deployment)
{
    rig r;

    rig_init(&r);
    wb_store_close(&r.store);
    r.conf.deployment = "production";
    check_refused(&r, "belongs to deployment test");
    rig_fini(&r);
}
END_TEST

static void
cut_file(const char *path)
{
    ck_assert_int_eq(truncate(path, 3 * 4096), 0);
}

static void
spoil_meta(const char *path)
{
    WB_AUTO(wb_fd_close) int fd = open(path, O_WRONLY | O_CLOEXEC);
    char junk[8192];

    memset(junk, 0x5a, sizeof junk);
    ck_assert_int_eq(pwrite(fd, junk, sizeof junk, 0), sizeof junk);
}

static void
foreign_file(const char *path)
{
    WB_AUTO(wb_fd_close) int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

    ck_assert_int_eq(write(fd, "hello", 5), 5);
}

static void (*const damages[])(const char *path) = {cut_file, spoil_meta, foreign_file};

START_TEST(damaged)
{
    char path[200];
    rig r;

    rig_init(&r);
    wb_store_close(&r.store);
    data_path(path, sizeof path, &r);
    damages[_i](path);
    check_refused(&r, "damaged");
    rig_fini(&r);
}
END_TEST

static const char *const identity_rows[] = {"format", "id", "birth"};

START_TEST(no_identity)
{
    rig r;

    rig_init(&r);
    put_meta(&r, identity_rows[_i], "x", 1);
    wb_store_close(&r.store);
    ck_assert_int_eq(wb_store_open(&r.store, &r.conf, &r.err), WB_FATAL);
    ck_assert_ptr_nonnull(strstr(r.err.text, "damaged"));
    rig_fini(&r);
}
END_TEST

/* Killed between LMDB's first page and our first row: a new store, not a damaged one. */
START_TEST(born_half)
{
    MDB_env *env = NULL;
    rig r;

    rig_folder(&r);
    ck_assert_int_eq(mkdir(r.path, 0700), 0);
    ck_assert_int_eq(mdb_env_create(&env), 0);
    ck_assert_int_eq(mdb_env_open(env, r.path, 0, 0600), 0);
    mdb_env_close(env);
    rig_open(&r);
    rig_fini(&r);
}
END_TEST

START_TEST(unwritable_folder)
{
    char under_file[120];
    rig r;

    rig_init(&r);
    wb_store_close(&r.store);
    snprintf(under_file, sizeof under_file, "%s/lock/below",
             r.path); /* under a file: for root too */
    r.conf.path = under_file;
    ck_assert_int_eq(wb_store_open(&r.store, &r.conf, &r.err), WB_FATAL);
    ck_assert_ptr_nonnull(strstr(r.err.text, "cannot"));
    r.conf.path = "/proc/self/waybill";
    ck_assert_int_eq(wb_store_open(&r.store, &r.conf, &r.err), WB_FATAL);
    if (geteuid() != 0) {
        r.conf.path = r.path;
        chmod(r.path, 0500);
        unlink(under_file);
        ck_assert_int_eq(wb_store_open(&r.store, &r.conf, &r.err), WB_FATAL);
        chmod(r.path, 0700);
    }
    rig_fini(&r);
}
END_TEST

static const struct {
    const char *bytes;
    size_t len;
    bool named; /* by the configuration */
    int mode;
    const char *word; /* NULL = taken */
} key_files[] = {
    {"0123456789abcdef0123456789abcdef",                                   32, false, 0600, NULL         },
    {"0123456789abcdef0123456789abcdef",                                   32, true,  0644, NULL         },
    {"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n", 65, true,  0600, NULL         },
    {"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",   64, true,  0600, NULL         },
    {"0123456789abcdef0123456789abcdef",                                   32, false, 0644, "0600"       },
    {"short",                                                              5,  false, 0600, "neither"    },
    {"",                                                                   0,  true,  0600, "neither"    },
    {"0123456789abcdef0123456789abcdefXX",                                 34, true,  0600, "neither"    },
    {"x0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",   64, true,  0600, "neither"    },
    {NULL,                                                                 0,  true,  0600, "cannot read"},
};

START_TEST(master_key)
{
    char path[120];
    int fd;
    rig r;

    rig_folder(&r);
    snprintf(path, sizeof path, "%s/%s", r.home, key_files[_i].named ? "other.key" : "master.key");
    if (key_files[_i].named)
        r.conf.master_key_path = path;
    if (key_files[_i].bytes) {
        fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        ck_assert_int_eq(write(fd, key_files[_i].bytes, key_files[_i].len),
                         (ssize_t)key_files[_i].len);
        fchmod(fd, (mode_t)key_files[_i].mode);
        close(fd);
    }
    if (key_files[_i].word)
        check_refused(&r, key_files[_i].word);
    else
        rig_open(&r);
    if (r.store && key_files[_i].len == 32)
        ck_assert_mem_eq(wb_store_key(r.store), key_files[_i].bytes, 32);
    rig_fini(&r);
}
END_TEST

static const struct {
    const char *path, *deployment;
    int64_t map_bytes;
    const char *word;
} confs[] = {
    {NULL,   "d",  RIG_MAP, "path"      },
    {"",     "d",  RIG_MAP, "path"      },
    {"/tmp", NULL, RIG_MAP, "deployment"},
    {"/tmp", "",   RIG_MAP, "deployment"},
    {"/tmp", "d",  1 << 20, "320 MiB"   },
};

START_TEST(bad_conf)
{
    wb_store_conf conf;
    wb_store *store = NULL;
    wb_err err = {0};

    wb_store_conf_default(&conf);
    conf.path = confs[_i].path;
    conf.deployment = confs[_i].deployment;
    conf.map_bytes = confs[_i].map_bytes;
    ck_assert_int_eq(wb_store_open(&store, &conf, &err), WB_FATAL);
    ck_assert_ptr_nonnull(strstr(err.text, confs[_i].word));
}
END_TEST

/* Twice in one process: the lock belongs to the open file, not to the process. */
START_TEST(in_use_by_ourselves)
{
    wb_store *second = NULL;
    char pid[24];
    rig r;

    rig_init(&r);
    snprintf(pid, sizeof pid, "process %d", (int)getpid());
    ck_assert_int_eq(wb_store_open(&second, &r.conf, &r.err), WB_FATAL);
    ck_assert_ptr_nonnull(strstr(r.err.text, pid));
    rig_fini(&r);
}
END_TEST

typedef struct {
    pid_t pid;
    int in, out;
} other;

static other
start_other(const char *path)
{
    int in[2], out[2];
    other self;

    ck_assert(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
    self = (other){fork(), in[1], out[0]};
    if (self.pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        execl("/proc/self/exe", "test", "hold", path, (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    return self;
}

static void
await_key(const other *self, uint8_t key[32])
{
    struct pollfd fd = {.fd = self->out, .events = POLLIN};

    ck_assert_int_eq(poll(&fd, 1, 20000), 1);
    ck_assert_int_eq(read(self->out, key, 32), 32);
}

static void
end_other(other *self, int signal_number)
{
    int status;

    if (signal_number)
        kill(self->pid, signal_number);
    close(self->in);
    ck_assert_int_eq(waitpid(self->pid, &status, 0), self->pid);
    ck_assert_int_eq(signal_number ? WTERMSIG(status) : WEXITSTATUS(status), signal_number);
    close(self->out);
}

/* It is told who has it; when that one ends, in whatever way, it is free. */
START_TEST(in_use_by_another)
{
    uint8_t key[32];
    char pid[40];
    other it;
    rig r;

    rig_folder(&r);
    it = start_other(r.path);
    await_key(&it, key);
    snprintf(pid, sizeof pid, "in use by process %d", (int)it.pid);
    check_refused(&r, pid);
    end_other(&it, _i ? SIGKILL : 0);
    rig_open(&r);
    rig_fini(&r);
}
END_TEST

/* All processes of a host start at once, and share one master key. */
START_TEST(one_key)
{
    enum { OTHERS = 6 };
    uint8_t key[32], first[32];
    other its[OTHERS];
    char path[120];
    rig r;

    rig_folder(&r);
    for (int i = 0; i < OTHERS; i++) {
        snprintf(path, sizeof path, "%s/%d", r.home, i);
        its[i] = start_other(path);
    }
    for (int i = 0; i < OTHERS; i++) {
        await_key(&its[i], i ? key : first);
        ck_assert(i == 0 || memcmp(key, first, sizeof key) == 0);
        end_other(&its[i], 0);
        snprintf(path, sizeof path, "%s/%d", r.home, i);
        rig_remove(path);
    }
    rig_fini(&r);
    ck_assert_int_eq(access(r.home, F_OK), -1); /* nothing else was left there */
}
END_TEST

static int
hold(const char *path)
{
    wb_store *store = NULL;
    wb_store_conf conf;
    wb_err err = {0};
    char byte;

    wb_store_conf_default(&conf);
    conf.path = path;
    conf.deployment = "test";
    conf.map_bytes = RIG_MAP;
    if (wb_store_open(&store, &conf, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    wb_ignore(write(STDOUT_FILENO, wb_store_key(store), 32) != 32, "the parent's deadline tells");
    wb_ignore(read(STDIN_FILENO, &byte, 1) != 0, "ends with the parent");
    wb_store_close(&store);
    return 0;
}

int
main(int argc, char **argv)
{
    const wb_suite_row rows[] = {
        {identity,            0                      },
        {renewed,             0                      },
        {private_files,       0                      },
        {newer_format,        0                      },
        {older_format,        WB_STORE_FORMAT        },
        {other_deployment,    0                      },
        {damaged,             WB_COUNT(damages)      },
        {no_identity,         WB_COUNT(identity_rows)},
        {born_half,           0                      },
        {unwritable_folder,   0                      },
        {master_key,          WB_COUNT(key_files)    },
        {bad_conf,            WB_COUNT(confs)        },
        {in_use_by_ourselves, 0                      },
        {in_use_by_another,   2                      },
        {one_key,             5                      },
        {NULL,                0                      },
    };

    if (argc == 3 && strcmp(argv[1], "hold") == 0)
        return hold(argv[2]);
    return wb_suite_run("storage.open", rows);
}
