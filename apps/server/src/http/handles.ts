import { apiPrefix, type Response, type Route, type Input as RouteInput } from '@carillon/contract/http/route';
import {
  applyDecorators,
  createParamDecorator,
  Delete,
  type ExecutionContext,
  Get,
  Header,
  HttpCode,
  Patch,
  Post,
  Put,
  SetMetadata,
  type StreamableFile,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { readInput } from './read-input.js';

/** Metadata key of the route that a method handles. */
export const ROUTE = 'carillon:route';
const decoratorOf = { GET: Get, POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete };

type Handler<R extends Route> = (...args: never[]) => Response<R> | Promise<Response<R>>;
type StreamHandler = (...args: never[]) => StreamableFile | Promise<StreamableFile>;

/**
 * Makes a controller's method the handler of a route of the catalog; method, path and status come from there. The
 * method must return what the route promises, or it does not compile.
 */
export function Handles<R extends Route>(route: R) {
  const decorate = decoratorFor(route);
  return <T extends Handler<R>>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<T>): void => {
    decorate(target, key, descriptor);
  };
}

/** As `Handles`, for a route whose answer is no JSON (`media`) and is written piece by piece. */
export function HandlesStream(route: Route & { readonly media: string }) {
  const decorate = applyDecorators(decoratorFor(route), Header('cache-control', 'no-store'));
  return <T extends StreamHandler>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<T>,
  ): void => {
    decorate(target, key, descriptor);
  };
}

function decoratorFor(route: Route) {
  const method = decoratorOf[route.method](`${apiPrefix}${route.path}`);
  return applyDecorators(SetMetadata(ROUTE, route), method, HttpCode(200));
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
