/** Where `g` and a letter lead. */
export const goKeys = {
  o: '/',
  i: '/incidents',
  d: '/deliveries',
  t: '/timeline',
  m: '/heatmap',
  a: '/adoption',
  h: '/hosts',
  j: '/jobs',
  r: '/runs',
  p: '/alerting/policies',
  c: '/alerting/channels',
  s: '/alerting/silences',
} as const;
type GoKey = keyof typeof goKeys;

/** What a key means outside a field. */
export type KeyMeaning =
  | { readonly kind: 'find' }
  | { readonly kind: 'help' }
  | { readonly kind: 'filter' }
  /** The next key says where to. */
  | { readonly kind: 'lead' }
  | { readonly kind: 'go'; readonly to: (typeof goKeys)[GoKey] }
  | { readonly kind: 'row'; readonly by: 1 | -1 };

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

interface Circumstances {
  /** `g` was pressed just before. */
  readonly isLed: boolean;
  /** The key goes into a field. */
  readonly isTyping: boolean;
  /** Keys without Ctrl are wanted. */
  readonly letters: boolean;
}

const single = new Map<string, KeyMeaning>([
  ['?', { kind: 'help' }],
  ['/', { kind: 'filter' }],
  ['g', { kind: 'lead' }],
  ['j', { kind: 'row', by: 1 }],
  ['k', { kind: 'row', by: -1 }],
]);

/** Null: the key is the browser's, or the field's. */
export function readKey(pressed: Pressed, { isLed, isTyping, letters }: Circumstances): KeyMeaning | null {
  const { key, ctrlKey, metaKey, altKey } = pressed;
  if ((ctrlKey || metaKey) && !altKey && key.toLowerCase() === 'k') return { kind: 'find' };
  if (ctrlKey || metaKey || altKey || isTyping || !letters) return null;
  if (isLed && isGoKey(key)) return { kind: 'go', to: goKeys[key] };
  return single.get(key) ?? null;
}

const isGoKey = (key: string): key is GoKey => Object.hasOwn(goKeys, key);
