// The documents' codes in words, each with its icon.

export const STATES = {
  unjoined: { word: "Unjoined", icon: "unjoined" },
  down: { word: "Down", icon: "down" },
  leaving: { word: "Leaving", icon: "leaving" },
  foreign: { word: "Foreign", icon: "foreign" },
  in_flight: { word: "In flight", icon: "in_flight" },
  cordoned: { word: "Cordoned", icon: "cordoned" },
  busy: { word: "Busy", icon: "busy" },
  idle: { word: "Idle", icon: "idle" },
};

//: What each state means, for those who hover.
export const MEANINGS = {
  unjoined: "launched longer ago than boot_timeout, and still no node",
  down: "Nomad has lost it",
  leaving: "AWS is ending it, or set it aside",
  foreign: "made ineligible or drained by somebody else: left alone",
  in_flight: "launching, or not joined yet",
  cordoned: "by us, on its way out: takes no more work",
  busy: "runs work",
  idle: "ready, and runs nothing",
};

const OUTCOMES = {
  applied: { word: "done", icon: "ok" },
  given_up: { word: "given up", icon: "info" },
  failed: { word: "failed", icon: "error" },
};

/** A state's word and icon; one that this page does not know keeps its code. */
export function stateOf(state) {
  return STATES[state] ?? { word: state, icon: "unknown" };
}

/** What became of an action. */
export function outcomeOf(action) {
  return OUTCOMES[action.outcome] ?? { word: action.outcome, icon: "unknown" };
}

/** A decision in a few words, and its icon. */
export function headline(decision) {
  const { current, desired } = decision;
  if (current === null || desired === null) {
    return { word: "Nothing decided: too little is known", icon: "unknown" };
  }
  if (decision.paused && desired !== current) {
    return { word: `Stay at ${current}; else it would be ${desired}`, icon: "hold" };
  }
  if (desired > current) return { word: `Scale out: ${current} → ${desired}`, icon: "out" };
  if (desired < current) return { word: `Scale in: ${current} → ${desired}`, icon: "in" };
  return { word: `Stay at ${desired}`, icon: "hold" };
}
