import { proxySettingProblem } from '@carillon/core/link/proxy';
import { z } from 'zod';
import type { AgentFolder } from './agent-folder.js';
import { readJson, writeJson } from './files.js';

const commandSchema = z.array(z.string().min(1)).min(1);

const origin = z
  .string()
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
    message: 'expected an address such as https://carillon.example',
  })
  .transform((text) => new URL(text).origin);

const settingsSchema = z.object({
  /** Origin of the server, `https://carillon.example`. */
  server: z.string(),
  /** All its addresses in order of preference, where there are several; without it `server` is the only one. */
  servers: z.array(origin).min(1).max(8).optional(),
  /** The way there: `none`, `system` (the default), or the URL of a proxy, with name and password if it wants them. */
  proxy: z
    .string()
    .refine((value) => proxySettingProblem(value) === null, {
      message: 'expected none, system, or an http or https URL such as http://proxy.corp:8080',
    })
    .optional(),
  /** File with certificates (PEM) of a certificate authority of one's own. */
  ca: z.string().min(1).optional(),
  /** Files with a certificate of this host's own and its key (PEM), for a balancer that asks for one. */
  tlsCert: z.string().min(1).optional(),
  tlsKey: z.string().min(1).optional(),
  scheduler: z.object({
    kind: z.enum(['schtasks', 'emulated']),
    /** Program and first arguments; on Windows the full path of schtasks.exe. */
    command: commandSchema,
    /** Program and first arguments of wevtutil; agents enrolled before it have none and use Windows' own. */
    historyCommand: commandSchema.optional(),
  }),
  /** Name to go by instead of the host name, where several agents share a machine. */
  name: z.string().min(1).max(255).optional(),
  /** Windows in which a lost connection is tried again; left out, the product's own. Tests shorten them. */
  reconnect: z
    .object({ firstWindowMs: z.int().min(100), maxWindowMs: z.int().min(100), healthyAfterMs: z.int().min(0) })
    .optional(),
  /** What Task Scheduler starts, before the job's id. */
  runner: z.object({ command: z.string(), arguments: z.array(z.string()) }),
});
export type Settings = z.infer<typeof settingsSchema>;

/**
 * The addresses in a text with commas between them.
 * @throws TypeError when one is no URL
 */
export function serverList(text: string): string[] {
  return [...new Set(text.split(',').map((each) => new URL(each.trim()).origin))];
}

/** Addresses of the server, the best first. */
export function serversOf({ server, servers }: Settings): readonly string[] {
  return servers ?? [server];
}

/** @throws Error that names the file and the field when something is missing or wrong */
export function loadSettings(folder: AgentFolder): Settings {
  const raw = readJson<unknown>(folder.settings);
  if (raw === undefined)
    throw new Error(`${folder.settings}: missing; enrol this host first with carillon-agent enroll`);
  const parsed = settingsSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`${folder.settings}: ${issue?.path.join('.')}: ${issue?.message}`);
}

export function storeSettings(folder: AgentFolder, settings: Settings): void {
  writeJson(folder.settings, settings);
}

/** How Task Scheduler's log is read; undefined where there is none. */
export function historyCommandOf(
  { kind, historyCommand }: Settings['scheduler'],
  env: NodeJS.ProcessEnv,
): readonly string[] | undefined {
  if (historyCommand) return historyCommand;
  return kind === 'schtasks' ? [`${env.SystemRoot ?? 'C:\\Windows'}\\System32\\wevtutil.exe`] : undefined;
}

/**
 * The scheduler's command as given on the command line (JSON list), else Windows' own.
 * @throws Error when it is not a list of texts, or none is given off Windows
 */
export function schedulerFrom(
  given: string | undefined,
  env: NodeJS.ProcessEnv,
  history?: string,
): Settings['scheduler'] {
  const reader = history === undefined ? {} : { historyCommand: readCommand('--wevtutil-command', history) };
  if (given !== undefined) return { kind: 'emulated', command: readCommand('--schtasks-command', given), ...reader };
  if (process.platform !== 'win32')
    throw new Error('--schtasks-command: needed off Windows, where there is no Task Scheduler');
  return { kind: 'schtasks', command: [`${env.SystemRoot ?? 'C:\\Windows'}\\System32\\schtasks.exe`], ...reader };
}

function readCommand(option: string, given: string): string[] {
  let raw: unknown;
  try {
    raw = JSON.parse(given);
  } catch {
    raw = undefined;
  }
  const parsed = commandSchema.safeParse(raw);
  if (!parsed.success) throw new Error(`${option}: expected a JSON list of texts, got ${given.slice(0, 80)}`);
  return parsed.data;
}
