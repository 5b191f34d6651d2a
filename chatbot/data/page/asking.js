// A question goes to the server, whichever of its processes takes it; the answer comes in as it is written.
const EVENT = "data: ";
const LOST = "Le serveur ne répond pas.";
const BROKEN = "Une erreur est survenue.";
const PATIENCE = 2500; // milliseconds after which, again and again, the server is asked whether it lives

// Why there is no answer, in a sentence for the reader; `lost`: the server can't be reached.
class Failure extends Error {
  constructor(words, lost = false) { super(words); this.lost = lost; }
}

// Give each state of the answer to `receive`; throw a Failure, also once `stopper` is aborted.
async function ask(body, receive, stopper) {
  const headers = { "Content-Type": "application/json" };
  const { signal } = stopper;
  let whole = false;
  // A network that is gone may swallow what is sent: then nobody says so.
  const timer = setInterval(() => fetch("api/health", { cache: "no-store" }).catch(() => stopper.abort()), PATIENCE);
  try {
    const response = await fetch("page/answer", { method: "POST", headers, body: JSON.stringify(body), signal });
    if (!response.ok) throw await failureOf(response);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      for (const event of events) {
        if (!event.startsWith(EVENT)) continue; // a sign of life
        const sent = JSON.parse(event.slice(EVENT.length));
        if (sent.problem) throw new Failure(sent.problem.detail ?? BROKEN);
        whole = sent.done;
        receive(sent);
      }
    }
  } catch (error) {
    throw error instanceof Failure ? error : new Failure(LOST, true);
  } finally {
    clearInterval(timer);
  }
  if (!whole) throw new Failure(LOST, true);
}

async function failureOf(response) {
  const problem = await response.json().catch(() => null);
  if (typeof problem?.detail === "string") return new Failure(problem.detail);
  return response.status >= 502 ? new Failure(LOST, true) : new Failure(BROKEN); // a proxy says 502 or 504 for itself
}

// Once the server is there again: load the page again if it has another one by now.
let looking = false;
async function look() {
  if (looking) return;
  looking = true;
  for (;;) {
    await new Promise((resolve) => { setTimeout(resolve, PATIENCE); });
    const found = await fetch("gradio_api/app_id", { cache: "no-store" }).then((response) => response.json()).catch(() => null);
    if (!found?.app_id) continue;
    looking = false;
    if (found.app_id !== window.gradio_config?.app_id) location.reload();
    return;
  }
}

export { ask, look };
