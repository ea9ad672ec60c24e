export { type Client, createClient } from './client.js';
export { each } from './each.js';
export { CarillonError } from './error.js';
export type * from './generated/api.js';
export type { CallOptions, ClientOptions, KeyedCallOptions } from './types.js';
