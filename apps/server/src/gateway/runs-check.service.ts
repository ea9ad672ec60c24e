import { runsCheckAfterMs, runsCheckCapability } from '@carillon/core/run/forgotten-run';
import { Inject, Injectable } from '@nestjs/common';
import { OpenRunStore } from '../store/open-run.store.js';
import type { AgentLink } from './agent-link.js';

/** As many as one message may name. */
const perMessage = 100;

/** Asks hosts about runs that seem to be under way, so that none stays so for ever that its host knows nothing of. */
@Injectable()
export class RunsCheck {
  constructor(@Inject(OpenRunStore) private readonly runs: OpenRunStore) {}

  async ask(links: readonly AgentLink[], afterMs = runsCheckAfterMs): Promise<void> {
    const able = links.filter(({ capabilities }) => capabilities.includes(runsCheckCapability));
    if (able.length === 0) return;
    const byHost = await this.runs.of(
      able.map(({ hostId }) => hostId),
      Date.now() - afterMs,
    );
    for (const link of able) {
      const runs = byHost.get(link.hostId)?.slice(0, perMessage);
      if (runs && link.open) link.send('runs.check', { runs });
    }
  }
}
