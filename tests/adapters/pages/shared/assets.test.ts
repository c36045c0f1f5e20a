// The scripts that are put together from files: one name said twice would leave every page without any.
import { Script } from "node:vm";
import { expect, test } from "bun:test";
import { assetResponse, assets } from "../../../../src/adapters/pages/shared/assets.ts";

/** Whether a module of this text would run: a block of strict code takes a name once only, as a module does. */
const parsed = (text: string) => new Script(`"use strict"; {\n${text}\n}`);

test.each([assets.script.path, assets.shared.path, assets.performance.path])(
  "%s is a script that parses, and says no name twice",
  async (path) => {
    const answer = assetResponse(path.slice("/assets/".length), null);
    const text = (await answer?.text()) ?? "";
    expect(text.length).toBeGreaterThan(500);
    expect(() => parsed(text)).not.toThrow();
    expect(() => parsed(`${text}; function twice() {} function twice() {}`)).toThrow();
  },
);
