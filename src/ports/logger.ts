// The program's own log: what its operator should know. Never carries secrets or payloads.

export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
}
