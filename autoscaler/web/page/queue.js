// The queue and the nodes of a pool in figures, now.

import { el, keyed, setAttribute, setText, show } from "./dom.js";
import { count, counted, span, UNKNOWN } from "./format.js";
import { icon } from "./icons.js";
import { desiredOf } from "./series.js";

const HEADS = ["Job", "Pending", "Running", "Oldest wait", "Unplaceable"];

/** The tiles, and a line for each job where they differ. */
export class Queue {
  #tiles = document.getElementById("tiles");
  #jobs = document.getElementById("jobs");
  #rows = el("tbody", { role: "rowgroup" });
  #table;

  constructor() {
    const heads = HEADS.map((one) => el("th", { role: "columnheader", scope: "col" }, one));
    // Roles are told, as on a phone it is laid out as no table is.
    this.#table = el(
      "table",
      { class: "jobs", role: "table" },
      el("caption", { class: "unseen" }, "The queue by job"),
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...heads)),
      this.#rows,
    );
    this.#jobs.append(this.#table);
  }

  update(pool) {
    keyed(this.#tiles, tilesOf(pool), (tile) => tile.name, makeTile, updateTile);
    const { jobs } = pool.queue;
    const telling = jobs.length > 1 || jobs.some((one) => one.held_by !== null);
    show(this.#table, telling);
    keyed(this.#rows, telling ? jobs : [], (one) => one.job, makeJob, updateJob);
  }
}

function tilesOf(pool) {
  const { queue, nodes } = pool;
  return [
    {
      name: "Pending",
      main: true,
      value: count(queue.pending),
      note: queue.pending === null ? "could not be read" : "wait for a node",
    },
    { name: "Running", value: count(queue.running), note: onNodes(nodes) },
    oldestTile(queue),
    unplaceableTile(queue),
    nodesTile(pool),
  ];
}

function onNodes(nodes) {
  return nodes.busy === null ? "" : `on ${counted(nodes.busy, "node", "nodes")}`;
}

function oldestTile(queue) {
  const { oldest_seconds: oldest, target_wait_seconds: target } = queue;
  const tile = { name: "Oldest wait", value: span(oldest), note: "no target", share: null };
  if (target === null || target === 0) return tile;
  const over = oldest !== null && oldest > target;
  return {
    ...tile,
    note: over ? `over the target of ${span(target)}` : `target ${span(target)}`,
    bad: over,
    share: oldest === null ? null : Math.min(1, oldest / target),
  };
}

function unplaceableTile(queue) {
  const bad = queue.unplaceable > 0;
  const note = bad ? "fit no node: buying does not help" : "all fit on a node";
  const known = queue.unplaceable !== null;
  return { name: "Unplaceable", value: count(queue.unplaceable), note: known ? note : "", bad };
}

function nodesTile(pool) {
  const { nodes } = pool;
  const notes = [`${count(desiredOf(pool))} desired, ${pool.size_min} to ${pool.size_max} allowed`];
  if (nodes.in_flight > 0) notes.push(`${count(nodes.in_flight)} on their way`);
  const tile = { name: "Nodes ready", value: count(nodes.ready), more: notes.join("; ") };
  const bad = nodes.unjoined > 0;
  return { ...tile, bad, note: bad ? `${count(nodes.unjoined)} never joined` : "" };
}

function makeTile(tile) {
  const parts = { value: el("span", { class: "value" }), note: el("span"), more: el("span") };
  parts.warning = icon("warning");
  parts.bar = el("span", { class: "bar", "aria-hidden": "true" }, el("span"));
  parts.noteLine = el("span", { class: "note" }, parts.warning, parts.note);
  parts.more.className = "more-note";
  const element = el(
    "div",
    { class: "tile" },
    el("dt", {}, tile.name),
    el("dd", {}, parts.value, parts.bar, parts.noteLine, parts.more),
  );
  element.parts = parts;
  return element;
}

function updateTile(element, tile) {
  const { parts } = element;
  setAttribute(element, "class", `tile${tile.main ? " main" : ""}${tile.bad ? " bad" : ""}`);
  setText(parts.value, tile.value);
  setAttribute(parts.value, "title", tile.value === UNKNOWN ? "could not be read" : null);
  setText(parts.note, tile.note);
  setText(parts.more, tile.more ?? "");
  show(parts.noteLine, tile.note !== "");
  show(parts.more, tile.more !== undefined);
  parts.warning.classList.toggle("off", !tile.bad);
  const share = tile.share ?? null;
  parts.bar.classList.toggle("off", share === null);
  if (share !== null) parts.bar.firstChild.style.width = `${100 * share}%`;
}

function makeJob() {
  const cells = HEADS.map((head, at) =>
    at === 0
      ? el("th", { role: "rowheader", scope: "row" })
      : el("td", { role: "cell", "data-head": head }),
  );
  const parts = { cells, name: el("span", { class: "name" }), held: el("span", { class: "held" }) };
  cells[0].append(parts.name, parts.held);
  const element = el("tr", { role: "row" }, ...cells);
  element.parts = parts;
  return element;
}

function updateJob(element, job) {
  const { cells, name, held } = element.parts;
  setText(name, job.job);
  setText(held, job.held_by === null ? "" : `waits for ${job.held_by}`);
  show(held, job.held_by !== null);
  const figures = [job.pending, job.running, job.oldest_seconds, job.unplaceable];
  const words = [count, count, span, count];
  figures.forEach((figure, at) => setText(cells[at + 1], words[at](figure)));
}
