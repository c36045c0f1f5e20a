// Style sheet, script and icon: embedded in the program, named by their content so that browsers keep them for good.
import icon from "./assets/icon.svg" with { type: "text" };
import live from "./assets/live.js" with { type: "text" };
import style from "./assets/style.css" with { type: "text" };

interface Asset {
  readonly path: string;
  readonly type: string;
  readonly text: string;
}

function asset(name: string, extension: string, type: string, text: string): Asset {
  const digest = new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 12);
  return { path: `/assets/${name}-${digest}.${extension}`, type, text };
}

/** A style sheet without what only its writers need: a third of its size. */
function squeezed(css: string): string {
  return css.replace(/\n\s*/g, "").replace(/ \{/g, "{").replace(/;\}/g, "}").replace(/: /g, ":");
}

export const assets = {
  style: asset("style", "css", "text/css; charset=utf-8", squeezed(style)),
  script: asset("live", "js", "text/javascript; charset=utf-8", live),
  icon: asset("icon", "svg", "image/svg+xml", icon),
} as const;

const byPath = new Map(Object.values(assets).map((one) => [one.path, one]));

/** @param file the last part of the path; null where no asset has that name */
export function assetResponse(file: string): Response | null {
  const found = byPath.get(`/assets/${file}`);
  if (found === undefined) return null;
  return new Response(found.text, {
    headers: {
      "content-type": found.type,
      "cache-control": "public, max-age=31536000, immutable",
      "x-content-type-options": "nosniff",
    },
  });
}
