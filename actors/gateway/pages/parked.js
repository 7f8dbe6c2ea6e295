// SPDX-License-Identifier: Apache-2.0
// parked - what was set aside, by reason: looked at, sent again, dropped
import { el, icon } from "./dom.js";
import { t, number, ago, moment } from "./words.js";
import * as api from "./api.js";
import * as live from "./live.js";

const ROWS = 50;
const UNDO_MS = 5000;
const AGAIN_MS = 10000;

let groups = null; // merged over processes, the largest first
let more = false;
let silent = [];
let account = "";
let rows = new Map(); // group -> its first rows, while it is open
let problem = null;
let asked = 0; // when the counts were asked for
let seen = -1; // how many were parked then

export const title = () => t("page.parked");
export const count = (value) => number(value);

const keyOf = (group) => `${group.account} ${group.reason}`;

function merge(list) {
  const by = new Map();
  for (const one of list) {
    const known = by.get(keyOf(one));
    if (!known) by.set(keyOf(one), { ...one });
    else {
      known.count += one.count;
      known.unknown += one.unknown;
      known.first = known.first < one.first ? known.first : one.first;
      known.last = known.last > one.last ? known.last : one.last;
    }
  }
  return [...by.values()].sort((a, b) => b.count - a.count || (keyOf(a) < keyOf(b) ? -1 : 1));
}

// --- asked ---

async function load(shell) {
  asked = Date.now();
  seen = live.now()?.totals.parked ?? -1;
  try {
    const said = await api.ask("/api/parked/groups");
    groups = merge(said.groups);
    ({ more, silent } = said);
    problem = null;
  } catch (error) {
    problem = error;
  }
  await Promise.all([...rows.keys()].map((key) => loadRows(key)));
  shell.draw();
}

async function loadRows(key) {
  const group = groups?.find((one) => keyOf(one) === key);
  if (!group) {
    rows.delete(key);
    return;
  }
  try {
    const said = await api.ask(`/api/parked${api.queryOf({ account: group.account, reason: group.reason, limit: ROWS })}`);
    rows.set(key, said.parked);
  } catch (error) {
    problem = error;
  }
}

export function enter(shell) {
  account = new URLSearchParams(location.hash.split("?")[1]).get("account") ?? "";
  load(shell);
}

export function follow(shell) {
  const now = live.now()?.totals.parked ?? -1;
  if (Date.now() - asked > AGAIN_MS || (now !== seen && Date.now() - asked > 1000)) load(shell);
}

// --- changed ---

async function change(shell, path, body, done) {
  try {
    const said = await api.ask(path, { method: "POST", body });
    shell.tell(said.kept ? t("parked.kept", { n: number(said.changed), kept: number(said.kept), why: said.why }) : t(done, { n: number(said.changed) }));
  } catch (error) {
    shell.tell(error.status === 409 ? t("parked.others") : error.detail || error.message);
  }
  load(shell);
}

// A drop begins when its time to be taken back is over.
function later(shell, text, call) {
  const timer = setTimeout(call, UNDO_MS);
  shell.tell(text, () => { clearTimeout(timer); shell.tell(t("parked.undone")); });
}

const groupAt = (at) => groups.find((one) => keyOf(one) === at.closest("[data-group]").dataset.group);
const filterOf = (group) => ({ account: group.account, reason: group.reason, count: group.count, until: group.last });

