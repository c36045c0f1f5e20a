// How much of a sweep is taken: a tenth, or all of it with SMOLROUTER_BENCH_REAL=1.

/** Sweeps are taken whole, and times are the real ones. */
export const isWhole = process.env["SMOLROUTER_BENCH_REAL"] === "1";

/** @returns of so many random cases, how many to take */
export const sweep = (whole: number): number => (isWhole ? whole : Math.ceil(whole / 10));
