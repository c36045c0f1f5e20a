// What scripts add to the list of requests: a way back to it as it was, names to filter by, arrow keys along the bars.
/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-argument, typescript/no-unsafe-return -- a browser's names have no types in this project */

const lastLists = { "/": "smolrouter-list", "/threads": "smolrouter-threads" };

/** Pages that a row leads to lead back to the list as it was filtered, over however many rows one went on. */
function leadBack() {
  const own = lastLists[location.pathname];
  if (own) {
    sessionStorage.setItem(own, location.search);
    return;
  }
  for (const link of document.querySelectorAll("a[data-list]")) {
    const path = link.getAttribute("href");
    const search = lastLists[path] && sessionStorage.getItem(lastLists[path]);
    if (search) link.href = path + search;
  }
}

/** One bar takes the focus, and arrow keys lead to the others: a chart is one stop on the way, not fifty. */
function oneStop() {
  const bars = [...document.querySelectorAll(".period-chart a")];
  const at = Math.max(bars.indexOf(document.activeElement), -1);
  const stop = at < 0 ? bars.length - 1 : at;
  for (const [place, bar] of bars.entries()) bar.tabIndex = place === stop ? 0 : -1;
}

document.addEventListener("keydown", (event) => {
  const bar = event.target.closest?.(".period-chart a");
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!bar || by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  const bars = [...document.querySelectorAll(".period-chart a")];
  const next = bars[bars.indexOf(bar) + by];
  if (!next) return;
  event.preventDefault();
  next.focus();
  oneStop();
});

/** Fields left empty need not stand in the address. */
document.addEventListener("formdata", ({ target, formData }) => {
  if (!target.matches(".filters")) return;
  for (const [name, value] of Array.from(formData)) if (value === "") formData.delete(name);
});

/** Names of the period shown, fetched when someone is about to type one. */
async function offer(field) {
  const list = field.list;
  if (!list || list.dataset.whole) return;
  list.dataset.whole = "yes";
  const answer = await fetch(`/names/${field.name}${location.search}`, { cache: "no-store" });
  if (!answer.ok) return;
  const known = new Set([...list.options].map(({ value }) => value));
  for (const name of await answer.json()) {
    if (known.has(name)) continue;
    const option = document.createElement("option");
    option.value = name;
    list.append(option);
  }
}

document.addEventListener("focusin", ({ target }) => {
  if (target.matches(".filters input[list]")) offer(target).catch(() => {});
});

/** Fields for times of one's own are made as they are unfolded; see period-bar.tsx. */
function pickTimes({ target }) {
  if (target.id !== "range" || !target.open) return;
  for (const field of target.querySelectorAll("input")) field.type = "datetime-local";
}
document.addEventListener("toggle", pickTimes, { capture: true });

/** What is unfolded over the page folds again when one goes on elsewhere. */
document.addEventListener("click", ({ target }) => {
  for (const fold of document.querySelectorAll("details.range[open]"))
    if (!fold.contains(target)) fold.open = false;
});
document.addEventListener("keydown", (event) => {
  const fold = document.querySelector("details.range[open]");
  if (event.key !== "Escape" || !fold) return;
  fold.open = false;
  fold.querySelector("summary").focus();
});

leadBack();
oneStop();
document.addEventListener("smolrouter:fresh", leadBack);
document.addEventListener("smolrouter:fresh", oneStop);
