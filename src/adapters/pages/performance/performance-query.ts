// The performance page's query string: what is drawn against what, of which calls.
import type { PointsFilter } from "../../../ports/browse.ts";

export const yAxes = { duration_ms: "Duration", ttft_ms: "First token" } as const;
export const xAxes = {
  prompt_tokens: "Prompt tokens",
  completion_tokens: "Completion tokens",
  total_tokens: "All tokens",
} as const;
export const colours = { model: "Model", upstream: "Upstream" } as const;
export const scales = { log: "Logarithmic", linear: "Linear" } as const;
export const periods = {
  "1": "Last hour",
  "6": "Last 6 h",
  "24": "Last 24 h",
  "168": "Last 7 days",
} as const;
export const surfaces = { "": "Any API", openai: "openai", ollama: "ollama" } as const;

export interface PerformanceQuery {
  readonly y: keyof typeof yAxes;
  readonly x: keyof typeof xAxes;
  readonly by: keyof typeof colours;
  readonly scale: keyof typeof scales;
  readonly hours: keyof typeof periods;
  readonly service_type: keyof typeof surfaces;
  /** Empty: all. */
  readonly model: string;
}

const longest = 300;
/** More of them make no chart any clearer. */
export const maxPoints = 50_000;

/** What cannot be read counts as not given. */
export function readPerformance(params: URLSearchParams): PerformanceQuery {
  const oneOf = <K extends string>(
    name: string,
    known: Readonly<Record<K, string>>,
    usual: NoInfer<K>,
  ): K => (Object.keys(known) as K[]).find((key) => key === params.get(name)) ?? usual;
  return {
    y: oneOf("y", yAxes, "duration_ms"),
    x: oneOf("x", xAxes, "completion_tokens"),
    by: oneOf("by", colours, "model"),
    scale: oneOf("scale", scales, "log"),
    hours: oneOf("hours", periods, "24"),
    service_type: oneOf("service_type", surfaces, ""),
    model: (params.get("model") ?? "").trim().slice(0, longest),
  };
}

/** @param now epoch ms */
export function pointsFilter(
  { hours, model, service_type: service }: PerformanceQuery,
  now: number,
): PointsFilter {
  return {
    since: now - Number(hours) * 3_600_000,
    limit: maxPoints,
    ...(model === "" ? {} : { model }),
    ...(service === "" ? {} : { service_type: service }),
  };
}

/** An address with this query, what is usual left out. */
export function performanceHref(path: string, query: PerformanceQuery): string {
  const usual = readPerformance(new URLSearchParams());
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== usual[name as keyof PerformanceQuery]) params.set(name, String(value));
  const text = params.toString();
  return text === "" ? path : `${path}?${text}`;
}
