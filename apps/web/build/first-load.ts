import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';

interface Options {
  /** Most that a browser may load before it shows the first page, in bytes of gzip. */
  readonly limitBytes: number;
  /** Modules that are imported late and belong to the first page all the same. */
  readonly also: readonly string[];
}

/** Fails the build when opening the dashboard has become heavy, and prints what is loaded then. */
export function firstLoad({ limitBytes, also }: Options): Plugin {
  return {
    name: 'first-load',
    apply: 'build',
    writeBundle(_, bundle) {
      const files = [...filesOfFirstLoad(bundle, also)].map((name) => ({ name, bytes: gzipBytes(bundle[name]) }));
      const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
      const lines = files.sort((a, b) => b.bytes - a.bytes).map(({ name, bytes }) => `  ${kilobytes(bytes)}  ${name}`);
      const text = `first load: ${kilobytes(total)} of gzip, at most ${kilobytes(limitBytes)}\n${lines.join('\n')}`;
      if (total > limitBytes) this.error(text);
      this.info(text);
    },
  };
}

/** The entry and the late modules, with everything that they import at once. */
function filesOfFirstLoad(bundle: Rolldown.OutputBundle, also: readonly string[]): Set<string> {
  const files = new Set<string>(['index.html']);
  const take = (name: string) => {
    const file = bundle[name];
    if (file?.type !== 'chunk' || files.has(name)) return;
    files.add(name);
    for (const sheet of file.viteMetadata?.importedCss ?? []) files.add(sheet);
    file.imports.forEach(take);
  };
  for (const file of Object.values(bundle)) {
    if (file.type !== 'chunk') continue;
    if (file.isEntry || also.some((path) => file.facadeModuleId?.endsWith(path))) take(file.fileName);
  }
  return files;
}

function gzipBytes(file: Rolldown.OutputChunk | Rolldown.OutputAsset | undefined): number {
  if (file === undefined) return 0;
  return gzipSync(file.type === 'chunk' ? file.code : file.source).length;
}

const kilobytes = (bytes: number) => `${(bytes / 1_000).toFixed(1).padStart(6)} kB`;
