import { messageOf, plainText } from '@carillon/core/alert/deliver/message';
import type { TicketChannelSpec } from '@carillon/core/alert/documents/channel.schema';
import { markOf, withMark } from '@carillon/core/alert/ticket/comment-mark';
import type { TicketLink } from '@carillon/core/alert/ticket/ticket-link';
import type { TicketStep } from '@carillon/core/alert/ticket/ticket-step';
import type { AlertSeverity } from '@carillon/core/state/states';
import type { DueTicket } from '../../store/ticket-link.store.js';
import type { TicketDraft } from './ticket-system.js';

/** What a new ticket says, and what every event says. */
export function draftOf(ticket: DueTicket, spec: TicketChannelSpec): TicketDraft {
  const { number, title, content, link, severity, spread } = ticket;
  const { run, links } = content ?? {};
  return {
    key: link.key,
    title: `#${number} ${title}`,
    // A ticket stays and is read by many: the link that lets one person acknowledge for a day does not belong into it.
    text: content ? plainText(messageOf({ ...content, links: { ...content.links, acknowledge: null } }, spec)) : title,
    severity,
    policy: content?.incident?.policy ?? ticket.policy,
    job: content?.job ?? null,
    host: content?.host ?? null,
    facts: {
      incident: number,
      failures: spread.total,
      ...(links?.incident ? { url: links.incident } : {}),
      ...(links?.run ? { runUrl: links.run } : {}),
      ...(run ? { outcome: run.outcome } : {}),
      ...(run && run.exitCode !== null ? { exitCode: run.exitCode } : {}),
      ...(content?.runbook ? { runbook: content.runbook } : {}),
    },
  };
}

/** What a step says in the ticket, with the mark that we know it by; empty for those that say nothing. */
export function textOf(step: TicketStep, { key, said }: TicketLink, { language }: TicketChannelSpec): string {
  const text = sentenceOf(step, sentences[language]);
  return text === '' ? '' : withMark(text, markOf(key, said));
}

function sentenceOf(step: TicketStep, words: Sentences): string {
  switch (step.kind) {
    case 'comment':
      return words[step.about](step.count);
    case 'note':
      return words.note(step.note.by, step.note.text);
    case 'acknowledge':
      return words.acknowledged(step.by);
    case 'priority':
      return words.severity(step.severity);
    case 'reopen':
      return words.again;
    default:
      return '';
  }
}

/** Close notes are not a comment: they carry no mark. */
export function closeNotes({ language }: TicketChannelSpec): string {
  return sentences[language].recovered(0);
}

type Sentences = (typeof sentences)['en'];

const severitiesInChinese: Readonly<Record<AlertSeverity, string>> = { low: '低', medium: '中', high: '高' };
const sentences = {
  en: {
    repeat: (count: number) => `It still fails: ${count} failures so far.`,
    recovered: (_count: number) => 'Nothing fails any more.',
    muted: (_count: number) => 'It still fails. This ticket was ended by a person, so Carillon leaves it alone.',
    unacknowledged: (_count: number) => 'In Carillon nobody looks after it any more.',
    note: (by: string, text: string) => `${by} wrote in Carillon: ${text}`,
    acknowledged: (by: string) => `${by} looks after it, as Carillon was told.`,
    severity: (severity: AlertSeverity) => `Its severity is ${severity} now.`,
    again: 'It fails again.',
  },
  zh: {
    repeat: (count: number) => `仍在失败:目前共 ${count} 次。`,
    recovered: (_count: number) => '已恢复,不再失败。',
    muted: (_count: number) => '仍在失败。此工单已由人工结束,Carillon 不再改动。',
    unacknowledged: (_count: number) => '在 Carillon 中已无人处理。',
    note: (by: string, text: string) => `${by} 在 Carillon 中写道:${text}`,
    acknowledged: (by: string) => `${by} 已在 Carillon 中确认处理。`,
    severity: (severity: AlertSeverity) => `严重程度现为:${severitiesInChinese[severity]}。`,
    again: '再次失败。',
  },
};
