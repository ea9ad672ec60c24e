import { renameSync, writeFileSync } from 'node:fs';
import { readJson } from './files.js';

/** How the agent stands with its server, for whoever asks on the host while the agent runs. */
export interface Contact {
  /** Null while there is no session. */
  readonly connectedSince: string | null;
  /** When the server was last heard. */
  readonly lastContactAt: string | null;
  /** Why the last session ended or did not come about; null once it is open again. */
  readonly trouble: string | null;
  /** The server hears it, and nobody has let the host in yet; left out otherwise. */
  readonly waits?: boolean;
  /** Numbered events that the server has not acked. */
  readonly eventsToSend: number;
}

const never: Contact = { connectedSince: null, lastContactAt: null, trouble: null, eventsToSend: 0 };
const writeEveryMs = 30_000;

/** What the agent last wrote; it may be half a minute old, and older still when the agent is gone. */
export function loadContact(path: string): Contact {
  try {
    return readJson<Contact>(path) ?? never;
  } catch {
    return never;
  }
}

/** Keeps the contact file. It is a help, not a record: it is not flushed, and what cannot be written is let go. */
export class ContactKeeper {
  private contact: Contact;
  private silentMs: (() => number) | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly path: string,
    private readonly eventsToSend: () => number,
    private readonly now = Date.now,
  ) {
    this.contact = { ...loadContact(path), connectedSince: null };
  }

  attach(channel: { readonly silentMs: number }, waits = false): void {
    this.silentMs = () => channel.silentMs;
    this.contact = { ...this.contact, connectedSince: new Date(this.now()).toISOString(), trouble: null, waits };
    this.write();
    this.timer = setInterval(() => this.write(), writeEveryMs);
  }

  detach(): void {
    clearInterval(this.timer);
    this.look();
    this.silentMs = undefined;
    this.contact = { ...this.contact, connectedSince: null };
    this.write();
  }

  onTrouble(why: string): void {
    this.contact = { ...this.contact, trouble: why.slice(0, 500) };
    this.write();
  }

  private look(): void {
    if (this.silentMs) {
      const lastContactAt = new Date(this.now() - this.silentMs()).toISOString();
      this.contact = { ...this.contact, lastContactAt };
    }
    this.contact = { ...this.contact, eventsToSend: this.eventsToSend() };
  }

  private write(): void {
    this.look();
    const temporary = `${this.path}.tmp`;
    try {
      writeFileSync(temporary, JSON.stringify(this.contact), { mode: 0o600 });
      renameSync(temporary, this.path);
    } catch {
      // A full disk, or a reader that has it open on Windows: the next time will do.
    }
  }
}
