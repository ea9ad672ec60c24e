import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { CliError, usageError } from './errors.js';
import type { Io } from './io.js';

/** Where the server is and what opens it. */
export interface Connection {
  readonly url: string;
  readonly token: string;
}

export interface ConnectionOptions {
  readonly server?: string | undefined;
  readonly token?: string | undefined;
}

type World = Pick<Io, 'env' | 'cwd' | 'repository'>;

const runningFile = z.object({ url: z.string() });

/** URL of the server: said, else of the server started in the data folder, else the default port here. */
export function findServer(world: World, options: ConnectionOptions): string {
  const said = options.server ?? world.env.CARILLON_SERVER;
  if (said) return checkUrl(said);
  return runningServerHere(findDataFolder(world)) ?? `http://127.0.0.1:${world.env.CARILLON_PORT || 7070}`;
}

/**
 * Server and token together.
 * @throws CliError when there is no token
 */
export function findConnection(world: World, options: ConnectionOptions): Connection {
  const url = findServer(world, options);
  const said = options.token ?? world.env.CARILLON_TOKEN;
  if (said) return { url, token: checkToken(said) };
  const data = findDataFolder(world);
  const file = data && join(data, 'admin-token');
  const saved = file && readText(file)?.trim();
  if (!saved) {
    const looked = file ? `${file} does not exist or is empty` : 'there is no .carillon folder here or above';
    throw noToken(`no token for ${url}: give --token or CARILLON_TOKEN, or start a server with: npm start (${looked})`);
  }
  // The token of one server must not be shown to another one.
  if (!isLoopback(url) && runningServerHere(data) !== url) {
    throw noToken(
      `no token for ${url}: give --token or CARILLON_TOKEN (${file} belongs to the server on this machine and is not sent elsewhere)`,
    );
  }
  return { url, token: checkToken(saved) };
}

/** Folder in which a server keeps its state, if there is one to be found. */
export function findDataFolder({ env, cwd, repository }: World): string | undefined {
  if (env.CARILLON_DATA) return resolve(cwd, env.CARILLON_DATA);
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const candidate = join(folder, '.carillon');
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) break;
  }
  const own = join(repository, '.carillon');
  return existsSync(own) ? own : undefined;
}

/** URL of the server that was started on a data folder; undefined when none was, or it was stopped. */
export function runningServerHere(data: string | undefined): string | undefined {
  const text = data && readText(join(data, 'running.json'));
  if (!text) return undefined;
  try {
    return checkUrl(runningFile.parse(JSON.parse(text)).url);
  } catch {
    return undefined; // half written, or of another version
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function checkUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw usageError(`server: expected a URL such as http://127.0.0.1:7070, got ${JSON.stringify(text)}`);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function checkToken(token: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw usageError('token: expected printable ASCII characters without blanks');
}

function isLoopback(url: string): boolean {
  return /^(127(\.\d+){3}|localhost|\[::1\])$/.test(new URL(url).hostname);
}

function noToken(message: string): CliError {
  return new CliError(message, { code: 'not_signed_in' });
}
