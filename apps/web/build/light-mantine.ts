import type { Plugin } from 'vite';

interface StandIn {
  /** Whose import it is. */
  readonly importer: RegExp;
  readonly imported: string | RegExp;
  readonly code: string;
}

const frame = /@mantine[\\/]core[\\/]esm[\\/]components[\\/]AppShell[\\/]AppShell(?:Header|Navbar|Aside|Footer)[\\/]/;

/** What the first page would load for next to nothing: a small thing of the same meaning stands in. */
const standIns: readonly StandIn[] = [
  {
    // One small hook from the library that places drop-downs, of which the first page has none (10 kB of gzip).
    importer: /@mantine[\\/]core[\\/]esm[\\/]components[\\/]ScrollArea[\\/]ScrollArea\.mjs$/,
    imported: '@floating-ui/react',
    code: `import { useMergedRef } from '@mantine/hooks';\nexport const useMergeRefs = (refs) => useMergedRef(...refs);\n`,
  },
  {
    // The name of one class, by which a dialog keeps the frame where it is; the dialogs load the rest (4 kB).
    importer: frame,
    imported: 'react-remove-scroll',
    code: `import { fullWidthClassName, zeroRightClassName } from 'react-remove-scroll-bar/constants';
export const RemoveScroll = { classNames: { fullWidth: fullWidthClassName, zeroRight: zeroRightClassName } };\n`,
  },
  {
    // Parts of the frame that can be drawn to another size: ours cannot (2 kB). Take this out to give the frame `resize`.
    importer: frame,
    imported: /AppShellResizeHandle\.mjs$/,
    code: 'export const AppShellResizeHandle = () => null;\n',
  },
];

export function lightMantine(): Plugin {
  return {
    name: 'light-mantine',
    apply: 'build',
    enforce: 'pre',
    resolveId(id, importer = '') {
      if (idOf.has(id)) return id;
      const found = standIns.find(
        (one) =>
          one.importer.test(importer) &&
          (typeof one.imported === 'string' ? one.imported === id : one.imported.test(id)),
      );
      return found && nameOf(found);
    },
    load: (id) => idOf.get(id)?.code,
  };
}

const nameOf = (standIn: StandIn) => `\0light-mantine-${standIns.indexOf(standIn)}`;
const idOf = new Map(standIns.map((standIn) => [nameOf(standIn), standIn]));
