const longest = 30_000;
const deepest = 40;

/** Plain text as an Atlassian document: a paragraph for each line. */
export function documentOf(text: string): object {
  const content = text
    .slice(0, longest)
    .split('\n')
    .map((line) => ({ type: 'paragraph', content: line === '' ? [] : [{ type: 'text', text: line }] }));
  return { type: 'doc', version: 1, content };
}

interface Node {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly attrs?: { readonly text?: unknown };
  readonly content?: unknown;
}

const blocks = new Set(['paragraph', 'heading', 'blockquote', 'codeBlock', 'listItem', 'tableRow', 'rule']);

/** The words of an Atlassian document, whoever wrote it; a plain text (version 2 of the API, webhooks) is taken as it is. */
export function textOfDocument(document: unknown): string {
  if (typeof document === 'string') return document.slice(0, longest);
  return wordsOf(document, 0).replace(/\n+/g, '\n').trim().slice(0, longest);
}

function wordsOf(value: unknown, depth: number): string {
  if (value === null || typeof value !== 'object' || depth > deepest) return '';
  const { type, text, attrs, content } = value as Node;
  if (type === 'text') return typeof text === 'string' ? text : '';
  if (type === 'hardBreak') return '\n';
  // Mentions, emoji and the like carry what they show.
  if (!Array.isArray(content)) return typeof attrs?.text === 'string' ? attrs.text : '';
  const inner = content.map((part) => wordsOf(part, depth + 1)).join('');
  return typeof type === 'string' && blocks.has(type) ? `${inner}\n` : inner;
}
