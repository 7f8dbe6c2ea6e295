// SPDX-License-Identifier: Apache-2.0
// api - asks the gateway, as every other program does; the browser's cookie says who we are.

let csrf = "";
let role = "";
let name = "";
let lost = () => {};

export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.title ?? String(status));
    this.status = status;
    this.detail = problem.detail ?? "";
  }
}

export const onLost = (call) => { lost = call; };
export const mayChange = () => role === "operate" || role === "admin";
export const who = () => ({ role, name });

export async function ask(path, { method = "GET", body, signal } = {}) {
  const headers = {};
  if (method !== "GET") headers["X-CSRF-Token"] = csrf;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, {
    method, headers, signal, cache: "no-store", credentials: "same-origin",
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  if (answer.status === 401 && path !== "/api/session") lost();
  throw new Refusal(answer.status, said);
}

function enter(session) {
  csrf = session.csrf;
  role = session.role;
  name = session.key;
}

// Logs in with {code} or {key}; without one: is somebody logged in?
export async function logIn(by) {
  enter(await ask("/api/session", by ? { method: "POST", body: by } : {}));
}

export async function logOut() {
  await ask("/api/session", { method: "DELETE" });
  role = csrf = name = "";
}

export const pathOf = (key) => `/api/why/${encodeURIComponent(key)}`;
export const queryOf = (members) => {
  const query = new URLSearchParams(Object.entries(members).filter(([, value]) => value));
  return query.size ? `?${query}` : "";
};
