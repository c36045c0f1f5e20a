// The program's log on stderr: lines for people on a terminal, JSON for machines.
import type { LogFormat, LogLevel } from "../../domain/config/settings.ts";
import type { LogFields, Logger } from "../../ports/logger.ts";
import { visibleText } from "../../domain/bytes/visible-text.ts";
import { inColour } from "./terminal.ts";

const ranks: Record<LogLevel, number> = { error: 0, warn: 1, info: 2, debug: 3 };
const colours: Record<LogLevel, number> = { error: 31, warn: 33, info: 36, debug: 90 };

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Colours are for terminals only. */
  readonly colour: boolean;
  /** Epoch ms. */
  readonly now: () => number;
  /** Takes one line, without its break; it comes from anywhere, so only a line writer may print it. */
  readonly write: (line: string) => void;
}

export function createLogger(options: LoggerOptions): Logger {
  const { level: most, format, colour, write } = options;
  function log(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (ranks[level] > ranks[most]) return;
    const time = new Date(options.now()).toISOString();
    write(
      format === "json"
        ? JSON.stringify({ time, level, message, ...fields })
        : `${time.slice(11, 23)} ${painted(level)} ${visibleText(message + inWords(fields))}`,
    );
  }
  function painted(level: LogLevel): string {
    const word = level.padEnd(5);
    return colour ? inColour(colours[level], word) : word;
  }
  return {
    error: (message, fields) => log("error", message, fields),
    warn: (message, fields) => log("warn", message, fields),
    info: (message, fields) => log("info", message, fields),
    debug: (message, fields) => log("debug", message, fields),
  };
}

function inWords(fields: LogFields): string {
  return Object.entries(fields)
    .map(([name, value]) => ` ${name}=${value}`)
    .join("");
}
