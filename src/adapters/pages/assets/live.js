// Keeps a page current without reloading it, and adds what only scripts can do. Every page works without.
/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-argument, typescript/no-unsafe-return -- a browser's names have no types in this project */
const region = "[data-live]";

/** Changes `old` into `next`, touching only what differs: focus, scroll and open folds stay. */
function morph(old, next) {
  if (old.isEqualNode(next)) return;
  if (old.nodeName !== next.nodeName) {
    old.replaceWith(next);
    return;
  }
  // What was fetched into a fold stays there.
  if (old.dataset?.filled !== undefined) return;
  if (old.nodeType !== Node.ELEMENT_NODE) {
    old.nodeValue = next.nodeValue;
    return;
  }
  for (const { name, value } of next.attributes)
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of Array.from(old.attributes)) {
    // What the reader opened stays open, and what the script has shown stays shown.
    const ours = name === "open" || name === "hidden";
    if (!ours && !next.hasAttribute(name)) old.removeAttribute(name);
  }
  const byId = new Map([...old.children].filter(({ id }) => id).map((child) => [child.id, child]));
  let place = old.firstChild;
  for (const child of Array.from(next.childNodes)) {
    const known = child.id ? byId.get(child.id) : place && !place.id ? place : undefined;
    if (!known) {
      old.insertBefore(child, place);
      continue;
    }
    if (known !== place) old.insertBefore(known, place);
    const following = known.nextSibling;
    morph(known, child);
    place = following;
  }
  while (place) {
    const following = place.nextSibling;
    place.remove();
    place = following;
  }
}

/** ms after which a pointer that does not move reads no more. */
const readingMs = 4000;
let pointed = -readingMs;
document.addEventListener("pointermove", ({ target, timeStamp }) => {
  if (target.closest?.(".requests tbody")) pointed = timeStamp;
});
document.addEventListener("pointerout", ({ relatedTarget }) => {
  if (!relatedTarget?.closest?.(".requests tbody")) pointed = -readingMs;
});

/** Whether someone reads further down or is about to click a row, so that rows must not move. */
function isRead(section) {
  return section.getBoundingClientRect().top < 0 || performance.now() - pointed < readingMs;
}

/** Rows that are marked as they arrive; where more do every second, a mark on each says nothing. */
const fewNew = 8;

/** Those that only show once one scrolls: laying out fifty rows at a time is felt. */
function outOfSight(rows, fresh, added) {
  const { top, height } = rows.getBoundingClientRect();
  const inSight = (innerHeight - top) / (height / rows.children.length);
  const places = new Map([...fresh.children].map((row, place) => [row, place]));
  return added.filter((row) => places.get(row) > inSight);
}

function update(old, next) {
  const rows = old.querySelector(".requests tbody");
  const fresh = next.querySelector(".requests tbody");
  if (rows && fresh) {
    const known = new Set([...rows.children].map(({ id }) => id));
    const added = [...fresh.children].filter(({ id }) => !known.has(id));
    if (isRead(old)) {
      for (const row of Array.from(fresh.children)) {
        const shown = document.getElementById(row.id);
        if (shown) morph(shown, row);
      }
      announce(old, added.length);
      return;
    }
    if (added.length <= fewNew) for (const row of added) row.classList.add("new");
    else for (const row of outOfSight(rows, fresh, added)) row.classList.add("later");
  }
  keepShown(old, next);
  morph(old, next);
  announce(old, 0);
}

/**
 * A conversation that goes on folds its earlier turns, one more with each answer: those that one reads, or
 * has unfolded, stay as they are.
 */
function keepShown(old, next) {
  const [was, is] = [old.querySelector(".turns"), next.querySelector(".turns")];
  if (!was || !is) return;
  const shown = new Map([...was.children].map((turn) => [turn.id, turn]));
  const first = [...is.children].find(({ id }) => id.startsWith("turn-") && shown.has(id));
  if (!first) return;
  while (is.firstChild !== first) is.firstChild.remove();
  for (let node = was.firstChild; node.id !== first.id; node = node.nextSibling)
    first.before(node.cloneNode(true));
}

/** A way back to the top for rows that wait there. */
function announce(section, count) {
  let pill = document.getElementById("waiting");
  if (count === 0) pill?.remove();
  else {
    if (!pill) {
      pill = document.createElement("a");
      pill.id = "waiting";
      pill.className = "pill";
      pill.href = "#main";
      section.after(pill);
    }
    pill.textContent = `↑ ${count} new`;
  }
}

let timer = 0;
let asking = false;
let asked = 0;
let dirty = false;

