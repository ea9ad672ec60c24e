import type { SystemProxy } from './proxy.js';

const headerBytes = 12;
const proxyFlag = 2;

/**
 * Reads the registry value `WinHttpSettings`: version, counter and flags, four bytes each, then two counted texts, the
 * proxy and the hosts that are reached without it [K].
 * @param hex as `reg query` prints a REG_BINARY
 * @returns null when no proxy is set there or it cannot be read
 */
export function readWinHttpSettings(hex: string): SystemProxy | null {
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  if (bytes.length < headerBytes + 4) return null;
  const view = new DataView(bytes.buffer);
  if ((view.getUint32(8, true) & proxyFlag) === 0) return null;
  const [proxy, after] = countedText(bytes, view, headerBytes);
  const [bypass] = countedText(bytes, view, after);
  return proxy ? { proxy, bypass } : null;
}

function countedText(bytes: Uint8Array, view: DataView, at: number): [text: string, after: number] {
  if (at + 4 > bytes.length) return ['', at];
  const end = Math.min(bytes.length, at + 4 + view.getUint32(at, true));
  return [String.fromCharCode(...bytes.subarray(at + 4, end)), end];
}
