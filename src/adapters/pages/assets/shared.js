// One event stream for all open tabs: a browser has six connections to a host, and each stream takes one for good.
/* oxlint-disable typescript/no-unsafe-call, typescript/no-unsafe-member-access -- a browser's names have no types in this project */

const tabs = new Set();
let stream = null;

function say(word) {
  for (const tab of tabs) tab.postMessage(word);
}

/** A stream that was refused, as by a router one is signed out of, is tried anew whenever a tab asks. */
function join(tab, address) {
  tabs.add(tab);
  if (stream === null || stream.readyState === EventSource.CLOSED)
    stream = followCalls(address, say);
  tab.postMessage(stream.readyState === EventSource.OPEN ? "open" : "closed");
}

function leave(tab) {
  tabs.delete(tab);
  if (tabs.size > 0) return;
  stream?.close();
  stream = null;
}

addEventListener("connect", ({ ports: [tab] }) => {
  tab.addEventListener("message", ({ data }) => {
    if (data === null) leave(tab);
    else join(tab, data);
  });
  tab.start();
});
