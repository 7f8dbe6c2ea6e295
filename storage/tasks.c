/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tasks - see tasks.h
 *
 *   tasks      shard, account, record -> version, status, attempts, created, updated, due, name,
 *              value, parts, error; envelope
 *   tasks.due  due, shard, account, record -> nothing
 */
#include "storage/tasks.h"

#include "storage/aside.h"
#include "storage/decode.h"
#include "storage/inside.h"

static const char *const status_names[] = {"pending", "processing", "completed", "failed"};

static const wb_view nothing = {NULL, 0};

const char *
wb_task_status_name(wb_task_status status)
{
    return (unsigned)status < WB_TASK_STATUS_COUNT ? status_names[status] : "?";
}

static void
due_key(wb_row_key *key, const wb_task_row *row)
{
    wb_row_key_init(key);
    wb_row_key_number(key, wb_row_ordered(row->due_utc_us), 8);
    wb_row_key_number(key, row->shard, 2);
    wb_row_key_part(key, row->account);
    wb_row_key_tail(key, row->record);
}

static wb_rc
decode_value(wb_view value, wb_task_row *out, wb_err *err)
{
    wb_row_reader reader = wb_row_reader_of(value);

    wb_row_get_version(&reader);
    out->status = (wb_task_status)wb_row_get_below(&reader, WB_TASK_STATUS_COUNT - 1);
    out->attempts = (uint32_t)wb_row_get_below(&reader, UINT32_MAX);
    out->created_utc_us = wb_row_get_int(&reader);
    out->updated_utc_us = wb_row_get_int(&reader);
    out->due_utc_us = wb_row_get_int(&reader);
    out->name = wb_row_get_view(&reader);
    out->value = wb_row_get_view(&reader);
    out->parts = wb_row_get_view(&reader);
    out->error = wb_row_get_view(&reader);
    out->envelope = wb_row_get_rest(&reader);
    return wb_row_check(&reader, "task", err);
}

wb_rc
wb_tasks_decode(wb_view key, wb_view value, wb_task_row *out, wb_err *err)
{
    wb_row_reader reader = wb_row_reader_of(key);
    wb_rc rc;

    out->shard = (uint16_t)wb_row_get_number(&reader, 2);
    out->account = wb_row_get_part(&reader);
    out->record = wb_row_get_rest(&reader);
    rc = wb_row_check(&reader, "task", err);
    return rc ? rc : decode_value(value, out, err);
}

static wb_row_name
name_of(const wb_task_row *row)
{
    return (wb_row_name){row->shard, row->account, row->record};
}

wb_rc
wb_tasks_get(wb_txn *txn, wb_row_name name, wb_task_row *out, bool *found, wb_err *err)
{
    wb_task_row row = {.shard = name.shard, .account = name.account, .record = name.name};
    wb_view value = {0};
    wb_row_key key;
    wb_rc rc;

    wb_row_key_of(&key, name);
    *found = false;
    rc = wb_kv_get_row(txn, WB_DB_TASKS, &key, &value, err);
    if (rc || !value.len)
        return rc;
    if (decode_value(value, &row, err))
        return wb_aside_pass(txn, WB_DB_TASKS, wb_row_key_view(&key), value, err);
    *found = true;
    *out = row;
    return WB_OK;
}

static wb_rc
forget_due(wb_txn *txn, wb_row_name name, wb_err *err)
{
    wb_task_row was;
    wb_row_key key;
    bool found = false;
    wb_rc rc = wb_tasks_get(txn, name, &was, &found, err);

    if (rc || !found)
        return rc;
    due_key(&key, &was);
    return wb_kv_delete_row(txn, WB_DB_TASKS_DUE, &key, err);
}

static void
encode(wb_row_writer *head, const wb_task_row *row)
{
    wb_row_put_uint(head, row->status);
    wb_row_put_uint(head, row->attempts);
    wb_row_put_int(head, row->created_utc_us);
    wb_row_put_int(head, row->updated_utc_us);
    wb_row_put_int(head, row->due_utc_us);
    wb_row_put_view(head, row->name);
    wb_row_put_view(head, row->value);
    wb_row_put_view(head, row->parts);
    wb_row_put_view(head, row->error);
}

wb_rc
wb_tasks_put(wb_txn *txn, const wb_task_row *row, wb_err *err)
{
    const wb_row_writer empty = {NULL, 0, 0, false};
    wb_row_writer head;
    wb_row_key key;
    wb_rc rc = forget_due(txn, name_of(row), err);

    if (rc)
        return rc;
    head = wb_row_begin(txn);
    encode(&head, row);
    wb_row_key_of(&key, name_of(row));
    rc = wb_kv_put_row(txn, WB_DB_TASKS, &key, (wb_row_value){&head, row->envelope}, NULL, err);
    if (rc)
        return rc;
    due_key(&key, row);
    return wb_kv_put_row(txn, WB_DB_TASKS_DUE, &key, (wb_row_value){&empty, nothing}, NULL, err);
}

wb_rc
wb_tasks_delete(wb_txn *txn, wb_row_name name, wb_err *err)
{
    wb_row_key key;
    wb_rc rc = forget_due(txn, name, err);

    wb_row_key_of(&key, name);
    return rc ? rc : wb_kv_delete_row(txn, WB_DB_TASKS, &key, err);
}

WB_ROW_VISIT(WB_DB_TASKS, wb_task_row, wb_tasks_each, wb_tasks_decode)

wb_rc
wb_tasks_all(wb_txn *txn, wb_tasks_each each, void *arg, wb_err *err)
{
    row_visit self = {txn, each, arg};

    return wb_kv_scan(txn, WB_DB_TASKS, (wb_kv_range){0}, visit, &self, err);
}

typedef struct {
    row_visit to;
    int64_t now_utc_us;
} due_visit;

static wb_rc
visit_due(void *arg, wb_view key, wb_view value, wb_err *err)
{
    due_visit *self = arg;
    wb_row_reader reader = wb_row_reader_of(key);
    wb_row_name name;
    wb_task_row row;
    int64_t due_utc_us;
    bool found = false;
    wb_rc rc;

    due_utc_us = (int64_t)(wb_row_get_number(&reader, 8) ^ (UINT64_C(1) << 63));
    name.shard = (uint16_t)wb_row_get_number(&reader, 2);
    name.account = wb_row_get_part(&reader);
    name.name = wb_row_get_rest(&reader);
    if (wb_row_check(&reader, "due task", err))
        return wb_aside_pass(self->to.txn, WB_DB_TASKS_DUE, key, value, err);
    if (due_utc_us > self->now_utc_us)
        return WB_FULL; /* enough: those behind it are due later */
    rc = wb_tasks_get(self->to.txn, name, &row, &found, err);
    if (rc)
        return rc;
    if (!found) {
        wb_aside_note(self->to.txn, WB_DB_TASKS_DUE, key, "it has no task");
        return WB_OK;
    }
    return self->to.each(self->to.arg, &row, err);
}

wb_rc
wb_tasks_due(wb_txn *txn, int64_t now_utc_us, wb_tasks_each each, void *arg, wb_err *err)
{
    due_visit self = {
        {txn, each, arg},
        now_utc_us
    };

    return wb_kv_scan(txn, WB_DB_TASKS_DUE, (wb_kv_range){0}, visit_due, &self, err);
}
