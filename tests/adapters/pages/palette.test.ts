// Colours of series: seen on their ground, and told apart by those who see few colours, too.
import { expect, test } from "bun:test";

const file = new URL("../../../src/adapters/pages/assets/performance.css", import.meta.url);
const css = await Bun.file(file).text();
const panels = { light: "#ffffff", dark: "#16181b" } as const;

function coloursOf(scheme: keyof typeof panels): readonly string[] {
  const blocks = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, block = ""]) => block);
  const block = blocks[scheme === "light" ? 0 : 1] ?? "";
  return [...block.matchAll(/--s[1-8]: (#[\da-f]{6});/g)].map(([, colour = ""]) => colour);
}

type Three = readonly [number, number, number];

/** Linear RGB. */
function linear(hex: string): Three {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return [r, g, b];
}

const times = (rows: readonly Three[], [r, g, b]: Three): Three => {
  const [x = 0, y = 0, z = 0] = rows.map((row) => row[0] * r + row[1] * g + row[2] * b);
  return [x, y, z];
};

/** What those see who lack a kind of cones (Machado, Oliveira and Fernandes, 2009). */
const eyes: Readonly<Record<string, readonly Three[]>> = {
  all: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Where distances are those that are seen (Ottosson, 2020). */
function oklab(colour: Three): Three {
  const [r, g, b] = colour.map((value) => Math.min(1, Math.max(0, value)));
  const lms = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    [r ?? 0, g ?? 0, b ?? 0],
  );
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    [Math.cbrt(lms[0]), Math.cbrt(lms[1]), Math.cbrt(lms[2])],
  );
}

function luminance([r, g, b]: Three): number {
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

for (const scheme of ["light", "dark"] as const) {
  test(`in ${scheme}, eight colours stand out from their ground (WCAG 1.4.11)`, () => {
    const ground = luminance(linear(panels[scheme]));
    const colours = coloursOf(scheme);
    expect(colours).toHaveLength(8);
    for (const colour of colours) {
      const [dark = 0, bright = 0] = [ground, luminance(linear(colour))].toSorted((a, b) => a - b);
      expect((bright + 0.05) / (dark + 0.05)).toBeGreaterThanOrEqual(3);
    }
  });

  test.each(Object.entries(eyes))(`in ${scheme}, they are told apart with: %s`, (_, seen) => {
    const places = coloursOf(scheme).map((colour) => oklab(times(seen, linear(colour))));
    for (const [at, one] of places.entries())
      for (const other of places.slice(at + 1))
        expect(Math.hypot(...one.map((value, axis) => value - (other[axis] ?? 0)))).toBeGreaterThan(
          0.06,
        );
  });
}