/** Between two questions, whatever happens: hundreds of calls a second make one of them a second. */
const shortest = 1000;
/** Where nothing reports calls. */
const withoutEvents = 2000;

/** ms until the page is asked for anew: as what runs on it says, else as the page does; 0: it is not live. */
function pollMs() {
  const running = document.querySelector("main [data-poll]");
  return Number((running ?? document.body).dataset.poll ?? 0);
}

/** Nothing is asked while nobody looks; coming back to the page asks at once. */
function schedule() {
  clearTimeout(timer);
  const own = pollMs();
  if (own === 0 || document.hidden) return;
  const every = heard || !document.body.dataset.events ? own : Math.min(own, withoutEvents);
  const wait = dirty ? Math.max(0, asked + shortest - Date.now()) : every;
  timer = setTimeout(() => refreshNow(), wait);
}

/** Calls that began or ended have the page asked for anew. */
document.addEventListener("smolrouter:calls", () => {
  if (dirty) return;
  dirty = true;
  if (!asking) schedule();
});

/** @param acted whether something was done here, so that even a page that is not live shows it */
async function refresh(acted) {
  clearTimeout(timer);
  if (!(pollMs() > 0 || acted) || document.hidden || asking) return;
  asking = true;
  dirty = false;
  asked = Date.now();
  try {
    // Without the name of a page's type, `/` greets programs.
    const headers = { accept: "*/*, text/html" };
    const answer = await fetch(location.href, { cache: "no-store", headers });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok && getSelection().isCollapsed) {
      localTimes(page);
      for (const next of page.querySelectorAll(region)) {
        const old = document.getElementById(next.id);
        if (old?.matches(region)) update(old, next);
      }
      document.title = page.title;
      document.body.dataset.poll = page.body.dataset.poll ?? "";
      document.body.dataset.now = page.body.dataset.now ?? "";
      document.dispatchEvent(new Event("smolrouter:fresh"));
    }
    signedOut(answer.status === 401 || answer.status === 403);
    lost(!answer.ok && document.getElementById("signed-out")?.hidden !== false);
  } catch {
    lost(true);
  }
  asking = false;
  listen();
  schedule();
}

/** For timers and listeners, which wait for nobody. */
function refreshNow(acted = false) {
  refresh(acted).catch(() => lost(true));
}

function lost(is) {
  document.getElementById("lost").hidden = !is;
}

/** Whoever has been signed out, in another tab or by time, must not read that the router is gone. */
function signedOut(is) {
  const way = document.getElementById("signed-out");
  if (way) way.hidden = !is;
}

async function copy(button) {
  // Code has no name: its button stands beside it.
  const source =
    button.dataset.copy === ""
      ? button.parentElement.querySelector("pre")
      : document.getElementById(button.dataset.copy);
  const label = (button.dataset.label ??= button.textContent);
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = "Copied";
  } catch {
    // Browsers give no clipboard to pages without TLS.
    const fold = source.closest("details");
    if (fold) fold.open = true;
    getSelection().selectAllChildren(source);
    // oxlint-disable-next-line typescript/no-deprecated -- there is no other way without TLS
    button.textContent = document.execCommand("copy") ? "Copied" : "Selected";
  }
  setTimeout(() => (button.textContent = label), 1500);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    // Within a summary it would fold, too.
    event.preventDefault();
    copy(button).catch(() => {});
    return;
  }
  const row = event.target.closest("tr[data-href]");
  if (!row || event.target.closest("a, button") || !getSelection().isCollapsed) return;
  if (event.ctrlKey || event.metaKey) open(row.dataset.href);
  else location.assign(row.dataset.href);
});

document.addEventListener("change", (event) => {
  if (event.target.matches(".filters select")) event.target.form.requestSubmit();
});

document.addEventListener("visibilitychange", () => {
  listen();
  refreshNow();
});
// Actions stay on the page; what they changed shows at once.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-stay]");
  if (!form) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form));
  form.querySelector("button").disabled = true;
  fetch(form.action, { method: "POST", body, redirect: "manual" }).then(
    () => refreshNow(true),
    () => lost(true),
  );
});

addEventListener("scroll", () => {
  if (scrollY === 0 && document.getElementById("waiting")) refreshNow();
});

function draw() {
  for (const src of document.body.dataset.draws?.split(" ") ?? []) {
    const script = document.createElement("script");
    script.src = src;
    // One after the other.
    script.async = false;
    document.head.append(script);
  }
}

listen();
schedule();
afterPaint(draw);
