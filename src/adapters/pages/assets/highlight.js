// Colours JSON in raw bodies without touching the page: ranges that the style sheet names
// (CSS Custom Highlight API). Where a browser has no such thing, JSON stays plain.
/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-argument -- a browser's names have no types in this project */

const token = /("(?:[^"\\\n]|\\.)*")(\s*:)?|-?\b\d[\d.eE+-]*\b|\b(?:true|false|null)\b/g;

/** Beyond this many characters colours cost more than they tell. */
const longest = 400_000;

function highlight(element) {
  const node = element.firstChild;
  if (!node || node.nodeType !== Node.TEXT_NODE || node.length > longest) return;
  for (const found of node.data.matchAll(token)) {
    const [text, string, colon] = found;
    const kind = string
      ? colon
        ? "json-key"
        : "json-string"
      : /[a-z]$/.test(text)
        ? "json-word"
        : "json-number";
    const range = new StaticRange({
      startContainer: node,
      startOffset: found.index,
      endContainer: node,
      endOffset: found.index + (string ?? text).length,
    });
    let ranges = CSS.highlights.get(kind);
    if (!ranges) CSS.highlights.set(kind, (ranges = new Highlight()));
    ranges.add(range);
  }
}

/** What is folded is coloured when it is opened. */
function highlightAll() {
  CSS.highlights.clear();
  for (const element of document.querySelectorAll("pre[data-json]"))
    if (!element.closest("details:not([open])")) highlight(element);
}

if (globalThis.CSS?.highlights && document.querySelector("pre[data-json]")) {
  highlightAll();
  document.addEventListener("toggle", highlightAll, true);
  document.addEventListener("smolrouter:fresh", highlightAll);
}
