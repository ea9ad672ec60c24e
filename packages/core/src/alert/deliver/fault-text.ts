const shownCharacters = 300;
const partsShown = 5;
/** No service answers deeper; an answer may be nested by the ten thousand to break whoever reads it. */
const mostDepth = 6;

/**
 * What the body of a refused request says in plain words, for people who read why something was not delivered: the
 * messages of the JSON that ticket systems and chat services answer with, the words of an HTML page, else the text itself.
 *
 * Shapes: ServiceNow `{error: {message, detail}}`, Jira `{errorMessages: [], errors: {field: text}}`, and what many others
 * have: `{message}`, `{error}`, `{description}`, `{errors: []}`.
 * @returns at most 300 characters on one line; empty where nothing was said
 */
export function faultText(body: string): string {
  const said = (jsonWords(body) ?? htmlWords(body) ?? body).replace(/\s+/g, ' ').trim();
  return said.length <= shownCharacters ? said : `${said.slice(0, shownCharacters - 1)}…`;
}

function jsonWords(body: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined; // not JSON, or cut off
  }
  const words = [...new Set(messagesOf(value))].slice(0, partsShown);
  return words.length > 0 ? words.join('; ') : undefined;
}

const telling = ['message', 'error_description', 'description', 'detail', 'errmsg', 'msg'] as const;
const holding = ['error', 'errors', 'errorMessages', 'fault', 'details'] as const;

function messagesOf(value: unknown, field = '', depth = 0): string[] {
  if (depth > mostDepth) return [];
  if (typeof value === 'string') {
    if (value.trim() === '') return [];
    return [field ? `${field}: ${value}` : value];
  }
  if (Array.isArray(value)) return value.flatMap((item) => messagesOf(item, field, depth + 1));
  if (typeof value !== 'object' || value === null) return [];
  const object = value as Readonly<Record<string, unknown>>;
  const told = telling.flatMap((name) => messagesOf(object[name], '', depth + 1));
  const held = holding.flatMap((name) =>
    name === 'errors' ? byField(object[name], depth + 1) : messagesOf(object[name], '', depth + 1),
  );
  return [...told, ...held];
}

/** `{summary: 'is required'}` names the field; a list has messages of its own. */
function byField(value: unknown, depth: number): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return messagesOf(value, '', depth);
  return Object.entries(value).flatMap(([field, text]) =>
    messagesOf(text, typeof text === 'string' || Array.isArray(text) ? field : '', depth),
  );
}

function htmlWords(body: string): string | undefined {
  if (!/^\s*<(!doctype|html|head|\?xml)/i.test(body)) return undefined;
  const title = /<title[^>]*>([^<]*)/i.exec(body)?.[1];
  return title?.trim() || body.replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ');
}
