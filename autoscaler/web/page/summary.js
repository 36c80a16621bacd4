// The top of the page: is it well, what is wrong, and how old is what is shown.

import { el, keyed, setAttribute, setText, show } from "./dom.js";
import { clock, count, counted, full, span } from "./format.js";
import { icon, setIcon } from "./icons.js";
import { currentZone, now, since } from "./moment.js";

/** Verdict, wrongs, banners, and the tab's title. */
export class Summary {
  #verdict = document.getElementById("verdict");
  #age = document.getElementById("age");
  #wrongs = document.getElementById("wrongs");
  #banners = document.getElementById("banners");
  #icon = icon("unknown");
  #words = el("span", {}, "Asking the daemon …");
  #tryNow;
  #status = null;
  #lost = null;

  constructor(tryNow) {
    this.#tryNow = tryNow;
    this.#verdict.replaceChildren(this.#icon, this.#words);
  }

  /** The daemon answered. */
  update(status) {
    this.#status = status;
    this.#lost = null;
    this.#draw();
  }

  /** It does not. */
  lose(error) {
    this.#lost ??= { error, since: now() };
    this.#lost.error = error;
    this.#draw();
  }

  /** Ages grow, and a pause or a silence may end. */
  tick() {
    this.#draw();
  }

  #draw() {
    const told = verdict(this.#status, this.#lost);
    setAttribute(this.#verdict, "class", `verdict ${told.tone}`);
    setIcon(this.#icon, told.icon);
    setText(this.#words, told.words);
    this.#tellAge();
    keyed(this.#banners, this.#bannersNow(), (one) => one.key, makeBanner, updateBanner);
    const wrongs = this.#status?.wrongs ?? [];
    keyed(this.#wrongs, wrongs, (one) => `${one.code} ${one.pool}`, makeWrong, updateWrong);
    show(this.#wrongs, wrongs.length > 0);
    document.title = title(this.#status, this.#lost);
  }

  #tellAge() {
    const status = this.#status;
    if (status === null) return;
    const late = this.#lost === null && lateness(status);
    setAttribute(this.#age, "class", late ? "age late" : "age");
    setAttribute(this.#age, "title", full(Date.parse(status.at), currentZone()));
    const age = span(since(status.at));
    setText(this.#age, late ? `no cycle has ended for ${age}` : `as of ${age} ago`);
  }

  #bannersNow() {
    const status = this.#status;
    const banners = [];
    if (this.#lost !== null) banners.push(this.#lostBanner());
    if (status === null) return banners;
    if (status.dry_run) banners.push(DRY_RUN);
    if (standsBy(status)) banners.push(standByBanner(status.leadership));
    if (status.pools.length === 0) banners.push(NO_POOL);
    for (const pool of status.pools) if (pool.paused !== null) banners.push(pausedBanner(pool));
    return banners;
  }

  #lostBanner() {
    const { error } = this.#lost;
    const shown = this.#status === null ? "Nothing has been read yet." : `What is shown is ${span(
      since(this.#status.at),
    )} old.`;
    const why = error.mend === undefined ? "" : ` It says: ${error.message}; ${error.mend}.`;
    return {
      key: "lost",
      tone: "error",
      icon: "lost",
      role: "alert",
      words: error.mend === undefined ? "The daemon does not answer" : "The daemon refuses",
      detail: `${shown}${why} It is asked again every few seconds; its state tells`,
      command: "systemctl status autoscaler",
      action: { words: "Ask now", run: this.#tryNow },
    };
  }
}

const DRY_RUN = {
  key: "dry run",
  tone: "info",
  icon: "info",
  words: "Dry run",
  detail: "It decides and reports, and changes nothing.",
};

const NO_POOL = {
  key: "no pool",
  tone: "info",
  icon: "info",
  words: "No pool yet",
  detail: "The daemon has only begun, or its configuration names none.",
};

/** Whether another daemon acts. */
function standsBy(status) {
  return status.leadership.role === "standing_by";
}

function standByBanner({ leader, since: began }) {
  const from = began === null ? "" : ` since ${clock(Date.parse(began), currentZone(), { now: now() })}`;
  const who = leader === null ? "Nobody is known to lead." : `${leader} leads${from}.`;
  return {
    key: "standing by",
    tone: "info",
    icon: "info",
    words: "This daemon stands by",
    detail: `${who} It decides and learns, does nothing, and takes over when the leader is gone.`,
  };
}

function pausedBanner(pool) {
  const { by, since: began, until, why } = pool.paused;
  const zone = currentZone();
  const left = until === null ? "until it is resumed" : `until ${clock(Date.parse(until), zone, {
    now: now(),
  })} (for another ${span((Date.parse(until) - now()) / 1000)})`;
  const from = clock(Date.parse(began), zone, { now: now() });
  return {
    key: `paused ${pool.name}`,
    tone: "warning",
    icon: "paused",
    words: `${pool.name} is paused`,
    detail: `by ${by} since ${from}, ${left}: “${why}”. It is watched and not acted upon;`,
    command: `autoscaler resume --pool ${pool.name}`,
  };
}

function makeBanner(banner) {
  const parts = {
    words: el("strong"),
    detail: el("span"),
    command: el("code"),
    icon: icon(banner.icon),
  };
  const text = el("p", {}, parts.words, " ", parts.detail, " ", parts.command);
  const element = el("div", { role: banner.role ?? null }, parts.icon, text);
  if (banner.action) {
    element.append(
      el("button", { type: "button", click: banner.action.run }, banner.action.words),
    );
  }
  element.parts = parts;
  return element;
}

function updateBanner(element, banner) {
  setAttribute(element, "class", `banner ${banner.tone}`);
  setText(element.parts.words, `${banner.words}.`);
  setText(element.parts.detail, banner.detail);
  setText(element.parts.command, banner.command ?? "");
  show(element.parts.command, banner.command !== undefined);
}

function makeWrong() {
  const parts = { icon: icon("warning"), severity: el("strong"), what: el("span"), mend: el("p") };
  parts.pool = el("span", { class: "tag" });
  parts.since = el("time", { class: "since" });
  parts.mend.className = "mend";
  const head = el("p", {}, parts.severity, " ", parts.what, " ", parts.pool, " ", parts.since);
  const element = el("li", {}, parts.icon, el("div", {}, head, parts.mend));
  element.parts = parts;
  return element;
}

function updateWrong(element, wrong) {
  const { parts } = element;
  const began = Date.parse(wrong.since);
  const zone = currentZone();
  setAttribute(element, "class", `wrong ${wrong.severity}`);
  setIcon(parts.icon, wrong.severity === "error" ? "error" : "warning");
  setText(parts.severity, wrong.severity === "error" ? "Error:" : "Warning:");
  setText(parts.what, wrong.what);
  setText(parts.pool, wrong.pool ?? "");
  show(parts.pool, wrong.pool !== null);
  setText(
    parts.since,
    `since ${clock(began, zone, { now: now() })}, for ${span(since(wrong.since))}`,
  );
  setAttribute(parts.since, "datetime", wrong.since);
  setAttribute(parts.since, "title", full(began, zone));
  setText(parts.mend, `Mend: ${wrong.mend}`);
}

/** Whether no cycle has ended for much longer than one takes to come. */
function lateness(status) {
  return since(status.at) > Math.max(60, 3 * status.interval_seconds);
}

function verdict(status, lost) {
  if (lost !== null) return { tone: "error", icon: "lost", words: "Not known: no answer" };
  if (status === null) return { tone: "", icon: "unknown", words: "Asking the daemon …" };
  const errors = status.wrongs.filter((one) => one.severity === "error").length;
  if (status.wrongs.length > 0) {
    const words = counted(status.wrongs.length, "thing is wrong", "things are wrong");
    return { tone: errors ? "error" : "warning", icon: errors ? "error" : "warning", words };
  }
  if (lateness(status)) {
    return { tone: "warning", icon: "warning", words: "The loop may hang" };
  }
  const paused = status.pools.filter((pool) => pool.paused !== null).length;
  if (paused === 0) {
    const here = standsBy(status) ? "; this daemon stands by" : "";
    return { tone: "ok", icon: "ok", words: `All is well${here}` };
  }
  const words = `Nothing is wrong; ${counted(paused, "pool is paused", "pools are paused")}`;
  return { tone: "warning", icon: "paused", words };
}

function title(status, lost) {
  if (status === null) return lost === null ? "autoscaler" : "✕ no answer – autoscaler";
  const depths = status.pools.map((pool) => pool.queue.pending);
  const depth = depths.includes(null) ? null : depths.reduce((sum, one) => sum + one, 0);
  const words = `${depth === null ? "?" : count(depth)} pending – autoscaler`;
  if (lost !== null) return `✕ no answer, ${words}`;
  if (status.wrongs.length > 0) return `⚠ ${status.wrongs.length} wrong, ${words}`;
  return status.pools.some((pool) => pool.paused !== null) ? `⏸ ${words}` : words;
}
