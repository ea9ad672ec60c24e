import { apiPrefix, type Response, type Route, type Input as RouteInput } from '@carillon/contract/http/route';
import {
  applyDecorators,
  createParamDecorator,
  Delete,
  type ExecutionContext,
  Get,
  HttpCode,
  Patch,
  Post,
  SetMetadata,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { readInput } from './read-input.js';

/** Metadata key of the route that a method handles. */
export const ROUTE = 'carillon:route';
const decoratorOf = { GET: Get, POST: Post, PATCH: Patch, DELETE: Delete };

type Handler<R extends Route> = (...args: never[]) => Response<R> | Promise<Response<R>>;

/**
 * Makes a controller's method the handler of a route of the catalog; method, path and status come from there. The
 * method must return what the route promises, or it does not compile.
 */
export function Handles<R extends Route>(route: R) {
  const decorate = applyDecorators(
    SetMetadata(ROUTE, route),
    decoratorOf[route.method](`${apiPrefix}${route.path}`),
    HttpCode(200),
  );
  return <T extends Handler<R>>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<T>): void => {
    decorate(target, key, descriptor);
  };
}

/** The route that a method handles; undefined for methods that handle none. */
export function routeOf(handler: unknown): Route | undefined {
  return typeof handler === 'function' ? Reflect.getMetadata(ROUTE, handler) : undefined;
}

/** What a handler gets: `@Input() input: Input<typeof api.hosts.list>`. */
export type Input<R extends Route> = RouteInput<R>;

/** Parameters and query flattened, the body beside them, checked against the route's schemas. */
export const Input = createParamDecorator((_data: unknown, context: ExecutionContext): unknown => {
  const route = routeOf(context.getHandler());
  if (!route) throw new Error(`${context.getHandler().name} takes @Input() but has no @Handles()`);
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return readInput(route, { params: request.params, query: request.query, body: request.body });
});
