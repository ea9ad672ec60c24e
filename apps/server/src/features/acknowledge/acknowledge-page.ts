import type { IncidentRow } from '../../store/incident-list.store.js';

export type AcknowledgePage =
  | { readonly kind: 'invalid' }
  | { readonly kind: 'expired' }
  | { readonly kind: 'ask'; readonly row: IncidentRow; readonly who: string; readonly action: string }
  /** The link did what it is for already. */
  | { readonly kind: 'used'; readonly row: IncidentRow; readonly by: string; readonly at: string }
  /** Nothing is left to be done by the link. */
  | { readonly kind: 'over'; readonly row: IncidentRow };

const words = {
  en: {
    invalid: 'This link is not one of ours, or a part of it is missing.',
    expired: 'This link is no longer valid.',
    acknowledge: 'Acknowledge',
    as: (who: string) => `You look after it, as ${who}; it escalates no further.`,
    acked: (who: string) => `Acknowledged by ${who}.`,
    used: (who: string, at: string) => `This link was used already: ${who} acknowledged by it at ${at}.`,
    states: { firing: 'firing', acked: 'acknowledged', recovering: 'recovering', resolved: 'resolved' },
    severities: { low: 'low', medium: 'medium', high: 'high' },
  },
  zh: {
    invalid: '此链接无效或不完整。',
    expired: '此链接已失效。',
    acknowledge: '确认',
    as: (who: string) => `您将以 ${who} 的身份处理此事件；不再继续升级。`,
    acked: (who: string) => `已由 ${who} 确认。`,
    used: (who: string, at: string) => `此链接已使用过：${who} 已于 ${at} 通过它确认。`,
    states: { firing: '告警中', acked: '已确认', recovering: '恢复中', resolved: '已解决' },
    severities: { low: '低', medium: '中', high: '高' },
  },
} as const;

/** A whole page, without scripts or styles: it has to work in whatever opens a link on a telephone at night. */
export function acknowledgePage(page: AcknowledgePage, languages: string | undefined): string {
  const language = /^\s*zh\b/i.test(languages ?? '') ? 'zh' : 'en';
  return (
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>Carillon</title>` +
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">' +
    `</head><body><main><h1>Carillon</h1>${bodyOf(page, language)}</main></body></html>\n`
  );
}

function bodyOf(page: AcknowledgePage, language: 'en' | 'zh'): string {
  const said = words[language];
  if (page.kind === 'invalid' || page.kind === 'expired') return `<p>${said[page.kind]}</p>`;
  const { number, title, state, severity, acknowledgedBy } = page.row;
  const head = `<h2>#${number} ${escaped(title)}</h2><p>${said.severities[severity]} · ${said.states[state]}</p>`;
  if (page.kind === 'used') return `${head}<p>${escaped(said.used(page.by, page.at))}</p>`;
  if (page.kind === 'over') return `${head}${acknowledgedBy ? `<p>${escaped(said.acked(acknowledgedBy))}</p>` : ''}`;
  // As text: a form of this type needs no parser of its own, and nothing in it is read.
  const form = `<form method="post" enctype="text/plain" action="${escaped(page.action)}"><button>${said.acknowledge}</button></form>`;
  return `${head}<p>${escaped(said.as(page.who))}</p>${form}`;
}

function escaped(text: string): string {
  const named: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (sign) => named[sign] ?? sign);
}
