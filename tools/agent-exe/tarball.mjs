import { gunzipSync } from 'node:zlib';

const blockBytes = 512;

/**
 * One file of a gzipped tar archive as npm packs them (plain names, sizes in octal).
 * @param {Buffer} archive
 * @param {string} name such as `package/bin/node.exe`
 * @returns {Buffer}
 * @throws Error when the archive has no such file
 */
export function fileInTarball(archive, name) {
  const tar = gunzipSync(archive);
  for (let at = 0; at + blockBytes <= tar.length; ) {
    const header = tar.subarray(at, at + blockBytes);
    const entry = text(header, 0, 100);
    if (entry === '') break;
    const size = Number.parseInt(text(header, 124, 12), 8);
    const prefix = text(header, 345, 155);
    const start = at + blockBytes;
    if ((prefix === '' ? entry : `${prefix}/${entry}`) === name) return tar.subarray(start, start + size);
    at = start + Math.ceil(size / blockBytes) * blockBytes;
  }
  throw new Error(`the archive has no ${name}`);
}

function text(header, start, length) {
  const bytes = header.subarray(start, start + length);
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end === -1 ? length : end).trim();
}
