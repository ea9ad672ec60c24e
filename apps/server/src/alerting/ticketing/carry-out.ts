import type { TicketChannelSpec } from '@carillon/core/alert/documents/channel.schema';
import type { TicketReading } from '@carillon/core/alert/ticket/take-in';
import type { RemoteTicket, TicketLink } from '@carillon/core/alert/ticket/ticket-link';
import type { TicketStep } from '@carillon/core/alert/ticket/ticket-step';
import { closeNotes, textOf } from './ticket-draft.js';
import type { TicketDraft, TicketSystem } from './ticket-system.js';

/** What a step came back with: the ticket, and where it was read, all that people wrote into it. */
export interface Carried {
  readonly remote: RemoteTicket | null;
  readonly reading: TicketReading | null;
}

/** Does what a step says. @throws TicketError when it does not go through */
export async function carryOut(
  system: TicketSystem,
  step: TicketStep,
  link: TicketLink,
  { draft, spec }: { readonly draft: TicketDraft; readonly spec: TicketChannelSpec },
): Promise<Carried> {
  if (step.kind === 'find') {
    const found = await system.find(link.key, link.pending?.newest ?? null);
    return found ? await read(system, found) : { remote: null, reading: null };
  }
  if (step.kind === 'create') return { remote: await system.create(draft), reading: null };
  const { remote } = link;
  if (!remote) throw new Error(`${step.kind} of a ticket that is not there`);
  const text = textOf(step, link, spec);
  switch (step.kind) {
    case 'look':
      return await read(system, remote);
    case 'comment':
    case 'note':
      await system.comment(remote, text);
      return { remote, reading: null };
    case 'acknowledge':
      return { remote: await system.acknowledge(remote, text), reading: null };
    case 'assign':
      return { remote: await system.assign(remote, step.to), reading: null };
    case 'priority':
      await system.setPriority(remote, step.severity, text);
      return { remote, reading: null };
    case 'resolve':
      return { remote: await system.end(remote, step.how, closeNotes(spec)), reading: null };
    case 'reopen':
      return { remote: await system.reopen(remote, text), reading: null };
    case 'wait':
    case 'next_generation':
      return { remote, reading: null };
  }
}

async function read(system: TicketSystem, ticket: RemoteTicket): Promise<Carried> {
  const reading = await system.read(ticket);
  return { remote: reading?.remote ?? null, reading };
}
