import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { agentPath, agentSubprotocol } from '@carillon/contract/agent/envelope';

/** Called with each text message of the server. */
export type OnText = (text: string) => void;

const textOpcode = 1;
const binaryOpcode = 2;
const closeOpcode = 8;
const pingOpcode = 9;
const pongOpcode = 10;

/**
 * The client's end of a WebSocket (RFC 6455) and no more than a load generator needs: it must leave the processor to
 * what is measured. Its mask is zero, which the server takes off like any other; fit for the loopback only.
 */
export class LightSocket {
  private rest: Buffer = Buffer.alloc(0);
  onText: OnText = () => undefined;
  onEnd: (why: string) => void = () => undefined;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (bytes) => this.read(bytes));
    socket.on('error', (error) => this.onEnd(error.message));
    socket.on('close', () => this.onEnd('the connection was closed'));
  }

  /** @throws Error with the first line of the answer when the server does not switch protocols */
  static async dial(server: string): Promise<LightSocket> {
    const { hostname, port, host } = new URL(server);
    const socket = connect(Number(port), hostname).setNoDelay(true);
    const lines = [
      `GET ${agentPath} HTTP/1.1`,
      `Host: ${host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      `Sec-WebSocket-Protocol: ${agentSubprotocol}`,
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    const rest = await untilUpgraded(socket);
    const light = new LightSocket(socket);
    // Whoever dialled sets its listener first.
    setImmediate(() => light.read(rest));
    return light;
  }

  sendText(text: string): void {
    this.send(textOpcode, Buffer.from(text));
  }

  sendBinary(data: Buffer): void {
    this.send(binaryOpcode, data);
  }

  /** What is written until `uncork` goes out together. */
  cork(): void {
    this.socket.cork();
  }

  uncork(): void {
    this.socket.uncork();
  }

  close(): void {
    this.onEnd = () => undefined;
    this.socket.destroy();
  }

  private send(opcode: number, payload: Buffer): void {
    this.socket.cork();
    this.socket.write(headerOf(opcode, payload.length));
    this.socket.write(payload);
    this.socket.uncork();
  }

  private read(bytes: Buffer): void {
    this.rest = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    for (;;) {
      const frame = firstFrame(this.rest);
      if (!frame) return;
      this.rest = this.rest.subarray(frame.end);
      const { payload } = frame;
      if (frame.opcode === textOpcode) this.onText(payload.toString('utf8'));
      else if (frame.opcode === pingOpcode) this.send(pongOpcode, Buffer.from(payload));
      else if (frame.opcode === closeOpcode) this.onEnd(`the server closed: ${payload.subarray(2).toString('utf8')}`);
    }
  }
}

function untilUpgraded(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    const read = (bytes: Buffer) => {
      head = Buffer.concat([head, bytes]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      socket.off('data', read).off('error', reject);
      const status = head.subarray(0, head.indexOf('\r\n')).toString('latin1');
      if (status.startsWith('HTTP/1.1 101')) resolve(head.subarray(end + 4));
      else reject(new Error(`the server answered ${status}`));
    };
    socket.on('data', read).once('error', reject);
    socket.once('close', () => reject(new Error('the server closed the connection')));
  });
}

/** Final, masked with zero. */
function headerOf(opcode: number, length: number): Buffer {
  const first = 0x80 | opcode;
  if (length < 126) return Buffer.from([first, 0x80 | length, 0, 0, 0, 0]);
  if (length < 65_536) return Buffer.from([first, 0x80 | 126, length >> 8, length & 255, 0, 0, 0, 0]);
  const header = Buffer.alloc(14);
  header[0] = first;
  header[1] = 0x80 | 127;
  header.writeUInt32BE(length, 6);
  return header;
}

/** The server sends whole frames, unmasked. */
function firstFrame(bytes: Buffer) {
  if (bytes.length < 2) return null;
  let length = (bytes[1] ?? 0) & 127;
  let start = 2;
  if (length === 126) {
    if (bytes.length < 4) return null;
    length = bytes.readUInt16BE(2);
    start = 4;
  } else if (length === 127) {
    if (bytes.length < 10) return null;
    length = bytes.readUInt32BE(6);
    start = 10;
  }
  const end = start + length;
  if (bytes.length < end) return null;
  return { opcode: (bytes[0] ?? 0) & 15, end, payload: bytes.subarray(start, end) };
}
