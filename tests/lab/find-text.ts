// The search for a text in bytes, as the front door hands it to whoever reads requests.
import type { FindAscii } from "../../src/domain/call/scan-request.ts";

export const findText: FindAscii = ({ buffer, byteOffset, length }, text, from) =>
  Buffer.from(buffer, byteOffset, length).indexOf(text, from, "latin1");
