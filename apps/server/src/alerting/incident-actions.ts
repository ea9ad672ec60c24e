import { type Act, type Acted, act } from '@carillon/core/alert/incident/act';
import { Inject, Injectable } from '@nestjs/common';
import { HINTS, type Hints } from '../queue/hints.js';
import { awaitAlertTurn } from '../store/alert-lock.js';
import { noteChange } from '../store/audit-act.js';
import { Database } from '../store/database.store.js';
import { incidentByNumber } from '../store/incident-rows.js';
import { keyedEffect } from '../store/key-effect.js';
import { type Client, poolTransaction } from '../store/pool-transaction.js';
import { ALERT_CLOCK, type AlertClock } from './alert-clock.js';
import { Incidents } from './incident-stage.js';
import { nothingWritten, tellOf, type Written } from './written.js';

/** Something that somebody does. */
export interface Deed {
  readonly by: string;
  readonly act: Act;
}

/** What people do to incidents, decided as everything else is: one at a time, with what follows from it, in one transaction. */
@Injectable()
export class IncidentActions {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Incidents) private readonly incidents: Incidents,
    @Inject(HINTS) private readonly hints: Hints,
    @Inject(ALERT_CLOCK) private readonly clock: AlertClock,
  ) {}

  /** Deeds in their order, all or none. @returns null when there is no such incident */
  async act(number: number, deeds: readonly Act[], by: string): Promise<Acted | null> {
    return await this.inTurn(async (client) => {
      const effect = await keyedEffect(client);
      if (effect.isDone) return { written: nothingWritten, result: await asItIs(client, number) };
      const own = deeds.map((one) => ({ by, act: one }));
      const done = await this.carryOut(client, number, own, 'all');
      if (done.acted?.ok) await effect.done();
      return { written: done.written, result: done.acted };
    });
  }

  /**
   * What people did somewhere else, in its order; what the incident has no place for any more is left out. `also` is
   * done with it or not at all, so that nothing is taken over twice.
   */
  async takeOver(number: number, deeds: readonly Deed[], also: (client: Client) => Promise<void>): Promise<void> {
    await this.inTurn(async (client) => {
      const { written } = await this.carryOut(client, number, deeds, 'possible');
      await also(client);
      return { written, result: undefined };
    });
  }

  private async inTurn<T>(work: (client: Client) => Promise<{ written: Written; result: T }>): Promise<T> {
    const { written, result } = await poolTransaction(this.database.pool, async (client) => {
      await awaitAlertTurn(client);
      return await work(client);
    });
    this.hints.publish({ kind: 'incidents', hostIds: [] });
    tellOf(this.hints, written);
    // Who has it and who looks after it stands in its ticket too.
    this.hints.publish({ kind: 'tickets', hostIds: [] });
    return result;
  }

  private async carryOut(client: Client, number: number, deeds: readonly Deed[], which: 'all' | 'possible') {
    const nowMs = this.clock();
    const found = await incidentByNumber(client, number);
    if (!found) return { acted: null, written: nothingWritten };
    const turn = await this.incidents.begin(client, nowMs);
    turn.add([found]);
    const { members } = (await turn.membersOf([found.id]))(found.id);
    let acted: Acted | null = null;
    const done: Deed[] = [];
    for (const deed of deeds) {
      const incident = turn.incidents.get(found.id) ?? found;
      acted = act(incident, deed.act, deed.by, members, nowMs);
      if (acted.ok) {
        turn.take(acted, deed.by);
        done.push(deed);
      } else if (which === 'all') return { acted, written: nothingWritten };
    }
    for (const deed of done) noteDeed(found, deed);
    return { acted, written: await turn.write() };
  }
}

/** What was done before is not done again. */
async function asItIs(client: Client, number: number): Promise<Acted | null> {
  const incident = await incidentByNumber(client, number);
  return incident && { ok: true, incident, tellings: [], decisions: [] };
}

/** Whoever did it: somebody here, by the link of a message, or in a ticket system. */
function noteDeed({ number, title }: { number: number; title: string }, { act, by }: Deed): void {
  const text = 'text' in act ? act.text : 'comment' in act ? act.comment : 'assignee' in act ? act.assignee : null;
  noteChange({ by, kind: 'Incident', act: act.kind, what: `#${number} ${title}`, text: text || null });
}
