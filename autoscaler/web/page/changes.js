// The last changes of capacity, of all pools: when, what, why, and what came of it.

import { el, keyed, setAttribute, setText, show } from "./dom.js";
import { clock, full } from "./format.js";
import { icon, setIcon } from "./icons.js";
import { currentZone, now } from "./moment.js";
import { deeds, outcomeWords, updateDeeds } from "./decision.js";
import { headline } from "./wording.js";

const FIRST = 5;

/** The list, newest first. */
export class Changes {
  #list = el("ol", { class: "change-list" });
  #none = el("p", { class: "muted" }, "None yet.");
  #more = el("button", { type: "button", class: "quiet", click: () => this.#turn() });
  #whole = false;
  #status = null;

  constructor() {
    document.getElementById("changes").append(this.#list, this.#none, this.#more);
  }

  update(status) {
    this.#status = status;
    const { changes } = status;
    // Those of a pool that is no longer there are told apart as well.
    const several = changes.some((one) => one.pool !== status.pools[0]?.name);
    const shown = this.#whole ? changes : changes.slice(0, FIRST);
    keyed(this.#list, shown, (one) => `${one.pool} ${one.cycle_id}`, makeChange, (element, one) => {
      updateChange(element, one, several || status.pools.length > 1);
    });
    show(this.#none, changes.length === 0);
    show(this.#more, changes.length > FIRST);
    setText(this.#more, this.#whole ? "Fewer changes" : `All ${changes.length} changes`);
    setAttribute(this.#more, "aria-expanded", String(this.#whole));
  }

  #turn() {
    this.#whole = !this.#whole;
    this.update(this.#status);
  }
}

function makeChange() {
  const parts = { icon: icon("hold"), what: el("strong"), why: el("span", { class: "why" }) };
  parts.at = el("time");
  parts.pool = el("span", { class: "tag" });
  parts.outcome = el("span", { class: "outcome" });
  parts.deeds = deeds();
  const element = el(
    "li",
    {},
    el(
      "details",
      {},
      el("summary", {}, parts.at, parts.icon, el("span", { class: "gist" }, parts.what, " ",
        parts.pool, " ", parts.outcome, parts.why)),
      parts.deeds,
    ),
  );
  element.parts = parts;
  return element;
}

function updateChange(element, change, several) {
  const { parts } = element;
  const at = Date.parse(change.at);
  const failed = change.outcome === "failed";
  const told = headline(change);
  setAttribute(element, "class", failed ? "failed" : "");
  setText(parts.at, clock(at, currentZone(), { now: now() }));
  setAttribute(parts.at, "datetime", change.at);
  setAttribute(parts.at, "title", full(at, currentZone()));
  setIcon(parts.icon, failed ? "error" : told.icon);
  setText(parts.what, told.icon === "hold" ? outcomeWords(change) : told.word);
  setText(parts.pool, change.pool);
  show(parts.pool, several);
  setText(parts.outcome, failed ? outcomeWords(change) : "");
  show(parts.outcome, failed);
  setText(parts.why, change.why);
  updateDeeds(parts.deeds, change);
}
