// The nodes of a pool: how many in which state, and each with what it runs.

import { el, keyed, setAttribute, setText, show } from "./dom.js";
import { count, counted } from "./format.js";
import { icon } from "./icons.js";
import { COLUMNS, counts, selected } from "./node_order.js";
import { makeRow, tickRow, updateRow } from "./node_row.js";
import { stateOf } from "./wording.js";

/** Filter, order and list. */
export class NodeList {
  #nodes = [];
  #order = { state: "all", text: "", column: "state", down: false };
  #chips = el("div", { class: "chips", role: "group", "aria-label": "Show nodes by state" });
  #proportions = el("div", { class: "proportions", "aria-hidden": "true" });
  #text = el("input", { type: "search", placeholder: "name, instance, child, profile …",
    autocomplete: "off", spellcheck: "false", id: "node-text" });
  #shown = el("p", { class: "muted", role: "status" });
  #trouble = el("p", { class: "banner warning", hidden: true });
  #heads = new Map();
  #rows = el("tbody", { role: "rowgroup" });
  #table;
  #tools;

  constructor(parent) {
    this.#table = this.#makeTable();
    this.#text.addEventListener("input", () => {
      this.#order.text = this.#text.value;
      this.#draw();
    });
    const label = el("label", { for: "node-text" }, "Filter");
    this.#tools = el("div", { class: "tools" }, this.#chips,
      el("div", { class: "filter" }, label, this.#text));
    parent.append(this.#proportions, this.#tools, this.#trouble, this.#shown, this.#table);
  }

  /** The document's nodes of the pool. */
  update(document_, pool) {
    const unread = document_.unread.includes(pool);
    this.#nodes = document_.nodes.filter((node) => node.pool === pool);
    this.trouble(unread ? "The nodes of this pool could not be read: none are listed." : null);
    this.#draw();
    // What is unknown is not none.
    const empty = this.#nodes.length === 0;
    show(this.#tools, !empty);
    show(this.#proportions, !empty);
    if (unread) show(this.#shown, false);
  }

  /** Why they are not what they are now; null: they are. */
  trouble(words) {
    show(this.#trouble, words !== null);
    setText(this.#trouble, words ?? "");
  }

  /** Ages grow. */
  tick() {
    for (const row of this.#rows.children) tickRow(row);
  }

  #makeTable() {
    for (const { name, word } of COLUMNS) {
      const button = el("button", { type: "button", class: "sort", click: () => this.#sort(name) },
        word);
      this.#heads.set(name, el("th", { role: "columnheader", scope: "col",
        class: `head-${name}` }, button));
    }
    return el(
      "table",
      { role: "table", class: "node-table" },
      el("caption", { class: "unseen" }, "Nodes, with what each runs"),
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...this.#heads.values())),
      this.#rows,
    );
  }

  #sort(column) {
    this.#order.down = this.#order.column === column && !this.#order.down;
    this.#order.column = column;
    this.#draw();
  }

  #choose(state) {
    this.#order.state = state;
    this.#draw();
  }

  #draw() {
    const states = counts(this.#nodes);
    if (!states.some(([state]) => state === this.#order.state)) this.#order.state = "all";
    keyed(this.#chips, states, ([state]) => state, (one) => this.#makeChip(one), (chip, one) => {
      updateChip(chip, one, this.#order.state);
    });
    const parts = states.slice(1).filter(([, number]) => number > 0);
    keyed(this.#proportions, parts, ([state]) => state, makePart, updatePart);
    const list = selected(this.#nodes, this.#order);
    keyed(this.#rows, list, keyOf, makeRow, updateRow);
    for (const [name, head] of this.#heads) {
      const direction = this.#order.down ? "descending" : "ascending";
      setAttribute(head, "aria-sort", name === this.#order.column ? direction : null);
    }
    const all = list.length === this.#nodes.length;
    const found = `${count(list.length)} of ${counted(this.#nodes.length, "node", "nodes")}`;
    setText(this.#shown, all ? "" : found);
    show(this.#shown, !all || this.#nodes.length === 0);
    if (this.#nodes.length === 0) setText(this.#shown, "No nodes.");
    show(this.#table, list.length > 0);
  }

  #makeChip([state]) {
    const known = state === "all" ? null : stateOf(state);
    const parts = { figure: el("span", { class: "figure" }) };
    const chip = el("button", { type: "button", class: "chip", "data-state": state,
      click: () => this.#choose(state) }, known === null ? null : icon(known.icon),
      known?.word ?? "All", " ", parts.figure);
    chip.parts = parts;
    return chip;
  }
}

function updateChip(chip, [state, number], chosen) {
  setText(chip.parts.figure, count(number));
  setAttribute(chip, "aria-pressed", String(state === chosen));
}

function makePart() {
  return el("span");
}

function updatePart(part, [state, number]) {
  setAttribute(part, "class", `part ${state}`);
  if (part.style.flexGrow !== String(number)) part.style.flexGrow = String(number);
}

function keyOf(node) {
  return node.node_id ?? node.instance_id ?? `asked for in ${node.group}`;
}
