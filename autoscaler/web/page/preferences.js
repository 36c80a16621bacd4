// What a reader chose, kept in this browser where it may be.

const PREFIX = "autoscaler.";

/** What was chosen, if it is one of these; else the first. */
export function chosen(name, options) {
  try {
    const kept = localStorage.getItem(PREFIX + name);
    return options.includes(kept) ? kept : options[0];
  } catch {
    return options[0]; // Storage is shut: then it lasts as long as the page.
  }
}

/** Keep it. */
export function choose(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Shut or full: as above.
  }
}
