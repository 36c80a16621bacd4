// What time it is at the daemon, and the zone that instants are told in.

import { choose, chosen } from "./preferences.js";

const ZONES = ["UTC", "local"];

let offset = Infinity;
let zone = chosen("zone", ZONES);

/** A document made at that instant has come: its way took no less than nothing. */
export function heardOf(instant) {
  offset = Math.min(offset, Date.now() - Date.parse(instant));
}

/** Milliseconds by the daemon's clock: the browser's may be wrong. */
export function now() {
  return Date.now() - (Number.isFinite(offset) ? offset : 0);
}

/** A restarted daemon may have another clock. */
export function forgetClock() {
  offset = Infinity;
}

/** Seconds since then. */
export function since(instant) {
  return Math.max(0, (now() - Date.parse(instant)) / 1000);
}

/** `UTC` or `local`. */
export function currentZone() {
  return zone;
}

/** The other one, from now on. */
export function turnZone() {
  zone = zone === "UTC" ? "local" : "UTC";
  choose("zone", zone);
}
