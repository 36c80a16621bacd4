// One node in the list.

import { el, keyed, setAttribute, setText, show } from "./dom.js";
import { span, UNKNOWN } from "./format.js";
import { icon, setIcon } from "./icons.js";
import { since } from "./moment.js";
import { share } from "./node_order.js";
import { stateOf } from "./wording.js";

//: More of them are folded away.
const RUNS_SHOWN = 2;

// Rows are copies of one that was put together once: with hundreds of them that is what takes long.
const cell = (name, ...children) => el("td", { role: "cell", class: name }, ...children);
const ROW = el(
  "tr",
  { role: "row", class: "node" },
  cell("state", icon("idle"), el("span")),
  el("th", { role: "rowheader", scope: "row", class: "node-cell" },
    el("span", { class: "node-name" }), el("span", { class: "ids" })),
  cell("runs-cell", el("span", { class: "note" }), el("ul", { class: "runs" })),
  cell("since-cell", el("span", { class: "for" })),
  cell("cpu", gauge()),
  cell("memory", gauge()),
);
const RUN = el("li", {}, el("span", { class: "run" }), " ", el("span", { class: "profile" }), " ",
  el("span", { class: "for" }));

/** An empty one. */
export function makeRow() {
  const element = ROW.cloneNode(true);
  const [state, node, runs, since_, cpu, memory] = element.children;
  element.parts = {
    stateCell: state,
    icon: state.firstChild,
    state: state.lastChild,
    name: node.firstChild,
    ids: node.lastChild,
    runsCell: runs,
    note: runs.firstChild,
    runs: runs.lastChild,
    more: null,
    since: since_.firstChild,
    cpu: cpu.firstChild,
    memory: memory.firstChild,
  };
  return element;
}

/** Fill it in. */
export function updateRow(element, node) {
  const { parts } = element;
  element.node = node;
  const state = stateOf(node.state);
  setAttribute(element, "data-state", node.state);
  setIcon(parts.icon, state.icon);
  setText(parts.state, state.word);
  setAttribute(parts.stateCell, "title", state.meaning);
  const ids = [node.name === node.instance_id ? null : node.instance_id, node.group];
  setText(parts.name, node.name ?? "not a node yet");
  parts.name.classList.toggle("nameless", node.name === null);
  setAttribute(parts.name, "title", node.node_id === null ? null : `Nomad node ${node.node_id}`);
  setText(parts.ids, ids.filter(Boolean).join(" · "));
  const telling = node.running.length === 0 || node.state !== "busy";
  setText(parts.note, telling ? node.note : "");
  show(parts.note, telling);
  fillRuns(parts, node.running);
  fillGauge(parts.cpu, node.cpu_allocated, node.cpu_total, "MHz");
  fillGauge(parts.memory, node.memory_allocated, node.memory_total, "MiB");
  tickRow(element);
}

/** Tell the ages anew. */
export function tickRow(element) {
  const { parts, node } = element;
  setText(parts.since, node.since === null ? UNKNOWN : span(since(node.since)));
  tickRuns(parts.runs);
  if (parts.more !== null) tickRuns(parts.more.lastChild);
}

function tickRuns(list) {
  for (const run of list.children) {
    const { started_at: began } = run.running;
    setText(run.parts.age, began === null ? "not begun" : `for ${span(since(began))}`);
  }
}

function fillRuns(parts, running) {
  const first = running.length > RUNS_SHOWN + 1 ? running.slice(0, RUNS_SHOWN) : running;
  const rest = running.slice(first.length);
  keyed(parts.runs, first, keyOfRun, makeRun, updateRun);
  if (rest.length === 0) {
    parts.more?.remove();
    parts.more = null;
    return;
  }
  if (parts.more === null) {
    const list = el("ul", { class: "runs" });
    parts.more = el("details", { class: "more" }, el("summary"), list);
    parts.runsCell.append(parts.more);
  }
  setText(parts.more.firstChild, `${rest.length} more`);
  keyed(parts.more.lastChild, rest, keyOfRun, makeRun, updateRun);
}

function keyOfRun(run) {
  return run.child ?? run.job;
}

function makeRun() {
  const element = RUN.cloneNode(true);
  const [name, profile, age] = element.children;
  element.parts = { name, profile, age };
  return element;
}

function updateRun(element, run) {
  const { parts } = element;
  element.running = run;
  const own = run.child?.startsWith(`${run.job}/`);
  setText(parts.name, run.child === null ? run.job : own ? run.child : `${run.job} ${run.child}`);
  setText(parts.profile, run.profile ?? "");
}

function gauge() {
  const bar = el("span", { class: "bar", "aria-hidden": "true" }, el("span"));
  return el("span", { class: "gauge" }, bar, el("span", { class: "figure" }));
}

function fillGauge(element, part, whole, unit) {
  const found = share(part, whole);
  const [bar, figure] = element.children;
  const percent = found === null ? null : Math.round(100 * found);
  bar.classList.toggle("off", percent === null);
  if (percent !== null) {
    const width = `${Math.min(100, percent)}%`;
    if (bar.firstChild.style.width !== width) bar.firstChild.style.width = width;
  }
  setText(figure, percent === null ? UNKNOWN : `${percent} %`);
  setAttribute(element, "title", percent === null ? null : `${part} of ${whole} ${unit}`);
}
