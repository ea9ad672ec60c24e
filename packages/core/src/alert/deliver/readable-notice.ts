import type { ChannelSpec } from '../documents/channel.schema.js';
import type { NoticeContent } from '../notice.js';
import { messageOf } from './message.js';

/** Stands where the link was, in the channel's own templates too. */
const hidden = '[hidden]';

const noTemplates = { language: 'en', templates: { subject: null, text: null } } as const;

/** A notice as people read it afterwards. */
export interface ReadableNotice {
  subject: string;
  text: string;
  facts: { name: string; value: string }[];
  output: string | null;
  /** `url` null: a link that acts for whoever has it. */
  links: { name: string; url: string | null }[];
}

/**
 * What a notice said, for people who look at it later. Whoever may read notices may not therefore acknowledge in another's
 * name: the link that needs no sign-in is only named.
 * @param channel whose language and templates it has; null: it is gone
 */
export function readableNotice(
  content: NoticeContent,
  channel: Pick<ChannelSpec, 'language' | 'templates'> | null,
): ReadableNotice {
  const { links: given } = content;
  const shown = given.acknowledge === null ? content : { ...content, links: { ...given, acknowledge: hidden } };
  const { subject, text, facts, output, links } = messageOf(shown, channel ?? noTemplates);
  return {
    subject,
    text,
    facts: facts.map((fact) => ({ ...fact })),
    output,
    links: links.map(({ name, url }) => ({ name, url: url === hidden ? null : url })),
  };
}
