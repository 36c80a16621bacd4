// Reads a document again when it is wanted: one at a time, not too often, and only while visible.

import { read } from "./reading.js";

/** One document's reader. */
export class Refetch {
  #path;
  #apart;
  #told;
  #failed;
  #timer = 0;
  #wanted = false;
  #reading = false;
  #last = -Infinity;

  /** `path()` names it; `told(document)` and `failed(error)` are told what came of it. */
  constructor(path, apartMilliseconds, told, failed) {
    this.#path = path;
    this.#apart = apartMilliseconds;
    this.#told = told;
    this.#failed = failed;
    document.addEventListener("visibilitychange", () => this.#plan());
  }

  /** It may have changed. */
  want() {
    this.#wanted = true;
    this.#plan();
  }

  /** It is another one now: read it at once. */
  now() {
    this.#last = -Infinity;
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.want();
  }

  #plan() {
    if (!this.#wanted || this.#reading || this.#timer !== 0 || document.hidden) return;
    const wait = Math.max(0, this.#last + this.#apart - performance.now());
    this.#timer = setTimeout(() => this.#read(), wait);
  }

  async #read() {
    this.#timer = 0;
    if (document.hidden) return; // Hidden since it was planned: read once it is seen again.
    this.#wanted = false;
    this.#reading = true;
    const path = this.#path();
    try {
      const found = await read(path);
      if (path === this.#path()) this.#told(found);
      else this.#wanted = true;
    } catch (error) {
      this.#failed(error);
    }
    this.#last = performance.now();
    this.#reading = false;
    this.#plan();
  }
}
