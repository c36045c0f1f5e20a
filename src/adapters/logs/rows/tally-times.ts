// Times of many calls as a histogram: how many lie in which bucket, each known to within 2 %. Stores
// keep it in one value, packed either way below, and merge by adding up what buckets hold.
import { bucketTime } from "./figures.ts";
import { nearestRank } from "./period-figures.ts";

/** By bucket (figures.ts), how many; below 0 in what is to be taken away. */
export type Times = ReadonlyMap<number, number>;

export function addTimes(to: Map<number, number>, times: Times, sign: 1 | -1 = 1): void {
  for (const [bucket, amount] of times) addTime(to, bucket, sign * amount);
}

/** What comes to nothing is left out. */
export function addTime(to: Map<number, number>, bucket: number, amount: number): void {
  const sum = (to.get(bucket) ?? 0) + amount;
  if (sum === 0) to.delete(bucket);
  else to.set(bucket, sum);
}

/** Times of many tallies added up: a place for each bucket, as a map of them takes five times as long. */
export class TimesSum {
  /** How many, by bucket + bucketsBelow. */
  #counts = new Float64Array(0);

  /** @param times as `packTimes` packed them, or not packed */
  add(times: Times | Uint8Array | null): void {
    if (times === null) return;
    if (times instanceof Uint8Array)
      eachPacked(times, (bucket, amount) => this.#add(bucket, amount));
    else for (const [bucket, amount] of times) this.#add(bucket, amount);
  }

  addSum(other: TimesSum): void {
    for (const [place, amount] of other.#counts.entries())
      if (amount !== 0) this.#add(place - bucketsBelow, amount);
  }

  /**
   * The time in ms that so large a share of all does not exceed; null: there is none.
   * @param part above 0, at most 1
   */
  at(part: number): number | null {
    let count = 0;
    for (const amount of this.#counts) count += amount;
    if (count <= 0) return null;
    const index = nearestRank(count, part);
    let passed = 0;
    const place = this.#counts.findIndex((amount) => (passed += amount) > index);
    return bucketTime(place - bucketsBelow);
  }

  #add(bucket: number, amount: number): void {
    const place = bucket + bucketsBelow;
    if (place >= this.#counts.length) {
      const more = new Float64Array(place + roomAhead);
      more.set(this.#counts);
      this.#counts = more;
    }
    this.#counts[place] = (this.#counts[place] ?? 0) + amount;
  }
}

const roomAhead = 64;

/** Bytes, as few as can be: for a store that merges in code. Amounts of 0 and below are left out. */
export function packTimes(times: Times): Uint8Array | null {
  const held = [...times].filter(([, amount]) => amount > 0);
  if (held.length === 0) return null;
  const bytes: number[] = [];
  let before = 0;
  for (const [bucket, amount] of held.toSorted(([a], [b]) => a - b)) {
    pushNumber(bytes, bucket + bucketsBelow - before);
    pushNumber(bytes, amount);
    before = bucket + bucketsBelow;
  }
  return Uint8Array.from(bytes);
}

/** What `packTimes` packed. */
export function unpackTimes(packed: Uint8Array | null): Map<number, number> {
  const times = new Map<number, number>();
  if (packed !== null) eachPacked(packed, (bucket, amount) => times.set(bucket, amount));
  return times;
}

function eachPacked(packed: Uint8Array, found: (bucket: number, amount: number) => void): void {
  let place = 0;
  let [at, isAmount] = [0, false];
  while (at < packed.length) {
    let [value, factor] = [0, 1];
    let byte: number;
    do {
      byte = packed[at++] ?? 0;
      value += (byte & 0x7f) * factor;
      factor *= 0x80;
    } while (byte >= 0x80);
    if (isAmount) found(place - bucketsBelow, value);
    else place += value;
    isAmount = !isAmount;
  }
}

/** The lowest bucket is -1; packed numbers are not below 0. */
const bucketsBelow = 1;

/** Seven bits a byte, the lowest first; all but the last have the eighth set. */
function pushNumber(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}

/** Between the numbers of two buckets: no amount comes near it. */
const numbersOfBucket = 2 ** 32;

/**
 * A number a bucket, for a store that merges in SQL: (bucket + 1) * 2^32 + amount, as bigints. There
 * lists are merged by putting one behind the other and adding up by bucket, which is
 * `(number + 2147483648) >> 32` of each, and the amount what is beside it. Amounts may be below 0.
 */
export function timesAsNumbers(times: Times): readonly number[] {
  return [...times].map(([bucket, amount]) => (bucket + bucketsBelow) * numbersOfBucket + amount);
}

/** What such numbers say, whether or not they were merged. */
export function timesOfNumbers(numbers: readonly number[]): Map<number, number> {
  const times = new Map<number, number>();
  for (const number of numbers) {
    const bucket = Math.round(number / numbersOfBucket);
    addTime(times, bucket - bucketsBelow, number - bucket * numbersOfBucket);
  }
  return times;
}
