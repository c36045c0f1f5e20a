// How much of a sweep is taken: a fortieth, or all of it with SWEEP=full.

/** Sweeps are taken whole, and times are the real ones. */
export const isWhole = process.env["SWEEP"] === "full";

/** @returns of so many random cases, how many to take */
export const sweep = (whole: number): number => (isWhole ? whole : Math.ceil(whole / 40));
