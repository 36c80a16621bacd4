// The documents' codes in words, each with its icon.

/** The worst first; a `meaning` is for those who hover. */
export const STATES = {
  unjoined: {
    word: "Unjoined",
    icon: "unjoined",
    meaning: "launched longer ago than boot_timeout, and still no node",
  },
  down: { word: "Down", icon: "down", meaning: "Nomad has lost it" },
  leaving: { word: "Leaving", icon: "leaving", meaning: "AWS is ending it, or set it aside" },
  foreign: {
    word: "Foreign",
    icon: "foreign",
    meaning: "made ineligible or drained by somebody else: left alone",
  },
  in_flight: { word: "In flight", icon: "in_flight", meaning: "launching, or not joined yet" },
  cordoned: {
    word: "Cordoned",
    icon: "cordoned",
    meaning: "by us, on its way out: takes no more work",
  },
  busy: { word: "Busy", icon: "busy", meaning: "runs work" },
  idle: { word: "Idle", icon: "idle", meaning: "ready, and runs nothing" },
};

const OUTCOMES = {
  applied: { word: "done", icon: "ok" },
  given_up: { word: "given up", icon: "info" },
  failed: { word: "failed", icon: "error" },
};

/** A state's word and icon; one that this page does not know keeps its code. */
export function stateOf(state) {
  return STATES[state] ?? { word: state, icon: "unknown", meaning: null };
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
