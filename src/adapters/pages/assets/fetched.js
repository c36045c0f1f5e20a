// What a fold holds is fetched when it is opened: the page its link leads to has it.
/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-argument -- a browser's names have no types in this project */

async function fetchInto(fold) {
  const place = fold.querySelector(".fragment");
  const link = place?.querySelector("a");
  if (!link || fold.dataset.filled !== undefined) return;
  fold.dataset.filled = "";
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(link.href, { headers: { accept: "*/*, text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.getElementById("fragment");
    if (!answer.ok || !found) throw new Error("nothing to show");
    localTimes(found);
    place.replaceChildren(...found.childNodes);
  } catch {
    // The link is still there to be followed; opening the fold again tries anew.
    delete fold.dataset.filled;
  }
  place.removeAttribute("aria-busy");
}

/** One that the browser has opened itself, as for a search in the page, counts as well. */
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.open && target.matches("details[data-fetched]")) fetchInto(target).catch(() => {});
  },
  true,
);
