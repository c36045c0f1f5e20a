// What routing may ask of a call.
import type { HeaderList } from "../http/headers.ts";

export interface RouteQuestion {
  readonly model: string | null;
  readonly sourceIp: string;
  readonly path: string;
  readonly user: string | null;
  readonly headers: HeaderList;
}
