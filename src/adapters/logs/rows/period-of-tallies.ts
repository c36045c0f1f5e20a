// A period's figures put together from its parts, the same in every store. A store that is asked for a
// period whose filter tallies know (domain/log/tallied-filter.ts)
// 1. takes the parts of the period from `tallyParts`;
// 2. gives every tally of `parts.whole` to `addWhole`, added up by cell as far as it likes;
// 3. gives every tally of `parts.bars` to `addBar` with its range's sign, added up by bar, sign and cell as
//    far as it likes, without times;
// 4. gives every call of `parts.rows` that has ended, and every one in flight within the period, to
//    `addCall`; those that the filter does not let through are sorted out here, as cells are;
// 5. asks for `period`. For a count steps 2 and 4 are enough; sums but requests may then be 0.
import { nanosPerDollar } from "../../../domain/log/call-sense.ts";
import { isoTime } from "../../../domain/log/log-entry.ts";
import type {
  CallFigures,
  CallSums,
  Period,
  PeriodBar,
  PeriodGroup,
  PeriodQuestion,
} from "../../../ports/periods.ts";
import { addCall, addSums, noSums, noTally, type TalliedCall, type TallySums } from "./tally.ts";
import { type Cell, type CellAnswer, cellName, cellOf, cellTest } from "./tally-cells.ts";
import { type Times, TimesSum } from "./tally-times.ts";

/** More groups are one, named `other`. */
const mostGroups = 50;
const restName = "other";

/** With its times as the store has them. */
export interface StoredTally extends TallySums {
  readonly durations: Times | Uint8Array | null;
  readonly ttfts: Times | Uint8Array | null;
}

export interface PeriodSum {
  /** Whether a cell's tallies have to be added at all. */
  concerns(cell: Cell): boolean;
  addWhole(cell: Cell, tally: StoredTally): void;
  /** @param bar its place among the question's @param sign -1: the sums are taken away */
  addBar(bar: number, cell: Cell, sums: TallySums, sign?: 1 | -1): void;
  addCall(call: TalliedCall): void;
  /** What has been added. */
  period(): Period;
  /** Whether none of it may lack calls whose names were given up. */
  isExact(): boolean;
}

/** null: the calls that have none; undefined: those whose name was given up. */
type Name = string | null | undefined;

type Sums = ReturnType<typeof noSums> & { errors: number };
type Total = Sums & { readonly durations: TimesSum; readonly ttfts: TimesSum };

interface Judged {
  readonly answer: CellAnswer;
  readonly name: Name;
  readonly isError: boolean;
}

interface Bar {
  readonly sums: Sums;
  readonly groups: Map<Name, Sums>;
}

export function createPeriodSum({ filter, by, bars }: PeriodQuestion): PeriodSum {
  const test = cellTest(filter);
  /** Of all, where nothing is broken down. */
  const whole: Total = newTotal();
  const groups = new Map<Name, Total>();
  const shown = bars?.map((): Bar => ({ sums: newSums(), groups: new Map() }));
  let isExact = true;
  /** A store gives the tallies of one cell again and again. */
  const judged = new Map<Cell, Judged>();

  function judge(cell: Cell): Judged {
    const before = judged.get(cell);
    if (before !== undefined) return before;
    const name = by === undefined ? null : cellName(cell, by);
    const own = { answer: test(cell), name, isError: cell.state === "failed" };
    judged.set(cell, own);
    return own;
  }

  /** null: it is none of those asked for. */
  function taken(cell: Cell): Judged | null {
    const own = judge(cell);
    if (own.answer === "perhaps") isExact = false;
    return own.answer === "yes" ? own : null;
  }

  function addToBar(place: number, { name, isError }: Judged, sums: TallySums, sign: 1 | -1): void {
    const bar = shown?.[place];
    if (bar === undefined) return;
    const errors = isError ? sign * sums.requests : 0;
    addSums(bar.sums, sums, sign);
    bar.sums.errors += errors;
    if (by === undefined) return;
    const group = known(bar.groups, name, newSums);
    addSums(group, sums, sign);
    group.errors += errors;
  }

  function add({ name, isError }: Judged, tally: StoredTally): void {
    const total = by === undefined ? whole : known(groups, name, newTotal);
    addSums(total, tally);
    total.durations.add(tally.durations);
    total.ttfts.add(tally.ttfts);
    if (isError) total.errors += tally.requests;
  }

  return {
    concerns: (cell) => judge(cell).answer !== "no",
    addWhole(cell, tally) {
      const own = taken(cell);
      if (own !== null) add(own, tally);
    },
    addBar(bar, cell, sums, sign = 1) {
      const own = taken(cell);
      if (own !== null) addToBar(bar, own, sums, sign);
    },
    addCall(call) {
      const cell = cellOf(call);
      const { since = 0, until = Number.POSITIVE_INFINITY } = filter;
      if (call.timestamp < since || call.timestamp >= until) return;
      const own = taken(cell);
      if (own === null) return;
      const tally = noTally();
      addCall(tally, call);
      add(own, tally);
      const place = bars?.findLastIndex((begin) => begin <= call.timestamp) ?? 0;
      addToBar(Math.max(0, place), own, tally, 1);
    },
    period() {
      const ordered = by === undefined ? undefined : inOrder(groups);
      return {
        figures: figuresOf(by === undefined ? whole : together(groups.values())),
        ...(ordered === undefined ? {} : { groups: groupsOf(ordered) }),
        ...(bars === undefined ? {} : { bars: barsOf(bars, shown ?? [], ordered) }),
      };
    },
    isExact: () => isExact,
  };
}

