// SPDX-License-Identifier: Apache-2.0
// login - by a key of the API; a link with a code of this machine needs no page
import { el } from "./dom.js";
import { t } from "./words.js";

let problem = null;

export const title = () => t("login");
export const enter = (error) => { problem = error; };

const trouble = () => (problem.status === 401 ? t("login.wrong") : problem.detail || problem.message);

export const view = () => el("main", { class: "login", id: "main" },
  el("form", { class: "card" },
    el("h1", { class: "brand" }, el("img", { src: "/icon.svg", alt: "", width: "34", height: "34" }), t("waybill")),
    el("p", { class: "muted" }, t("login.how")),
    el("label", { for: "key" }, t("login.key")),
    el("input", { id: "key", name: "key", type: "password", autocomplete: "current-password", required: true,
      "aria-describedby": problem ? "trouble" : null }),
    problem ? el("p", { id: "trouble", class: "bad", role: "alert" }, trouble()) : null,
    el("button", { class: "main" }, t("login"))),
  el("p", { class: "muted" }, t("login.code")));
