// SPDX-License-Identifier: Apache-2.0
// record - one record: where it is, what holds it and who can act; its way, hop by hop
import { el } from "./dom.js";
import { t, word, number, ago, duration, moment, clock } from "./words.js";
import * as api from "./api.js";
import * as live from "./live.js";

const AGAIN_MS = 4000;
const UNDO_MS = 5000;

let key = "";
let said = null;
let problem = null;
let asked = 0;

export const title = () => key.split("/").slice(3).join("/") || key;

async function load(shell) {
  const mine = key;
  asked = Date.now();
  try {
    const answer = await api.ask(api.pathOf(mine));
    if (mine !== key) return;
    said = answer;
    problem = null;
  } catch (error) {
    if (mine !== key) return;
    problem = error;
  }
  shell.draw();
}

export function enter(shell, ...parts) {
  key = parts.join("/");
  said = problem = null;
  load(shell);
}

export function follow(shell) {
  if (live.now() && Date.now() - asked > AGAIN_MS) load(shell);
}

async function change(shell, path, done) {
  try {
    const answer = await api.ask(path, { method: "POST" });
    shell.tell(t(done, { n: number(answer.changed) }));
  } catch (error) {
    shell.tell(error.detail || error.message);
  }
  load(shell);
}

export const acts = {
  retryOne: (at, shell) => change(shell, `/api/parked/${at.dataset.id}/retry`, "parked.retried"),
  async dropOne(at, shell) {
    if (!await shell.confirm(t("parked.drop_one"), t("drop"), t("parked.drop_danger"))) return;
    const timer = setTimeout(() => change(shell, `/api/parked/${at.dataset.id}/drop`, "parked.dropped"), UNDO_MS);
    shell.tell(t("parked.dropping", { n: number(1) }), () => { clearTimeout(timer); shell.tell(t("parked.undone")); });
  },
  again: (at, shell) => load(shell),
};

// --- what holds it ---

// The reason in the person's language where it is one of ours; else as the process says it.
const known = (hold, part) => (hold.wait && word("wait", `${hold.wait}.${part}`) !== `${hold.wait}.${part}`
  ? word("wait", `${hold.wait}.${part}`) : null);

function hold(one) {
  const means = known(one, "means");
  const tries = /\(attempt (\d+) of (\d+)\)/.exec(one.words);
  return el("li", { class: ["hold", one.kind] },
    el("div", { class: "where" }, el("strong", null, one.instance), one.account ? el("span", { class: "muted" }, one.account) : null),
    el("p", { class: "means" }, means ?? one.words, tries ? el("span", { class: "muted" }, t("hold.tries", { n: tries[1], of: tries[2] })) : null),
    means && one.kind === "parked" ? el("p", { class: "muted" }, one.words) : null,
    el("dl", { class: "facts" },
      one.since ? [el("dt", null, t("hold.since")), el("dd", null, ago(one.since))] : null,
      one.next ? [el("dt", null, t("hold.next")), el("dd", null, moment(one.next))] : null,
      one.who ? [el("dt", null, t("hold.who")), el("dd", null, known(one, "who") ?? one.who)] : null,
      one.culprit ? [el("dt", null, t("hold.culprit")), el("dd", null, link(one.culprit))] : null),
    one.id ? el("div", { class: "row" },
      el("button", { "data-act": "retryOne", "data-id": one.id, disabled: !api.mayChange() }, t("retry")),
      el("button", { "data-act": "dropOne", "data-id": one.id, class: "quiet-danger", disabled: !api.mayChange() }, t("drop"))) : null);
}

const link = (record) => el("a", { class: "key", href: `#/record/${encodeURIComponent(record)}` }, record);
const section = (name, ...children) => el("section", { class: "card", "aria-label": t(name) }, el("h2", null, t(name)), ...children);

const holds = () => section("record.holds", said.holds.length
  ? el("ul", { class: "holds" }, said.holds.map(hold))
  : el("p", { class: ["empty", "good"] }, t("record.free")));

// --- its way ---

// The longest way that an event tells, and the newest of those.
function longest() {
  return said.events.reduce((best, event) => (event.hops.length && event.hops.length >= (best?.hops.length ?? 0) ? event : best), null);
}

