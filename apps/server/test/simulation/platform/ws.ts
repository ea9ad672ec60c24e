import { End, type Network } from '../network.js';
import { world } from '../world.js';

let network: Network | undefined;

export function setNetwork(next: Network | undefined): void {
  network = next;
}

function here(): Network {
  if (!network) throw new Error('no network: no simulation is under way');
  return network;
}

/** In place of `ws`: an agent's socket dials through the simulated network. */
export class WebSocket extends End {
  constructor(url: URL, _protocols: readonly string[], options: { handshakeTimeout?: number } = {}) {
    super(world().current, 'agent');
    here().dial(this, url, options.handshakeTimeout ?? 30_000);
  }
}

export class WebSocketServer {
  handleUpgrade(request: { agent: End }, _socket: unknown, _head: unknown, done: (ws: End) => void): void {
    done(here().accept(request));
  }

  close(): void {
    // Nothing but what is accepted belongs to it.
  }
}
