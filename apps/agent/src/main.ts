import { parseArgs } from 'node:util';
import { exitCodeOf } from '@carillon/core/install/findings';
import { proxySettingProblem } from '@carillon/core/link/proxy';
import { describeFindings, examine } from './install/doctor.js';
import { describeInstall, install } from './install/install.js';
import { stopAgent } from './install/running-agent.js';
import { describeUninstall, uninstall } from './install/uninstall.js';
import { toExitCode } from './lib/exit-code.js';
import { agentVersion } from './lib/host-facts.js';
import { consoleLog, fileLog } from './lib/log.js';
import { readSecret, readSecretText } from './lib/read-secret.js';
import { forgetPassword, listAccounts, setPassword } from './programs/account.js';
import { runAgent } from './programs/agent.js';
import { enroll } from './programs/enroll.js';
import { describePolicy, policyReport } from './programs/policy.js';
import { runOnce } from './programs/run.js';
import { forgetSecret, listSecrets, setSecret } from './programs/secret.js';
import { simulate } from './programs/simulate.js';
import { agentStatus, describeStatus } from './programs/status.js';
import { hostScheduler } from './scheduler/host-scheduler.js';
import { agentFolderAt, defaultAgentFolder } from './state/agent-folder.js';
import { addReleaseKeys } from './state/identity.js';
import { loadSettings } from './state/settings.js';
import { watchUpgrade } from './upgrade/upgrade-watch.js';
import { interruptConsole } from './windows/interrupt.js';
import { loadKoffi } from './windows/koffi.js';

const usage = `carillon-agent ${agentVersion}

  enroll --server URL[,URL] [--token T] [--name NAME] [--proxy URL] [--ca FILE] [--data DIR]
         [--schtasks-command JSON] [--wevtutil-command JSON]
         join a server; the token may come as CARILLON_JOIN_TOKEN. Of several addresses the first is the best.
         --proxy none, system (the default) or http://[name:password@]host:port; --ca certificates (PEM) of one's own
  install [--server URL] [--token T] [--name NAME] [--proxy URL] [--ca FILE] [--data DIR] [--no-start] [--schtasks-command JSON]
         [--release-key KEY]...
         keep the agent running from now on: enrols if need be, registers itself with Task Scheduler, starts
  uninstall [--data DIR] [--keep-data | --remove-data]
         take away the agent's task and those of its jobs; the folder is kept unless told otherwise
  stop   [--data DIR]           end the agent, for somebody who replaces this program; its task starts it again
  agent  [--data DIR] [--log-file]
         work until stopped; with --log-file what it says goes to agent.log in its folder
  run    [--data DIR] JOB-ID    what Task Scheduler starts for a job
  status [--data DIR] [--json]  is it running, connected, in step; what it still has to tell
  doctor [--data DIR] [--json]  looks for what is wrong and says what to do; exit code 1 when something is
  policy show | check [FILE] [--data DIR] [--json]
         what the owner of this host allows the centre, and which jobs that keeps out; exit code 1 for check if any
  account set ACCOUNT | forget ACCOUNT | list [--data DIR] [--json]
         passwords of accounts that jobs run as; set reads one line from standard input
  secret set NAME | forget NAME | list [--data DIR] [--json]
         what jobs of this host may name as { secret: NAME }; set reads standard input
  simulate --server URL --hosts N [--seconds S] [--json]
         many hosts in memory; the token comes as --token or CARILLON_JOIN_TOKEN
  --version
`;

class UsageError extends Error {}

