// Follows the calls of the router by server-sent events; where it runs, in a page or for all of them, is the same to it.
/* oxlint-disable typescript/no-unsafe-call, typescript/no-unsafe-argument -- a browser's names have no types in this project */

/** ms between two words of calls: whoever hears them asks for a page once a second at most. */
const betweenWords = 200;

/**
 * @param say hears "open" and "closed" as the stream is, and "calls" when some began or ended
 * @returns the stream; one that breaks opens itself again, one that is refused stays closed
 */
// oxlint-disable-next-line eslint/no-unused-vars -- joined with the file that calls it
function followCalls(address, say) {
  const stream = new EventSource(address);
  let resting = false;
  let missed = false;
  function heard() {
    if (resting) {
      missed = true;
      return;
    }
    say("calls");
    resting = true;
    setTimeout(() => {
      resting = false;
      if (missed) heard();
      missed = false;
    }, betweenWords);
  }
  stream.addEventListener("open", () => {
    say("open");
  });
  stream.addEventListener("error", () => {
    say("closed");
  });
  stream.addEventListener("started", heard);
  stream.addEventListener("completed", heard);
  return stream;
}
