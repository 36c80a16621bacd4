// Keeps the status coming: by server-sent events, and when they break off by asking again, ever
// more rarely, until the daemon answers.

import { read } from "./reading.js";

const RETRY_SECONDS = [0.3, 1, 2, 4, 8];
//: A browser opens few connections to one host, and a hidden page must not hold one of them.
const HIDDEN_SECONDS = 15;
const SILENCE_SECONDS = 20;
const WATCH_SECONDS = 5;

/** Tells `onStatus(status)`, and `onLost(error)` when the daemon does not answer. */
export class Feed {
  #onStatus;
  #onLost;
  #stream = null;
  #attempt = 0;
  #failures = 0;
  #timer = 0;
  #revision = null;
  #heard = 0;
  #silence = SILENCE_SECONDS;

  constructor(onStatus, onLost) {
    this.#onStatus = onStatus;
    this.#onLost = onLost;
  }

  /** Begin. */
  start() {
    document.addEventListener("visibilitychange", () => this.tryNow());
    window.addEventListener("online", () => this.tryNow());
    // A page that is left must not be told of its own connections' end.
    window.addEventListener("pagehide", () => this.#close());
    window.addEventListener("pageshow", (event) => event.persisted && this.tryNow());
    setInterval(() => this.#watch(), WATCH_SECONDS * 1000);
    this.#open();
  }

  /** Do not wait for the next attempt. */
  tryNow() {
    if (this.#stream === null || document.hidden) this.#open();
    else this.#check();
  }

  async #open() {
    this.#close();
    const attempt = this.#attempt;
    try {
      this.#accept(await read("status"), attempt);
    } catch (error) {
      if (attempt === this.#attempt) this.#lose(error);
      return;
    }
    if (attempt !== this.#attempt) return;
    if (document.hidden) this.#again(HIDDEN_SECONDS);
    else this.#listen(attempt);
  }

  #listen(attempt) {
    const stream = new EventSource("api/v1/events");
    this.#stream = stream;
    stream.addEventListener("status", (event) => this.#accept(JSON.parse(event.data), attempt));
    stream.addEventListener("open", () => {
      this.#failures = 0;
      this.#check(); // What changed between the first reading and now was told to nobody.
    });
    stream.addEventListener("error", () => {
      if (attempt !== this.#attempt) return;
      this.#close();
      this.#again(this.#pause());
    });
  }

  #close() {
    this.#attempt += 1;
    clearTimeout(this.#timer);
    this.#stream?.close();
    this.#stream = null;
  }

  #again(seconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#open(), seconds * 1000);
  }

  #pause() {
    const seconds = RETRY_SECONDS[Math.min(this.#failures, RETRY_SECONDS.length - 1)];
    this.#failures += 1;
    return seconds * (1 + Math.random() / 4); // Not every page in the same instant.
  }

  #lose(error) {
    this.#onLost(error);
    this.#again(this.#pause());
  }

  #accept(status, attempt) {
    if (attempt !== this.#attempt) return;
    this.#heard = performance.now();
    this.#revision = status.revision;
    this.#silence = Math.max(SILENCE_SECONDS, 2.5 * status.interval_seconds);
    this.#onStatus(status);
  }

  /** Ask: a connection may be dead and nobody know. */
  async #check() {
    const attempt = this.#attempt;
    const known = this.#revision;
    try {
      const status = await read("status");
      if (attempt !== this.#attempt) return;
      const missed = status.revision !== known && this.#revision === known;
      const silent = performance.now() - this.#heard > this.#silence * 1000;
      this.#accept(status, attempt);
      if (missed && silent) this.#open();
    } catch (error) {
      if (attempt !== this.#attempt) return;
      this.#close();
      this.#lose(error);
    }
  }

  #watch() {
    const silent = performance.now() - this.#heard > this.#silence * 1000;
    if (silent && this.#stream !== null && !document.hidden) this.#check();
  }
}
