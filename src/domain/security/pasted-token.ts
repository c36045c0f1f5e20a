// A token as a person pastes it: with what stood around it, and with the line breaks of where it was copied.

/** Where a token was copied from a request, or from a command that sends one. */
const scheme = /^(?:authorization\s*:)?\s*bearer(?:\s+|(?=ey))/i;

/** The token alone: without the header's name and scheme, quotation marks, blanks and line breaks. */
export function pastedToken(text: string): string {
  const bare = text.replaceAll(/["'`\u{200b}\u{feff}]/gu, "").trim();
  return bare.replace(scheme, "").replaceAll(/\s+/g, "");
}

/** Whether a text has the form of a signed token (RFC 7515 §7.1): three parts with dots between. */
export function isTokenForm(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
}
