// What everyone but the operator learns of a fault of the router's own.
import { problem } from "../../../domain/http/problem.ts";

export const internalError = problem(
  "internal_error",
  "internal error; the router's log says more",
);
