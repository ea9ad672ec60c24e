import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isFocusFree, watchFocus } from './keep-focus.js';

let end: () => void;
const page = (html: string) => {
  document.body.innerHTML = `<main id="main" tabindex="-1">${html}</main>`;
};
const at = <T extends HTMLElement = HTMLButtonElement>(id: string) => document.getElementById(id) as T;
const focused = () => document.activeElement?.id;
/** Once whoever observes the page has been told. */
const told = () => new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve)));

beforeEach(() => {
  end = watchFocus(document);
});
afterEach(() => {
  end();
  document.body.innerHTML = '';
});

describe('the focus', () => {
  it('goes from what is gone to what stood around it, which has it only meanwhile', async () => {
    page('<section id="list"><p id="row"><button id="delete"></button></p></section><button id="other"></button>');
    at('delete').focus();
    at('row').remove();
    await told();
    expect([focused(), isFocusFree(document)]).toEqual(['list', true]);
    at('other').focus();
    expect(at('list').outerHTML).toBe('<section id="list"></section>');
    expect(isFocusFree(document)).toBe(false);
  });

  it('goes on when what holds it meanwhile goes too, and to the page at last', async () => {
    page('<section id="outer"><p id="inner"><button id="delete"></button></p></section>');
    at('delete').focus();
    at('delete').remove();
    await told();
    expect(focused()).toBe('inner');
    at('outer').remove();
    await told();
    expect([focused(), at('main').getAttribute('tabindex')]).toEqual(['main', '-1']);
  });

  it('goes back to what opened a dialog, or to what stood around that', async () => {
    page('<p id="row"><button id="open"></button></p>');
    const ask = () => {
      at('open').focus();
      document.body.insertAdjacentHTML('beforeend', '<div id="ask" role="dialog"><button id="yes"></button></div>');
      at('yes').focus();
    };
    ask();
    at('ask').remove();
    await told();
    expect(focused()).toBe('open');
    ask();
    at('open').remove();
    at('ask').remove();
    await told();
    expect(focused()).toBe('row');
  });

  it('waits for a busy button, and returns to one that can be pressed again', async () => {
    page('<p id="row"><button id="save"></button></p>');
    at('save').focus();
    const switchOff = async () => {
      // A browser takes the focus from it.
      at('save').blur();
      at('save').disabled = true;
      await told();
    };
    at('save').dataset.loading = 'true';
    await switchOff();
    expect(document.activeElement).toBe(document.body);
    at('save').disabled = false;
    await told();
    expect(focused()).toBe('save');
    delete at('save').dataset.loading;
    await switchOff();
    expect(focused()).toBe('row');
  });

  it('is left alone where somebody clicked beside what had it', async () => {
    page('<p id="row"><button id="save"></button></p>');
    at('save').focus();
    at('save').blur();
    await told();
    at('save').remove();
    await told();
    expect(document.activeElement).toBe(document.body);
  });
});
