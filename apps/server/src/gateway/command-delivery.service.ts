import type { Body } from '@carillon/contract/agent/catalog';
import { repairCapability } from '@carillon/core/desired/repair';
import { dryRunCapability } from '@carillon/core/run/dry-run';
import type { CommandKind } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { type ClaimedCommand, CommandDeliveryStore, claimRows } from '../store/command-delivery.store.js';
import type { FenceClaim } from '../store/fence.js';
import type { AgentLink } from './agent-link.js';
import { SocketRegistry } from './socket-registry.js';

/** Hands commands to agents, each at most once. */
@Injectable()
export class CommandDelivery {
  constructor(
    @Inject(CommandDeliveryStore) private readonly store: CommandDeliveryStore,
    @Inject(SocketRegistry) private readonly registry: SocketRegistry,
  ) {}

  /** Claims first, sends second: what is lost in between is not run, and after its life nobody believes it was. */
  async deliver(links: readonly AgentLink[]): Promise<void> {
    const claims = links.map(({ hostId, fence }) => ({ hostId, fence }));
    for (let more = true; more; ) more = await this.deliverSome(claims);
  }

  /** @returns is there probably more to claim? */
  private async deliverSome(claims: readonly FenceClaim[]): Promise<boolean> {
    const claimed = await this.store.claim(claims);
    const unsent: string[] = [];
    const unknown: { readonly link: AgentLink; readonly command: ClaimedCommand }[] = [];
    for (const command of claimed) {
      const link = this.registry.get(command.hostId);
      if (!link?.open || link.fence !== command.fence) unsent.push(command.id);
      else if (!knows(link, command)) unknown.push({ link, command });
      else link.send('command', { text: command.text, signature: command.signature });
    }
    if (unsent.length > 0) await this.store.putBack(unsent);
    for (const { link, command } of unknown) await this.refuse(link, command);
    // What was put back would be claimed again at once: the next look is soon enough.
    return claimed.length === claimRows && unsent.length === 0;
  }

  /** In the place of an agent that would not obey what it does not know, and could not tell who asked. */
  private async refuse(link: AgentLink, { id, action, agentVersion }: ClaimedCommand): Promise<void> {
    const what = action === 'repair' ? 'repair one task' : 'do a dry run';
    const message = `agent ${agentVersion} cannot ${what}; upgrade it`;
    await this.noteAnswer(link, { commandId: id, state: 'rejected', code: 'unsupported', message });
  }

  /** Writes down a `command.result`; a session that is no longer the newest ends instead. */
  async noteAnswer(link: AgentLink, result: Body<'command.result'>): Promise<void> {
    if (!(await this.store.answer(link, result))) link.supersede();
  }
}

/** Commands that came later than the protocol: agents from before do not know the order. */
const needed: Partial<Record<CommandKind, string>> = { dry_run: dryRunCapability, repair: repairCapability };

function knows({ capabilities }: AgentLink, { action }: ClaimedCommand): boolean {
  const capability = needed[action];
  return capability === undefined || capabilities.includes(capability);
}
