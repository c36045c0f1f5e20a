// Errors as chat's clients read them.
import { type ErrorForm, errorBodyOfV1 } from "../error-form.ts";

export const chatErrors: ErrorForm = {
  body: errorBodyOfV1,
  event: (error) => `data: ${JSON.stringify({ error })}\n\n`,
  soFar: null,
};
