// What was decided in the last cycle, why, and what was done.

import { el, keyed, setAttribute, setText, show } from "./dom.js";
import { clock, counted, span } from "./format.js";
import { icon, setIcon } from "./icons.js";
import { currentZone, now } from "./moment.js";
import { headline, outcomeOf } from "./wording.js";

/** The current decision of a pool. */
export class DecisionCard {
  #icon = icon("hold");
  #words = el("span");
  #when = el("p", { class: "muted" });
  #deeds = deeds();
  #facts = el("ul", { class: "muted facts" });

  constructor() {
    document
      .getElementById("decision")
      .append(
        el("p", { class: "headline" }, this.#icon, this.#words),
        this.#when,
        this.#deeds,
        this.#facts,
      );
  }

  update(pool, status) {
    const { decision } = pool;
    show(this.#deeds, decision !== null);
    show(this.#when, decision !== null);
    keyed(this.#facts, facts(pool, status), (fact) => fact, (fact) => el("li", {}, fact), () => {});
    if (decision === null) {
      setIcon(this.#icon, "unknown");
      setText(this.#words, "No cycle has ended yet");
      return;
    }
    const told = headline(decision);
    setIcon(this.#icon, told.icon);
    setText(this.#words, told.word);
    setText(this.#when, whenOf(decision, pool, status.leadership));
    updateDeeds(this.#deeds, decision);
  }
}

function whenOf(decision, pool, leadership) {
  const zone = currentZone();
  const at = clock(Date.parse(decision.at), zone, { seconds: true, now: now() });
  const outcome = { applied: "acted", no_op: "nothing to do", failed: "failed" };
  let words = outcome[decision.outcome];
  if (pool.paused !== null) words = "paused: not acted upon";
  else if (leadership.role === "standing_by") words = "standing by: not acted upon";
  return `${at}, ${words ?? decision.outcome}, took ${decision.seconds.toFixed(1)} s`;
}

function facts(pool, status) {
  const told = [`a cycle every ${span(status.interval_seconds)}`];
  if (pool.boot_seconds !== null) told.push(`a node boots in ${span(pool.boot_seconds)}`);
  if (pool.groups === null) return [...told, "the groups could not be read"];
  const groups = pool.groups.map(
    (one) =>
      `${one.name}: ${one.desired} desired, ${one.in_service} in service, ${one.min} to ${one.max}`,
  );
  return [...told, ...groups];
}

/** The reasons, and the actions with what became of each. */
export function deeds() {
  const parts = {
    reasons: el("ul", { class: "reasons" }),
    actions: el("ul", { class: "actions" }),
    none: el("p", { class: "muted" }, "Nothing was done."),
  };
  const element = el(
    "div",
    { class: "deeds" },
    el("div", {}, el("h3", {}, "Because"), parts.reasons),
    el("div", {}, el("h3", {}, "Done"), parts.actions, parts.none),
  );
  element.parts = parts;
  return element;
}

/** Fill it in. */
export function updateDeeds(element, decision) {
  const { reasons, actions, none } = element.parts;
  keyed(reasons, decision.reasons, (one) => one.rule, makeReason, updateReason);
  keyed(actions, decision.actions, (one) => one.what, makeAction, updateAction);
  show(none, decision.actions.length === 0);
}

/** All that was done in a few words. */
export function outcomeWords(decision) {
  const failed = decision.actions.filter((one) => one.outcome === "failed").length;
  if (failed > 0) return `${counted(failed, "action", "actions")} failed`;
  return decision.actions.map((one) => one.what).join("; ");
}

function makeReason() {
  const parts = { detail: el("span"), rule: el("code", { class: "rule" }) };
  const element = el("li", {}, parts.detail, " ", parts.rule);
  element.parts = parts;
  return element;
}

function updateReason(element, reason) {
  setText(element.parts.detail, reason.detail);
  setText(element.parts.rule, reason.rule);
}

function makeAction() {
  const parts = { icon: icon("ok"), what: el("span"), outcome: el("span", { class: "outcome" }) };
  const element = el("li", {}, parts.icon, el("span", {}, parts.what, " ", parts.outcome));
  element.parts = parts;
  return element;
}

function updateAction(element, action) {
  const told = outcomeOf(action);
  setAttribute(element, "class", action.outcome);
  setIcon(element.parts.icon, told.icon);
  setText(element.parts.what, action.what);
  const detail = action.detail ? `: ${action.detail}` : "";
  setText(element.parts.outcome, `(${told.word}${detail})`);
}
