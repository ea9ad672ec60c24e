import { describe, expect, it } from 'vitest';
import { choicesOf, onDuty, peopleText, readChoice, readPeople, targetsOf } from './targets.js';

describe('whom a route tells', () => {
  it('is the same again, whatever a file says', () => {
    const written = [
      'email',
      { onCall: 'night' },
      { channel: 'sms', to: '+49 30 1' },
      { onCall: 'day', channels: ['sms'] },
    ];
    expect(targetsOf(choicesOf(written))).toEqual(written);
    expect(choicesOf('email')).toEqual(['email']);
    expect(choicesOf(undefined)).toEqual([]);
  });

  it('is told by what it is', () => {
    expect(readChoice('email')).toEqual({ channel: 'email', more: '' });
    expect(readChoice(onDuty('night'))).toEqual({ onCall: 'night', more: '' });
    expect(readChoice('{"channel":"sms","to":"+49"}')).toEqual({ channel: 'sms', more: '+49' });
    expect(readChoice('{"onCall":"day","channels":["sms","email"]}')).toEqual({ onCall: 'day', more: 'sms, email' });
  });
});

describe('the people of a schedule', () => {
  it('are the same again', () => {
    const people = { ann: { email: 'ann@example.com', sms: true as const }, 'Ben B': { phone: '+49 30=1' } };
    expect(peopleText(people)).toBe('ann: email=ann@example.com, sms\nBen B: phone=+49 30=1');
    expect(readPeople(peopleText(people))).toEqual(people);
    expect(readPeople('\n ann : sms \n')).toEqual({ ann: { sms: true } });
  });

  it.each(['ann', 'ann:', ': sms', 'ann: sms,', 'ann: sms\nann: email'])('are not read from %j', (text) => {
    expect(readPeople(text)).toBeNull();
  });
});
