// Draws the chart: two panels on one time axis, in pixels.

import { svg } from "./dom.js";
import { clock, count, day } from "./format.js";
import { countTicks, linear, timeTicks } from "./scale.js";
import { STATES, stretches, total } from "./series.js";

const MARGIN = { left: 44, right: 12 };
const TOP = { from: 10, to: 165 };
const BOTTOM = { from: 195, to: 365 };
export const HEIGHT = 392;

//: About so many pixels a label takes.
const LABEL_PIXELS = 76;

/** Everything but the crosshair; tells where time is. */
export function draw(root, { points, begin, end, width, holds, zone }) {
  const x = linear(begin, end, MARGIN.left, width - MARGIN.right);
  const visible = points.filter((point) => point.t >= begin - holds);
  const clip = svg("g", { "clip-path": "url(#plot)" });
  const axes = svg("g", { class: "axes" });
  const pending = panel(axes, TOP, width, most(visible, (point) => point.pending));
  const nodes = panel(axes, BOTTOM, width, most(visible, (point) =>
    Math.max(total(point) ?? 0, point.desired ?? 0)));
  timeAxis(axes, { begin, end, x, zone, width });
  clip.append(...gaps(visible, { begin, end, x, holds }));
  drawPending(clip, visible, { x, y: pending, holds, end });
  drawNodes(clip, visible, { x, y: nodes, holds, end });
  root.replaceChildren(definitions(width), axes, clip);
  return { x, left: MARGIN.left, right: width - MARGIN.right };
}

function most(points, valueOf) {
  return points.reduce((top, point) => Math.max(top, valueOf(point) ?? 0), 0);
}

function definitions(width) {
  const plot = svg("rect", { x: MARGIN.left, y: 0, width: width - MARGIN.left - MARGIN.right,
    height: HEIGHT });
  const hatch = (id, name) =>
    svg(
      "pattern",
      { id, width: 5, height: 5, patternUnits: "userSpaceOnUse",
        patternTransform: "rotate(45)" },
      svg("rect", { width: 5, height: 5, class: `${name}-ground` }),
      svg("rect", { width: 2.2, height: 5, class: `${name}-line` }),
    );
  return svg("defs", {}, svg("clipPath", { id: "plot" }, plot), hatch("hatch-flight", "flight"),
    hatch("hatch-gap", "gap"));
}

function panel(axes, { from, to }, width, top) {
  const ticks = countTicks(top);
  const y = linear(0, ticks.at(-1), to, from);
  for (const tick of ticks) {
    const at = Math.round(y(tick)) + 0.5;
    const line = { x1: MARGIN.left, x2: width - MARGIN.right, y1: at, y2: at };
    axes.append(svg("line", { ...line, class: tick === 0 ? "base" : "grid" }));
    const label = { x: MARGIN.left - 8, y: at + 4, "text-anchor": "end" };
    axes.append(svg("text", label, count(tick)));
  }
  return y;
}

function timeAxis(axes, { begin, end, x, zone, width }) {
  const pixels = width - MARGIN.left - MARGIN.right;
  const apart = ((end - begin) * LABEL_PIXELS) / pixels;
  for (const tick of timeTicks(begin, end, apart, zone)) {
    const at = Math.round(x(tick)) + 0.5;
    for (const { from, to } of [TOP, BOTTOM]) {
      axes.append(svg("line", { x1: at, x2: at, y1: from, y2: to, class: "grid" }));
    }
    const time = clock(tick, zone);
    const words = time === "00:00" ? day(tick, zone) : time;
    const anchor = at > width - 24 ? "end" : at < MARGIN.left + 16 ? "start" : "middle";
    axes.append(svg("text", { x: at, y: HEIGHT - 8, "text-anchor": anchor }, words));
  }
}

function gaps(points, { begin, end, x, holds }) {
  const known = stretches(points, (point) => (point.pending === null && total(point) === null
    ? null : [0]), holds, end);
  const found = [];
  let from = begin;
  for (const stretch of known) {
    const [start, stop] = [stretch[0][0], stretch.at(-1)[1]];
    if (start - from > holds) found.push([from, start]);
    from = Math.max(from, stop);
  }
  if (end - from > holds) found.push([from, end]);
  return found.flatMap(([start, stop]) => [TOP, BOTTOM].map((panelOf) =>
    svg("rect", { class: "gap", x: x(start), width: Math.max(0, x(stop) - x(start)),
      y: panelOf.from, height: panelOf.to - panelOf.from, fill: "url(#hatch-gap)" })));
}

function drawPending(group, points, { x, y, holds, end }) {
  const found = stretches(points, (point) => (point.pending === null ? null : [point.pending]),
    holds, end);
  group.append(
    svg("path", { class: "area pending", d: areas(found, x, () => y(0), (step) => y(step[2])) }),
    svg("path", { class: "line pending", d: lines(found, x, (step) => y(step[2])) }),
  );
}

function drawNodes(group, points, { x, y, holds, end }) {
  const found = stretches(points, heights, holds, end);
  STATES.forEach((state, at) => {
    const d = areas(found, x, (step) => y(step[2 + at]), (step) => y(step[3 + at]));
    group.append(svg("path", { class: `area ${state}`, d }));
  });
  const desired = stretches(points, (point) => (point.desired === null ? null : [point.desired]),
    holds, end);
  group.append(svg("path", { class: "line desired", d: lines(desired, x, (step) => y(step[2])) }));
}

/** The edges between the states of a stack, the bottom's first. */
function heights(point) {
  if (total(point) === null) return null;
  const edges = [0];
  for (const state of STATES) edges.push(edges.at(-1) + point[state]);
  return edges;
}

function lines(found, x, yOf) {
  return found
    .map((stretch) => `M${x(stretch[0][0])} ${yOf(stretch[0])}${along(stretch, x, yOf)}`)
    .join("");
}

function along(stretch, x, yOf) {
  return stretch.map((step) => `V${yOf(step)}H${x(step[1])}`).join("");
}

function areas(found, x, lowerOf, upperOf) {
  return found
    .map((stretch) => {
      const forth = `M${x(stretch[0][0])} ${lowerOf(stretch[0])}${along(stretch, x, upperOf)}`;
      const back = stretch.toReversed().map((step) => `V${lowerOf(step)}H${x(step[0])}`);
      return `${forth}${back.join("")}Z`;
    })
    .join("");
}

/** The crosshair at that time, or none. */
export function drawCrosshair(line, place, t) {
  const at = t === null ? null : Math.round(place.x(t)) + 0.5;
  line.setAttribute("visibility", at === null ? "hidden" : "visible");
  if (at === null) return;
  for (const end of ["x1", "x2"]) line.setAttribute(end, at);
  line.setAttribute("y1", TOP.from);
  line.setAttribute("y2", BOTTOM.to);
}
