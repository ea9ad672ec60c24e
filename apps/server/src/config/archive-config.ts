import { ConfigError, secret } from './variables.js';

/** An S3-compatible store to which the output of runs moves when it is old enough. */
export interface ArchiveSettings {
  /** Without a slash at its end; buckets lie below it. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  /** Of every key; ends with a slash, or is empty. */
  readonly prefix: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Days since the end of a run. */
  readonly afterDays: number;
}

const usualDays = 7;
const loopback = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * Reads the variables `CARILLON_ARCHIVE_…`; undefined: nothing is archived.
 * @throws ConfigError naming the variable and what was expected
 */
export function archiveOf(env: NodeJS.ProcessEnv): ArchiveSettings | undefined {
  const name = 'CARILLON_ARCHIVE_ENDPOINT';
  if (!env[name]) {
    if (!env.CARILLON_ARCHIVE_BUCKET) return undefined;
    throw new ConfigError(name, 'the address of an S3 store, since CARILLON_ARCHIVE_BUCKET is set', undefined);
  }
  return {
    endpoint: endpointOf(name, env[name], env.CARILLON_ARCHIVE_ALLOW_HTTP === '1'),
    bucket: matching(env, 'CARILLON_ARCHIVE_BUCKET', /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket'),
    region: matching(env, 'CARILLON_ARCHIVE_REGION', /^[a-z0-9-]{1,40}$/, 'a region such as eu-central-1', 'us-east-1'),
    prefix: matching(
      env,
      'CARILLON_ARCHIVE_PREFIX',
      /^(?:[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}\/){1,10}$/,
      'folders of letters, digits, _ . - that end with a slash',
      'carillon/',
    ),
    accessKeyId: credential(env, 'CARILLON_ARCHIVE_ACCESS_KEY'),
    secretAccessKey: credential(env, 'CARILLON_ARCHIVE_SECRET_KEY'),
    afterDays: days(env),
  };
}

function endpointOf(name: string, text: string, allowHttp: boolean): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // What programs wrote is nobody else's to read on its way.
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && (allowHttp || loopback.has(url.hostname)));
  if (!url || !isSafe || url.username || url.password || url.search || url.hash)
    throw new ConfigError(
      name,
      'https:// (http:// on this machine, or with CARILLON_ARCHIVE_ALLOW_HTTP=1) without a name, password or query',
      '(hidden)',
    );
  return url.href.replace(/\/+$/, '');
}

function matching(env: NodeJS.ProcessEnv, name: string, form: RegExp, expected: string, usual?: string): string {
  const text = env[name] || usual;
  if (text === undefined || !form.test(text)) throw new ConfigError(name, expected, text);
  return text;
}

function credential(env: NodeJS.ProcessEnv, name: string): string {
  const text = secret(env, name);
  if (!text || /\s/.test(text))
    throw new ConfigError(name, `a key of the store, or ${name}_FILE that names a file with it`, text && '(hidden)');
  return text;
}

function days(env: NodeJS.ProcessEnv): number {
  const [name, text] = ['CARILLON_ARCHIVE_AFTER_DAYS', env.CARILLON_ARCHIVE_AFTER_DAYS];
  const value = text ? Number(text) : usualDays;
  if (!Number.isInteger(value) || value < 1) throw new ConfigError(name, 'a whole number from 1', text);
  return value;
}