function known<T>(groups: Map<Name, T>, name: Name, fresh: () => T): T {
  const found = groups.get(name);
  if (found !== undefined) return found;
  const made = fresh();
  groups.set(name, made);
  return made;
}

const newSums = (): Sums => ({ ...noSums(), errors: 0 });
const newTotal = (): Total => ({
  ...newSums(),
  durations: new TimesSum(),
  ttfts: new TimesSum(),
});

function together(totals: Iterable<Total>): Total {
  const all = newTotal();
  for (const total of totals) {
    addSums(all, total);
    all.errors += total.errors;
    all.durations.addSum(total.durations);
    all.ttfts.addSum(total.ttfts);
  }
  return all;
}

interface OrderedGroups {
  readonly named: readonly (readonly [name: string | null, total: Total])[];
  /** All others together; null: there are none. */
  readonly rest: Total | null;
}

/** The most requests first, equal ones by name. */
function inOrder(groups: ReadonlyMap<Name, Total>): OrderedGroups {
  const sorted = [...groups]
    .flatMap(([name, total]) => (name === undefined ? [] : [[name, total] as const]))
    .filter(([, { requests }]) => requests > 0)
    .toSorted(([a, one], [b, other]) =>
      one.requests === other.requests
        ? (a ?? "").localeCompare(b ?? "")
        : other.requests - one.requests,
    );
  const unnamed = groups.get(undefined);
  const others = [
    ...sorted.slice(mostGroups).map(([, total]) => total),
    ...(unnamed === undefined ? [] : [unnamed]),
  ];
  const rest = together(others);
  return { named: sorted.slice(0, mostGroups), rest: rest.requests === 0 ? null : rest };
}

function groupsOf({ named, rest }: OrderedGroups): readonly PeriodGroup[] {
  return [
    ...named.map(([name, total]) => ({ name, ...figuresOf(total) })),
    ...(rest === null ? [] : [{ name: restName, rest: true as const, ...figuresOf(rest) }]),
  ];
}

function barsOf(
  begins: readonly number[],
  bars: readonly Bar[],
  ordered: OrderedGroups | undefined,
): readonly PeriodBar[] {
  const order = ordered?.named.map(([name]) => name) ?? [];
  const names = new Set<Name>(order);
  return begins.map((begin, place) => {
    const { sums, groups } = bars[place] ?? { sums: newSums(), groups: new Map<Name, Sums>() };
    const rest = newSums();
    for (const [name, others] of groups)
      if (!names.has(name)) {
        addSums(rest, others);
        rest.errors += others.errors;
      }
    const named = order.flatMap((name) => {
      const own = groups.get(name);
      return own === undefined || own.requests === 0 ? [] : [{ name, ...sumsOf(own) }];
    });
    const others = rest.requests === 0 ? [] : [{ name: restName, ...sumsOf(rest) }];
    return {
      start: isoTime(begin),
      ...sumsOf(sums),
      ...(ordered === undefined ? {} : { groups: [...named, ...others] }),
    };
  });
}

function sumsOf({ priced, cost, unpriced, errors, ...sums }: Sums): CallSums {
  return {
    requests: sums.requests,
    errors,
    // A store bounds its sums, and what is taken away of a bound may be more than is left of it.
    prompt_tokens: Math.max(0, sums.prompt_tokens),
    completion_tokens: Math.max(0, sums.completion_tokens),
    cached_tokens: Math.max(0, sums.cached_tokens),
    cost: priced === 0 ? null : cost / nanosPerDollar,
    unpriced,
  };
}

function figuresOf(total: Total): CallFigures {
  const { requests, errors } = total;
  return {
    ...sumsOf(total),
    error_rate: requests === 0 ? 0 : errors / requests,
    duration_ms_median: total.durations.at(0.5),
    duration_ms_p95: total.durations.at(0.95),
    ttft_ms_median: total.ttfts.at(0.5),
  };
}
