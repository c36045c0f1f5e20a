// Which table of hosted APIs' list prices comes with the program, for people: the table itself is not
// loaded until a call needs it.

export const listPrices = {
  name: "genai-prices",
  version: "0.1.8",
  /** ISO 8601, of its release. */
  date: "2026-09-23",
};
