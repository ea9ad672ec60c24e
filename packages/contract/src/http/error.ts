import { z } from 'zod';

export const apiErrorCodes = [
  'invalid',
  'not_signed_in',
  'forbidden',
  'not_found',
  'conflict',
  'gone',
  'too_large',
  'unprocessable',
  'too_many_requests',
  'unavailable',
  'internal',
] as const;
export type ApiErrorCode = (typeof apiErrorCodes)[number];

/** HTTP status of each code. */
export const statusOfCode = {
  invalid: 400,
  not_signed_in: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  too_large: 413,
  unprocessable: 422,
  too_many_requests: 429,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<ApiErrorCode, number>;

export const problemSchema = z.object({
  path: z.string(),
  code: z.string(),
  expected: z.string(),
  /** What was expected by code and figures; older servers leave it out, and it is absent where only the sentence says it. */
  expects: z
    .object({ code: z.string(), figures: z.record(z.string(), z.union([z.string(), z.number()])).optional() })
    .optional(),
  got: z.string(),
  message: z.string(),
});

/** Body of every answer that is not 2xx. `message` is English for logs and shells; clients translate code and params. */
export const apiErrorSchema = z.object({
  code: z.enum(apiErrorCodes),
  params: z
    .object({
      problems: z.array(problemSchema.extend({ document: z.number().optional() })).optional(),
      /** The message by code and figures, where it is a refusal for what things are like now; older servers leave it out. */
      says: z.object({ code: z.string(), figures: z.record(z.string(), z.string()).optional() }).optional(),
    })
    .catchall(z.unknown()),
  message: z.string(),
});
export type ApiErrorBody = z.infer<typeof apiErrorSchema>;
