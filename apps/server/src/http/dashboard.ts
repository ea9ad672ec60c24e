import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { withStyleNonce } from './style-nonce.js';

const yearMs = 31_536_000_000;
const notBuilt =
  'This server has no dashboard: it was not built, or CARILLON_WEB_ROOT does not name its folder.\n' +
  'The API works; its description is at /api/docs.\n';

/** Serves the built dashboard. Addresses that are no file are its pages: a reload of one must come back to it. */
export async function serveDashboard(app: NestFastifyApplication, webRoot: string | undefined): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  const files = webRoot === undefined ? new Set<string>() : filesUnder(webRoot);
  const built = files.has('index.html');
  // The types of plugins and of Nest's Fastify differ in their generics only.
  if (built) await app.register(fastifyStatic as never, { root: webRoot, serve: false } as never);
  fastify.get('/*', async (request: FastifyRequest, reply: FastifyReply) => {
    const path = (request.params as { '*': string })['*'];
    if (/^api(\/|$)/.test(path)) return reply.callNotFound();
    if (!built) return reply.status(404).type('text/plain; charset=utf-8').send(notBuilt);
    // Names of assets hold a hash of their content: one that is gone will never come back as something else.
    if (path.startsWith('assets/')) {
      return isAsset(webRoot, path) ? reply.sendFile(path, { maxAge: yearMs, immutable: true }) : reply.callNotFound();
    }
    reply.header('cache-control', 'no-cache');
    if (files.has(path) && path !== 'index.html') return reply.sendFile(path, { cacheControl: false });
    const page = await readFile(join(webRoot ?? '', 'index.html'), 'utf8');
    return reply.type('text/html; charset=utf-8').send(withStyleNonce(reply, page));
  });
}

/** Looked for each time: a new build may be put there while the server runs. Its names have one folder and no other way. */
function isAsset(folder: string | undefined, path: string): boolean {
  return folder !== undefined && /^assets\/\w[\w.-]*$/.test(path) && existsSync(join(folder, path));
}

/** Every file of the folder, as it stands in an address. Read once: what is not among them is never opened. */
function filesUnder(folder: string): Set<string> {
  if (!existsSync(join(folder, 'index.html'))) return new Set();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return new Set(
    files.map(({ parentPath, name }) => join(parentPath, name).slice(join(folder, sep).length).replaceAll(sep, '/')),
  );
}
