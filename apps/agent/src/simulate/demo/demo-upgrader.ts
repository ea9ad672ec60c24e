import type { Body } from '@carillon/contract/agent/catalog';
import type { Release } from '@carillon/core/upgrade/release';
import type { SessionParts } from '../../link/session.js';

type Upgrader = NonNullable<SessionParts['upgrader']>;
type Status = Body<'upgrade.status'>;

export interface DemoUpgradePorts {
  readonly version: () => string;
  readonly takesMs: number;
  readonly allowed: boolean;
  /** The new version runs: comes back with it. */
  readonly onInstalled: (version: string) => void;
}

/** Plays what a host does with a newer agent: it fetches and tries nothing, but says what one that does would say. */
export class DemoUpgrader implements Upgrader {
  private status: ((body: Status) => void) | undefined;
  private last: Status | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly ports: DemoUpgradePorts) {}

  attach(link: { status(body: Status): void }): void {
    this.status = (body) => link.status(body);
    if (this.last) this.status(this.last);
  }

  detach(): void {
    this.status = undefined;
  }

  onOffer({ text }: Body<'upgrade.offer'>): void {
    const { version } = JSON.parse(text) as Release;
    if (this.timer || version === this.ports.version()) return;
    if (!this.ports.allowed) {
      const message = 'policy.json of this host says upgrades: false';
      this.say(version, 'failed', 'policy', message);
      return;
    }
    this.say(version, 'downloading', null, null);
    this.timer = setTimeout(() => {
      this.say(version, 'trying', null, null);
      this.timer = setTimeout(() => {
        this.timer = undefined;
        this.last = { version, state: 'installed', code: null, message: null, at: new Date().toISOString() };
        this.ports.onInstalled(version);
      }, this.ports.takesMs / 4);
    }, this.ports.takesMs);
  }

  onChunk(): void {
    // It asks for none.
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private say(version: string, state: Status['state'], code: string | null, message: string | null): void {
    this.last = { version, state, code, message, at: new Date().toISOString() };
    this.status?.(this.last);
  }
}
