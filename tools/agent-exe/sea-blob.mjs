/** Bits of the header of Node 22's single-executable blob. */
const flags = { noExperimentalWarning: 1 << 0, assets: 1 << 3, execArguments: 1 << 4 };
const magic = 0x0143da20;

/**
 * What `node --experimental-sea-config` writes, byte for byte, for a plain script: no snapshot, no code cache. Written
 * here because it has to be made by the very version of Node that will read it, which is not there for every platform.
 * NODE_OPTIONS of the machine is not read by the program (execArgvExtension "none").
 * @param {{ name: string, code: Buffer, execArguments?: string[], assets?: Record<string, Buffer> }} parts
 * @returns {Buffer}
 */
export function seaBlob({ name, code, execArguments = [], assets = {} }) {
  const names = Object.keys(assets).sort();
  let bits = flags.noExperimentalWarning;
  if (names.length > 0) bits |= flags.assets;
  if (execArguments.length > 0) bits |= flags.execArguments;
  const header = Buffer.alloc(9);
  header.writeUInt32LE(magic, 0);
  header.writeUInt32LE(bits, 4);
  header.writeUInt8(0, 8);
  return Buffer.concat([
    header,
    ...sized(name),
    ...sized(code),
    ...(names.length > 0
      ? [count(names.length), ...names.flatMap((key) => [...sized(key), ...sized(assets[key])])]
      : []),
    ...(execArguments.length > 0 ? [count(execArguments.length), ...execArguments.flatMap(sized)] : []),
  ]);
}

function sized(content) {
  const bytes = Buffer.from(content);
  return [count(bytes.length), bytes];
}

function count(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