function way() {
  const event = longest();
  if (!event) return null;
  const first = Date.parse(event.hops[0].at);
  const whole = Math.max(1, Date.parse(event.hops.at(-1).at) - first);
  return section("record.way",
    el("p", { class: "muted" }, t("record.way_of", { at: moment(event.hops[0].at), t: duration(whole) }), event.target ? t("record.way_to", { target: event.target }) : null),
    el("ol", { class: "way" }, event.hops.map((hop, i) => {
      const step = i ? Date.parse(hop.at) - Date.parse(event.hops[i - 1].at) : 0;
      return el("li", { "data-key": String(i) },
        el("span", { class: "point" }, word("hop", hop.point)),
        el("span", { class: "bar", "aria-hidden": "true" }, el("progress", { max: whole, value: step })),
        el("span", { class: "step" }, i ? t("plus", { t: duration(step) }) : ""),
        el("time", { datetime: hop.at }, clock(hop.at)));
    })));
}

// --- who has it, and what belongs to it ---

const target = (name, outcome, tone, ...more) => el("li", { "data-key": name },
  el("strong", null, name), el("span", { class: ["pill", tone] }, word("outcome", outcome)), el("span", { class: "muted" }, ...more));

function targets() {
  if (!said.marks.length && !said.deliveries.length) return null;
  return section("record.targets", el("ul", { class: "plain" },
    said.marks.map((one) => target(one.target, one.outcome, "good", ago(one.at), one.remote_id ? [t("dot"), t("record.remote", { id: one.remote_id })] : null)),
    said.deliveries.map((one) => target(one.target, one.outcome, "warn", one.reason))));
}

const parts = () => (said.parts.length ? section("record.parts", el("ul", { class: "plain" }, said.parts.map((one) =>
  el("li", { "data-key": one.record }, link(one.record), el("span", { class: "pill" }, word("status", one.status)))))) : null);

const decisions = () => (said.decisions.length ? section("record.decisions", el("ul", { class: "plain" }, said.decisions.map((one) =>
  el("li", null, el("strong", null, t("record.decided", { what: one.what, is: one.is })), el("span", { class: "muted" }, t("record.by", { by: one.by, target: one.target })))))) : null);

const stock = () => (said.stock.length ? section("record.stock", el("pre", { tabindex: "0" }, said.stock.join("\n"))) : null);

const events = () => (said.events.length ? section("record.events", el("ol", { class: "events" }, said.events.toReversed().map((one) =>
  el("li", null,
    el("time", { datetime: one.at }, clock(one.at)),
    el("span", { class: "what" }, word("event", one.what)),
    one.outcome ? el("span", { class: ["pill", one.outcome === "handed_on" ? "good" : one.outcome === "parked" ? "warn" : ""] }, word("outcome", one.outcome)) : null,
    el("span", { class: "muted" }, [one.target, one.text].filter(Boolean).join(t("comma"))))))) : null);

function head() {
  const [tenant, account, kind] = key.split("/");
  const whole = kind !== undefined;
  return el("div", { class: "record-head" },
    el("p", { class: "muted" }, el("a", { href: "#/records" }, t("page.records")),
      whole ? [t("crumb"), tenant === "default" ? account : `${tenant}/${account}`, t("crumb"), word("kind", kind)] : null),
    el("h1", null, title()),
    said ? el("p", { class: "row" }, said.status ? el("span", { class: ["pill", "good"] }, word("status", said.status)) : null,
      said.changed ? el("span", { class: "muted" }, t("record.changed", { at: moment(said.changed) })) : null,
      el("button", { "data-act": "again", class: "quiet" }, t("again"))) : null);
}

export function view() {
  if (problem && !said) return [head(), el("p", { class: "empty", role: "alert" }, problem.status === 404 ? t("record.unknown") : problem.detail || problem.message)];
  if (!said) return [head(), el("p", { class: "empty", role: "status" }, t("loading"))];
  return [head(),
    said.gaps.length ? el("p", { class: "warn" }, said.gaps.join(t("comma"))) : null,
    el("div", { class: "two" }, el("div", { class: "stack" }, holds(), targets(), parts(), decisions(), stock()),
      el("div", { class: "stack" }, way(), events()))];
}
