import type { Body } from '@carillon/contract/agent/catalog';
import { passwordTurn } from '@carillon/core/secrets/secret-rules';
import { sealedSecrets, vaultKey } from '@carillon/core/secrets/secret-use';
import type { RefusalCode } from '@carillon/core/signing/refusal';
import { Inject, Injectable } from '@nestjs/common';
import { HINTS, type Hints } from '../queue/hints.js';
import { isRefusal, type SealAsk } from '../shared/signing/signer-requests.js';
import { AcceptedStore, NotSigned } from '../store/accepted.store.js';
import { HostSecretStore, heldBack } from '../store/host-secret.store.js';
import { JobSecretStore } from '../store/job-secret.store.js';
import { SigningAlarmStore } from '../store/signing-alarm.store.js';
import type { AgentLink } from './agent-link.js';

type Item = Body<'secrets.state'>['items'][number];
type Use = Body<'secrets.get'>['uses'][number];

/** Of one frame, whose limit leaves room for all around it. */
const sealedPerFrame = 150_000;
/** What cannot come of a host that asks a moment too late: the database is not as it was accepted. */
const alarming: ReadonlySet<string> = new Set<RefusalCode>([
  'other_secret',
  'bad_manifest',
  'unknown_host',
  'book_changed',
]);

/** Gives hosts the secrets that their jobs need, sealed to them by the signer, and notes how they stand with them. */
@Injectable()
export class SecretDelivery {
  /** One key a session: whoever tells others again and again fills the book. */
  private readonly told = new WeakSet<AgentLink>();

  constructor(
    @Inject(JobSecretStore) private readonly secrets: JobSecretStore,
    @Inject(HostSecretStore) private readonly hosts: HostSecretStore,
    @Inject(AcceptedStore) private readonly accepted: AcceptedStore,
    @Inject(SigningAlarmStore) private readonly alarm: SigningAlarmStore,
    @Inject(HINTS) private readonly hints: Hints,
  ) {}

  /** Lets hosts ask: they are there, or something of theirs was changed. */
  async tell(links: readonly AgentLink[]): Promise<void> {
    const able = links.filter(({ capabilities }) => capabilities.includes(sealedSecrets));
    if (able.length === 0) return;
    const keys = await this.hosts.sealKeys(able.map(({ hostId }) => hostId));
    for (const link of able) link.send('secrets.notice', { sealKey: keys.get(link.hostId) ?? null });
  }

  /** The poll: only hosts whose notice may have been lost. */
  async tellBehind(links: readonly AgentLink[]): Promise<void> {
    const behind = new Set(await this.hosts.behind(links.map(({ hostId }) => hostId)));
    await this.tell(links.filter(({ hostId }) => behind.has(hostId)));
  }

  /** Takes the key to which a host wants its secrets sealed; by its signature the signer judges, not the database. */
  async noteKey(link: AgentLink, body: Body<'secrets.key'>): Promise<void> {
    if (this.told.has(link)) return;
    this.told.add(link);
    await this.hosts.noteKey(link, body).catch((error: unknown) => {
      // People were told; the host goes without.
      if (!(error instanceof NotSigned)) throw error;
    });
  }

  /** Answers `secrets.get`. */
  async hand(link: AgentLink, { uses }: Body<'secrets.get'>, re: string): Promise<void> {
    const items = await this.answer(link, uses);
    let frame: Item[] = [];
    let size = 0;
    for (const item of items) {
      const bytes = item.sealed?.length ?? 0;
      if (size + bytes > sealedPerFrame) {
        link.send('secrets.state', { items: frame, last: false }, re);
        [frame, size] = [[], 0];
      }
      frame.push(item);
      size += bytes;
    }
    link.send('secrets.state', { items: frame, last: true }, re);
  }

  async noteStatus(link: AgentLink, { items }: Body<'secrets.status'>): Promise<void> {
    await this.hosts.note(link, items);
    const taken = items.flatMap(({ purpose, name, state }) =>
      purpose === 'account' && state === 'verified' ? [name] : [],
    );
    if (taken.length === 0) return;
    const hostIds = await this.hosts.waitingFor(link.hostId, taken);
    if (hostIds.length > 0) this.hints.publish({ kind: 'secret', hostIds });
  }

  /** Passwords that another host tries first. */
  private async heldBack(hostId: string, uses: readonly Use[]): Promise<Set<string>> {
    const held = new Set<string>();
    for (const name of new Set(uses.map((use) => use.name))) {
      const trial = await this.hosts.trialOf(name);
      const turn = trial ? passwordTurn(trial, hostId, Date.now()) : 'give';
      const isHeld =
        trial && turn !== 'give'
          ? turn === 'wait' || !(await this.hosts.claimTrial(name, trial.version, hostId, trial.hostId))
          : false;
      if (isHeld) held.add(vaultKey({ purpose: 'account', name }));
    }
    return held;
  }

  private async answer(link: AgentLink, uses: readonly Use[]): Promise<Item[]> {
    const rows = new Map((await this.secrets.sealed(uses)).map((row) => [vaultKey(row), row]));
    const held = await this.heldBack(
      link.hostId,
      uses.filter((use) => use.purpose === 'account' && isNews(use, rows.get(vaultKey(use))?.version)),
    );
    const wanted = uses.filter((use) => isNews(use, rows.get(vaultKey(use))?.version) && !held.has(vaultKey(use)));
    const texts = await this.hosts.definitions(wanted);
    const asks = wanted.flatMap((use): { use: Use; ask: SealAsk }[] => {
      const { have: _have, ...about } = use;
      const [row, text] = [rows.get(vaultKey(use)), texts.get(`${use.jobId} ${use.version}`)];
      if (!row || text === undefined) return [];
      return [{ use, ask: { ...about, hostId: link.hostId, sealed: row.sealed, text } }];
    });
    const answers = asks.length === 0 ? [] : await this.accepted.sealToHosts(asks.map(({ ask }) => ask));
    const byUse = new Map(asks.map(({ use }, index) => [use, answers[index]]));
    const items: Item[] = [];
    for (const use of uses) {
      const { have: _have, ...about } = use;
      const answer = byUse.get(use);
      if (held.has(vaultKey(use))) items.push({ ...about, valueVersion: null, code: heldBack });
      else if (!answer) {
        const version = wanted.includes(use) ? null : (rows.get(vaultKey(use))?.version ?? null);
        items.push({ ...about, valueVersion: version, ...(version === null ? { code: 'unknown_secret' } : {}) });
      } else if (isRefusal(answer)) {
        if (alarming.has(answer.code)) await this.alarm.raise(link.name, answer);
        items.push({ ...about, valueVersion: null, code: answer.code });
      } else items.push({ ...about, ...answer });
    }
    return items;
  }
}

function isNews({ have }: Use, current: number | undefined): boolean {
  return current !== undefined && have !== current;
}
