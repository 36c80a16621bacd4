// Reads one document of the API.

const TIMEOUT_MILLISECONDS = 10_000;

/** The daemon did answer, and refused. */
class Refused extends Error {
  constructor(status, error, mend) {
    super(error);
    this.status = status;
    this.mend = mend;
  }
}

/** The document; raises `Refused`, or whatever fetch does where nothing answers in time. */
export async function read(path) {
  const answer = await fetch(`api/v1/${path}`, {
    cache: "no-store",
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
  });
  if (answer.status === 401) location.assign("sign-in");
  if (!answer.ok) throw await refusal(answer);
  return answer.json();
}

async function refusal(answer) {
  let told = {};
  try {
    told = await answer.json();
  } catch {
    // Whatever stands before the daemon says it in its own way.
  }
  const error = told.error ?? `the answer was ${answer.status} ${answer.statusText}`;
  return new Refused(answer.status, error, told.mend ?? "see the daemon's log");
}
