// How the routers of a group share the calls that one server takes at once: each computes the same
// whole numbers from the same figures, so that nobody has to be asked.

export interface Sharer {
  /** By which all members are put into one order. */
  readonly id: string;
  /** Calls that the server answers for it, and calls that wait for that. */
  readonly demand: number;
}

/** ms for which a place stays with one router where there are fewer places than routers that want one. */
const turnMs = 5_000;

/**
 * Shares that sum to the limit, by id. Whoever has calls gets one at least where the places suffice, and
 * more by its demand; what nobody wants is spread, so that the next call finds a place wherever it comes
 * in. Where there are fewer places than routers with calls, the places go round among these.
 * @param limit of the server, 1 or more
 * @param now epoch ms on a clock that all of them read
 */
export function fairShares(
  sharers: readonly Sharer[],
  limit: number,
  now: number,
): ReadonlyMap<string, number> {
  const ordered = sharers.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const wanting = ordered.filter(({ demand }) => demand > 0);
  const shares = new Map(ordered.map(({ id }) => [id, 0]));
  if (wanting.length > limit) {
    const turn = Math.floor(now / turnMs);
    for (let place = 0; place < limit; place++)
      give(shares, wanting[(turn * limit + place) % wanting.length], 1);
    return shares;
  }
  const demanded = wanting.reduce((sum, { demand }) => sum + demand, 0);
  if (demanded > limit) {
    for (const one of wanting) give(shares, one, 1);
    const beyond = wanting.map((one) => ({ ...one, demand: one.demand - 1 }));
    spreadByDemand(shares, beyond, limit - wanting.length);
    return shares;
  }
  for (const one of wanting) give(shares, one, one.demand);
  spreadEvenly(shares, ordered, limit - demanded);
  return shares;
}

function give(shares: Map<string, number>, to: Sharer | undefined, places: number): void {
  if (to !== undefined) shares.set(to.id, (shares.get(to.id) ?? 0) + places);
}

/** In proportion; places that are left after rounding down go to the largest remainders. */
function spreadByDemand(shares: Map<string, number>, among: readonly Sharer[], places: number) {
  const demanded = among.reduce((sum, { demand }) => sum + demand, 0);
  const parts = among.map((one) => {
    const exact = (places * one.demand) / demanded;
    return { one, whole: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  let left = places - parts.reduce((sum, { whole }) => sum + whole, 0);
  for (const { one, whole } of parts.toSorted((a, b) => b.rest - a.rest))
    give(shares, one, whole + (left-- > 0 ? 1 : 0));
}

/** What does not come out even goes to whoever has most to do. */
function spreadEvenly(shares: Map<string, number>, among: readonly Sharer[], places: number) {
  const each = Math.floor(places / among.length);
  let left = places - each * among.length;
  for (const one of among.toSorted((a, b) => b.demand - a.demand))
    give(shares, one, each + (left-- > 0 ? 1 : 0));
}
