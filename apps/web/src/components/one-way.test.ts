import { expect, it } from 'vitest';

const sources: Record<string, string> = import.meta.glob('../**/*.{ts,tsx}', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const users = (of: RegExp) =>
  Object.entries(sources).flatMap(([path, text]) => (!path.includes('.test.') && of.test(text) ? path : []));

it('dialogs are one: focus, its way back and the name of the cross come with it', () => {
  // The finder is no dialog with a form or a question.
  const ownWays = ['../app/finder/palette.tsx', './dialog.tsx'];
  expect(users(/<Modal[\s>.]/).sort()).toEqual(ownWays);
});

it('what a click does is not begun twice, whichever page it is on', () => {
  expect(users(/\buseMutation\(/)).toEqual(['../lib/use-once.ts']);
});
