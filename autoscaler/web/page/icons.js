// Our own small icons, on a grid of 16; each always stands beside its word.

import { setAttribute, svg } from "./dom.js";

const PATHS = {
  ok: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM5 8.2l2.1 2.1L11 6.2",
  error: "M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3ZM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
  warning: "M8 1.8 14.8 14H1.2ZM8 6.2v3.6M8 11.6v.6",
  info: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM8 7.2v4M8 4.6v.6",
  paused: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM6.2 5.5v5M9.8 5.5v5",
  unknown: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM6 6.3a2 2 0 1 1 2.8 1.9c-.6.3-.8.6-.8 1.2M8 11.2v.6",
  lost: "M2 13.5h12M4 10.5v3M8 7.5v6M12 4.5v9M2.5 2l11 12",
  out: "M8 13.5v-11M3.5 7 8 2.5 12.5 7",
  in: "M8 2.5v11M3.5 9 8 13.5 12.5 9",
  hold: "M3 6h10M3 10h10",
  busy: "M2.5 5.5h11v5h-11ZM5 5.5v5M8 5.5v5M11 5.5v5",
  idle: "M2.5 5.5h11v5h-11Z",
  in_flight: "M8 1.5a6.5 6.5 0 1 0 6.5 6.5M8 4.5V8l2.5 1.5M11 2l3 .3-.8 2.8",
  cordoned: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM3.5 3.5l9 9",
  foreign: "M8 2a3 3 0 1 1 0 6 3 3 0 0 1 0-6ZM2.5 14c.5-3 2.7-4.5 5.5-4.5s5 1.5 5.5 4.5",
  unjoined: "M6.5 9.5 3 13M9.5 6.5 13 3M2 8h3M11 8h3M8 2v3M8 11v3",
  down: "M3 3l10 10M13 3 3 13",
  leaving: "M6 2.5H2.5v11H6M6.5 8h7M10.5 5l3 3-3 3",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3 3l1.2 1.2M11.8 11.8 13 13M3 13l1.2-1.2M11.8 4.2 13 3",
  moon: "M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3Z",
  auto: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM8 1.5v13M8 4l3.8 1M8 7.3h5M8 10.6l3.8.6",
};

/** An icon; hidden from screen readers, who have its word. */
export function icon(name) {
  return svg(
    "svg",
    { class: `icon icon-${name}`, viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] }),
  );
}

/** Make it another one. */
export function setIcon(node, name) {
  setAttribute(node, "class", `icon icon-${name}`);
  setAttribute(node.firstChild, "d", PATHS[name]);
}
