// What is written to a terminal: whatever a line holds is shown, but only the program's own paint colours it.
import { visibleText } from "../../domain/bytes/visible-text.ts";

/** Begins a colour in a line on its way to the writer. No text from elsewhere can hold it: it is new in every process. */
const mark = `\uFDD0${crypto.randomUUID()}:`;
const code = /^\d+m/;

/** A text in a colour (SGR, ECMA-48 §8.3.117) once the line is written. */
export function inColour(sgr: number, text: string): string {
  return `${mark}${sgr}m${text}${mark}0m`;
}

/** One line as a terminal may have it: control characters visible, colours in place. */
export function terminalLine(line: string): string {
  const [first = "", ...painted] = line.split(mark);
  let out = visibleText(first);
  for (const part of painted) {
    const sgr = code.exec(part)?.[0] ?? "0m";
    out += `\u001B[${sgr}${visibleText(part.slice(sgr.length))}`;
  }
  return out;
}

/** Writes lines, each as a terminal may have it; the only way to stdout and stderr. */
export function createTerminalWriter(write: (text: string) => void): (line: string) => void {
  return (line) => write(`${terminalLine(line)}\n`);
}
