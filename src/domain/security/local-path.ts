// Where a person may be sent after signing in: to a page of this router and nowhere else.

/** The path where it stays here, else `/`. Browsers read `//host` and `/\host` as other sites. */
export function localPath(text: string | null): string {
  return text !== null && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text) ? text : "/";
}
