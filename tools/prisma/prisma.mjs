#!/usr/bin/env node
// Runs the Prisma CLI without downloading a native engine: `node tools/prisma/prisma.mjs migrate diff …`.
// The CLI insists on an engine file even for `generate`, which never starts it.
import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const server = join(here, '../../apps/server');
const cli = createRequire(join(server, 'package.json')).resolve('prisma/build/index.js');
const args = process.argv.slice(2);

const env = { ...process.env, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' };
if (!env.PRISMA_SCHEMA_ENGINE_BINARY) {
  const standIn = join(here, 'schema-engine.mjs');
  if (args[0] === 'generate') {
    env.PRISMA_SCHEMA_ENGINE_BINARY = process.execPath;
  } else if (process.platform !== 'win32') {
    // Windows cannot spawn a script as a program; there Prisma fetches its own engine.
    chmodSync(standIn, 0o755);
    env.PRISMA_SCHEMA_ENGINE_BINARY = standIn;
  }
}
const result = spawnSync(process.execPath, [cli, ...args], { cwd: server, env, stdio: 'inherit' });
process.exit(result.status ?? 1);
