// SPDX-License-Identifier: Apache-2.0
// processes - each one, as it says of itself
import { el } from "./dom.js";
import { t, number, short, percent, duration, bytes } from "./words.js";
import * as live from "./live.js";

export const title = () => t("page.processes");

const tones = { running: "good", starting: "info", draining: "info", full: "bad", silent: "bad" };
const columns = ["process", "state", "up", "cpu", "memory", "taken", "in_hand", "sent", "held", "parked", "store"];

const cpu = (process) => (process.cpu_permille === null ? t("none") : [
  el("meter", { min: 0, max: 1, high: 0.9, low: 0.7, optimum: 0.1, value: Math.min(1, process.cpu_permille / 1000), "aria-label": t("column.cpu") }),
  percent(process.cpu_permille / 1000)]);

function row(process, now) {
  return el("tr", { "data-key": process.instance },
    el("th", { scope: "row" }, process.instance, el("small", null, t(`actor.${process.actor}`))),
    el("td", null, el("span", { class: ["pill", tones[process.state]] }, t(`process.${process.state}`)),
      process.trouble ? el("p", { class: "bad" }, process.trouble) : null),
    el("td", { class: "n" }, duration(now - Date.parse(process.started))),
    el("td", { class: ["n", "cpu"] }, cpu(process)),
    el("td", { class: "n" }, bytes(process.peak_kib * 1024)),
    el("td", { class: "n" }, short(process.taken)),
    ["in_hand", "sent", "held", "parked"].map((name) => el("td", { class: "n", "data-key": name }, number(process[name]))),
    el("td", { class: "n" }, bytes(process.store_bytes)));
}

const silent = (instance) => el("tr", { "data-key": instance },
  el("th", { scope: "row" }, instance),
  el("td", { colspan: columns.length - 1 }, el("span", { class: ["pill", "bad"] }, t("process.silent"))));

export function view() {
  const board = live.now();
  if (!board) return el("p", { class: "empty", role: "status" }, t("loading"));
  const now = Date.parse(board.at);
  return [el("h1", null, t("page.processes")), el("p", { class: "lead" }, t("processes.lead")),
    el("div", { class: ["card", "table"], tabindex: "0", role: "region", "aria-label": t("page.processes") },
      el("table", null,
        el("thead", null, el("tr", null, columns.map((name, i) => el("th", { scope: "col", class: i > 1 ? "n" : null }, t(`column.${name}`))))),
        el("tbody", null, board.silent.map(silent), board.processes.map((process) => row(process, now)))))];
}
