// The server in a few files instead of a thousand: starting it takes half the processor time. Made of what the compiler wrote, which
// knows the decorators.
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { rolldown } from 'rolldown';

// What frameworks load only where it is installed, and what is machine code.
const left = [
  /^@nestjs\/(microservices|websockets|platform-express)/,
  /^(class-transformer|class-validator|pg-native|bufferutil|utf-8-validate)$/,
  /^@fastify\/(multipart|view)$/,
  /^@node-rs\//,
];

const dist = resolve(import.meta.dirname, 'dist');
rmSync(resolve(dist, 'bundle'), { recursive: true, force: true });
const build = await rolldown({
  // The signer is a process of its own, and the tool for its keys a program of its own.
  input: {
    main: resolve(dist, 'main.js'),
    'signer-process': resolve(dist, 'shared/signing/signer-process.js'),
    'keys-tool': resolve(dist, 'keys-tool.js'),
  },
  platform: 'node',
  external: left,
  onLog: (level, log) => {
    if (level === 'warn') throw new Error(`${log.code}: ${log.message}`);
  },
});
// Names are kept: errors, logs and Nest itself speak of classes by name.
await build.write({ dir: resolve(dist, 'bundle'), format: 'esm', keepNames: true, entryFileNames: '[name].js' });
await build.close();
