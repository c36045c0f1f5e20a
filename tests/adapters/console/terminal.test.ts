import { describe, expect, test } from "bun:test";
import { createLogger } from "../../../src/adapters/console/stderr-logger.ts";
import {
  createTerminalWriter,
  inColour,
  terminalLine,
} from "../../../src/adapters/console/terminal.ts";
import { visibleText } from "../../../src/domain/bytes/visible-text.ts";

/** Clears the screen, sets the title, hides text, ends the line, turns the direction. */
const hostile = "a\u001B[2J\u009B31m\u001B]0;owned\u0007b\r\n\tc\u202Ed\u2028\u007F";
const shown = String.raw`a\u001b[2J\u009b31m\u001b]0;owned\u0007b\r\n\tc\u202ed\u2028\u007f`;

describe("control characters never reach a terminal raw", () => {
  test("they are shown as JSON escapes them, so that JSON stays the same JSON", () => {
    expect(visibleText(hostile)).toBe(shown);
    expect(JSON.parse(visibleText(JSON.stringify({ hostile })))).toEqual({ hostile });
    expect(visibleText("Grüße, 日本 🙂 \\u001b")).toBe("Grüße, 日本 🙂 \\u001b");
  });

  test("every one of them, from 0 to 9F", () => {
    for (let code = 0; code < 0xa0; code++) {
      const char = String.fromCharCode(code);
      expect(visibleText(char) === char).toBe(code >= 0x20 && code < 0x7f);
    }
  });

  test("a line keeps the program's own colours and no others", () => {
    expect(terminalLine(`x ${inColour(31, hostile)} y ${hostile}`)).toBe(
      `x \u001B[31m${shown}\u001B[0m y ${shown}`,
    );
  });

  test("a line stays one line", () => {
    const written: string[] = [];
    createTerminalWriter((text) => written.push(text))("one\ntwo");
    expect(written).toEqual([String.raw`one\ntwo` + "\n"]);
  });
});

describe.each(["pretty", "json"] as const)("the log, %s", (format) => {
  test.each([true, false])("shows them in messages and fields, with colours %p", (colour) => {
    const written: string[] = [];
    const logger = createLogger({
      level: "debug",
      format,
      colour,
      now: () => 0,
      write: createTerminalWriter((text) => written.push(text)),
    });
    logger.error(`the model ${hostile}`, { error: hostile });
    const [line = "", ...more] = written;
    expect(more).toEqual([]);
    const bare = line.replaceAll("\u001B[31m", "").replaceAll("\u001B[0m", "").slice(0, -1);
    expect(visibleText(bare)).toBe(bare);
    expect(line).toContain(String.raw`\u001b[2J\u009b31m`);
    if (format === "json")
      expect(JSON.parse(line)).toMatchObject({ message: `the model ${hostile}`, error: hostile });
    else expect(line.includes("\u001B[31merror")).toBe(colour);
  });
});
