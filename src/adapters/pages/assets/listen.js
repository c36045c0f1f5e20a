// A page's ear for calls that begin and end: by the stream all tabs share, in a worker or in one of them, or by its own
// where the browser can do neither.
/* oxlint-disable typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-argument -- a browser's names have no types in this project */

/** Whether calls announce themselves just now; else the page has to ask. */
let heard = false;
let broke = false;
/** The port to the worker that has the stream; null: none is asked for yet, or there is none to have. */
let shared = null;
/** This tab among those that have the stream in one of them; null likewise. */
let together = null;
let own = null;
let cannotShare = typeof SharedWorker === "undefined";
/** Browsers give locks to no page without TLS, unless it is this machine's own. */
let cannotLead = !navigator.locks || typeof BroadcastChannel === "undefined";

function hear(word) {
  if (word !== "calls") {
    broke ||= heard && word === "closed";
    heard = word === "open";
  }
  // Nobody reports what happened while the stream was broken.
  const news = word === "calls" || (heard && broke);
  if (heard) broke = false;
  if (news) document.dispatchEvent(new Event("smolrouter:calls"));
}

function share(worker) {
  try {
    shared = new SharedWorker(worker);
  } catch {
    cannotShare = true;
    return;
  }
  shared.addEventListener("error", () => {
    cannotShare = true;
    shared = null;
    listen();
  });
  shared.port.addEventListener("message", ({ data }) => hear(data));
  shared.port.start();
}

/** Call it again at any time: what is open stays, what was refused is tried anew, and nobody listens while nobody looks. */
function listen() {
  const { events, worker } = document.body.dataset;
  if (!events) return;
  if (document.hidden) {
    stopListening();
    return;
  }
  if (shared === null && !cannotShare) share(worker);
  if (shared !== null) shared.port.postMessage(events);
  else if (!cannotLead) {
    together ??= followTogether(events, hear, () => {
      cannotLead = true;
      stopListening();
      listen();
    });
    together.ask();
  } else if (own === null || own.readyState === EventSource.CLOSED) own = followCalls(events, hear);
}

function stopListening() {
  shared?.port.postMessage(null);
  together?.leave();
  together = null;
  own?.close();
  own = null;
  heard = false;
}

addEventListener("pagehide", stopListening);
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  // Back from the browser's memory, where it heard nothing.
  document.dispatchEvent(new Event("smolrouter:calls"));
  listen();
});