export const acts = {
  async retryAll(at, shell) {
    const group = groupAt(at);
    if (await shell.confirm(t("parked.retry_all", { n: number(group.count) }), t("retry")))
      change(shell, "/api/parked/retry", filterOf(group), "parked.retried");
  },
  async dropAll(at, shell) {
    const group = groupAt(at);
    if (await shell.confirm(t("parked.drop_all", { n: number(group.count) }), t("drop"), t("parked.drop_danger")))
      later(shell, t("parked.dropping", { n: number(group.count) }),
        () => change(shell, "/api/parked/drop", filterOf(group), "parked.dropped"));
  },
  retryOne: (at, shell) => change(shell, `/api/parked/${at.dataset.id}/retry`, undefined, "parked.retried"),
  async dropOne(at, shell) {
    if (await shell.confirm(t("parked.drop_one"), t("drop"), t("parked.drop_danger")))
      later(shell, t("parked.dropping", { n: number(1) }),
        () => change(shell, `/api/parked/${at.dataset.id}/drop`, undefined, "parked.dropped"));
  },
  async look(at, shell) {
    const key = at.closest("[data-group]").dataset.group;
    if (rows.has(key)) rows.delete(key);
    else {
      rows.set(key, []);
      await loadRows(key);
    }
    shell.draw();
  },
};

export function change_(target, shell) {
  if (target.name !== "account") return;
  account = target.value;
  shell.draw();
}
export { change_ as change };

// --- shown ---

const buttons = (retry, drop, id) => el("div", { class: "row" },
  el("button", { "data-act": retry, "data-id": id, disabled: !api.mayChange() }, t("retry")),
  el("button", { "data-act": drop, "data-id": id, class: "quiet-danger", disabled: !api.mayChange() }, t("drop")));

const row = (one) => el("li", { "data-key": one.id, class: "item" },
  el("div", null,
    el("a", { class: "key", href: `#/record/${encodeURIComponent(one.record)}` }, one.record),
    el("p", null, one.reason),
    el("p", { class: "muted" }, t("parked.since", { at: moment(one.at), n: number(one.attempts) }),
      one.outcome_unknown ? el("span", { class: ["pill", "warn"] }, t("parked.unknown")) : null)),
  buttons("retryOne", "dropOne", one.id));

function group(one) {
  const key = keyOf(one);
  const open = rows.has(key);
  return el("article", { class: ["card", "group"], "data-key": key, "data-group": key },
    el("div", { class: "line" },
      el("button", { class: "expand", "data-act": "look", "aria-expanded": String(open) },
        icon("open"), el("span", { class: "big" }, number(one.count)),
        el("span", { class: "text" }, el("strong", null, one.reason || t("none")),
          el("span", { class: "muted" }, t("parked.group", { account: one.account, first: ago(one.first), last: ago(one.last) })))),
      buttons("retryAll", "dropAll", key)),
    one.unknown ? el("p", { class: "warn" }, t("parked.unknowns", { n: number(one.unknown) })) : null,
    open ? el("ul", { class: "items" }, rows.get(key).map(row),
      one.count > ROWS ? el("li", { class: "muted" }, t("parked.first", { n: number(ROWS) })) : null) : null);
}

function filters() {
  const names = [...new Set(groups.map((one) => one.account))].sort();
  return el("div", { class: "row" }, el("label", { for: "account" }, t("filter.account")),
    el("select", { id: "account", name: "account" },
      el("option", { value: "", selected: !account }, t("filter.all")),
      names.map((name) => el("option", { value: name, selected: name === account }, name))));
}

export function view() {
  const shown = groups?.filter((one) => !account || one.account === account) ?? [];
  return [el("h1", null, t("page.parked")), el("p", { class: "lead" }, t("parked.lead")),
    problem ? el("p", { class: "bad", role: "alert" }, problem.detail || problem.message) : null,
    silent.length ? el("p", { class: "warn" }, t("silent", { who: silent.join(t("comma")) })) : null,
    more ? el("p", { class: "warn" }, t("parked.many")) : null,
    api.mayChange() ? null : el("p", { class: "muted" }, t("parked.read_only")),
    groups?.length ? filters() : null,
    groups && !shown.length ? el("p", { class: ["empty", "good"] }, t("parked.none")) : null,
    groups ? null : el("p", { class: "empty", role: "status" }, t("loading")),
    el("div", { class: "stack" }, shown.map(group))];
}
