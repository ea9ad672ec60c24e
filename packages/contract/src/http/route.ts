import type { ExpectedText } from '@carillon/core/text/expected-texts';
import { z } from 'zod';
import { limits } from '../limits.js';

export const apiPrefix = '/api/v1';

/** One endpoint. Controllers, the clients and the OpenAPI document all derive from it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Under `/api/v1`, with `:name` parameters. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly response: z.ZodType;
  /** What is answered when it is not JSON; such an answer is written as it comes and read by browsers, not by our client. */
  readonly media?: string;
  /** Reachable without signing in. */
  readonly open?: true;
  /** With an `Idempotency-Key` header it is carried out once for each key; see docs/ticketing-api.md. */
  readonly takesKey?: true;
}

type Part<R extends Route, K extends 'params' | 'query'> = R[K] extends z.ZodType ? z.output<R[K]> : unknown;
/** What a handler gets: parameters and query flattened, the body beside them. */
export type Input<R extends Route> = Part<R, 'params'> &
  Part<R, 'query'> &
  (R['body'] extends z.ZodType ? { body: z.output<R['body']> } : unknown);

type InPart<R extends Route, K extends 'params' | 'query'> = R[K] extends z.ZodType ? z.input<R[K]> : unknown;
/** What a client gives; defaults may be left out. */
export type Request<R extends Route> = InPart<R, 'params'> &
  InPart<R, 'query'> &
  (R['body'] extends z.ZodType ? { body: z.input<R['body']> } : unknown);
export type Response<R extends Route> = z.output<R['response']>;

/** Keeps the literal types of a table of routes. */
export function defineRoutes<T extends Record<string, Route>>(routes: T): T {
  return routes;
}

/** Query of every list. */
export const pageQuery = z.object({
  /** `next` of the page before; opaque. */
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(limits.pageItems.max).default(limits.pageItems.default),
});

/** Answer of every list. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    /** Give as `cursor` for the next page; null at the end. */
    next: z.string().nullable(),
  });
}

/** A flag in a query string. */
export const queryFlag = z.enum(['true', 'false']).transform((text) => text === 'true');
export const nameParam = z.string().min(1).max(255);
/** From where somebody may come. */
export const addressRange = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: 'an address such as 10.1.2.3, or a network such as 10.1.0.0/16' satisfies ExpectedText,
});
export const instant = z.iso.datetime();
