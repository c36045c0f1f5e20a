// What a trace of Chromium says of a page's main thread: how busy it was, with what, and its longest task.

/** To be traced. */
export const traceCategories = [
  "toplevel",
  "devtools.timeline",
  "disabled-by-default-devtools.timeline",
] as const;

export interface ThreadWork {
  /** ms of processor time of each task. */
  readonly tasks: readonly number[];
  readonly longest: number;
  readonly busyMs: number;
  /** Frames that were drawn anew. */
  readonly frames: number;
  /** ms of processor time by kind of work, without what is within it; the most first. */
  readonly spent: readonly { readonly name: string; readonly ms: number }[];
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** µs. */
  readonly ts: number;
  readonly dur?: number;
  /** Of processor time. */
  readonly tdur?: number;
  readonly args?: {
    readonly name?: string;
    readonly data?: { readonly url?: string; readonly functionName?: string };
  };
}

const taskNames: ReadonlySet<string> = new Set(["RunTask", "ThreadControllerImpl::RunTask"]);

/** @param text of a trace in JSON, in which one page is the busiest */
export function readTrace(text: string): ThreadWork {
  const { traceEvents } = JSON.parse(text) as { traceEvents: readonly TraceEvent[] };
  const mains = traceEvents.filter(
    ({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain",
  );
  const works = mains.map(({ pid, tid }) =>
    workOf(traceEvents.filter((event) => event.pid === pid && event.tid === tid)),
  );
  const [busiest] = works.toSorted((a, b) => b.busyMs - a.busyMs);
  if (busiest === undefined) throw new Error("the trace has no page");
  return busiest;
}

function workOf(all: readonly TraceEvent[]): ThreadWork {
  const events = all
    .filter(({ ph }) => ph === "X")
    .toSorted((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  const spent = new Map<string, number>();
  const tasks: number[] = [];
  const open: { readonly event: TraceEvent; inner: number }[] = [];
  const close = () => {
    const { event, inner } = open.pop()!;
    const own = (event.tdur ?? 0) / 1_000;
    const outer = open.at(-1);
    if (outer !== undefined) outer.inner += own;
    else tasks.push(own);
    const name = taskNames.has(event.name) ? "(other)" : nameOf(event);
    spent.set(name, (spent.get(name) ?? 0) + own - inner);
  };
  for (const event of events) {
    while (open.length > 0 && endOf(open.at(-1)!.event) <= event.ts) close();
    open.push({ event, inner: 0 });
  }
  while (open.length > 0) close();
  return {
    tasks,
    longest: Math.max(0, ...tasks),
    busyMs: tasks.reduce((sum, ms) => sum + ms, 0),
    frames: events.filter(({ name }) => name === "Commit").length,
    spent: [...spent].map(([name, ms]) => ({ name, ms })).toSorted((a, b) => b.ms - a.ms),
  };
}

function endOf({ ts, dur }: TraceEvent): number {
  return ts + (dur ?? 0);
}

function nameOf({ name, args }: TraceEvent): string {
  const { functionName, url } = args?.data ?? {};
  if (name !== "FunctionCall") return name;
  return `${functionName ?? ""} of ${(url ?? "").replace(/^.*\/assets\//, "").replace(/-[0-9a-f]{12}\./, ".")}`;
}
