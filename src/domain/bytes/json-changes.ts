// Changes fields of a JSON object in its bytes: each is dropped, given a value, or given one where it
// has none. All other bytes stay as they were: order, spacing, numbers, keys that are repeated.
import {
  type ByteSpan,
  cutItems,
  type Edit,
  type Member,
  membersAmong,
  spliced,
} from "./json-members.ts";

/** What becomes of a field, in this order. Values are JSON texts. */
export interface FieldChange {
  readonly drop: boolean;
  /** For a field that is absent, or null; null: none. */
  readonly fallback: string | null;
  /** Whatever stands there; null: none. */
  readonly value: string | null;
  /** Of the fields within it. An object is made for what is put there; what is not an object stays as it is. */
  readonly inside: FieldChanges;
}

/** By the field's name. */
export type FieldChanges = ReadonlyMap<string, FieldChange>;

export interface ChangedObject {
  /** The very same bytes where nothing changes. */
  readonly body: Uint8Array;
  /**
   * What was changed, each once, as `added: a`, `replaced: a.b`, `dropped: c`: a field that was absent
   * or null, one that had another value, one that is gone.
   */
  readonly changed: readonly string[];
}

const encoder = new TextEncoder();
const openBrace = 0x7b;
const nullBytes = encoder.encode("null");

/**
 * Where a key is repeated, the last decides, as in parsers, and all are changed.
 * @param body holds a JSON object in UTF-8; of what is not valid JSON the result is not either, or
 * a field that was not valid is gone
 */
export function withChanges(body: Uint8Array, changes: FieldChanges): ChangedObject {
  const work: Work = { body, edits: [], changed: new Set() };
  const start = body.indexOf(openBrace);
  if (start >= 0) changeObject(work, start, changes, "");
  return { body: spliced(body, work.edits), changed: [...work.changed] };
}

interface Work {
  readonly body: Uint8Array;
  readonly edits: Edit[];
  readonly changed: Set<string>;
}

/** @param path of the object, with a dot behind it, or empty */
function changeObject(work: Work, object: number, changes: FieldChanges, path: string): void {
  const members = membersAmong(work.body, object, [...changes.keys()]);
  const gone = members.map(() => false);
  const added: string[] = [];
  for (const [name, change] of changes) {
    const own = members.filter((member) => member.name === name);
    const becomes = changedField(work, own, change, path + name);
    if (becomes === "dropped")
      for (const [at, member] of members.entries()) if (member.name === name) gone[at] = true;
    if (becomes === "dropped" || becomes === "as it is") continue;
    if (own.length === 0) added.push(`${JSON.stringify(name)}:${becomes.text}`);
    for (const { value } of own) work.edits.push({ span: value, put: becomes.text });
  }
  const kept = members.findLast((_, at) => gone[at] !== true);
  // Before what is cut from the same place on.
  if (added.length > 0) work.edits.push(insertion(object, kept, added.join(",")));
  work.edits.push(
    ...cutItems(
      members.map(({ whole }) => whole),
      gone,
    ),
  );
}

function insertion(object: number, last: Member | undefined, text: string): Edit {
  const at = last === undefined ? object + 1 : last.whole.end;
  return { span: { start: at, end: at }, put: last === undefined ? text : `,${text}` };
}

type Becomes = "as it is" | "dropped" | { readonly text: string };

/** @param own where it stands; what changes within it is changed here */
function changedField(
  work: Work,
  own: readonly Member[],
  change: FieldChange,
  path: string,
): Becomes {
  const { body } = work;
  const last = own.at(-1);
  const isBlank = last === undefined || same(body, last.value, nullBytes);
  const made = change.value ?? (isBlank || change.drop ? change.fallback : null);
  if (made !== null) {
    const bytes = insideOf(encoder.encode(made), change.inside);
    if (own.length > 0 && own.every(({ value }) => same(body, value, bytes))) return "as it is";
    work.changed.add(`${isBlank ? "added" : "replaced"}: ${path}`);
    return { text: new TextDecoder().decode(bytes) };
  }
  const isDropped = change.drop && last !== undefined;
  if (isDropped) work.changed.add(`dropped: ${path}`);
  if (isDropped || isBlank) {
    const inside = objectOf(change.inside, `${path}.`);
    if (inside === null) return isDropped ? "dropped" : "as it is";
    for (const one of inside.changed) work.changed.add(one);
    return { text: new TextDecoder().decode(inside.body) };
  }
  if (change.inside.size > 0 && body[last.value.start] === openBrace)
    for (const { value } of own)
      if (body[value.start] === openBrace)
        changeObject(work, value.start, change.inside, `${path}.`);
  return "as it is";
}

/** A made value with the changes within it; in place of null, an object. */
function insideOf(made: Uint8Array, changes: FieldChanges): Uint8Array {
  if (changes.size === 0) return made;
  if (made[0] === openBrace) return withChanges(made, changes).body;
  const isNull = same(made, { start: 0, end: made.length }, nullBytes);
  return (isNull ? objectOf(changes, "")?.body : null) ?? made;
}

/** An object of what is put into it; null: nothing is. */
function objectOf(changes: FieldChanges, path: string): ChangedObject | null {
  const work: Work = { body: encoder.encode("{}"), edits: [], changed: new Set() };
  changeObject(work, 0, changes, path);
  const changed = [...work.changed];
  return changed.length === 0 ? null : { body: spliced(work.body, work.edits), changed };
}

function same(body: Uint8Array, { start, end }: ByteSpan, value: Uint8Array): boolean {
  if (end - start !== value.length) return false;
  for (let at = 0; at < value.length; at++) if (body[start + at] !== value[at]) return false;
  return true;
}
