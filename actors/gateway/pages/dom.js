// SPDX-License-Identifier: Apache-2.0
// dom - elements, and how a page that is drawn anew becomes the one that is shown: what is the same
// stays, so that the focus, the place in a list and what is half typed stay, too. What is clicked is
// named by data-act; nothing here makes markup of a text.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    node.setAttribute(name, value === true ? "" : Array.isArray(value) ? value.filter(Boolean).join(" ") : value);
  }
  for (const child of children.flat(3)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child);
  }
  return node;
}

export const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

const icons = {
  theme: "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18Z M12 5.2a6.8 6.8 0 0 1 0 13.6Z",
  out: "M15 4h3a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-3 M10 8l-4 4 4 4 M6 12h9",
  open: "M9 6l6 6-6 6",
};

export const icon = (name) => svg("svg", { class: ["icon", name], viewBox: "0 0 24 24", "aria-hidden": "true" },
  svg("path", { d: icons[name] }));

const keyOf = (node) => (node.nodeType === 1 ? node.getAttribute("data-key") : null);
const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

// What a person has done to it since: opened, typed, chosen.
function isTheirs(node, name) {
  return (name === "open" && (node.nodeName === "DETAILS" || node.nodeName === "DIALOG")) ||
    (name === "value" && node === document.activeElement);
}

function syncAttributes(old, now) {
  for (const { name } of [...old.attributes]) {
    if (!now.hasAttribute(name) && !isTheirs(old, name)) old.removeAttribute(name);
  }
  for (const { name, value } of [...now.attributes]) {
    if (old.getAttribute(name) !== value && !isTheirs(old, name)) old.setAttribute(name, value);
  }
}

function syncChildren(old, now) {
  const keyed = new Map();
  for (const child of old.childNodes) if (keyOf(child)) keyed.set(keyOf(child), child);
  let at = old.firstChild;
  for (const wanted of [...now.childNodes]) {
    const found = keyOf(wanted) ? keyed.get(keyOf(wanted)) : at && !keyOf(at) ? at : null;
    if (found && alike(found, wanted)) {
      if (found === at) at = at.nextSibling;
      else old.insertBefore(found, at);
      sync(found, wanted);
    } else {
      old.insertBefore(wanted, at);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function sync(old, now) {
  if (old.nodeType !== 1) {
    if (old.nodeValue !== now.nodeValue) old.nodeValue = now.nodeValue;
    return;
  }
  if (old.hasAttribute("data-own")) return; // it draws itself
  syncAttributes(old, now);
  if (old.nodeName !== "TEXTAREA") syncChildren(old, now);
}

// Shows `children` in `root`.
export function show(root, ...children) {
  const now = root.cloneNode(false);
  for (const child of children.flat(3)) if (child) now.append(child);
  syncChildren(root, now);
}
