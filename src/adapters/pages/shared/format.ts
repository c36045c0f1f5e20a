// Figures in the words of the pages: short, with their unit, the same everywhere.

/** What stands where there is no value. */
export const none = "–";

/** A time span in ms: `340 ms`, `2.1 s`, `3 min 5 s`, `2 h 4 min`. */
export function duration(ms: number | null): string {
  if (ms === null) return none;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A count that must be short: `950`, `1.2k`, `123k`, `4.5M`. */
export function short(count: number | null): string {
  if (count === null) return none;
  if (count < 1000) return String(count);
  for (const [unit, letter] of shortUnits) {
    const scaled = count / unit;
    if (scaled < 9.95) return `${scaled.toFixed(1)}${letter}`;
    if (scaled < 999.5) return `${Math.round(scaled)}${letter}`;
  }
  return `${Math.round(count / 1e9)}G`;
}
const shortUnits = [
  [1e3, "k"],
  [1e6, "M"],
  [1e9, "G"],
] as const;

/** A count in full: `12,345`. */
export function whole(count: number): string {
  return count.toLocaleString("en-US");
}

/** A size in bytes, in steps of 1000: `512 B`, `1.2 kB`, `34 MB`. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  return short(count).replace(/[kMG]$/, (letter) => ` ${letter}B`);
}

/** A share from 0 to 1: `0 %`, `0.4 %`, `12 %`; what is not zero never reads as zero. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0) return "0 %";
  if (value < 0.1) return "< 0.1 %";
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} %`;
}

/** How long ago, against now; both epoch ms. A clock that went back counts as now. */
export function ago(then: number, now: number): string {
  const seconds = Math.floor((now - then) / 1000);
  if (seconds < 1) return "now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** ISO 8601 as people write it: `2026-03-02 14:05:09 UTC`. */
export function clockTime(iso: string): string {
  return iso.replace("T", " ").replace(/\.\d+Z$|Z$/, " UTC");
}

/** A time of day: `14:05`, in UTC; epoch ms. */
export function clockMinute(ms: number): string {
  return new Date(ms).toISOString().slice(11, 16);
}

/** A stretch of time, roughly: `24 h`, `35 min`, `50 s`. */
export function span(ms: number): string {
  if (ms < 90_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 5_400_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}

/** US dollars: `$0`, `$0.0042`, `$1.23`, `$1,234`; null: no price is known. What is not zero never reads as zero. */
export function dollars(amount: number | null): string {
  if (amount === null) return none;
  if (amount === 0) return "$0";
  if (amount < 0.0001) return "< $0.0001";
  if (amount < 0.0995) return `$${amount.toPrecision(2)}`;
  if (amount < 999.995) return `$${amount.toFixed(2)}`;
  return `$${whole(Math.round(amount))}`;
}

/** A sum in US dollars of which calls without a price are no part: `≥ $1.23`; null: none has a price. */
export function dollarsAtLeast(sum: number | null, unpriced: number): string {
  if (sum === null || unpriced === 0) return dollars(sum);
  return `≥ ${sum < 0.0001 ? "$0" : dollars(sum)}`;
}

/** A budget in US dollars: as `dollars`, without cents where there are none, `$50`. */
export function budget(amount: number): string {
  return Number.isInteger(amount) ? `$${whole(amount)}` : dollars(amount);
}
