// SPDX-License-Identifier: Apache-2.0
// overview - how it goes: the flow, and each account as a card
import { el } from "./dom.js";
import { t, word, number, short, percent, rate, duration, ago } from "./words.js";
import * as live from "./live.js";
import { flow } from "./flow.js";

export const title = () => t("page.overview");

const tones = { stopped: "bad", failing: "bad", late: "warn", waiting: "", reading: "info", fresh: "good", ready: "good" };

// --- the sum of it ---

function verdict(board) {
  const { totals } = board;
  const troubles = [
    ["silent", board.silent.length], ["stopped", totals.stopped], ["failing", totals.failing],
    ["late", totals.late], ["parked", totals.parked],
  ].filter(([, count]) => count);
  const bad = troubles.some(([name]) => name !== "late" && name !== "parked");
  return el("div", { class: ["verdict", bad ? "bad" : troubles.length ? "warn" : "good"] },
    el("h1", null, t(bad ? "verdict.bad" : troubles.length ? "verdict.look" : "verdict.good")),
    el("p", null, troubles.length
      ? troubles.map(([name, count], i) => [i ? t("comma") : null, name === "parked"
        ? el("a", { href: "#/parked" }, t(`trouble.${name}`, { n: number(count) }))
        : t(`trouble.${name}`, { n: number(count) })])
      : t("verdict.calm")),
    board.silent.length ? el("p", { class: "muted" }, board.silent.join(t("comma"))) : null);
}

const figure = (name, value, tone) => el("div", { class: ["figure", tone], "data-key": name },
  el("dd", null, value), el("dt", null, t(`figure.${name}`)));

function figures(board) {
  const push = board.stages.find((stage) => stage.stage === "push");
  return el("dl", { class: "figures" },
    figure("rate", rate(push.per_1000s === null ? null : push.per_1000s / 1000)),
    figure("waiting", short(board.totals.waiting)),
    figure("held", short(board.totals.held)),
    figure("parked", short(board.totals.parked), board.totals.parked ? "warn" : ""),
    figure("accounts", number(board.account_count)));
}

// --- an account ---

// Since when all is read, of what is read without gaps; else when it was read last.
const freshOf = (stream) => stream.complete ?? stream.synced;

function headline(account, now) {
  const fresh = account.streams.map(freshOf).filter(Boolean).sort()[0];
  switch (account.state) {
  case "stopped":
    return [t("account.stopped", { t: duration(now - Date.parse(account.since)) }), account.reason];
  case "failing": {
    const failing = account.streams.find((stream) => stream.failures);
    return [t("account.failing", { t: duration(now - Date.parse(failing.failing_since ?? now)), n: number(failing.failures) }), failing.error];
  }
  case "late": {
    const late = account.streams.find((stream) => stream.next && Date.parse(stream.next) < now - 60000 && !stream.running);
    return [t("account.late", { t: duration(now - Date.parse(late?.next ?? now)) }), late ? word("wait", `${late.wait}.means`) : ""];
  }
  case "reading": {
    const reading = account.streams.find((stream) => stream.running);
    return [t("account.reading"), reading?.ends ? t("account.ends", { t: duration(Date.parse(reading.ends) - now) }) : ""];
  }
  case "fresh":
    return [fresh ? t("account.fresh", { t: duration(now - Date.parse(fresh)) }) : t("account.read"), ""];
  default:
    return [t(`account.${account.state}`), ""];
  }
}

function stream(one, now) {
  const fresh = freshOf(one);
  const state = one.failures ? "bad" : one.running ? "run" : "";
  return el("li", { class: state, "data-key": one.stream, title: one.error || null },
    el("span", { class: "what" }, one.stream),
    el("span", { class: "when" }, one.running && one.progress > 0 && one.progress < 100 ? percent(one.progress / 100)
      : fresh ? ago(fresh, now) : one.running ? t("stream.running") : t("stream.never")));
}

function limit(account) {
  if (!account.limit) return el("div", { class: "limit", "aria-hidden": "true" });
  const used = account.used_permille / 1000;
  const text = t("account.limit", { operation: account.limit, p: percent(used) });
  return el("div", { class: "limit" },
    el("meter", { min: 0, max: 1, high: 0.9, low: 0.7, optimum: 0.1, value: used, "aria-label": text }),
    el("span", { class: "muted" }, text));
}

const mini = (name, value, link) => el("div", { "data-key": name },
  el("dd", null, link && value ? el("a", { href: link }, short(value)) : short(value)), el("dt", null, t(`account.figure.${name}`)));

function card(account, now) {
  const [tenant, ...rest] = account.account.split("/");
  const [line, more] = headline(account, now);
  return el("article", { class: ["card", "account"], "data-key": account.account },
    el("header", null,
      el("div", null, el("h3", null, rest.join("/")),
        el("p", { class: "muted" }, tenant === "default" ? account.connector : t("account.of", { tenant, connector: account.connector }))),
      el("span", { class: ["pill", tones[account.state]] }, t(`state.${account.state}`))),
    el("p", { class: "headline" }, line),
    more ? el("p", { class: ["reason", tones[account.state]] }, more) : null,
    el("ul", { class: "streams" }, account.streams.map((one) => stream(one, now))),
    el("dl", { class: "mini" },
      mini("waiting", account.waiting), mini("coming", account.coming),
      mini("parked", account.parked, `#/parked?account=${encodeURIComponent(account.account)}`)),
    limit(account));
}

function accounts(board) {
  const hidden = board.account_count - board.accounts.length;
  const now = Date.parse(board.at);
  return el("section", { "aria-label": t("accounts") },
    el("h2", null, t("accounts")),
    board.accounts.length ? null : el("p", { class: "empty" }, t("accounts.none")),
    el("div", { class: "cards" }, board.accounts.map((account) => card(account, now))),
    hidden > 0 ? el("p", { class: "muted" }, t("accounts.more", { n: number(hidden) })) : null);
}

export function view() {
  const board = live.now();
  if (!board) return el("p", { class: "empty", role: "status" }, t("loading"));
  return [el("section", { class: "head", "aria-label": t("page.overview") }, verdict(board), figures(board)),
    flow(board.stages), accounts(board)];
}

export const resize = (shell) => shell.draw();
