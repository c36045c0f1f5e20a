// Which of a sorted list's values is its median or 95th percentile.

/**
 * Index of a quantile by nearest rank: an observed value, never a mean of two.
 * @param quantile above 0, at most 1
 */
export function nearestRank(count: number, quantile: number): number {
  return Math.max(0, Math.ceil(count * quantile) - 1);
}
