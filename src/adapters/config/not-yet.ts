// Variables whose feature this version lacks: ignoring them would be worse than not starting.

interface NotYet {
  /** Which values ask for the feature. */
  readonly asks: (value: string) => boolean;
  readonly secret: boolean;
  /** What is so, and what to do. */
  readonly message: string;
}

const always = (): boolean => true;

/** One row per feature; the row goes when the feature comes. */
export const notYet: Readonly<Record<string, NotYet>> = {
  DATABASE_URL: {
    asks: always,
    secret: true,
    message: "PostgreSQL is not supported by this version; unset it and use DB_PATH",
  },
  BLOB_STORAGE_TYPE: {
    asks: (value) => value === "s3",
    secret: false,
    message: "S3 is not supported by this version; must be filesystem or memory",
  },
};
