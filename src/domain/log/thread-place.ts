// Where a page of threads ends. Threads are in the order of their last call, and move up with each new
// one: the id alone would not say where the page ended.

export interface ThreadPlace {
  /** Of its last call when the page was read, epoch ms. */
  readonly lastAt: number;
  /** Of the thread, a UUID. */
  readonly id: string;
}

export function placeText({ lastAt, id }: ThreadPlace): string {
  return `${lastAt}.${id}`;
}

/** @param text as `placeText` writes it @returns null: it is none */
export function readPlace(text: string): ThreadPlace | null {
  const found = /^(\d{1,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.exec(text);
  if (found?.[1] === undefined || found[2] === undefined) return null;
  return { lastAt: Number(found[1]), id: found[2].toLowerCase() };
}