const options = {
  server: { type: 'string' },
  token: { type: 'string' },
  name: { type: 'string' },
  proxy: { type: 'string' },
  ca: { type: 'string' },
  data: { type: 'string' },
  'schtasks-command': { type: 'string' },
  'wevtutil-command': { type: 'string' },
  hosts: { type: 'string' },
  seconds: { type: 'string' },
  json: { type: 'boolean' },
  'log-file': { type: 'boolean' },
  'release-key': { type: 'string', multiple: true },
  'no-start': { type: 'boolean' },
  'keep-data': { type: 'boolean' },
  'remove-data': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/** @returns the exit code */
async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parse(argv);
  const [verb, subject, object] = positionals;
  const data = values.data ?? defaultAgentFolder(process.env);
  if (values.version) {
    process.stdout.write(`${agentVersion}\n`);
    return 0;
  }
  if (values.help || verb === undefined) {
    process.stdout.write(usage);
    return values.help ? 0 : 2;
  }
  switch (verb) {
    case 'enroll': {
      const { name, agentId } = await enroll(
        {
          server: urls(values.server),
          data,
          token: token(values.token),
          name: values.name,
          proxy: proxy(values.proxy),
          ca: values.ca,
          schtasksCommand: values['schtasks-command'],
          wevtutilCommand: values['wevtutil-command'],
        },
        process.env,
      );
      addReleaseKeys(agentFolderAt(data), releaseKeys(values['release-key']));
      process.stdout.write(`enrolled as ${name} (${agentId})\n`);
      return 0;
    }
    case 'agent':
      await runAgent(data, values['log-file'] ? fileLog(agentFolderAt(data).diary) : consoleLog, untilSignal());
      return 0;
    case 'run': {
      if (subject === undefined) throw new UsageError('run: which job? expected a job id');
      return runOnce(data, subject);
    }
    case 'interrupt': {
      // Not in the usage: the runner's own way to press Ctrl-C in its program's console.
      const native = loadKoffi(agentFolderAt(data).native);
      if (!native.ok) throw new Error(native.reason);
      return interruptConsole(native.koffi, positive('interrupt', subject ?? '')) ? 0 : 1;
    }
    case 'install': {
      const report = await install(
        {
          server: values.server === undefined ? undefined : urls(values.server),
          data,
          token: values.token ?? process.env.CARILLON_JOIN_TOKEN,
          name: values.name,
          proxy: proxy(values.proxy),
          ca: values.ca,
          schtasksCommand: values['schtasks-command'],
          releaseKeys: releaseKeys(values['release-key']),
          start: !values['no-start'],
        },
        process.env,
      );
      print(values.json ? report : describeInstall(report));
      return values['no-start'] || report.running ? 0 : 1;
    }
    case 'uninstall': {
      if (values['keep-data'] && values['remove-data'])
        throw new UsageError('uninstall: expected --keep-data or --remove-data, not both');
      const report = await uninstall({ data, removeData: values['remove-data'] === true });
      print(values.json ? report : describeUninstall(report, data));
      return 0;
    }
    case 'stop':
      print((await stopAgent(agentFolderAt(data).lock)) ? 'the agent has ended\n' : 'no agent was running\n');
      return 0;
    case 'status': {
      const status = agentStatus(data);
      print(values.json ? status : describeStatus(status, Date.now()));
      return 0;
    }
    case 'doctor': {
      const findings = await examine(data);
      print(values.json ? findings : describeFindings(findings));
      return exitCodeOf(findings);
    }
    case 'policy': {
      if (subject !== 'show' && subject !== 'check')
        throw new UsageError(`policy: expected show or check, got ${subject ?? 'nothing'}`);
      const report = policyReport(data, subject === 'check' ? object : undefined);
      print(values.json ? report : describePolicy(report));
      return report.problems.length > 0 || (subject === 'check' && report.refused.length > 0) ? 1 : 0;
    }
    case 'account':
      return account(data, subject, object, values.json === true);
    case 'secret':
      return secret(data, subject, object, values.json === true);
    case 'upgrade-watch': {
      const folder = agentFolderAt(data);
      const scheduler = hostScheduler(loadSettings(folder).scheduler, folder.temporary);
      await watchUpgrade(folder, scheduler, fileLog(folder.diary));
      return 0;
    }
    case 'simulate': {
      const seconds = values.seconds === undefined ? undefined : positive('--seconds', values.seconds);
      const hosts = positive('--hosts', values.hosts ?? '');
      const online = await simulate(
        { server: url(values.server), token: token(values.token), hosts, seconds, json: values.json === true },
        untilSignal(),
      );
      return online === hosts ? 0 : 1;
    }
    default:
      throw new UsageError(`unknown command ${verb}`);
  }
}

async function account(
  data: string,
  verb: string | undefined,
  name: string | undefined,
  json: boolean,
): Promise<number> {
  if (verb === 'list') {
    const known = listAccounts(data);
    print(json ? known : known.map(({ account, at }) => `${account}  since ${at}\n`).join(''));
    return 0;
  }
  if ((verb !== 'set' && verb !== 'forget') || name === undefined)
    throw new UsageError('account: expected set ACCOUNT, forget ACCOUNT or list');
  if (verb === 'set') setPassword(data, name, await readSecret(`Password of ${name}: `));
  else if (!forgetPassword(data, name)) throw new Error(`account: no password of ${name} was handed over here`);
  return 0;
}

async function secret(
  data: string,
  verb: string | undefined,
  name: string | undefined,
  json: boolean,
): Promise<number> {
  if (verb === 'list') {
    const known = listSecrets(data).map(({ account, at }) => ({ name: account, at }));
    print(json ? known : known.map((each) => `${each.name}  since ${each.at}\n`).join(''));
    return 0;
  }
  if ((verb !== 'set' && verb !== 'forget') || name === undefined)
    throw new UsageError('secret: expected set NAME, forget NAME or list');
  if (verb === 'set') setSecret(data, name, await readSecretText(`Secret ${name}: `));
  else if (!forgetSecret(data, name)) throw new Error(`secret: no ${name} was handed over here`);
  return 0;
}

function print(answer: object | string): void {
  process.stdout.write(typeof answer === 'string' ? answer : `${JSON.stringify(answer, null, 2)}\n`);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
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

function positive(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new UsageError(`${name}: expected a positive whole number, got ${JSON.stringify(text)}`);
}

function untilSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => controller.abort());
  return controller.signal;
}

// Not awaited at the top level: the single executable holds a CommonJS bundle, which has none.
main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = toExitCode(code);
  },
  (error: unknown) => {
    process.stderr.write(`carillon-agent: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
