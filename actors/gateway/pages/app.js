// SPDX-License-Identifier: Apache-2.0
// app - which page is shown, and what stands around it
import { el, icon, show } from "./dom.js";
import { t, speak, current, languages } from "./words.js";
import * as api from "./api.js";
import * as live from "./live.js";
import * as overview from "./overview.js";
import * as parked from "./parked.js";
import * as records from "./records.js";
import * as record from "./record.js";
import * as processes from "./processes.js";
import * as login from "./login.js";

const pages = { overview, records, parked, processes };
const THEME = "waybill.theme";
const NOTICE_MS = 5000; // as long as a drop can be taken back

let page = null; // of `pages`, or record, or login
let notice = null;
let question = null;

// --- what is asked of the person, and told ---

function tell(text, undo) {
  clearTimeout(notice?.timer);
  notice = { text, undo };
  notice.timer = setTimeout(() => { notice = null; draw(); }, NOTICE_MS);
  draw();
}

// Yes or no; `danger` names what cannot be taken back.
function confirm(text, yes, danger) {
  return new Promise((answer) => {
    question = { text, yes, danger, answer };
    draw();
    document.querySelector("dialog").showModal();
  });
}

function answered(yes) {
  const { answer } = question;
  document.querySelector("dialog").close();
  question = null;
  draw();
  answer(yes);
}

const shell = { tell, confirm, draw: () => draw(), go: (to) => { location.hash = to; } };

// --- around the page ---

const route = () => location.hash.slice(1).split("?")[0].split("/").filter(Boolean).map(decodeURIComponent);

function tabs() {
  const at = route()[0] ?? "overview";
  const waiting = live.now()?.totals.parked ?? 0;
  return el("nav", { class: "tabs", "aria-label": t("nav") }, Object.keys(pages).map((name) => el("a", {
    href: `#/${name === "overview" ? "" : name}`,
    "aria-current": name === at || (name === "records" && at === "record") ? "page" : null,
  }, t(`page.${name}`), name === "parked" && waiting ? el("span", { class: "count" }, parked.count(waiting)) : null)));
}

function tools() {
  const other = languages.find((one) => one !== current());
  return el("div", { class: "tools" },
    el("span", { class: ["pulse", live.isLost() ? "off" : ""], role: "status" },
      el("span", { class: "dot", "aria-hidden": "true" }), el("span", { class: "wide" }, t(live.isLost() ? "lost" : "live"))),
    el("button", { "data-act": "theme", class: "quiet", title: t("theme"), "aria-label": t("theme") }, icon("theme")),
    el("button", { "data-act": "language", "data-to": other, class: "quiet", lang: other }, t("language.other")),
    el("button", { "data-act": "logout", class: "quiet", title: t("logout"), "aria-label": t("logout") }, icon("out")));
}

function header() {
  return el("header", { class: "top" }, el("div", { class: "inner" },
    el("a", { class: "brand", href: "#/" }, el("img", { src: "/icon.svg", alt: "", width: "26", height: "26" }), t("waybill")),
    tabs(), tools()));
}

function dialog() {
  const text = question?.text ?? "";
  return el("dialog", { "aria-labelledby": "question" },
    el("p", { id: "question" }, text),
    question?.danger ? el("p", { class: "muted" }, question.danger) : null,
    el("div", { class: ["row", "end"] },
      el("button", { "data-act": "no" }, t("no")),
      el("button", { "data-act": "yes", class: question?.danger ? "danger" : "main" }, question?.yes ?? t("yes"))));
}

function toast() {
  return el("div", { class: "toast", role: "status", "aria-live": "polite" },
    notice ? el("div", null, el("span", null, notice.text),
      notice.undo ? el("button", { "data-act": "undo", class: "quiet" }, t("undo")) : null) : null);
}

function draw() {
  if (!page) return;
  document.title = page.title ? t("title", { page: page.title() }) : t("waybill");
  if (page === login) show(document.body, login.view(), toast());
  else {
    show(document.body,
      el("a", { class: "skip", href: "#main", "data-act": "skip" }, t("skip")),
      header(), el("main", { id: "main", tabindex: "-1", "data-page": route()[0] ?? "overview" }, page.view()), dialog(), toast());
  }
  page.drawn?.();
}

// --- moves ---

async function move() {
  const [name, ...rest] = route();
  page?.leave?.();
  page = name === "record" ? record : pages[name ?? "overview"] ?? overview;
  page.enter?.(shell, ...rest);
  live.start();
  draw();
  scrollTo(0, 0);
}

function toLogin(problem) {
  live.stop();
  page?.leave?.();
  page = login;
  login.enter(problem);
  draw();
}

async function begin() {
  const code = /^#code=([0-9a-f]{64})$/.exec(location.hash)?.[1];
  if (code) history.replaceState(null, "", "/");
  try {
    await api.logIn(code ? { code } : null);
    move();
  } catch (error) {
    toLogin(code || error.status !== 401 ? error : null);
  }
}

const acts = {
  yes: () => answered(true),
  no: () => answered(false),
  undo: () => { const { undo } = notice; notice = null; undo(); draw(); },
  skip: () => document.querySelector("main").focus(),
  language: (at) => { speak(at.dataset.to); draw(); },
  theme: () => setTheme(isDark() ? "light" : "dark"),
  async logout() { await api.logOut().catch(() => {}); toLogin(null); },
};

// --- light and dark ---

const isDark = () => (document.documentElement.dataset.theme ??
  (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(THEME, theme);
  } catch { /* it holds as long as the page */ }
  draw();
}

function keptTheme() {
  try {
    return localStorage.getItem(THEME);
  } catch {
    return null;
  }
}

// --- start ---

document.addEventListener("click", (event) => {
  const at = event.target.closest("[data-act]");
  if (!at || at.disabled) return;
  if (at.nodeName === "A") event.preventDefault();
  (acts[at.dataset.act] ?? page.acts?.[at.dataset.act])?.(at, shell);
});
document.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (page !== login) {
    page.submit?.(new FormData(event.target), shell);
    return;
  }
  try {
    await api.logIn({ key: new FormData(event.target).get("key").trim() });
    move();
  } catch (error) {
    toLogin(error);
  }
});
document.addEventListener("change", (event) => page?.change?.(event.target, shell));
document.addEventListener("cancel", (event) => {
  event.preventDefault();
  if (question) answered(false);
}, true);
document.addEventListener("visibilitychange", () => {
  if (document.hidden || page === login || !page) live.stop();
  else live.start();
});
addEventListener("hashchange", () => (location.hash.startsWith("#code=") ? begin() : page === login ? null : move()));
addEventListener("resize", () => page?.resize?.(shell));
live.onChange(() => { page?.follow?.(shell); draw(); });
api.onLost(() => { if (page !== login) toLogin(null); });
if (keptTheme()) document.documentElement.dataset.theme = keptTheme();
speak();
begin();
