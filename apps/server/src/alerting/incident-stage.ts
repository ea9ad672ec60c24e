import type { AlertTransition } from '@carillon/core/alert/alert';
import { Inject, Injectable } from '@nestjs/common';
import { AcknowledgeLinks } from '../shared/acknowledge-links.js';
import { Origins } from '../shared/origins.js';
import { dueIncidents } from '../store/incident-rows.js';
import type { Client } from '../store/pool-transaction.js';
import { IncidentTurn } from './incident-turn.js';
import type { IncidentStage, StageWork } from './stages.js';
import { nothingWritten } from './written.js';

/** Incidents that one turn looks at because their time has come. */
const wakesPerTurn = 200;

/** Makes incidents of alerts, and sees to it that people hear of them: at once, later, or not, each for a reason. */
@Injectable()
export class Incidents implements IncidentStage {
  constructor(
    @Inject(Origins) private readonly origins: Origins,
    @Inject(AcknowledgeLinks) private readonly acknowledgeLinks: AcknowledgeLinks,
  ) {}

  async take(client: Client, transitions: readonly AlertTransition[], nowMs: number): Promise<StageWork> {
    if (transitions.length === 0) return { ...nothingWritten, more: false };
    const turn = await this.begin(client, nowMs);
    await turn.join(transitions);
    await turn.bring();
    return { ...(await turn.write()), more: false };
  }

  async wake(client: Client, nowMs: number): Promise<StageWork> {
    const due = await dueIncidents(client, nowMs, wakesPerTurn);
    if (due.length === 0) return { ...nothingWritten, more: false };
    const turn = await this.begin(client, nowMs);
    turn.add(due);
    await turn.bring();
    return { ...(await turn.write()), more: due.length === wakesPerTurn };
  }

  begin(client: Client, nowMs: number): Promise<IncidentTurn> {
    const [origin = 'http://localhost'] = this.origins.all;
    return IncidentTurn.begin(client, nowMs, {
      to: (path) => `${origin}${path}`,
      acknowledge: (grant) => this.acknowledgeLinks.make(grant),
    });
  }
}
