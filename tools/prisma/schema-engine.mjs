#!/usr/bin/env node
// Stand-in for Prisma's native schema engine: the same engine compiled to WebAssembly, driven over pg.
// Lets `migrate diff/dev/status` run where engine binaries cannot be downloaded. Authoring and tests only;
// the server applies migrations itself (apps/server/src/store/migrate.ts).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import pg from 'pg';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: { datamodels: { type: 'string', multiple: true }, datasource: { type: 'string' } },
});
const url = values.datasource ? JSON.parse(values.datasource).url : process.env.DATABASE_URL;

function urlOf(database) {
  const at = new URL(url);
  at.searchParams.delete('schema');
  if (database) at.pathname = `/${database}`;
  return at.href;
}

function log(level, message, error_code) {
  const line = {
    timestamp: new Date().toISOString(),
    level,
    fields: { message, error_code },
    target: 'schema_engine::logger',
  };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}

async function runOnce(database, sql) {
  const client = new pg.Client(urlOf(database));
  await client.connect();
  try {
    if (sql) await client.query(sql);
  } finally {
    await client.end();
  }
}

const quote = (name) => `"${name.replaceAll('"', '""')}"`;

async function createDatabase() {
  const databaseName = decodeURIComponent(new URL(url).pathname.slice(1));
  await runOnce('postgres', `CREATE DATABASE ${quote(databaseName)}`).catch((error) => {
    if (error.code !== '42P04') throw error;
  });
  return { databaseName };
}

// `cli can-connect-to-database` and `cli create-database` answer by exit code.
if (positionals[0] === 'cli') {
  log('INFO', 'start'); // Prisma drops the first line it reads.
  try {
    await (positionals[1] === 'create-database' ? createDatabase() : runOnce());
    process.exit(0);
  } catch (error) {
    const codes = { ECONNREFUSED: 'P1001', '28P01': 'P1000', '3D000': 'P1003' };
    log('ERROR', error.message || error.code, codes[error.code] ?? 'P1001');
    process.exit(1);
  }
}

/** Closes three gaps between adapter-pg and what the engine asks of it. */
function patch(connection) {
  // 1. The stock version splits on `;`, which breaks $$ bodies.
  connection.executeScript = async (sql) => {
    try {
      await connection.client.query(sql);
    } catch (error) {
      connection.onError(error);
    }
  };
  // 2. The catalog's "char" and name columns have no mapping.
  const performIO = connection.performIO.bind(connection);
  const queryRaw = connection.queryRaw.bind(connection);
  let types = [];
  connection.performIO = async (query) => {
    const result = await performIO(query);
    types = (result.fields ?? []).map((field) => field.dataTypeID);
    for (const field of result.fields ?? [])
      if (field.dataTypeID === 18 || field.dataTypeID === 19) field.dataTypeID = 25;
    return result;
  };
  connection.queryRaw = async (query) => {
    const result = await queryRaw(query);
    types.forEach((type, index) => {
      if (type !== 18) return;
      result.columnTypes[index] = ColumnTypeEnum.Character;
      for (const row of result.rows) if (row[index] === '') row[index] = '\0';
    });
    return result;
  };
  return connection;
}

const open = async (database) => patch(await new PrismaPg({ connectionString: urlOf(database), max: 4 }).connect());

const factory = new PrismaPg({ connectionString: urlOf() });
factory.connect = () => open();
// 3. The stock version ignores the shadow database's name and would work on the real one.
factory.connectToShadowDb = async () => {
  const name = `prisma_shadow_${process.pid}_${Date.now()}`;
  await runOnce('postgres', `CREATE DATABASE ${quote(name)}`);
  const connection = await open(name);
  const dispose = connection.dispose.bind(connection);
  connection.dispose = async () => {
    await dispose();
    await runOnce('postgres', `DROP DATABASE IF EXISTS ${quote(name)} WITH (FORCE)`);
  };
  return connection;
};

globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => log('ERROR', message) };
const engineModule = await import('@prisma/schema-engine-wasm/schema_engine_bg');
const glueFile = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
const { instance } = await WebAssembly.instantiate(readFileSync(glueFile.replace(/\.js$/, '.wasm')), {
  './schema_engine_bg.js': engineModule,
});
engineModule.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start();

let engine;
function getEngine() {
  const datamodels = values.datamodels?.map((path) => [path, readFileSync(path, 'utf8')]);
  engine ??= engineModule.SchemaEngine.new(
    { datamodels },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(factory),
  );
  return engine;
}

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
let nextPrintId = 1_000_000;

async function handle({ id, method, params }) {
  if (!method) return;
  try {
    const call = method === 'getDatabaseVersion' ? 'version' : method;
    const result = method === 'createDatabase' ? await createDatabase() : await (await getEngine())[call](params);
    if (method === 'diff' && result.stdout != null) {
      send({ id: nextPrintId++, method: 'print', params: { content: result.stdout } });
    }
    send({ id, result: result ?? {} });
  } catch (error) {
    const data = {
      is_panic: false,
      message: error?.message ?? String(error),
      meta: null,
      error_code: error?.code ?? null,
    };
    send({ id, error: { code: 4466, message: 'engine error', data } });
  }
}

let queue = Promise.resolve();
createInterface({ input: process.stdin })
  .on('line', (line) => {
    if (line.trim()) queue = queue.then(() => handle(JSON.parse(line)));
  })
  .on('close', () => queue.then(() => process.exit(0)));
