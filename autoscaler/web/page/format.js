// Figures, spans and instants in words.  Pure; null is unknown, which is never zero.

export const UNKNOWN = "–";

/** `1,234`, or a dash. */
export function count(value) {
  return value === null || value === undefined ? UNKNOWN : COUNTS.format(value);
}

const COUNTS = new Intl.NumberFormat("en-GB");

/** `1 node`, `2 nodes`. */
export function counted(value, one, many) {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Seconds as `45 s`, `3 min 20 s`, `42 min`, `2 h 5 min`, `3 d 4 h`. */
export function span(seconds) {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return UNKNOWN;
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 600) return two(whole, 60, "min", "s");
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  if (whole < 86400) return two(Math.floor(whole / 60), 60, "h", "min");
  return two(Math.floor(whole / 3600), 24, "d", "h");
}

function two(value, size, big, small) {
  const rest = value % size;
  return `${Math.floor(value / size)} ${big}${rest ? ` ${rest} ${small}` : ""}`;
}

/** Which zone instants are told in: `UTC` or `local`. */
export function zoneName(zone) {
  if (zone === "UTC") return "UTC";
  return new Intl.DateTimeFormat("en-GB").resolvedOptions().timeZone || "local time";
}

/** `14:05`, or `14:05:09`; on another day than `now` `3 Nov 14:05`. */
export function clock(instant, zone, { seconds = false, now = null } = {}) {
  const other = now !== null && day(instant, zone) !== day(now, zone);
  const time = formatter(zone, seconds ? "second" : "minute").format(instant);
  return other ? `${day(instant, zone)} ${time}` : time;
}

/** `3 Nov`. */
export function day(instant, zone) {
  return formatter(zone, "day").format(instant);
}

/** The whole of it, for those who hover: `3 Nov 2026, 14:05:09 UTC`. */
export function full(instant, zone) {
  return formatter(zone, "full").format(instant);
}

const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const DAY = { day: "numeric", month: "short" };
const KINDS = {
  minute: TIME,
  second: { ...TIME, second: "2-digit" },
  day: DAY,
  full: { ...DAY, year: "numeric", ...TIME, second: "2-digit", timeZoneName: "short" },
};
const formatters = new Map();

function formatter(zone, kind) {
  const key = `${zone} ${kind}`;
  if (!formatters.has(key)) {
    const options = { ...KINDS[kind], timeZone: zone === "UTC" ? "UTC" : undefined };
    formatters.set(key, new Intl.DateTimeFormat("en-GB", options));
  }
  return formatters.get(key);
}
