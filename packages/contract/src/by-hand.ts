/** For what pages read by hand: the same checks as a schema, without the library. */
export const isText = (value: unknown): value is string => typeof value === 'string';
export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const isMaybe = (value: unknown, test: (value: unknown) => boolean) => value === undefined || test(value);
