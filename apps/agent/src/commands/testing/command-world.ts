import { canonicalJson } from '@carillon/core/desired/canonical-json';
import { signText } from '@carillon/core/desired/signing';
import { type HostPolicy, judgeCommand, openPolicy } from '@carillon/core/policy/host-policy';
import type { CommandKind } from '@carillon/core/state/states';
import { silentLog } from '../../lib/log.js';
import { newId } from '../../lib/new-id.js';
import { signer } from '../../testing/samples.js';
import { waitUntil } from '../../testing/wait-until.js';
import { CommandDesk, type CommandWork, type Done, type Foretold, type PutBack } from '../command-desk.js';
import { type CommandJournal, type CommandResult, MemoryCommandJournal } from '../command-journal.js';

export const agentId = newId();
export const nowMs = Date.parse('2026-11-23T08:00:00Z');
export const at = (offsetMs: number) => new Date(nowMs + offsetMs).toISOString();

/** A signed order of the centre. */
export function makeOrder(changes: Record<string, unknown> = {}, key = signer) {
  const order = {
    kind: 'carillon/command/v1',
    commandId: newId(),
    hostId: agentId,
    action: 'run',
    jobId: newId(),
    runId: null,
    notBefore: at(-60_000),
    notAfter: at(60_000),
    ...changes,
  };
  const text = canonicalJson(order as never);
  return { ...order, body: { text, signature: signText(key.privateKey, 'carillon/v1/command', text) } };
}

export interface DeskOptions {
  journal?: CommandJournal;
  answer?: () => Promise<Done>;
  foretold?: () => Promise<Foretold>;
  putBack?: () => Promise<PutBack>;
  serverMs?: number;
  policy?: HostPolicy;
}

/** A desk whose work is told rather than done. */
export function makeDesk(options: DeskOptions = {}) {
  const { journal = new MemoryCommandJournal(), answer = async () => ({ ok: true }), serverMs = nowMs } = options;
  const acts: string[] = [];
  const work: CommandWork = {
    start: (jobId) => {
      acts.push(`start ${jobId}`);
      return answer();
    },
    stop: (runId) => {
      acts.push(`stop ${runId}`);
      return answer();
    },
    dryRun: (jobId) => {
      acts.push(`dry run ${jobId}`);
      return (options.foretold ?? (async () => ({ ok: true, verdict: 'would_run', answer: 'it would run\n' })))();
    },
    repair: (jobId, commandId) => {
      acts.push(`repair ${jobId} ${commandId}`);
      return (options.putBack ?? (async () => ({ ok: true, outcome: 'repaired' })))();
    },
  };
  const judge = (action: CommandKind) => judgeCommand(options.policy ?? openPolicy, action);
  const facts = () => ({ agentId, signerKeys: [signer.publicKey], judge });
  const desk = new CommandDesk(facts, journal, work, silentLog, () => nowMs);
  const told: CommandResult[] = [];
  const attach = () => desk.attach((result) => told.push(result), serverMs);
  attach();
  /** Gives an order and waits for its last word. */
  const obey = async (order: ReturnType<typeof makeOrder>) => {
    const before = told.length;
    desk.onCommand(order.body);
    return waitUntil(() => told.slice(before).find((result) => result.state !== 'accepted'), 'a result');
  };
  return { desk, journal, acts, told, attach, obey };
}
