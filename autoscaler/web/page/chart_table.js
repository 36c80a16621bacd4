// The chart as a table, for those who cannot see it, and for those who want figures.

import { el, keyed, setText } from "./dom.js";
import { clock, count, span } from "./format.js";
import { STATES } from "./series.js";
import { stateOf } from "./wording.js";

const ROWS = 24;
const COLUMNS = ["pending", "oldest_seconds", ...STATES, "desired"];
const HEADS = ["Pending, at most", "Oldest wait", ...STATES.map((one) => stateOf(one).word),
  "Desired"];

/** Filled only while it is open. */
export class ChartTable {
  #body = el("tbody");
  #data = null;
  #caption = el("caption", { class: "unseen" }, "The chart's figures");
  #details;

  constructor() {
    const heads = ["Until", ...HEADS].map((one) => el("th", { scope: "col" }, one));
    const table = el("table", {}, this.#caption, el("thead", {}, el("tr", {}, ...heads)),
      this.#body);
    const box = el("div", { class: "wide", tabindex: "0", role: "region",
      "aria-label": "The chart's figures" }, table);
    this.#details = el("details", { class: "figures", toggle: () => this.#draw() },
      el("summary", {}, "As a table"), box);
  }

  get element() {
    return this.#details;
  }

  update(data) {
    this.#data = data;
    this.#draw();
  }

  #draw() {
    if (!this.#details.open || this.#data === null) return;
    keyed(this.#body, rowsOf(this.#data), (row) => String(row.at), makeRow, (element, row) => {
      row.cells.forEach((cell, at) => setText(element.children[at], cell));
    });
  }
}

function rowsOf({ points, begin, end, zone }) {
  const step = (end - begin) / ROWS;
  const rows = [];
  // Aligned, so that a row stays the same from one update to the next.
  const last = Math.floor(end / step) * step + step;
  for (let until = last; until > last - ROWS * step; until -= step) {
    const within = points.filter((point) => point.t >= until - step && point.t < until);
    rows.push({ at: until, cells: [clock(Math.min(until, end), zone), ...cellsOf(within)] });
  }
  return rows;
}

function cellsOf(points) {
  const known = points.map((point) => point.pending).filter((value) => value !== null);
  const last = points.at(-1);
  return COLUMNS.map((name) => {
    if (name === "pending") return count(known.length > 0 ? Math.max(...known) : null);
    return name === "oldest_seconds" ? span(last?.[name]) : count(last?.[name]);
  });
}

function makeRow() {
  return el("tr", {}, el("th", { scope: "row" }), ...COLUMNS.map(() => el("td")));
}
