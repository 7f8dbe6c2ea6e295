/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loans - that a view is not looked at after the transaction wrote
 *
 * A view into the map mostly still shows the same after a write, and nobody notices. In a build
 * that watches memory a writer therefore gives copies, and its next write, or its end, frees them:
 * whoever looks at one later is told where. In every other build nothing is copied.
 */
#include "protocol/base/own.h"
#include "storage/inside.h"

#if defined(__SANITIZE_ADDRESS__)
#define LENDS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LENDS 1
#endif
#endif

#ifdef LENDS

struct wb_loan {
    wb_loan *next;
    char bytes[];
};

wb_view
wb_loans_lend(wb_txn *txn, wb_view view)
{
    wb_loan *loan;

    if (!txn->write || !view.len)
        return view;
    loan = wb_alloc(sizeof *loan + view.len);
    loan->next = txn->loans;
    memcpy(loan->bytes, view.data, view.len);
    txn->loans = loan;
    return (wb_view){loan->bytes, view.len};
}

void
wb_loans_end(wb_txn *txn)
{
    while (txn->loans) {
        wb_loan *loan = txn->loans;

        txn->loans = loan->next;
        wb_free(&loan);
    }
}

#else

wb_view
wb_loans_lend(wb_txn *txn, wb_view view)
{
    (void)txn;
    return view;
}

void
wb_loans_end(wb_txn *txn)
{
    (void)txn;
}

#endif
