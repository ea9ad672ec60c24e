import { agentVersion } from './lib/agent-version.js';
import { toExitCode } from './lib/exit-code.js';
import { defaultAgentFolder } from './state/agent-folder.js';
import { parseCommandLine, print, UsageError, type Verb } from './verbs/arguments.js';

const usage = `carillon-agent ${agentVersion}

  enroll --server URL[,URL] [--token T] [--name NAME] [--proxy URL] [--ca FILE] [--data DIR]
         [--root FINGERPRINT] [--schtasks-command JSON] [--wevtutil-command JSON]
         join a server; the token may come as CARILLON_JOIN_TOKEN. Of several addresses the first is the best.
         --root joins only the centre whose root key this is, as carillon keys list prints it.
         --proxy none, system (the default) or http://[name:password@]host:port; --ca certificates (PEM) of one's own;
         --tls-cert FILE --tls-key FILE a certificate of this host (PEM) for a balancer that asks for one
  install [--server URL] [--token T] [--name NAME] [--proxy URL] [--ca FILE] [--data DIR] [--no-start] [--schtasks-command JSON]
         [--root FINGERPRINT] [--release-key KEY]...
         keep the agent running from now on: enrols if need be, registers itself with Task Scheduler, starts
  uninstall [--data DIR] [--keep-data | --remove-data]
         take away the agent's task and those of its jobs; the folder is kept unless told otherwise
  stop   [--data DIR]           end the agent, for somebody who replaces this program; its task starts it again
  agent  [--data DIR] [--log-file]
         work until stopped; with --log-file what it says goes to agent.log in its folder
  run    [--data DIR] JOB-ID    what Task Scheduler starts for a job
  action --dry-run JOB [--data DIR]
         what a start of a job would do now, without doing it; exit code 0: it would run, 3: be skipped, 4: wait, 5: fail
  backup list | verify [--set SET] | restore --set SET|latest --to DIR [--overwrite] [--dry-run]
         JOB|FOLDER [PATTERN] [--data DIR] [--json]
         sets that a job of this host made, or that are in a folder; restore writes over nothing unless told
  status [--data DIR] [--json]  is it running, connected, in step; what it still has to tell
  doctor [--data DIR] [--json]  looks for what is wrong and says what to do; exit code 1 when something is
  witness [--data DIR]          ends of the server's audit that this host was told, for carillon audit verify --witnesses FILE
  policy show | check [FILE] [--data DIR] [--json]
         what the owner of this host allows the centre, and which jobs that keeps out; exit code 1 for check if any
  policy require-approvals COUNT KEY[=WHOSE]... | require-approvals none [--data DIR] [--json]
         register only definitions that so many of these approvers have signed; KEY is a public key or its fingerprint
  account set ACCOUNT | forget ACCOUNT | list [--data DIR] [--json]
         passwords of accounts that jobs run as; set reads one line from standard input
  secret set NAME | forget NAME | list [--data DIR] [--json]
         what jobs of this host may name as { secret: NAME }; set reads standard input
  --version
`;

/** Each is loaded when it is called: what idles on a host for months carries nothing that only others need. */
const verbs: Record<string, () => Promise<Verb>> = {
  enroll: async () => (await import('./verbs/join.js')).enroll,
  install: async () => (await import('./verbs/join.js')).install,
  uninstall: async () => (await import('./verbs/join.js')).uninstall,
  stop: async () => (await import('./verbs/join.js')).stop,
  agent: async () => (await import('./verbs/agent.js')).agent,
  run: async () => (await import('./verbs/run.js')).run,
  action: async () => (await import('./verbs/action.js')).action,
  backup: async () => (await import('./verbs/backup.js')).backup,
  status: async () => (await import('./verbs/look.js')).status,
  doctor: async () => (await import('./verbs/look.js')).doctor,
  witness: async () => (await import('./verbs/look.js')).witness,
  policy: async () => (await import('./verbs/look.js')).policy,
  account: async () => (await import('./verbs/keep.js')).account,
  secret: async () => (await import('./verbs/keep.js')).secret,
  interrupt: async () => (await import('./verbs/own.js')).interrupt,
  zones: async () => (await import('./verbs/own.js')).zones,
  'upgrade-watch': async () => (await import('./verbs/own.js')).upgradeWatch,
};

/** @returns the exit code */
async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommandLine(argv);
  const [verb, ...words] = positionals;
  if (values.version) {
    print(`${agentVersion}\n`);
    return 0;
  }
  if (values.help || verb === undefined) {
    print(usage);
    return values.help ? 0 : 2;
  }
  const load = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (!load) throw new UsageError(`unknown command ${verb}`);
  const carryOut = await load();
  return carryOut({ values, words, data: values.data ?? defaultAgentFolder(process.env) });
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
