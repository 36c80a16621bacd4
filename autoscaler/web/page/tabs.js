// One pool at a time; which one is in the address, so that a link leads to it.

import { el, keyed, setAttribute, setText, show } from "./dom.js";
import { count } from "./format.js";
import { icon, setIcon } from "./icons.js";

const HASH = "#pool=";

/** Chooses among the pools; `changed()` is told of another choice. */
export class Tabs {
  #list = document.getElementById("tabs");
  #panel = document.getElementById("pool");
  #names = [];

  constructor(changed) {
    window.addEventListener("hashchange", () => changed());
    this.#list.addEventListener("keydown", (event) => this.#key(event));
  }

  /** The chosen pool of these, or the first; null where there is none. */
  chosen(status) {
    const wanted = nameInHash();
    return status.pools.find((pool) => pool.name === wanted) ?? status.pools[0] ?? null;
  }

  update(status) {
    const pool = this.chosen(status);
    this.#names = status.pools.map((one) => one.name);
    const several = status.pools.length > 1;
    show(this.#panel, pool !== null);
    show(this.#list, several);
    setAttribute(this.#panel, "role", several ? "tabpanel" : null);
    setAttribute(this.#panel, "aria-label", several ? pool.name : null);
    const tabs = several ? status.pools : [];
    keyed(this.#list, tabs, (one) => one.name, makeTab, (element, one) => {
      updateTab(element, one, one === pool, status.wrongs);
    });
  }

  #key(event) {
    const steps = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
    const tabs = [...this.#list.children];
    const here = tabs.indexOf(document.activeElement);
    if (here < 0) return;
    let to = here;
    if (event.key in steps) to = target(here, steps[event.key], tabs.length);
    else if (event.key !== " ") return;
    event.preventDefault();
    tabs[to].focus();
    location.hash = HASH + encodeURIComponent(this.#names[to]);
  }
}

function target(here, step, length) {
  if (step === Infinity) return length - 1;
  return step === -Infinity ? 0 : (here + step + length) % length;
}

function nameInHash() {
  if (!location.hash.startsWith(HASH)) return null;
  try {
    return decodeURIComponent(location.hash.slice(HASH.length));
  } catch {
    return null; // Somebody's own percent sign.
  }
}

function makeTab(pool) {
  const parts = { icon: icon("ok"), name: el("span"), state: el("span", { class: "unseen" }) };
  parts.depth = el("span", { class: "depth" });
  const href = HASH + encodeURIComponent(pool.name);
  const element = el(
    "a",
    { role: "tab", href, class: "tab", "aria-controls": "pool" },
    parts.icon,
    parts.name,
    parts.state,
    parts.depth,
  );
  element.parts = parts;
  return element;
}

function updateTab(element, pool, chosen, wrongs) {
  const state = stateOf(pool, wrongs);
  setAttribute(element, "aria-selected", String(chosen));
  setAttribute(element, "tabindex", chosen ? "0" : "-1");
  setIcon(element.parts.icon, state.icon);
  setText(element.parts.name, pool.name);
  setText(element.parts.state, state.word);
  setText(element.parts.depth, `${count(pool.queue.pending)} pending`);
}

function stateOf(pool, wrongs) {
  const own = wrongs.filter((one) => one.pool === pool.name);
  if (own.some((one) => one.severity === "error")) return { icon: "error", word: "has errors" };
  if (own.length > 0) return { icon: "warning", word: "has warnings" };
  return pool.paused === null ? { icon: "ok", word: "well" } : { icon: "paused", word: "paused" };
}
