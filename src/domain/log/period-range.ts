// What stretch of time a period is, and where the bars of its chart begin: at the round hours and days of a reader's zone.

/** A stretch of time, epoch ms; `until` is exclusive, null: now and whatever comes. */
export interface PeriodRange {
  readonly since: number;
  readonly until: number | null;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
/** Older figures are kept by the hour. */
const minutesKept = 2 * dayMs;
const mostBars = 62;

/** Widths of bars; a day is one of the reader's zone, of 23 to 25 hours. */
const widest = 364 * dayMs;
const widths = [
  minuteMs,
  5 * minuteMs,
  15 * minuteMs,
  30 * minuteMs,
  hourMs,
  3 * hourMs,
  6 * hourMs,
  dayMs,
  7 * dayMs,
  28 * dayMs,
] as const;

/**
 * The last so many ms, from a whole minute on, or from a whole hour where it is over a day.
 * @param now epoch ms
 */
export function lastRange(span: number, now: number): PeriodRange {
  const unit = span > dayMs ? hourMs : minuteMs;
  return { since: Math.floor((now - span) / unit) * unit, until: null };
}

/**
 * @param now epoch ms
 * @param zone an IANA name
 * @returns where bars begin, epoch ms, ascending: the first with the range, the others at round times
 */
export function barsOf(
  { since, until }: PeriodRange,
  now: number,
  zone: string,
): readonly number[] {
  const unit = now - since > minutesKept ? hourMs : minuteMs;
  const end = Math.max(since + 1, until ?? now);
  const width =
    widths.find((candidate) => candidate >= unit && (end - since) / candidate <= mostBars) ??
    widest;
  const first = Math.floor(since / unit) * unit;
  const bars = [first];
  let at = first;
  while (bars.length <= mostBars) {
    const next = width < dayMs ? nextPart(at, width, zone) : nextDays(at, width / dayMs, zone);
    at = Math.max(at + unit, Math.round(next / unit) * unit);
    if (at >= end) break;
    bars.push(at);
  }
  return bars;
}

/** The next time at which a clock of the zone shows a multiple of the width since midnight. */
function nextPart(at: number, width: number, zone: string): number {
  const local = at + offsetAt(at, zone);
  const next = (Math.floor(local / width) + 1) * width;
  return toUtc(next, zone);
}

/** The midnight of the zone that comes so many days after the last one. */
function nextDays(at: number, days: number, zone: string): number {
  const local = at + offsetAt(at, zone);
  return toUtc((Math.floor(local / dayMs) + days) * dayMs, zone);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  // Names come from cookies: there are some hundred zones, and no more than that are kept.
  if (formats.size < 700) formats.set(zone, made);
  return made;
}

/** Whether there is such a zone. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z][\w+\-/]{0,63}$/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What the zone's clocks are ahead of UTC, ms, at an epoch ms. */
export function offsetAt(at: number, zone: string): number {
  if (zone === "UTC") return 0;
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const shown = Date.UTC(
    of("year"),
    of("month") - 1,
    of("day"),
    of("hour"),
    of("minute"),
    of("second"),
  );
  return shown - Math.floor(at / 1000) * 1000;
}

/** @param local what a clock of the zone shows, as if it were UTC; one that is skipped counts as the hour after it */
export function toUtc(local: number, zone: string): number {
  const guess = local - offsetAt(local, zone);
  return local - offsetAt(guess, zone);
}
