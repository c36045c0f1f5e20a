// Reads single variables by kind, and gathers every problem on the way.
import { parseBoolean, parseNumber, rangeText } from "../../domain/config/reader.ts";
import type { NumberRange } from "../../domain/config/reader.ts";
import type { Environment } from "../../domain/config/substitute.ts";
import { didYouMean } from "../../domain/config/suggest.ts";
import { oneLine } from "./problem-line.ts";
import type { EnvironmentProblem } from "./problem-line.ts";
import { variables } from "./variables.ts";
import type { VariableName } from "./variables.ts";

/** What the command line says in place of a variable. */
export type Overrides = Readonly<
  Partial<Record<VariableName, { readonly flag: string; readonly value: string }>>
>;

/** The variables that have a default, and so always a value. */
export type DefaultedName = {
  [Name in VariableName]: (typeof variables)[Name]["default"] extends string ? Name : never;
}[VariableName];

export interface VariableReader {
  problems(): readonly EnvironmentProblem[];
  /** @param shown the value as it may be printed, where it may hold a secret */
  tell(name: VariableName, message: string, shown?: string): void;
  /** Whether somebody set it; blank counts as unset. */
  isSet(name: VariableName): boolean;
  text(name: DefaultedName): string;
  /** As it was set, white space included; null where it is unset or empty. */
  raw(name: VariableName): string | null;
  /** The parts of a comma-separated list; none where it is unset. */
  list(name: VariableName): readonly string[];
  bool(name: DefaultedName): boolean;
  number(name: DefaultedName, range: NumberRange): number;
  /** null where it is unset, or wrong and reported. */
  optionalNumber(name: VariableName, range: NumberRange): number | null;
  oneOf<T extends string>(name: DefaultedName, allowed: readonly [T, ...T[]]): T;
  optionalOneOf<T extends string>(name: VariableName, allowed: readonly T[]): T | null;
}

/** Where a value is wrong, the problem is reported and some value of the type is returned: it goes nowhere. */
export function createVariableReader(env: Environment, overrides: Overrides): VariableReader {
  const problems: EnvironmentProblem[] = [];

  const given = (name: VariableName): string | null => {
    const flag = overrides[name];
    // A blank flag was meant; a blank variable is how compose files write "unset".
    if (flag !== undefined) return flag.value.trim();
    const text = (env[name] ?? "").trim();
    return text === "" ? null : text;
  };

  const tell: VariableReader["tell"] = (name, message, shown) => {
    problems.push({
      variable: overrides[name]?.flag ?? name,
      shown: shown ?? oneLine(given(name) ?? ""),
      message,
    });
  };

  const asNumber = (name: VariableName, text: string, range: NumberRange): number | null => {
    const value = parseNumber(text, range);
    if (value === null) tell(name, `must be ${rangeText(range)}`);
    return value;
  };

  const asOneOf = <T extends string>(
    name: VariableName,
    text: string,
    allowed: readonly T[],
  ): T | null => {
    const value = allowed.find((word) => word === text) ?? null;
    if (value === null)
      tell(name, `must be one of ${allowed.join(", ")}${didYouMean(text, allowed)}`);
    return value;
  };

  const text = (name: DefaultedName): string => given(name) ?? variables[name].default;

  return {
    problems: () => problems,
    tell,
    isSet: (name) => given(name) !== null,
    text,
    raw(name) {
      const value = env[name] ?? "";
      return value === "" ? null : value;
    },
    list: (name) =>
      (given(name) ?? "")
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    bool(name) {
      const value = parseBoolean(text(name));
      if (value === null) tell(name, "must be true or false (1/0, yes/no, on/off)");
      return value ?? false;
    },
    number: (name, range) => asNumber(name, text(name), range) ?? range.max,
    optionalNumber(name, range) {
      const written = given(name);
      return written === null ? null : asNumber(name, written, range);
    },
    oneOf: (name, allowed) => asOneOf(name, text(name), allowed) ?? allowed[0],
    optionalOneOf(name, allowed) {
      const written = given(name);
      return written === null ? null : asOneOf(name, written, allowed);
    },
  };
}
