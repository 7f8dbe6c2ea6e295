// SPDX-License-Identifier: Apache-2.0
// flow - the stages as a picture: what is there, and how fast it goes through
import { el, svg } from "./dom.js";
import { t, short, rate } from "./words.js";
import * as live from "./live.js";

const BOX = { w: 190, h: 118, gap: 56 };
const NARROW = 760; // px of the window: below, the way goes down

// The last rates as a line above a soft area.
function spark(points, w, h) {
  if (points.length < 2) return null;
  const most = Math.max(...points, 1);
  const at = points.map((value, i) =>
    `${((i / (points.length - 1)) * w).toFixed(1)},${(h - (value / most) * (h - 3)).toFixed(1)}`);
  return [svg("path", { class: "area", d: `M0,${h} L${at.join(" L")} L${w},${h} Z` }),
    svg("path", { class: "line", d: `M${at.join(" L")}` })];
}

function box(stage, x, y, w) {
  const value = stage.per_1000s === null ? null : stage.per_1000s / 1000;
  return svg("g", { class: ["stage", stage.processes ? "" : "off"], transform: `translate(${x},${y})`, "data-key": stage.stage },
    svg("rect", { class: "box", width: w, height: BOX.h, rx: 14 }),
    svg("g", { transform: `translate(16,${BOX.h - 36})`, "aria-hidden": "true" }, spark(live.rateOf(stage.stage), w - 32, 26)),
    svg("text", { class: "name", x: 16, y: 26 }, t(`stage.${stage.stage}`)),
    svg("text", { class: "rate", x: w - 16, y: 26, "text-anchor": "end" }, rate(value)),
    svg("text", { class: "depth", x: 16, y: 60 }, short(stage.depth)),
    svg("text", { class: "note", x: 16, y: 77 }, t(`depth.${stage.stage}`)));
}

// As thick as it is fast, in steps that the eye can tell.
function pipe(from, to, stage) {
  const value = (stage.per_1000s ?? 0) / 1000;
  const width = 2 + Math.min(8, Math.log2(1 + value));
  const d = `M${from.join(",")} L${to.join(",")}`;
  const pace = value < 0.05 ? "still" : value < 5 ? "slow" : value < 100 ? "even" : "fast";
  return svg("g", { class: ["pipe", pace], "data-key": `to ${stage.stage}` },
    svg("path", { class: "bed", d, "stroke-width": width.toFixed(1) }),
    svg("path", { class: "run", d, "stroke-width": Math.max(2, width - 2).toFixed(1) }));
}

function across(stages, width) {
  const w = Math.min(BOX.w + 60, (width - BOX.gap * (stages.length - 1)) / stages.length);
  const gap = (width - w * stages.length) / (stages.length - 1);
  return { height: BOX.h + 2, parts: stages.flatMap((stage, i) => {
    const x = i * (w + gap);
    return [i ? pipe([x - gap + 6, 60], [x - 6, 60], stage) : null, box(stage, x + 0.5, 1, w - 1)];
  }) };
}

function down(stages, width) {
  return { height: stages.length * (BOX.h + 30) - 28, parts: stages.flatMap((stage, i) => {
    const y = i * (BOX.h + 30);
    return [i ? pipe([width / 2, y - 27], [width / 2, y - 2], stage) : null, box(stage, 0.5, y + 1, width - 1)];
  }) };
}

const inWords = (stages) => stages.map((stage) => t("flow.stage", {
  stage: t(`stage.${stage.stage}`), n: short(stage.depth),
  rate: rate(stage.per_1000s === null ? null : stage.per_1000s / 1000) })).join(" ");

export function flow(stages) {
  const width = Math.max(280, Math.min(document.documentElement.clientWidth, 1280) - (document.documentElement.clientWidth < 620 ? 32 : 64));
  const { height, parts } = document.documentElement.clientWidth < NARROW ? down(stages, width) : across(stages, width);
  return el("section", { class: "flow", "aria-label": t("flow") },
    svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": inWords(stages) }, parts));
}
