import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Header of a masked text frame of 4,000 bytes, then the first few of them. */
const halfFrame = Buffer.concat([Buffer.from([0x81, 0xfe, 0x0f, 0xa0, 1, 2, 3, 4]), Buffer.alloc(500, 0x5a)]);

/** Knows the connections that this process opened, so that some can be destroyed as a bad network would. */
export class SocketCutter {
  private readonly sockets = new Set<Socket>();
  private readonly onSocket = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
  };

  constructor() {
    subscribe('net.client.socket', this.onSocket);
  }

  /**
   * Destroys about this part of the open connections, every other one behind half a frame.
   * @returns how many
   */
  cut(part: number, random: () => number): number {
    const chosen = [...this.sockets].filter((socket) => !socket.connecting && random() < part);
    for (const socket of chosen) {
      if (random() < 0.5) socket.destroy();
      else socket.write(halfFrame, () => socket.destroy());
    }
    return chosen.length;
  }

  close(): void {
    unsubscribe('net.client.socket', this.onSocket);
  }
}
