import { proxySettingProblem } from '@carillon/core/link/proxy';
import { describeInstall, install as installAgent } from '../install/install.js';
import { stopAgent } from '../install/running-agent.js';
import { describeUninstall, uninstall as uninstallAgent } from '../install/uninstall.js';
import { fileLog } from '../lib/log.js';
import { enroll as enrollHost } from '../programs/enroll.js';
import { agentFolderAt } from '../state/agent-folder.js';
import { addReleaseKeys } from '../state/identity.js';
import { type Call, print, UsageError, type Values } from './arguments.js';

export async function enroll({ values, data }: Call): Promise<number> {
  const { name, agentId, waits, keyFingerprint } = await enrollHost(
    {
      ...joining(values),
      server: urls(values.server),
      data,
      token: token(values.token),
      wevtutilCommand: values['wevtutil-command'],
    },
    process.env,
  );
  addReleaseKeys(agentFolderAt(data), releaseKeys(values['release-key']));
  print(`enrolled as ${name} (${agentId})\n`);
  if (waits) print(waitsText(name, keyFingerprint));
  return 0;
}

export async function install({ values, data }: Call): Promise<number> {
  const options = {
    ...joining(values),
    server: values.server === undefined ? undefined : urls(values.server),
    data,
    token: values.token ?? process.env.CARILLON_JOIN_TOKEN,
    releaseKeys: releaseKeys(values['release-key']),
    start: !values['no-start'],
  };
  const report = await installAgent(options, process.env).catch((error: unknown) => {
    // Windows Installer shows nobody what a program said to its console.
    fileLog(agentFolderAt(data).diary).warn('installing failed', { problem: messageOf(error) });
    throw error;
  });
  if (options.start && !report.running)
    fileLog(agentFolderAt(data).diary).warn('installing failed', { problem: 'the agent did not start in time' });
  print(values.json ? report : describeInstall(report));
  return values['no-start'] || report.running ? 0 : 1;
}

export async function uninstall({ values, data }: Call): Promise<number> {
  if (values['keep-data'] && values['remove-data'])
    throw new UsageError('uninstall: expected --keep-data or --remove-data, not both');
  const report = await uninstallAgent({ data, removeData: values['remove-data'] === true });
  print(values.json ? report : describeUninstall(report, data));
  return 0;
}

export async function stop({ data }: Call): Promise<number> {
  print((await stopAgent(agentFolderAt(data).lock)) ? 'the agent has ended\n' : 'no agent was running\n');
  return 0;
}

function waitsText(name: string, fingerprint: string): string {
  return `it waits until somebody lets it in: carillon hosts approve ${name} --fingerprint ${fingerprint}\n`;
}

/** What both ways to join take. */
function joining(values: Values) {
  return {
    name: values.name,
    root: root(values.root),
    proxy: proxy(values.proxy),
    ca: values.ca,
    tlsCert: values['tls-cert'],
    tlsKey: values['tls-key'],
    schtasksCommand: values['schtasks-command'],
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function url(text: string | undefined): string {
  if (text && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new UsageError(`--server: expected an http or https URL, got ${text ?? 'nothing'}`);
}

function urls(text: string | undefined): string {
  for (const each of (text ?? '').split(',')) url(each.trim());
  return text ?? '';
}

function proxy(text: string | undefined): string | undefined {
  const problem = text === undefined ? null : proxySettingProblem(text);
  if (problem) throw new UsageError(`--proxy: ${problem}`);
  return text;
}

function root(given: string | undefined): string | undefined {
  if (given === undefined || /^[0-9a-f]{32}$/i.test(given.replaceAll(':', ''))) return given;
  throw new UsageError(`--root: expected 32 hexadecimal digits as carillon keys list prints them, got ${given}`);
}

function releaseKeys(given: readonly string[] | undefined): readonly string[] {
  const wrong = given?.find((key) => !/^[A-Za-z0-9_-]{43}$/.test(key));
  if (wrong === undefined) return given ?? [];
  throw new UsageError(`--release-key: expected a public key as carillon upgrade key prints it, got ${wrong}`);
}

function token(given: string | undefined): string {
  const found = given ?? process.env.CARILLON_JOIN_TOKEN;
  if (!found) throw new UsageError('--token: expected a join token, or CARILLON_JOIN_TOKEN in the environment');
  return found;
}
