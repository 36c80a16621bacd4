// Which nodes are listed, and in which order.  Pure.

import { STATES } from "./wording.js";

const RANKS = Object.keys(STATES);
//: Those that are told of even where there is none.
const ALWAYS = ["busy", "idle", "in_flight", "cordoned"];

export const COLUMNS = [
  { name: "state", word: "State", keyOf: (node) => rank(node.state) },
  { name: "node", word: "Node", keyOf: nameOf },
  { name: "running", word: "Runs", keyOf: firstStart },
  { name: "since", word: "For", keyOf: (node) => (node.since === null ? Infinity
    : Date.parse(node.since)) },
  { name: "cpu", word: "CPU", keyOf: (node) => -(share(node.cpu_allocated, node.cpu_total) ?? -1) },
  { name: "memory", word: "Memory", keyOf: (node) => -(share(node.memory_allocated,
    node.memory_total) ?? -1) },
];

const IN_ORDER = new Intl.Collator("en", { numeric: true });

/** A part of a whole, or null where either is not known. */
export function share(part, whole) {
  return part === null || !whole ? null : part / whole;
}

/** Each state's count, and all together first. */
export function counts(nodes) {
  const found = new Map(ALWAYS.map((state) => [state, 0]));
  for (const node of nodes) found.set(node.state, (found.get(node.state) ?? 0) + 1);
  const states = [...found].sort(([one], [other]) => rank(other) - rank(one));
  return [["all", nodes.length], ...states];
}

/** Those of the state (or `all`) that have every word, in the order of the column. */
export function selected(nodes, { state, text, column, down }) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const { keyOf } = COLUMNS.find((one) => one.name === column);
  const kept = nodes.filter((node) => {
    if (state !== "all" && node.state !== state) return false;
    if (words.length === 0) return true;
    const told = wordsOf(node);
    return words.every((word) => told.includes(word));
  });
  const keyed = kept.map((node) => [keyOf(node), node]);
  keyed.sort(([one, first], [other, second]) => {
    const order = compare(one, other) || IN_ORDER.compare(nameOf(first), nameOf(second));
    return down ? -order : order;
  });
  return keyed.map(([, node]) => node);
}

function compare(one, other) {
  if (typeof one === "string") return IN_ORDER.compare(one, other);
  return one === other ? 0 : one - other;
}

function rank(state) {
  return RANKS.indexOf(state); // One that this page does not know comes first.
}

function nameOf(node) {
  return node.name ?? node.instance_id ?? "";
}

function firstStart(node) {
  const starts = node.running.map((one) => (one.started_at === null ? Infinity
    : Date.parse(one.started_at)));
  return starts.length === 0 ? Number.MAX_VALUE : Math.min(...starts, Number.MAX_VALUE / 2);
}

function wordsOf(node) {
  const runs = node.running.flatMap((one) => [one.job, one.child, one.profile]);
  const parts = [node.name, node.instance_id, node.node_id, node.group, node.state, node.note];
  return [...parts, ...runs].filter(Boolean).join("\n").toLowerCase();
}
