/** A browser by what people call it; null where it says nothing known. */
export interface BrowserWords {
  readonly browser: string;
  readonly system: string | null;
}

/** In this order: each says the names of those after it too. */
const browsers: readonly (readonly [string, RegExp])[] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\/(\d+)/],
  ['Opera', /\bOPR\/(\d+)/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/(\d+)/],
  ['Chrome', /\b(?:Headless)?(?:Chrome|CriOS)\/(\d+)/],
  ['Safari', /\bVersion\/(\d+)[.\d]* (?:Mobile\/\w+ )?Safari\//],
];
const systems: readonly (readonly [string, RegExp])[] = [
  ['Android', /\bAndroid\b/],
  ['iOS', /\b(?:iPhone|iPad)\b/],
  ['Windows', /\bWindows NT\b/],
  ['macOS', /\bMac OS X\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
];

/** Reads a `User-Agent`, so that one's own browsers can be told from one another in a list. */
export function browserWords(agent: string | null): BrowserWords | null {
  for (const [name, pattern] of browsers) {
    const [, version] = pattern.exec(agent ?? '') ?? [];
    if (version === undefined) continue;
    const system = systems.find(([, of]) => of.test(agent ?? ''))?.[0] ?? null;
    return { browser: `${name} ${version}`, system };
  }
  return null;
}
