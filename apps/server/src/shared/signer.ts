import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { keyPlaces } from './signing/key-files.js';
import { SignerChild, SignerEnded } from './signing/signer-child.js';
import { SignerDesk } from './signing/signer-desk.js';
import type { SignerCall, SignerCalls, TrustNow } from './signing/signer-requests.js';

type Asks = (call: SignerCall, ask: SignerCalls[SignerCall]['ask']) => Promise<unknown>;

/**
 * Signs definitions, commands and indexes. Its key is a file apart from the database, and the process that reads it is
 * another one than the server: whoever can write rows cannot run code.
 */
@Injectable()
export class Signer implements OnApplicationShutdown {
  /** Grows when what the signer had read of the book is gone. */
  generation = 1;
  private isStopped = false;

  private constructor(
    private readonly asks: Asks,
    private known: TrustNow,
    private readonly stop: () => Promise<void> = () => Promise.resolve(),
  ) {}

  /** In this process, for tests. Reads the key file (PKCS #8 PEM), making it the first time. */
  static fromFile(path: string): Signer {
    const desk = new SignerDesk(keyPlaces(path));
    // Later, as with a process of its own.
    const asks: Asks = async (call, ask) => (desk.calls[call] as (ask: unknown) => unknown)(ask);
    return new Signer(asks, desk.trust());
  }

  /** In a process of its own. Several servers must share the folder of one file, or copies of it. */
  static async start(path: string): Promise<Signer> {
    let signer: Signer | undefined;
    const child = new SignerChild(path, () => {
      if (!signer) return;
      signer.generation += 1;
      if (!signer.isStopped) new Logger('Signing').warn('the signer has ended; the next question starts it again');
    });
    // Whatever it was asked changes nothing but by its answer. One that cannot stay ends the second try as well.
    const asks: Asks = (call, ask) =>
      child.ask(call, ask).catch((error: unknown) => {
        if (error instanceof SignerEnded) return child.ask(call, ask);
        throw error;
      });
    const trust = (await child.start()) as TrustNow;
    signer = new Signer(asks, trust, () => child.stop());
    return signer;
  }

  /** What signs now. */
  get publicKey(): string {
    return this.known.publicKey;
  }

  /** The keys that agents are to trust, as last looked at. */
  get trust(): TrustNow {
    return this.known;
  }

  /** Looks whether somebody changed the keys. @returns whether they are others than before */
  async lookAtKeys(): Promise<boolean> {
    const { version } = this.known;
    this.known = await this.ask('trust', {});
    return this.known.version !== version;
  }

  ask<C extends SignerCall>(call: C, ask: SignerCalls[C]['ask']): Promise<SignerCalls[C]['answer']> {
    return this.asks(call, ask) as Promise<SignerCalls[C]['answer']>;
  }

  onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    return this.stop();
  }
}
