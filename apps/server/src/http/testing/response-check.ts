import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { z } from 'zod';
import { routeOf } from '../handles.js';

/** Fails a request whose answer is not what its route promises: the clients' types rest on that promise. */
export class ResponseCheck implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const route = routeOf(context.getHandler());
    if (!route || route.media !== undefined) return next.handle();
    return next.handle().pipe(
      map((answer: unknown) => {
        const result = route.response.safeParse(JSON.parse(JSON.stringify(answer)));
        if (result.success) return answer;
        throw new Error(
          `${route.method} ${route.path} answers what it does not promise: ${z.prettifyError(result.error)}`,
        );
      }),
    );
  }
}
