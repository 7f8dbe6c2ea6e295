// SPDX-License-Identifier: Apache-2.0
// words - every text of the pages stands in both tables, is used, and stands nowhere else
//
// usage: node words.mjs ROOT
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const root = process.argv[2];
const pages = join(root, "actors/gateway/pages");
const problems = [];
// By its text: an older node takes a file of that ending for no module.
const load = async (name) => (await import("data:text/javascript;base64," + readFileSync(join(pages, name)).toString("base64"))).default;
const en = await load("en.js");
const zh = await load("zh.js");

// --- the tables are alike ---

const holes = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort().join(" ");
for (const [mine, other, name] of [[en, zh, "zh"], [zh, en, "en"]]) {
  for (const [key, text] of Object.entries(mine)) {
    if (!(key in other)) problems.push(`${name}.js: ${key} is missing`);
    else if (holes(text) !== holes(other[key])) problems.push(`${key}: {${holes(text)}} and {${holes(other[key])}}`);
    if (!text) problems.push(`${key}: it is empty`);
  }
}
const alike = new Set(["waybill", "title", "none", "crumb", "plus", "dot", "account.of", "column.cpu", "comma", "record.decided"]);
for (const [key, text] of Object.entries(zh)) {
  if (!/[\u4e00-\u9fff]/.test(text) && !alike.has(key) && key !== "language.other") problems.push(`zh.js: ${key} is not Chinese: ${text}`);
  if (/[\u4e00-\u9fff]/.test(en[key]) && key !== "language.other") problems.push(`en.js: ${key} is not English: ${en[key]}`);
}

// --- codes that the API tells have words ---

const source = (path) => readFileSync(join(root, path), "utf8");
const rows = (path, pattern) => [...source(path).matchAll(pattern)].map(([, code]) => code);
const codes = {
  wait: rows("protocol/waits.def", /^WB_WAIT\(\w+, "([^"]+)"/gm).flatMap((code) => [`${code}.means`, `${code}.who`]),
  kind: rows("protocol/records.def", /^WB_RECORD\(\w+, \d+, "([^"]+)"/gm),
  state: source("actors/gateway/api_overview.c").match(/"(stopped failing [^"]+)"/)[1].split(" "),
  process: source("actors/gateway/api_overview.c").match(/"(running starting [^"]+)"/)[1].split(" "),
  stage: source("actors/gateway/api_overview.c").match(/"(pull fetch [^"]+)"/)[1].split(" "),
  hop: source("actors/gateway/api_why.c").match(/"(source received [^"]+)"/)[1].split(" "),
};
for (const [group, all] of Object.entries(codes)) {
  if (all.length < 3) problems.push(`${group}: no codes are found`);
  for (const code of all) if (!(`${group}.${code}` in en)) problems.push(`en.js: no words for ${group}.${code}`);
}
for (const [, code, means, who] of source("protocol/waits.def").matchAll(/^WB_WAIT\(\w+, "([^"]*)", "([^"]*)", "([^"]*)"\)/gm)) {
  if (en[`wait.${code}.means`] !== means || en[`wait.${code}.who`] !== who) problems.push(`en.js: wait.${code} is not what protocol/waits.def says`);
}

// --- what the code uses is there, and what is there is used; no text stands in the code ---

const used = new Set();
const groups = new Set();
const names = /^(Escape|Enter|Content-Type|X-CSRF-Token|AbortError|Waybill)$/;
for (const file of readdirSync(pages).filter((name) => name.endsWith(".js") && !["en.js", "zh.js"].includes(name))) {
  const text = readFileSync(join(pages, file), "utf8").replace(/\/\/ .*$/gm, "");
  for (const [, key] of text.matchAll(/\bt\("([^"]+)"/g)) used.add(key);
  for (const [, one, two] of text.matchAll(/\bt\([^"`]*\? "([^"]+)" : (?:[^"`]*\? "[^"]+" : )?"([^"]+)"/g)) used.add(one).add(two);
  for (const [, key] of text.matchAll(/\bsection\("([^"]+)"/g)) used.add(key);
  for (const [, key] of text.matchAll(/"((?:parked|verdict)\.\w+)"/g)) used.add(key);
  for (const [, group] of text.matchAll(/\bt\(`([\w.]+\.)\$\{/g)) groups.add(group);
  for (const [, group] of text.matchAll(/\bword\("(\w+)"/g)) groups.add(`${group}.`);
  if (/word\(group/.test(text)) for (const group of ["kind.", "status."]) groups.add(group);
  for (const [, literal] of text.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)) {
    if (/[\u4e00-\u9fff]|[A-Za-z] [A-Za-z]|[a-z][.!?:]$|^[A-Z][a-z]+/.test(literal) && !names.test(literal) && !/^M\d/.test(literal))
      problems.push(`${file}: a text stands in the code: ${literal}`);
  }
  for (const [, literal] of text.matchAll(/`([^`]*)`/g)) {
    if (/[\u4e00-\u9fff]|[A-Za-z]{2,} [A-Za-z]{2,}/.test(literal.replace(/\$\{[^}]*\}/g, "")))
      problems.push(`${file}: a text stands in the code: ${literal}`);
  }
  for (const word of ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "setAttribute(\"style\""]) {
    if (text.includes(word)) problems.push(`${file}: ${word} is not for these pages`);
  }
  if (/https?:\/\/(?!www\.w3\.org\/2000\/svg")/.test(text)) problems.push(`${file}: it names another host`);
}
for (const key of used) if (!(key in en)) problems.push(`en.js: ${key} is used and missing`);
for (const group of groups) if (!Object.keys(en).some((key) => key.startsWith(group))) problems.push(`en.js: nothing begins with ${group}`);
for (const key of Object.keys(en)) {
  if (!used.has(key) && ![...groups].some((group) => key.startsWith(group))) problems.push(`en.js: nobody uses ${key}`);
}

// --- all modules are named in the page, so that they are there at once ---

const html = readFileSync(join(pages, "index.html"), "utf8");
for (const file of readdirSync(pages).filter((name) => name.endsWith(".js")))
  if (!html.includes(`"/${file}"`)) problems.push(`index.html does not name ${file}`);

for (const problem of problems) console.log(problem);
console.log(`${Object.keys(en).length} texts, ${problems.length} problems`);
process.exit(problems.length || Object.keys(en).length < 100 ? 1 : 0);
