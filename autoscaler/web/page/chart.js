// The chart of the last hours: range, crosshair by mouse, touch and keys, and its figures in words.

import { el, setAttribute, setText, svg } from "./dom.js";
import { clock, count, span, zoneName } from "./format.js";
import { ChartTable } from "./chart_table.js";
import { draw, drawCrosshair, HEIGHT } from "./drawing.js";
import { choose, chosen } from "./preferences.js";
import { holdsFor, pointAt, STATES } from "./series.js";
import { STATES as WORDS } from "./wording.js";

const RANGES = ["6", "1", "24"];
const HOUR = 3_600_000;
const FIGURES = ["pending", ...STATES, "desired"];

/** Draws whatever points it is given. */
export class Chart {
  #hours = chosen("hours", RANGES);
  #data = { points: [], now: 0, zone: "UTC", step: 60, interval: 10 };
  #holds = 0;
  #place = null;
  //: Where the reader looks, in milliseconds; null is now.
  #cursor = null;
  #root = svg("svg", { class: "plot", height: HEIGHT, "aria-hidden": "true" });
  #line = svg("line", { class: "crosshair", visibility: "hidden" });
  #layer = svg("g");
  #moment = el("span", { class: "moment" });
  #figures = new Map(FIGURES.map((name) => [name, el("span", { class: "figure" })]));
  #oldest = el("span", { class: "figure" });
  #box;
  #ranges;
  #table = new ChartTable();

  constructor(parent) {
    this.#root.append(this.#layer, this.#line);
    this.#ranges = ["1", "6", "24"].map((hours) =>
      el("button", { type: "button", "data-hours": hours, click: () => this.#range(hours) },
        `${hours} h`));
    this.#box = el("div", { class: "plot-box", tabindex: "0", role: "slider",
      "aria-label": "Moment of the chart; arrow keys move it" }, this.#root);
    const ranges = el("div", { class: "segments", role: "group", "aria-label": "Range" },
      ...this.#ranges);
    parent.append(
      el("div", { class: "chart-head" }, ranges, this.#moment),
      this.#legend(), this.#box, this.#table.element);
    this.#listen();
  }

  /** `points`, `now`, `zone`, and the lengths of a `step` and an `interval` in seconds. */
  update(data) {
    this.#data = data;
    this.#holds = holdsFor(data.step, data.interval);
    this.#draw();
  }

  #legend() {
    const keys = FIGURES.map((name) => {
      const word = WORDS[name]?.word ?? { pending: "Pending", desired: "Desired" }[name];
      return el("li", { class: `key ${name}` }, el("span", { class: "swatch" }), `${word} `,
        this.#figures.get(name));
    });
    keys.splice(1, 0, el("li", { class: "key" }, "oldest wait ", this.#oldest));
    return el("ul", { class: "legend" }, ...keys);
  }

  #listen() {
    const box = this.#box;
    box.addEventListener("pointermove", (event) => this.#point(event));
    box.addEventListener("pointerdown", (event) => this.#point(event));
    box.addEventListener("pointerleave", () => this.#look(null));
    box.addEventListener("blur", () => this.#look(null));
    box.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.#draw()).observe(box);
  }

  #range(hours) {
    this.#hours = hours;
    choose("hours", hours);
    this.#cursor = null;
    this.#draw();
  }

  #window() {
    const end = this.#data.now;
    return { begin: end - Number(this.#hours) * HOUR, end };
  }

  #draw() {
    const width = Math.floor(this.#box.clientWidth);
    if (width < 100) return;
    const { points, zone } = this.#data;
    setAttribute(this.#root, "width", width);
    setAttribute(this.#root, "viewBox", `0 0 ${width} ${HEIGHT}`);
    const { begin, end } = this.#window();
    this.#place = draw(this.#layer, { points, begin, end, width, holds: this.#holds, zone });
    for (const button of this.#ranges) {
      setAttribute(button, "aria-pressed", String(button.dataset.hours === this.#hours));
    }
    this.#table.update({ points, begin, end, zone });
    this.#tell();
  }

  #point(event) {
    if (this.#place === null) return;
    const { left, right } = this.#place;
    const { begin, end } = this.#window();
    const at = event.clientX - this.#box.getBoundingClientRect().left;
    const share = Math.min(1, Math.max(0, (at - left) / (right - left)));
    this.#look(begin + share * (end - begin));
  }

  #key(event) {
    const { begin, end } = this.#window();
    const step = Math.max(60_000, (end - begin) / 120);
    const here = this.#cursor ?? end;
    const moves = { ArrowLeft: here - step, ArrowRight: here + step, ArrowDown: here - step,
      ArrowUp: here + step, PageDown: here - 10 * step, PageUp: here + 10 * step, Home: begin,
      End: end };
    if (event.key === "Escape") this.#look(null);
    else if (event.key in moves) this.#look(Math.min(end, Math.max(begin, moves[event.key])));
    else return;
    event.preventDefault();
  }

  #look(t) {
    this.#cursor = t;
    this.#tell();
  }

  #tell() {
    if (this.#place === null) return;
    const { begin, end } = this.#window();
    if (this.#cursor !== null && this.#cursor < begin) this.#cursor = begin;
    const t = this.#cursor ?? end;
    const point = pointAt(this.#data.points, t, this.#holds);
    drawCrosshair(this.#line, this.#place, this.#cursor);
    for (const [name, node] of this.#figures) setText(node, count(point?.[name]));
    setText(this.#oldest, span(point?.oldest_seconds));
    const { zone, now } = this.#data;
    const at = `${clock(t, zone, { now })} ${zoneName(zone)}`;
    setText(this.#moment, this.#cursor === null ? `now, ${at}` : at);
    setAttribute(this.#box, "aria-valuemin", 0);
    setAttribute(this.#box, "aria-valuemax", Math.round((end - begin) / 60_000));
    setAttribute(this.#box, "aria-valuenow", Math.round((t - begin) / 60_000));
    setAttribute(this.#box, "aria-valuetext", `${at}: ${inWords(point)}`);
  }
}

function inWords(point) {
  if (point === null) return "nothing was read";
  return FIGURES.map((name) => {
    const value = point[name] === null ? "unknown" : count(point[name]);
    return `${value} ${name.replace("_", " ")}`;
  }).join(", ");
}
