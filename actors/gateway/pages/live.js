// SPDX-License-Identifier: Apache-2.0
// live - the board of the deployment, asked again as soon as there is a newer one, while somebody
// looks at the page.
import { ask, Refusal } from "./api.js";

const POINTS = 60;
const PAUSE_MS = 2000;

let board = null;
let lost = false;
let running = null;
let changed = () => {};
const rates = new Map();

export const now = () => board;
export const isLost = () => lost;
export const rateOf = (stage) => rates.get(stage) ?? [];
export const onChange = (call) => { changed = call; };

function take(next) {
  board = next;
  for (const stage of next.stages) {
    const known = rateOf(stage.stage).slice(1 - POINTS);
    if (stage.per_1000s !== null) known.push(stage.per_1000s / 1000);
    rates.set(stage.stage, known);
  }
}

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

async function follow(life) {
  while (!life.signal.aborted) {
    try {
      take(await ask(`/api/overview?after=${board?.version ?? 0}`, { signal: life.signal }));
      lost = false;
    } catch (error) {
      if (life.signal.aborted) return;
      lost = true;
      if (error instanceof Refusal && error.status === 401) return;
      await pause(PAUSE_MS);
    }
    changed();
  }
}

export function start() {
  if (running || document.hidden) return;
  running = new AbortController();
  follow(running);
}

export function stop() {
  running?.abort();
  running = null;
}
