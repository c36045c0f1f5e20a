// A configuration file as a tree in which everything knows where it was written.

/** Both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface MapEntry {
  readonly key: string;
  /** The key is a number, a boolean or null where it is written; absent: it is text. */
  readonly keyIsNoText?: true;
  /** Where the key stands. */
  readonly at: Position;
  readonly value: ConfigNode;
}

export interface MapNode {
  readonly kind: "map";
  readonly at: Position;
  /** In the order written; a key may occur twice. */
  readonly entries: readonly MapEntry[];
}

export interface ListNode {
  readonly kind: "list";
  readonly at: Position;
  readonly items: readonly ConfigNode[];
}

export interface ScalarNode {
  readonly kind: "scalar";
  readonly at: Position;
  readonly value: string | number | boolean | null;
  /** A number as it is written; absent: it is none. */
  readonly digits?: string;
}

export type ConfigNode = MapNode | ListNode | ScalarNode;

/** One mistake of a configuration file. */
export interface ConfigProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What is wrong and what would be right; never a secret. */
  readonly message: string;
}
