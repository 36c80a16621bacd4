// A pool's history as the chart needs it: points in time, and stretches without a gap.  Pure.

//: From the bottom to the top of the stack.
export const STATES = ["busy", "idle", "in_flight", "cordoned"];

/** The document's points of one pool, each with `t` in milliseconds. */
export function pointsOf(one) {
  return one.points.map((point) => ({ ...point, t: Date.parse(point.at) }));
}

/** The older points, and the newer ones in place of those of the same time. */
export function merged(older, newer, oldest) {
  const begin = newer.length > 0 ? newer[0].t : Infinity;
  return [...older.filter((point) => point.t < begin && point.t >= oldest), ...newer];
}

/** What a pool's groups are to have together, or null where they were not read. */
export function desiredOf({ groups }) {
  return groups === null ? null : groups.reduce((sum, group) => sum + group.desired, 0);
}

/** The present, from the status: where the history's last minute goes on. */
export function presentOf(pool, t) {
  const { queue, nodes } = pool;
  return {
    t,
    pending: queue.pending,
    running: queue.running,
    oldest_seconds: queue.oldest_seconds,
    busy: nodes.busy,
    idle: nodes.idle,
    cordoned: nodes.cordoned,
    in_flight: nodes.in_flight,
    desired: desiredOf(pool),
  };
}

/** For how long a point holds: a quiet daemon's next one is an interval away. */
export function holdsFor(stepSeconds, intervalSeconds) {
  return 1000 * Math.max(1.5 * stepSeconds, stepSeconds + 1.5 * intervalSeconds);
}

/** All nodes of a point; null where any state was not read. */
export function total(point) {
  let sum = 0;
  for (const state of STATES) {
    if (point[state] === null) return null;
    sum += point[state];
  }
  return sum;
}

/**
 * Stretches of `[from, to, ...values]`, each without a gap.
 *
 * `valuesOf(point)` is null where the point tells nothing.  A point holds until the next, or for
 * `holds` milliseconds at most; equal neighbours are one.
 */
export function stretches(points, valuesOf, holds, end) {
  const found = [];
  let open = null;
  points.forEach((point, at) => {
    const values = valuesOf(point);
    if (values === null) {
      open = null;
      return;
    }
    const next = points[at + 1]?.t ?? end;
    const gap = next - point.t > holds;
    const to = gap ? point.t + Math.min(holds, 60_000) : next;
    const last = open?.at(-1);
    if (last !== undefined && same(last, values)) last[1] = to;
    else if (open === null) found.push((open = [[point.t, to, ...values]]));
    else open.push([point.t, to, ...values]);
    if (gap) open = null;
  });
  return found;
}

function same(step, values) {
  return values.every((value, at) => step[at + 2] === value);
}

/** The point that holds at that time, or null. */
export function pointAt(points, t, holds) {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle].t <= t) low = middle + 1;
    else high = middle;
  }
  const point = points[low - 1];
  return point !== undefined && t - point.t <= holds ? point : null;
}
