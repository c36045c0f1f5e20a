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
  JWT_SECRET: {
    asks: always,
    secret: true,
    message: "tokens are not supported by this version; unset it, and do not expose the router",
  },
  WEBUI_SECURITY: {
    asks: (value) => value === "ALWAYS_AUTH",
    secret: false,
    message: "signing in is not supported by this version; must be NONE or AUTH_WHEN_PROXIED",
  },
  TRUSTED_PROXIES: {
    asks: always,
    secret: false,
    message: "trusted proxies are not supported by this version; unset it",
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    asks: always,
    secret: true,
    message: "traces are not supported by this version; unset it",
  },
  ALLOWED_ORIGINS: {
    asks: always,
    secret: false,
    message: "calls from other web origins are not supported by this version; unset it",
  },
  ALLOWED_HOSTS: {
    asks: always,
    secret: false,
    message: "further host names are not supported by this version; unset it",
  },
};
