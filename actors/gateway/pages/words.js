// SPDX-License-Identifier: Apache-2.0
// words - every text comes from the table of its language; numbers and times are told as the
// browser's locale has them.
import en from "./en.js";
import zh from "./zh.js";

const tables = { en, zh };
const KEPT = "waybill.language";

let language = "en";
let locale = "en";
let forms = {};

export const languages = Object.keys(tables);
export const current = () => language;

function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

export function speak(wanted) {
  const wishes = [wanted, kept(), ...navigator.languages].filter(Boolean);
  language = wishes.map((wish) => wish.slice(0, 2).toLowerCase()).find((wish) => tables[wish]) ?? "en";
  locale = navigator.languages.find((one) => one.toLowerCase().startsWith(language)) ?? language;
  if (wanted) {
    try {
      localStorage.setItem(KEPT, wanted);
    } catch { /* it holds as long as the page */ }
  }
  forms = {};
  document.documentElement.lang = language;
}

// The text of a key; {name} in it becomes the value of that name.
export function t(key, values) {
  const text = tables[language][key];
  if (text === undefined) throw new Error(key);
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// A code of the API in words; one that this release does not know stays as it is.
export const word = (group, code) => tables[language][`${group}.${code}`] ?? code;

const form = (name, make) => (forms[name] ??= make());

export const number = (value) => form("number", () => new Intl.NumberFormat(locale)).format(value);
export const short = (value) => form("short", () => new Intl.NumberFormat(locale,
  { notation: "compact", maximumFractionDigits: 1 })).format(value);
export const percent = (value) => form("percent", () => new Intl.NumberFormat(locale, { style: "percent" })).format(value);
export const rate = (value) => (value === null ? t("none") : t("per_second", { n: value < 10
  ? form("rate", () => new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })).format(value)
  : number(Math.round(value)) }));

const unit = (value, of, digits = 0) => form(`unit ${of} ${digits}`, () => new Intl.NumberFormat(locale,
  { style: "unit", unit: of, unitDisplay: "narrow", maximumFractionDigits: digits })).format(value);

const steps = [[86400000, "day"], [3600000, "hour"], [60000, "minute"], [1000, "second"]];

export function duration(ms) {
  const value = Math.max(0, ms);
  for (const [size, of] of steps) if (value >= size) return unit(Math.floor(value / size), of);
  return value < 1 && value > 0 ? unit(value, "millisecond", 1) : unit(Math.round(value), "millisecond");
}

export const bytes = (value) => (value >= 1073741824 ? unit(value / 1073741824, "gigabyte", 1)
  : value >= 1048576 ? unit(value / 1048576, "megabyte", 1) : unit(value / 1024, "kilobyte"));

// How long ago, in whole seconds at least.
export const ago = (at, now) => {
  const ms = (now ?? Date.now()) - Date.parse(at);
  return ms < 1000 ? t("just_now") : t("ago", { t: duration(ms) });
};

export const moment = (at) => form("moment", () => new Intl.DateTimeFormat(locale,
  { dateStyle: "medium", timeStyle: "medium" })).format(new Date(at));
export const clock = (at) => form("clock", () => new Intl.DateTimeFormat(locale,
  { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false })).format(new Date(at));
