// Errors as clients of Responses read them.
import { type ErrorForm, errorBodyOfV1 } from "../error-form.ts";

export const responsesErrors: ErrorForm = {
  body: errorBodyOfV1,
  event: (error) => `event: error\ndata: ${JSON.stringify({ ...error, type: "error" })}\n\n`,
};
