import type { Manifest } from '@carillon/core/job/job-spec';
import type { RunDetail } from '@carillon/core/run/detail-texts';
import { Redactor } from '@carillon/core/run/redact';
import { readJobSecrets } from '../accounts/job-secrets.js';
import { PasswordFile } from '../accounts/password-file.js';
import type { AgentFolder } from '../state/agent-folder.js';
import { loadIdentity } from '../state/identity.js';

/** The secrets of one run, in the clear: for its program's environment and standard input, and nowhere else. */
export interface RunSecrets {
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin: string | null;
}

export type FoundSecrets =
  | { readonly ok: true; readonly secrets: RunSecrets }
  | { readonly ok: false; readonly reason: 'secret_missing' | 'secret_unreadable'; readonly message: RunDetail };

const none: RunSecrets = { environment: {}, stdin: null };

/** Looks up what a job's program is to get. A run without one of its secrets does not start. */
export function findSecrets(folder: AgentFolder, job: Pick<Manifest, 'jobId' | 'run' | 'runAs'>): FoundSecrets {
  const { secrets } = job.run;
  if (!secrets) return { ok: true, secrets: none };
  try {
    const look = openSecrets(folder, job);
    const get = (name: string): string => {
      const value = look(name);
      if (value === undefined) throw new MissingSecret(name);
      return value;
    };
    const environment = Object.entries(secrets.environment ?? {}).map(([name, secret]) => [name, get(secret)]);
    const stdin = secrets.stdin === undefined ? null : get(secrets.stdin);
    return { ok: true, secrets: { environment: Object.fromEntries(environment), stdin } };
  } catch (error) {
    if (error instanceof MissingSecret) return { ok: false, reason: 'secret_missing', message: error.detail };
    const message: RunDetail = `the secrets of this host cannot be read: ${error instanceof Error ? error.message : error}`;
    return { ok: false, reason: 'secret_unreadable', message };
  }
}

/**
 * The secrets that a job names, as far as they are on this host, for who wants to know beforehand: by name, undefined where
 * one is not here.
 * @throws Error when they cannot be read
 */
export function secretsHere(
  folder: AgentFolder,
  job: Pick<Manifest, 'jobId' | 'run' | 'runAs'>,
): ReadonlyMap<string, string | undefined> {
  const { secrets } = job.run;
  if (!secrets) return new Map();
  const names = [...Object.values(secrets.environment ?? {}), ...(secrets.stdin === undefined ? [] : [secrets.stdin])];
  const look = openSecrets(folder, job);
  return new Map(names.map((name) => [name, look(name)]));
}

/** Only SYSTEM may read all of them; the agent puts the others' where only the job's account can read them. */
function openSecrets(
  folder: AgentFolder,
  { jobId, runAs }: Pick<Manifest, 'jobId' | 'runAs'>,
): (name: string) => string | undefined {
  if (runAs !== 'system') {
    const own = new Map(Object.entries(readJobSecrets(folder, jobId)));
    return (name) => own.get(name);
  }
  const identity = loadIdentity(folder);
  const book = identity && new PasswordFile(folder.secrets, identity.localKey, 'secret');
  return (name) => book?.get(name, jobId);
}

class MissingSecret extends Error {
  readonly detail: RunDetail;

  constructor(name: string) {
    const detail: RunDetail = `no secret ${name} on this host; hand it over with carillon secret set ${name} --jobs, or on the host with carillon-agent secret set ${name}`;
    super(detail);
    this.detail = detail;
  }
}

interface Sink {
  write(chunk: Buffer): void;
}

/** A sink without a run's secrets in it, whatever its program writes. `end` passes on what was still held back. */
export function withoutSecrets<T extends Sink>(sink: T, { environment, stdin }: RunSecrets): Sink & { end(): void } {
  const values = [...Object.values(environment), ...(stdin === null ? [] : [stdin])];
  if (values.length === 0) return { write: (chunk) => sink.write(chunk), end: () => undefined };
  const redactor = new Redactor(values);
  return { write: (chunk) => sink.write(redactor.take(chunk)), end: () => sink.write(redactor.end()) };
}
