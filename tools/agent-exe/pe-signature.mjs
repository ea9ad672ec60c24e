/** Where the headers of a 64-bit Windows program keep what concerns its signature. */
const place = { headerOffset: 0x3c, optionalHeader: 24, checksum: 64, directories: 112, certificates: 4 };

/**
 * Takes the Authenticode signature off a program: its directory entry is emptied and the certificates, which stand at
 * the end of the file, are cut off. An injected program cannot keep the old signature, and a broken one is worse than none.
 * @param {Buffer} program
 * @returns {Buffer} a copy without signature; the program itself when it has none
 * @throws Error when it is not a 64-bit Windows program or its certificates are not at its end
 */
export function withoutSignature(program) {
  const at = certificateEntry(program);
  const offset = program.readUInt32LE(at);
  const size = program.readUInt32LE(at + 4);
  if (offset === 0 && size === 0) return program;
  if (offset + size !== program.length) {
    throw new Error(`signature: expected at the end of the program (${program.length} bytes), got ${offset} + ${size}`);
  }
  const copy = Buffer.from(program.subarray(0, offset));
  copy.fill(0, at, at + 8);
  // A checksum that no longer holds is worse than none; Windows checks it for drivers only.
  copy.writeUInt32LE(0, headerAt(program) + place.optionalHeader + place.checksum);
  return copy;
}

/** @param {Buffer} program */
export function isSigned(program) {
  return program.readUInt32LE(certificateEntry(program) + 4) > 0;
}

function certificateEntry(program) {
  return headerAt(program) + place.optionalHeader + place.directories + place.certificates * 8;
}

function headerAt(program) {
  const header = program.toString('latin1', 0, 2) === 'MZ' ? program.readUInt32LE(place.headerOffset) : -1;
  const isProgram = header > 0 && program.toString('latin1', header, header + 4) === 'PE\0\0';
  if (!isProgram || program.readUInt16LE(header + place.optionalHeader) !== 0x20b) {
    throw new Error('expected a 64-bit Windows program (PE32+)');
  }
  return header;
}
