import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addUnsavedChecker, formIsSaved, isAnythingUnsaved, watchTyping } from './unsaved.js';

let end: () => void;
beforeEach(() => {
  document.body.innerHTML = `
    <input id="filter" />
    <form><input id="name" value="old" /><input id="tick" type="checkbox" /><textarea id="why"></textarea></form>
    <form class="mantine-InputWrapper-root"><div class="m_1 mantine-TagsInput-pillsList"><span class="mantine-Pill-root"><span class="mantine-Pill-label">etl</span
      ><button type="button" id="cross"></button></span><input id="jobs" /></div></form>
    <form data-unsaved="never"><input id="question" /></form>
    <div role="dialog"><input id="find" data-unsaved="never" /><input id="until" type="datetime-local" /></div>`;
  end = watchTyping(document);
});
afterEach(() => {
  end();
  document.body.innerHTML = '';
});

const field = (id: string) => document.getElementById(id) as HTMLInputElement;

function type(id: string, value: string): void {
  field(id).dispatchEvent(new Event('focusin', { bubbles: true }));
  field(id).value = value;
  field(id).dispatchEvent(new Event('input', { bubbles: true }));
}

describe('what is unsaved', () => {
  it.each([
    ['name', 'new'],
    ['why', 'storage moves'],
    ['until', '2026-11-28T10:00'],
  ])('is what was typed into a form or a dialog: %s', (id, text) => {
    expect(isAnythingUnsaved()).toBe(false);
    type(id, text);
    expect(isAnythingUnsaved()).toBe(true);
  });

  it.each(['filter', 'question', 'find'])('is no filter, question or search: %s', (id) => {
    type(id, 'text');
    expect(isAnythingUnsaved()).toBe(false);
  });

  it('is nothing where it was taken back, emptied, or is gone with its form', () => {
    type('name', 'new');
    type('name', 'old');
    type('why', 'x');
    type('why', '  ');
    expect(isAnythingUnsaved()).toBe(false);
    type('why', 'x');
    document.querySelector('form')?.remove();
    expect(isAnythingUnsaved()).toBe(false);
  });

  it('is nothing once the server has taken the form, and only that form', () => {
    type('why', 'x');
    type('until', '2026-11-28T10:00');
    field('why').dispatchEvent(new Event('submit', { bubbles: true }));
    formIsSaved();
    expect(isAnythingUnsaved()).toBe(true);
    field('until').dispatchEvent(new Event('click', { bubbles: true }));
    formIsSaved();
    expect(isAnythingUnsaved()).toBe(false);
    type('why', 'xy');
    expect(isAnythingUnsaved()).toBe(true);
  });

  it('is also a pill that was made of what was typed, and one that was clicked away', () => {
    type('jobs', 'nightly');
    const pill = document.querySelector('.mantine-Pill-root') as Element;
    pill.after(pill.cloneNode(true));
    type('jobs', '');
    expect(isAnythingUnsaved()).toBe(true);
    pill.remove();
    expect(isAnythingUnsaved()).toBe(false);
    document.getElementById('cross')?.click();
    document.querySelector('.mantine-Pill-root')?.remove();
    expect(isAnythingUnsaved()).toBe(true);
  });

  it('is also what a form says by itself, as long as it is there', () => {
    const gone = addUnsavedChecker(() => true);
    expect(isAnythingUnsaved()).toBe(true);
    gone();
    expect(isAnythingUnsaved()).toBe(false);
  });
});
