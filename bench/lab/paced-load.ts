// Calls at a given pace, whether those before have been answered or not: as users call.

export interface PacedLoad {
  readonly perSecond: number;
  readonly seconds: number;
  /** The request's body, for the call of that number. */
  readonly body: (call: number) => string;
  /** Beside the type. */
  readonly headers?: (call: number) => Readonly<Record<string, string>>;
}

export interface PacedReport {
  /** ms from sending to the answer's end, one for each call. */
  readonly took: readonly number[];
  /** What came in place of a 200, in words. */
  readonly failed: readonly string[];
  /** Ids of the calls answered. */
  readonly ids: readonly string[];
}

/** @param url of a router; its chats are called */
export async function runPaced(
  url: string,
  { perSecond, seconds, body, headers }: PacedLoad,
): Promise<PacedReport> {
  const took: number[] = [];
  const failed: string[] = [];
  const ids: string[] = [];
  const calls: Promise<void>[] = [];
  const startedAt = performance.now();
  const count = Math.round(perSecond * seconds);

  async function call(number: number): Promise<void> {
    const at = performance.now();
    try {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers?.(number) },
        body: body(number),
      });
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`status ${response.status}`);
      ids.push(response.headers.get("x-request-id") ?? "");
      took.push(performance.now() - at);
    } catch (error) {
      failed.push(error instanceof Error ? error.message : String(error));
    }
  }

  for (let number = 0; number < count;) {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond);
    while (number < Math.min(due, count)) calls.push(call(number++));
    await Bun.sleep(2);
  }
  await Promise.all(calls);
  return { took, failed, ids };
}

/** @param part 0 to 1 */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
