// Writes the generated part of packages/client from the document that the built server answers at /api/openapi.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { clientSource } from './client-source.mjs';

const repository = resolve(import.meta.dirname, '../..');
const built = resolve(repository, 'apps/server/dist/observability/openapi.js');
const { openApiDocument } = await import(pathToFileURL(built).href);
const folder = resolve(repository, 'packages/client/src/generated');
mkdirSync(folder, { recursive: true });
writeFileSync(resolve(folder, 'api.ts'), clientSource(openApiDocument('http://127.0.0.1:7070')));
