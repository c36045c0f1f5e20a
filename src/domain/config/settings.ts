// The environment, parsed, in the program's units.
import type { Policy } from "../routing/types.ts";
import type { TrustedProxies } from "../security/client-address.ts";
import type { AcceptedNames } from "../security/hosts.ts";
import type { AllowedOrigins } from "../security/origins.ts";

export type LogLevel = "error" | "warn" | "info" | "debug";
export type LogFormat = "pretty" | "json";
export type WebUiSecurity = "NONE" | "AUTH_WHEN_PROXIED" | "ALWAYS_AUTH";

/** A bucket, and how it is reached. */
export interface S3Settings {
  /** URL without trailing slash; null: Amazon's. */
  readonly endpoint: string | null;
  readonly bucket: string;
  readonly region: string;
  /** Of every key: empty, or ending in a slash. */
  readonly prefix: string;
  /** The bucket stands in the URL's path, not in the host's name. */
  readonly pathStyle: boolean;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of keys that pass; null: it needs none. */
  readonly sessionToken: string | null;
}

export interface Settings {
  readonly listen: { readonly host: string; readonly port: number };
  readonly routesConfig: {
    readonly path: string;
    /** Set by the user, so that a missing file is a mistake. */
    readonly required: boolean;
  };
  /** Whether the page may save that file. */
  readonly routesEdit: boolean;
  readonly logging: boolean;
  /** Whether the default upstream was set by the user, so that it should be there. */
  readonly hasDefaultUpstream: boolean;
  /** Used where no server, alias or route says otherwise. */
  readonly policy: Policy;
  /** 0: no keep-alive comments. */
  readonly sseKeepaliveMs: number;
  readonly dbPath: string;
  /** The database that several routers share; null: the log is this router's own, at `dbPath`. */
  readonly database: {
    /** May hold a password. */
    readonly url: string;
    /** Host and database, for people. */
    readonly shown: string;
  } | null;
  /** By which the routers of a group call this one. */
  readonly instanceName: string;
  /** Bytes that may wait here for the database or S3. */
  readonly spoolMaxSize: number;
  /** null: rows are never removed. */
  readonly maxLogAgeMs: number | null;
  /** null: bodies go with their rows. */
  readonly maxBodyAgeMs: number | null;
  /** Of answers that are kept for calls that refer to them; null: they go with the bodies. */
  readonly maxAnswerAgeMs: number | null;
  /** Who may see pages and read API. */
  readonly webUiSecurity: WebUiSecurity;
  /** Signs tokens; null: calls need none, and nobody can sign in. */
  readonly jwtSecret: string | null;
  readonly trustedProxies: TrustedProxies;
  readonly allowedOrigins: AllowedOrigins;
  /** Beside `localhost`, addresses and the machine's own name. */
  readonly allowedHosts: AcceptedNames;
  /** Where traces go; null: none are made. Without trailing slash. */
  readonly otlpEndpoint: string | null;
  /** Where alerts go, with whatever secret the URL holds; null: nowhere. */
  readonly alertWebhook: string | null;
  readonly blobs: {
    readonly type: "filesystem" | "memory" | "s3";
    /** Folder, where these are files. */
    readonly path: string;
    /** Bytes; larger bodies leave the database. */
    readonly inlineLimit: number;
    /** Bytes per body; a larger one is truncated. */
    readonly maxBlobSize: number;
    /** Bytes of all blobs together. */
    readonly maxTotalSize: number;
    /** null: they go elsewhere. */
    readonly s3: S3Settings | null;
  };
  /** Bytes. */
  readonly maxRequestSize: number;
  readonly log: { readonly level: LogLevel; readonly format: LogFormat };
}
