import { expect, it } from 'vitest';
import { readableNotice } from './readable-notice.js';
import { someContent } from './testing/content.js';

const secret = 'https://carillon.example/acknowledge/t0p-s3cret';
const links = { incident: 'https://carillon.example/incidents/42', acknowledge: secret, run: null };

it('a notice is read later without the link that acts for whoever has it', () => {
  const read = readableNotice(someContent({ links }), null);
  expect(read.links).toContainEqual({ name: 'Incident', url: links.incident });
  expect(read.links).toContainEqual({ name: 'Acknowledge', url: null });
  expect(JSON.stringify(read)).not.toContain(secret);
});

it('nor does a template of the channel give it away', () => {
  const templates = { subject: null, text: 'answer here: {{links.acknowledge}}' };
  const read = readableNotice(someContent({ links }), { language: 'zh', templates });
  expect(read.text).toBe('answer here: [hidden]');
});
