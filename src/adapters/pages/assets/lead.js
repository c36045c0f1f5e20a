// One event stream for all open tabs where the browser has no worker that they share: the tab that holds a lock has
// the stream, and passes on what it hears. When it goes, the browser gives the lock to the tab that has waited longest.
/* oxlint-disable typescript/no-unsafe-call, typescript/no-unsafe-member-access -- a browser's names have no types in this project */

/** Of the lock, and of the channel. */
const streamName = "smolrouter:stream";

/**
 * @param say hears what `followCalls` says, whichever tab has the stream
 * @param failed is called where the browser refuses locks after all
 */
// oxlint-disable-next-line eslint/no-unused-vars -- joined with the file that calls it
function followTogether(address, say, failed) {
  const channel = new BroadcastChannel(streamName);
  const leaving = new AbortController();
  const { signal } = leaving;
  /** null: another tab leads. */
  let stream = null;

  function tell(word) {
    if (signal.aborted) return;
    say(word);
    channel.postMessage(word);
  }

  /** A stream that was refused, as by a router one is signed out of, is tried anew whenever a tab asks. */
  function lead() {
    if (stream === null || stream.readyState === EventSource.CLOSED)
      stream = followCalls(address, tell);
  }

  channel.addEventListener("message", ({ data }) => {
    if (data !== "ask") {
      if (stream === null) say(data);
    } else if (stream !== null) {
      lead();
      channel.postMessage(stream.readyState === EventSource.OPEN ? "open" : "closed");
    }
  });

  const held = navigator.locks.request(
    streamName,
    { signal },
    () =>
      new Promise((release) => {
        if (signal.aborted) {
          release();
          return;
        }
        signal.addEventListener("abort", release);
        // Whoever led before may have gone without a word.
        tell("closed");
        lead();
      }),
  );
  held.catch(() => {
    if (!signal.aborted) failed();
  });

  return {
    /** Has the tab that leads say how its stream is. */
    ask() {
      if (stream === null) channel.postMessage("ask");
      else lead();
    },
    leave() {
      if (stream !== null) channel.postMessage("closed");
      stream?.close();
      leaving.abort();
      channel.close();
    },
  };
}
