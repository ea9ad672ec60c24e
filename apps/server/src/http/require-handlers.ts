import { allRoutes } from '@carillon/contract/http/api';
import type { Route } from '@carillon/contract/http/route';
import type { INestApplicationContext } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ROUTE } from './handles.js';

/** The catalog's routes that some controller method is bound to, each as often as it is bound. */
export function handledRoutes(app: INestApplicationContext): Route[] {
  const reflector = app.get(Reflector);
  const scanner = app.get(MetadataScanner);
  return app
    .get(DiscoveryService)
    .getControllers()
    .flatMap(({ instance }) => {
      const prototype = Object.getPrototypeOf(instance) as Record<string, () => unknown>;
      return scanner
        .getAllMethodNames(prototype)
        .flatMap((name) => reflector.get<Route | undefined>(ROUTE, prototype[name] as () => unknown) ?? []);
    });
}

/** @throws Error naming the routes of the catalog that nobody handles, or that two handle: found at start, not in use */
export function requireHandlers(handled: readonly Route[]): void {
  const wrong = allRoutes().flatMap(({ id, route }) => {
    const count = handled.filter((candidate) => candidate === route).length;
    return count === 1 ? [] : [`${id} has ${count === 0 ? 'no handler' : `${count} handlers`}`];
  });
  if (wrong.length > 0) throw new Error(`routes of the API: ${wrong.join('; ')}`);
}
