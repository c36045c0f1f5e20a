// Style sheet, script and icon: embedded in the program, named by their content so that browsers keep them for good.
import chartAxes from "../assets/chart-axes.js" with { type: "text" };
import chartMarks from "../assets/chart-marks.js" with { type: "text" };
import change from "../assets/change.css" with { type: "text" };
import charts from "../assets/charts.css" with { type: "text" };
import config from "../assets/config.css" with { type: "text" };
import conversation from "../assets/conversation.css" with { type: "text" };
import fetched from "../assets/fetched.js" with { type: "text" };
import followCalls from "../assets/follow-calls.js" with { type: "text" };
import highlight from "../assets/highlight.js" with { type: "text" };
import icon from "../assets/icon.svg" with { type: "text" };
import keys from "../assets/keys.js" with { type: "text" };
import lead from "../assets/lead.js" with { type: "text" };
import list from "../assets/list.js" with { type: "text" };
import listen from "../assets/listen.js" with { type: "text" };
import live from "../assets/live.js" with { type: "text" };
import request from "../assets/request.css" with { type: "text" };
import performance from "../assets/performance.js" with { type: "text" };
import performanceStyle from "../assets/performance.css" with { type: "text" };
import threadsStyle from "../assets/threads.css" with { type: "text" };
import tryScript from "../assets/try.js" with { type: "text" };
import tryStyle from "../assets/try.css" with { type: "text" };
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import uplot from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import requests from "../assets/requests.css" with { type: "text" };
import shared from "../assets/shared.js" with { type: "text" };
import style from "../assets/style.css" with { type: "text" };
import { pack, type Packed, packedResponse } from "./compressed.ts";
import ticks from "../assets/ticks.js" with { type: "text" };
import times from "../assets/times.js" with { type: "text" };

interface Asset {
  readonly path: string;
  readonly type: string;
  /** Made with the pages, so that none who opens one waits for it. */
  readonly packed: Packed;
}

function asset(name: string, extension: string, type: string, text: string): Asset {
  const digest = new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 12);
  return { path: `/assets/${name}-${digest}.${extension}`, type, packed: pack(text) };
}

/** A style sheet without what only its writers need: a third of its size. */
function squeezed(css: string): string {
  return (
    css
      .replace(/\/\*.*?\*\//gs, "")
      .replace(/([{},;])\n\s*/g, "$1")
      // Within a selector or a value it may be all that parts two words.
      .replace(/\n\s*/g, " ")
      .replace(/ \{/g, "{")
      .replace(/;\}/g, "}")
      .replace(/: /g, ":")
  );
}

export const assets = {
  style: asset(
    "style",
    "css",
    "text/css; charset=utf-8",
    squeezed(
      style +
        requests +
        config +
        charts +
        request +
        conversation +
        performanceStyle +
        tryStyle +
        threadsStyle +
        change +
        uplotStyle,
    ),
  ),
  script: asset(
    "live",
    "js",
    "text/javascript; charset=utf-8",
    followCalls + lead + listen + live + list + fetched + ticks + keys + highlight,
  ),
  /** Runs before anything is shown. */
  times: asset("times", "js", "text/javascript; charset=utf-8", times),
  /** The worker that all tabs share. */
  shared: asset("shared", "js", "text/javascript; charset=utf-8", followCalls + shared),
  /** A chart library, for the page that draws. */
  uplot: asset("uplot", "js", "text/javascript; charset=utf-8", uplot),
  /** Streams answers into the page where things are tried. */
  tryScript: asset("try", "js", "text/javascript; charset=utf-8", tryScript),
  performance: asset(
    "performance",
    "js",
    "text/javascript; charset=utf-8",
    chartAxes + chartMarks + performance,
  ),
  icon: asset("icon", "svg", "image/svg+xml", icon),
} as const;

const byPath = new Map(Object.values(assets).map((one) => [one.path, one]));

/**
 * @param file the last part of the path; null where no asset has that name
 * @param accepts the request's `Accept-Encoding`
 */
export function assetResponse(file: string, accepts: string | null): Response | null {
  const found = byPath.get(`/assets/${file}`);
  if (found === undefined) return null;
  return packedResponse(found.packed, accepts, {
    "content-type": found.type,
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
  });
}
