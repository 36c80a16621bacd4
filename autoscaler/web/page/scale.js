// Axes: where their ticks are, and what is told there.  Pure.

const MINUTE = 60_000;
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720].map((one) => one * MINUTE);

/** Whole numbers from zero to at least `most`, about three steps of 1, 2 or 5 and zeros. */
export function countTicks(most) {
  const rough = Math.max(1, most / 3);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const ticks = [];
  for (let tick = 0; ticks.length < 2 || ticks.at(-1) < most; tick += step) ticks.push(tick);
  return ticks;
}

/** Round instants (milliseconds) of the zone between two, at least `apart` milliseconds apart. */
export function timeTicks(begin, end, apart, zone) {
  const step = TIME_STEPS.find((one) => one >= apart) ?? TIME_STEPS.at(-1);
  // Where clocks are changed in between, ticks after that are off by it: still an hour's.
  const shift = zone === "UTC" ? 0 : new Date(end).getTimezoneOffset() * MINUTE;
  const ticks = [];
  for (let tick = Math.ceil((begin - shift) / step) * step + shift; tick <= end; tick += step) {
    ticks.push(tick);
  }
  return ticks;
}

/** From a range of values to a range of pixels. */
export function linear(from, to, pixelFrom, pixelTo) {
  const factor = (pixelTo - pixelFrom) / (to - from || 1);
  return (value) => Math.round((pixelFrom + (value - from) * factor) * 10) / 10;
}
