// Variables whose feature this version lacks: where one asks for it, ignoring it would be worse than not starting.
import { parseBoolean } from "../../domain/config/reader.ts";

interface NotYet {
  /** Which values ask for the feature. */
  readonly asks: (value: string) => boolean;
  readonly secret: boolean;
  /** What is so, and what to do. */
  readonly message: string;
}

/** One row per feature; the row goes when the feature comes. */
export const notYet: Readonly<Record<string, NotYet>> = {
  ROUTES_EDIT: {
    asks: (value) => parseBoolean(value) !== false,
    secret: false,
    message: "saving the routes file from the page is not supported by this version; unset it",
  },
};

/** What tunes those features and is harmless without them. */
export const laterNames: readonly string[] = Object.keys(notYet);
