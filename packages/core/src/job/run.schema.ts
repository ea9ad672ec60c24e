import { splitCommandLine } from '@carillon/wintask/process/command-line';
import { z } from 'zod';
import { actionKinds } from '../action/action-spec.js';
import { backupSchema } from '../action/backup.schema.js';
import { cleanupSchema } from '../action/cleanup.schema.js';
import { type HttpSpec, httpSecretVariable, secretsOfHttp } from '../action/http.js';
import { healthCheckSchema, httpSchema } from '../action/http.schema.js';
import { metricsSchema } from '../action/metrics.schema.js';
import { reportSchema } from '../action/report.schema.js';
import { problemParams, says } from '../zod-problems.js';
import { jobLimits } from './job-limits.js';
import type { RunSpec, SecretUse } from './job-spec.js';
import { checkPlaceholders, secretNameSchema } from './parts.schema.js';

/** Task Scheduler's own limit for WorkingDirectory; a quoted one fails with 0x8007010B. */
export const pathSchema = z
  .string()
  .min(1)
  .max(260)
  .refine(
    (path) => !/["\p{Cc}]/u.test(path),
    problemParams('wrong_value', 'a path without quotes or control characters'),
  );

const noNul = (text: string) => !text.includes('\0');
const textWithoutNul = problemParams('wrong_value', 'text without NUL characters');

const environmentTextSchema = z.string().max(jobLimits.environmentCharacters).refine(noNul, textWithoutNul);

const secretSchema = z.strictObject({ secret: secretNameSchema });

const environmentSchema = z
  .record(
    z
      .string()
      .refine((name) => /^[^=\0\p{Cc}]+$/u.test(name), problemParams('wrong_value', 'an environment variable name')),
    z.union([environmentTextSchema, z.number(), z.boolean(), secretSchema], says('text, or { secret: NAME }')),
  )
  .refine(
    (entries) => Object.keys(entries).length <= jobLimits.environmentEntries,
    problemParams('too_long', `at most ${jobLimits.environmentEntries} variables`),
  )
  .superRefine((entries, context) => {
    for (const text of Object.values(entries)) if (typeof text === 'string') checkPlaceholders(text, context);
  });

const scriptSchema = z
  .string()
  .min(1)
  .refine(noNul, textWithoutNul)
  .refine(
    (script) => Buffer.byteLength(script, 'utf8') <= jobLimits.scriptBytes,
    problemParams(
      'too_long',
      `a script of at most ${jobLimits.scriptBytes} bytes (keep longer ones in a file on the host)`,
    ),
  );

const argumentSchema = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(String)
  .refine(
    (text) => text.length <= jobLimits.argumentCharacters && noNul(text),
    problemParams('too_long', `an argument of at most ${jobLimits.argumentCharacters} characters`),
  )
  .superRefine(checkPlaceholders);

export const argumentsSchema = z.union([
  z.array(argumentSchema).max(jobLimits.argumentCount),
  z.string().transform(splitCommandLine),
]);

const workKeys = ['program', 'powershell', 'batch', ...actionKinds] as const;

const objectSchema = z
  .strictObject({
    program: pathSchema.optional(),
    arguments: argumentsSchema.optional(),
    powershell: scriptSchema.optional(),
    batch: scriptSchema.optional(),
    workingDirectory: pathSchema.superRefine(checkPlaceholders).nullish(),
    environment: environmentSchema.optional(),
    stdin: secretSchema.optional(),
    http: httpSchema.optional(),
    healthCheck: healthCheckSchema.optional(),
    cleanup: cleanupSchema.optional(),
    backup: backupSchema.optional(),
    metrics: metricsSchema.optional(),
    report: reportSchema.optional(),
  })
  .superRefine((run, context) => {
    const given = workKeys.filter((key) => run[key] !== undefined);
    if (given.length !== 1) {
      context.addIssue({
        code: 'custom',
        input: run,
        ...problemParams('wrong_value', `exactly one of ${workKeys.join(', ')}`),
      });
    }
    const [action] = actionKinds.filter((key) => run[key] !== undefined);
    for (const key of ['workingDirectory', 'environment', 'stdin'] as const) {
      if (action === undefined || run[key] === undefined || run[key] === null) continue;
      context.addIssue({
        code: 'custom',
        input: run,
        path: [key],
        ...problemParams('wrong_value', `none: ${action} is done by the agent itself`),
      });
    }
    if (run.arguments !== undefined && run.program === undefined) {
      context.addIssue({
        code: 'custom',
        input: run,
        path: ['arguments'],
        ...problemParams('wrong_value', 'arguments only beside program'),
      });
    }
  })
  .transform((run): RunSpec => {
    const { environment, secrets } = splitEnvironment(run.environment ?? {}, run.stdin?.secret);
    const shared = { workingDirectory: run.workingDirectory ?? null, environment, ...(secrets ? { secrets } : {}) };
    if (run.powershell !== undefined) return { kind: 'powershell', script: run.powershell, ...shared };
    if (run.batch !== undefined) return { kind: 'batch', script: run.batch, ...shared };
    const own = { workingDirectory: null, environment: {} };
    if (run.cleanup !== undefined) return { kind: 'cleanup', action: run.cleanup, ...own };
    if (run.metrics !== undefined) return { kind: 'metrics', action: run.metrics, ...own };
    if (run.report !== undefined) return { kind: 'report', action: run.report, ...own };
    if (run.http !== undefined) return { kind: 'http', action: run.http, ...own, ...secretsFor(run.http) };
    if (run.healthCheck !== undefined)
      return { kind: 'healthCheck', action: run.healthCheck, ...own, ...secretsFor(run.healthCheck) };
    if (run.backup !== undefined) return { kind: 'backup', action: run.backup, ...own };
    return { kind: 'program', program: run.program ?? '', arguments: run.arguments ?? [], ...shared };
  });

/** The runner hands them over as it does to a program. */
function secretsFor(spec: HttpSpec): { secrets?: SecretUse } {
  const named = secretsOfHttp(spec).map((secret) => [httpSecretVariable(spec, secret), secret] as const);
  return named.length === 0 ? {} : { secrets: { environment: Object.fromEntries(named) } };
}

/** What is text, and what is a secret of the host. */
function splitEnvironment(
  entries: z.output<typeof environmentSchema>,
  stdin: string | undefined,
): { environment: Record<string, string>; secrets?: SecretUse } {
  const environment: Record<string, string> = {};
  const secret: Record<string, string> = {};
  for (const [name, value] of Object.entries(entries)) {
    if (typeof value === 'object') secret[name] = value.secret;
    else environment[name] = String(value);
  }
  const hasSecret = Object.keys(secret).length > 0;
  if (!hasSecret && stdin === undefined) return { environment };
  const secrets = { ...(hasSecret ? { environment: secret } : {}), ...(stdin === undefined ? {} : { stdin }) };
  return { environment, secrets };
}

/** A command line, or the full form. */
export const runSchema = z.preprocess(
  (value) => (typeof value === 'string' ? commandLineToRun(value) : value),
  objectSchema,
);

/**
 * `C:\My Scripts\backup.bat /full` -> program and arguments. Blanks in an unquoted program path are read
 * as Windows reads them for known extensions: up to the first `.exe`, `.bat`, ….
 */
export function commandLineToRun(line: string): { program: string; arguments: string[] } {
  const text = line.trim();
  const quoted = /^"([^"]*)"\s*(.*)$/s.exec(text);
  const byExtension = /^([^"]+?\.(?:exe|bat|cmd|com|ps1|vbs|js|py))(?:\s+(.*))?$/is.exec(text);
  const plain = /^(\S+)\s*(.*)$/s.exec(text);
  const match = quoted ?? byExtension ?? plain;
  return { program: match?.[1] ?? '', arguments: match?.[2] ? splitCommandLine(match[2]) : [] };
}
