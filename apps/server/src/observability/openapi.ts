import { allRoutes } from '@carillon/contract/http/api';
import { apiErrorSchema } from '@carillon/contract/http/error';
import { apiPrefix, type Route } from '@carillon/contract/http/route';
import { z } from 'zod';
import { cookieName } from '../http/session-cookie.js';
import { productVersion } from '../shared/product.js';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of the whole API, from the catalog that also checks requests. */
export function openApiDocument(origin: string): Json {
  const paths: Record<string, Json> = {};
  for (const { id, route } of allRoutes()) {
    const path = `${apiPrefix}${route.path.replace(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(id, route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Carillon',
      version: productVersion,
      description:
        'Jobs are defined here and run on hosts by Windows Task Scheduler. Errors are `{ code, params, message }`. ' +
        'Every list is paged: give `next` back as `cursor`. Times are UTC, ISO 8601.',
    },
    servers: [{ url: origin }],
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'API token' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: cookieName(origin),
          description: 'Made by sign-in; requests that change something must come from a page of this server',
        },
      },
      schemas: { Error: schemaOf(apiErrorSchema, 'output') },
    },
  };
}

function operation(operationId: string, route: Route): Json {
  return {
    operationId,
    tags: [route.tag],
    summary: route.summary,
    ...(route.open ? { security: [] } : {}),
    parameters: [
      ...parameters('path', route.params),
      ...parameters('query', route.query),
      ...(route.takesKey ? [idempotencyKey] : []),
    ],
    ...(route.body ? { requestBody: { required: true, content: json(schemaOf(route.body, 'input')) } } : {}),
    responses: {
      200: {
        description: 'Done',
        content: { [mediaOf(route)]: { schema: schemaOf(route.response, 'output') } },
      },
      default: {
        description: 'Not done; `code` and `params` say why',
        content: json({ $ref: '#/components/schemas/Error' }),
      },
    },
  };
}

const idempotencyKey: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'The same key with the same body gets the first answer again, for 24 hours; with another body 422, while the first is under way 409',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

function parameters(place: 'path' | 'query', schema: z.ZodObject | undefined): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

function mediaOf({ media = 'application/json' }: Route): string {
  return media.replace(/;.*/, '');
}

function json(schema: Json): Json {
  return { 'application/json': { schema } };
}

/** Inline, without `$schema`: OpenAPI 3.1 speaks JSON Schema 2020-12 itself. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    reused: 'inline',
  });
  return rest;
}
