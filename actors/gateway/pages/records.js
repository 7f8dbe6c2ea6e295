// SPDX-License-Identifier: Apache-2.0
// records - found by id, or listed by kind, status and account, page by page at the server
import { el } from "./dom.js";
import { t, word, ago } from "./words.js";
import * as api from "./api.js";
import * as live from "./live.js";

const kinds = ["order", "shipment", "listing", "inventory", "product", "invoice", "return", "notice"];
const LIMIT = 50;

let filter = { kind: "order", status: "", prefix: "" };
let rows = null;
let next = "";
let problem = null;
let asked = 0;

export const title = () => t("page.records");

async function load(shell, after) {
  const mine = ++asked;
  try {
    const said = await api.ask(`/api/records${api.queryOf({ ...filter, after, limit: LIMIT })}`);
    if (mine !== asked) return;
    rows = after ? [...rows, ...said.records] : said.records;
    next = said.next ?? "";
    problem = null;
  } catch (error) {
    problem = error;
  }
  shell.draw();
}

export const enter = (shell) => { load(shell); };

export const acts = {
  more: (at, shell) => load(shell, next),
  again: (at, shell) => load(shell),
};

export function submit(form, shell) {
  const id = form.get("id").trim();
  if (id) shell.go(`/record/${encodeURIComponent(id)}`);
}

export function change(target, shell) {
  if (!(target.name in filter)) return;
  filter = { ...filter, [target.name]: target.value };
  if (target.name === "kind") filter.status = "";
  load(shell);
}

const statuses = {
  order: ["pending", "created", "synced", "partly_shipped", "shipped", "invoiced", "cancelled", "returned"],
};

const select = (name, values, group) => [el("label", { for: name }, t(`filter.${name}`)),
  el("select", { id: name, name },
    el("option", { value: "", selected: !filter[name] }, t("filter.all")),
    values.map((value) => el("option", { value, selected: filter[name] === value }, group ? word(group, value) : value.replace(/\/$/, ""))))];

function row(one) {
  const [, account, , ...id] = one.record.split("/");
  return el("tr", { "data-key": one.record },
    el("th", { scope: "row" }, el("a", { class: "key", href: `#/record/${encodeURIComponent(one.record)}` }, id.join("/")),
      el("small", null, account, t("dot"), word("kind", one.kind))),
    el("td", null, el("span", { class: ["pill", one.status === "synced" || one.status === "shipped" ? "good" : ""] }, word("status", one.status) || t("none")),
      one.routed ? null : el("small", null, t("records.unrouted"))),
    el("td", { class: "n" }, ago(one.changed)));
}

export function view() {
  const accounts = (live.now()?.accounts ?? []).map((one) => `${one.account}/`).sort();
  return [el("h1", null, t("page.records")),
    el("form", { class: ["row", "search"], role: "search" },
      el("label", { for: "id", class: "hidden" }, t("records.find")),
      el("input", { id: "id", name: "id", type: "search", placeholder: t("records.find"), autocomplete: "off" }),
      el("button", { class: "main" }, t("find"))),
    el("div", { class: ["row", "filters"] }, select("kind", kinds, "kind"),
      statuses[filter.kind] ? select("status", statuses[filter.kind], "status") : null, select("prefix", accounts),
      el("button", { "data-act": "again" }, t("again"))),
    problem ? el("p", { class: "bad", role: "alert" }, problem.detail || problem.message) : null,
    rows ? null : el("p", { class: "empty", role: "status" }, t("loading")),
    rows && !rows.length ? el("p", { class: "empty" }, t("records.none")) : null,
    rows?.length ? el("div", { class: ["card", "table"], tabindex: "0", role: "region", "aria-label": t("page.records") },
      el("table", null,
        el("thead", null, el("tr", null, ["record", "status", "changed"].map((name) =>
          el("th", { scope: "col", class: name === "changed" ? "n" : null }, t(`column.${name}`))))),
        el("tbody", null, rows.map(row)))) : null,
    next ? el("button", { "data-act": "more", class: "wide-button" }, t("more")) : null];
}
