import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where everything of one agent lives. The runner and the agent share it; each file says who writes it. */
export interface AgentFolder {
  readonly root: string;
  /** Key and name; written by `enroll`. */
  readonly identity: string;
  /** Server address, scheduler, how Task Scheduler starts the runner; written by `enroll`. */
  readonly settings: string;
  /** Keys whose signatures runners accept; apart from the private key, which run-as accounts must not read. */
  readonly trust: string;
  /** The newest end of the server's audit that was told. */
  readonly auditEnd: string;
  /** Held by the one agent that works on this folder. */
  readonly lock: string;
  /** One signed definition per job; written by the agent, read by runners. */
  readonly jobs: string;
  readonly scripts: string;
  /** What Task Scheduler holds for us; written by the agent. */
  readonly registered: string;
  /** Tasks that are not what they should be, as last reported; written by the agent. */
  readonly drift: string;
  /** How far Task Scheduler's log was read, and what is still open there; written by the agent. */
  readonly history: string;
  /** When the host started, as last told; written by the agent. */
  readonly boot: string;
  /** What the agent has seen of what starts jobs; written by the agent. */
  readonly watched: string;
  /** A time in which nothing starts by itself; written by the agent, read by runners. */
  readonly pause: string;
  /** The pause whose end is still to be seen to; written by the agent. */
  readonly pauseMemory: string;
  /** Tasks that jobs stand in for, as they were before; written by the agent. */
  readonly replaced: string;
  /** Start orders; written by the agent, claimed by a runner. */
  readonly tickets: string;
  /** Stop orders by run; written by the agent. */
  readonly stops: string;
  /** Runs under way; written by their runners. */
  readonly running: string;
  /** What is remembered of each job from run to run; written by runners. */
  readonly answered: string;
  /** Drop box: one file per event; written by runners, emptied by the agent. */
  readonly drop: string;
  /** Output of one run, a file each; written by its runner, deleted by the agent after the ack. */
  readonly output: string;
  /** Room kept for results on a full disk; filled by the agent, given back by whoever needs it. */
  readonly reserve: string;
  /** Holds the two files for a full disk. */
  readonly room: string;
  /** Results that found no room even so, a byte each; written by runners, told and cleared by the agent. */
  readonly unwritten: string;
  /** Numbered events until the centre acked them; written by the agent. */
  readonly log: string;
  /** How the agent stands with its server; written by the agent, for people who ask on the host. */
  readonly contact: string;
  /** What the agent says where nobody reads its output; written by the agent. */
  readonly diary: string;
  /** What the owner of this host allows the centre; written by people on the host only. */
  readonly policy: string;
  /** Signatures of approvers, and what was registered with them; written by the agent. */
  readonly approvals: string;
  /** What no account that jobs run as may read, folder and all. */
  readonly private: string;
  /** Sealed passwords of accounts that jobs run as; written by people on the host, and by the agent for the centre. */
  readonly passwords: string;
  /** Sealed secrets for jobs; written by people on the host and by the agent for the centre, read by runners that may. */
  readonly secrets: string;
  /** Secrets of one job, a file each, for jobs of accounts that may not read all; written by the agent, read by runners. */
  readonly jobSecrets: string;
  /** The key to which the centre seals this host's secrets; written by the agent. */
  readonly sealKey: string;
  /** SIDs of accounts by name; written by the agent. */
  readonly sids: string;
  /** Time zones of the host and of its jobs; written by the agent, read by runners. */
  readonly zones: string;
  /** The order to go that this host obeys; written by the agent, gone with all else. */
  readonly leaving: string;
  /** Versions of the agent, and the upgrade under way. */
  readonly upgrade: string;
  readonly commands: string;
  readonly temporary: string;
  /** Native module that the single executable carries; written by the agent, loaded by runners. */
  readonly native: string;
}

/** `%ProgramData%\Carillon\agent` on Windows, `~/.carillon-agent` elsewhere; `CARILLON_AGENT_DATA` or `--data` choose another. */
export function defaultAgentFolder(env: NodeJS.ProcessEnv): string {
  if (env.CARILLON_AGENT_DATA) return env.CARILLON_AGENT_DATA;
  return process.platform === 'win32'
    ? join(env.ProgramData ?? 'C:\\ProgramData', 'Carillon', 'agent')
    : join(env.HOME ?? '.', '.carillon-agent');
}

export function agentFolderAt(path: string): AgentFolder {
  const root = resolve(path);
  return {
    root,
    identity: join(root, 'identity.json'),
    settings: join(root, 'agent.json'),
    trust: join(root, 'trust.json'),
    auditEnd: join(root, 'audit-end.json'),
    lock: join(root, 'agent.lock'),
    jobs: join(root, 'jobs'),
    scripts: join(root, 'scripts'),
    registered: join(root, 'registered.json'),
    drift: join(root, 'drift.json'),
    history: join(root, 'history.json'),
    boot: join(root, 'boot.json'),
    watched: join(root, 'watched.json'),
    pause: join(root, 'pause.json'),
    pauseMemory: join(root, 'pause-memory.json'),
    replaced: join(root, 'replaced.json'),
    tickets: join(root, 'tickets'),
    stops: join(root, 'stops'),
    running: join(root, 'running'),
    answered: join(root, 'answered'),
    drop: join(root, 'spool', 'drop'),
    output: join(root, 'spool', 'out'),
    room: join(root, 'spool', 'room'),
    reserve: join(root, 'spool', 'room', 'reserve'),
    unwritten: join(root, 'spool', 'room', 'unwritten'),
    log: join(root, 'spool', 'log'),
    contact: join(root, 'contact.json'),
    diary: join(root, 'agent.log'),
    policy: join(root, 'policy.json'),
    approvals: join(root, 'approvals.json'),
    private: join(root, 'private'),
    jobSecrets: join(root, 'job-secrets'),
    passwords: join(root, 'private', 'passwords.json'),
    secrets: join(root, 'private', 'secrets.json'),
    sealKey: join(root, 'private', 'seal-key.json'),
    sids: join(root, 'sids.json'),
    zones: join(root, 'zones.json'),
    leaving: join(root, 'leaving.json'),
    upgrade: join(root, 'upgrade'),
    commands: join(root, 'commands.jsonl'),
    temporary: join(root, 'tmp'),
    native: join(root, 'native'),
  };
}

export function prepareAgentFolder(folder: AgentFolder): void {
  const { jobs, scripts, jobSecrets, tickets, stops, running, answered, drop, output, room, log, temporary } = folder;
  mkdirSync(folder.root, { recursive: true, mode: 0o700 });
  mkdirSync(folder.private, { recursive: true, mode: 0o700 });
  for (const path of [
    jobs,
    scripts,
    jobSecrets,
    tickets,
    stops,
    running,
    answered,
    drop,
    output,
    room,
    log,
    temporary,
  ]) {
    mkdirSync(path, { recursive: true });
  }
}
