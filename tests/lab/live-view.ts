// What a router says of itself while calls are under way, and waiting for it to say something.
import type { InFlight, InFlightCall, Upstreams, UpstreamState } from "../../src/ports/browse.ts";

/** The calls under way, oldest first. */
async function callsInFlight(url: string): Promise<readonly InFlightCall[]> {
  const { inflight } = (await (await fetch(`${url}/api/inflight`)).json()) as InFlight;
  return inflight;
}

/** The call under way whose path ends so; undefined where there is none. */
export async function callInFlight(url: string, query: string): Promise<InFlightCall | undefined> {
  return (await callsInFlight(url)).find((call) => call.path.endsWith(query));
}

/** Where a call stands in a queue; null where it does not wait. */
export async function positionOf(url: string, query: string): Promise<number | null> {
  return (await callInFlight(url, query))?.position ?? null;
}

export async function upstreamState(url: string, name: string): Promise<UpstreamState> {
  const { upstreams } = (await (await fetch(`${url}/api/upstreams`)).json()) as Upstreams;
  const found = upstreams.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no upstream ${name}`);
  return found;
}

/** Between two questions, ms: whoever asks without pause takes the processor from what it waits for. */
const shortestPauseMs = 10;
/** Nor is what takes seconds asked about a hundred times in each: a twentieth of the time that it has taken goes by in between. */
const pauseShare = 1 / 20;

/** Asks until it holds. */
export async function until(holds: () => Promise<boolean>, withinMs = 60_000): Promise<void> {
  const begun = performance.now();
  while (!(await holds())) {
    const waited = performance.now() - begun;
    if (waited >= withinMs) throw new Error(`it did not come to pass within ${withinMs} ms`);
    await Bun.sleep(Math.max(shortestPauseMs, waited * pauseShare));
  }
}
