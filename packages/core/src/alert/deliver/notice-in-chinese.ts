import { type Means, say } from '../../text/say.js';
import { readTelling } from '../../text/telling-texts.js';
import { reasonInChinese } from '../../text/zh/reason-in-chinese.js';
import { reach, reachOf, severityWords, tellingWords } from '../../text/zh/telling-words.js';
import type { IncidentAbout } from '../incident.js';
import type { NoticeContent } from '../notice.js';
import { durationInChinese } from './words.js';

/**
 * A notice with its title and its text in Chinese, so that templates too are filled with them. What has no words here, and
 * a notice of before it was kept in parts, stands in English.
 */
export function inChinese(content: NoticeContent): NoticeContent {
  const { incident, says, parts } = content;
  return {
    ...content,
    ...(incident ? { incident: { ...incident, title: titleIn(says?.about) ?? incident.title } } : {}),
    text: textIn(content),
    ...(parts ? { parts: parts.map(partIn) } : {}),
  };
}

function titleIn(about: IncidentAbout | null | undefined): string | null {
  const said = about ? reasonInChinese(about.reason, durationInChinese) : null;
  return said === null || !about || about.subject === null ? said : `${about.subject}：${said}`;
}

function textIn({ incident, says, spread, resolution, text }: NoticeContent): string {
  // How it ended is said elsewhere, of its own figures.
  if (resolution) return text;
  if (!says) return incident ? text : (tellingIn(text) ?? text);
  const { about, telling, why } = says;
  const reaches = spread && spread.hosts > 1 ? say(spread.hostsOfJob ? reachOf : reach, { ...spread }) : null;
  const said = [
    telling === null ? null : (tellingIn(telling) ?? telling),
    why && (reasonInChinese(why, durationInChinese) ?? why.text),
    reaches,
  ];
  return said.filter(Boolean).join('；') || (titleIn(about) ?? incident?.title ?? text);
}

function tellingIn(text: string): string | null {
  const found = readTelling(text);
  return found && say(tellingWords[found.code], found.figures, means);
}

function partIn(part: NonNullable<NoticeContent['parts']>[number]) {
  const title = titleIn(part.about);
  return title === null ? part : { ...part, title: `#${part.number} ${title}` };
}

const means: Means = (figure, value) =>
  figure === 'severity' ? severityWords[value as keyof typeof severityWords] : undefined;
