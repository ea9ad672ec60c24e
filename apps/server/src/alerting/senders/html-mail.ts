import type { Message } from '@carillon/core/alert/deliver/message';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const html = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);

const colours = { low: '#3b7dd8', medium: '#d9822b', high: '#c92a2a' } as const;

/** A mail as HTML, without a picture, a script or anything from elsewhere. All texts are taken as text. */
export function htmlMail({ subject, text, severity, facts, output, links, table }: Message): string {
  const colour = severity ? colours[severity] : '#495057';
  const rows = (table?.facts ?? facts).map(
    ({ name, value }) =>
      `<tr><td style="padding:2px 16px 2px 0;color:#666;vertical-align:top">${html(name)}</td><td>${html(value)}</td></tr>`,
  );
  const buttons = links.map(
    ({ name, url }) =>
      `<a href="${html(url)}" style="display:inline-block;margin:0 8px 8px 0;padding:6px 14px;border:1px solid #ccc;border-radius:4px;text-decoration:none;color:#1c7ed6">${html(name)}</a>`,
  );
  return [
    '<!doctype html><html><head><meta charset="utf-8"></head>',
    '<body style="font-family:Segoe UI,Helvetica,Arial,sans-serif;font-size:14px;color:#222;max-width:720px">',
    `<div style="border-left:4px solid ${colour};padding:4px 12px;margin-bottom:16px"><strong>${html(subject)}</strong><br>${html(text)}</div>`,
    `<table cellspacing="0" cellpadding="0" style="font-size:14px">${rows.join('')}</table>`,
    table ? tableOf(table) : '',
    output
      ? `<pre style="background:#f4f4f4;padding:12px;white-space:pre-wrap;word-break:break-word;font-size:12px">${html(output)}</pre>`
      : '',
    `<p>${buttons.join('')}</p></body></html>`,
  ].join('\n');
}

const cell = 'padding:3px 12px 3px 0;text-align:left;vertical-align:top;border-bottom:1px solid #eee';

function tableOf({ columns, rows, more }: NonNullable<Message['table']>): string {
  const row = (tag: 'th' | 'td', cells: readonly string[]) =>
    `<tr>${cells.map((text) => `<${tag} style="${cell}">${html(text)}</${tag}>`).join('')}</tr>`;
  const body = rows.map((cells) => row('td', cells)).join('\n');
  const table = `<table cellspacing="0" cellpadding="0" style="font-size:13px;margin:12px 0">${row('th', columns)}\n${body}</table>`;
  return `${rows.length > 0 ? table : ''}${more === null ? '' : `<p>${html(more)}</p>`}`;
}
