// Keyboard shortcuts, and the list of them that `?` shows. They can be switched off, as single keys
// get in the way of some (WCAG 2.1, success criterion 2.1.4).
/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-argument -- a browser's names have no types in this project */

const off = "smolrouter-keys-off";
const help = document.getElementById("keys");
const choice = document.getElementById("keys-on");
let before = "";

function follow(selector) {
  const link = document.querySelector(selector);
  link?.click();
  return link !== null;
}

/** Moves the focus along the links of the rows, from wherever it is. */
function step(by) {
  const links = [...document.querySelectorAll(".requests a.open, #inflight a")].toSorted((a, b) =>
    a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1,
  );
  if (links.length === 0) return false;
  const at = links.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by;
  links[Math.min(links.length - 1, Math.max(0, next))].focus();
  return true;
}

function search() {
  const field = document.querySelector(".filters input[type=search]");
  field?.focus();
  return field !== null;
}

function showHelp() {
  if (choice) choice.checked = localStorage.getItem(off) === null;
  help?.showModal();
  return true;
}

const keys = {
  "/": search,
  "?": showHelp,
  j: () => step(1),
  k: () => step(-1),
  "[": () => follow("a[rel=prev]"),
  "]": () => follow("a[rel=next]"),
  "g d": () => follow("nav a[href='/']"),
  "g t": () => follow("nav a[href='/threads']"),
  "g p": () => follow("nav a[href='/performance']"),
  "g u": () => follow("nav a[href='/upstreams']"),
  "g r": () => follow("nav a[href='/routes']"),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), select, textarea, dialog[open]");
  const first = before;
  before = "";
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key !== "?" && localStorage.getItem(off) !== null) return;
  if (event.key === "g") before = "g ";
  else if (keys[first + event.key]?.()) event.preventDefault();
});

choice?.addEventListener("change", () => {
  if (choice.checked) localStorage.removeItem(off);
  else localStorage.setItem(off, "1");
});
document.getElementById("keys-open")?.addEventListener("click", showHelp);
