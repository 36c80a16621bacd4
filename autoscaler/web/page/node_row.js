// One node in the list.

import { el, keyed, setAttribute, setText, show } from "./dom.js";
import { full, span } from "./format.js";
import { icon, setIcon } from "./icons.js";
import { currentZone, since } from "./moment.js";
import { share } from "./node_order.js";
import { MEANINGS, stateOf } from "./wording.js";

//: More of them are folded away.
const RUNS_SHOWN = 2;

/** An empty one. */
export function makeRow() {
  const parts = {
    icon: icon("idle"),
    state: el("span"),
    name: el("span", { class: "node-name" }),
    ids: el("span", { class: "ids" }),
    runs: el("ul", { class: "runs" }),
    note: el("span", { class: "note" }),
    more: null,
    since: el("span", { class: "for" }),
    cpu: gauge(),
    memory: gauge(),
  };
  const cell = (name, ...children) => el("td", { role: "cell", class: name }, ...children);
  parts.runsCell = cell("runs-cell", parts.note, parts.runs);
  parts.stateCell = cell("state", parts.icon, parts.state);
  const element = el(
    "tr",
    { role: "row", class: "node" },
    parts.stateCell,
    el("th", { role: "rowheader", scope: "row", class: "node-cell" }, parts.name, parts.ids),
    parts.runsCell,
    cell("since-cell", parts.since),
    cell("cpu", parts.cpu),
    cell("memory", parts.memory),
  );
  element.parts = parts;
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
  setAttribute(parts.stateCell, "title", MEANINGS[node.state] ?? null);
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
  setText(parts.since, node.since === null ? "–" : span(since(node.since)));
  for (const run of element.querySelectorAll(".runs > li")) {
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
  const parts = { name: el("span", { class: "run" }), profile: el("span", { class: "profile" }) };
  parts.age = el("span", { class: "for" });
  const element = el("li", {}, parts.name, " ", parts.profile, " ", parts.age);
  element.parts = parts;
  return element;
}

function updateRun(element, run) {
  const { parts } = element;
  element.running = run;
  const own = run.child?.startsWith(`${run.job}/`);
  setText(parts.name, run.child === null ? run.job : own ? run.child : `${run.job} ${run.child}`);
  setText(parts.profile, run.profile ?? "");
  const began = run.started_at === null ? null : full(Date.parse(run.started_at), currentZone());
  setAttribute(element, "title", began === null ? null : `began ${began}`);
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
  setText(figure, percent === null ? "–" : `${percent} %`);
  setAttribute(element, "title", percent === null ? null : `${part} of ${whole} ${unit}`);
}
