import type { HeldBackWindow } from './held-back.js';
import type { Walker } from './walker.js';

/** Loads a file, or begins the tour, which has a test of its own. */
const leftAlone = /^(CSV|Download|下载|Show me around|带我看看)/;

/** Presses what it has not pressed yet until something comes of it. Runs in the page. */
async function pressOn({ seen, leave }: { seen: string[]; leave: string }) {
  const { walk } = window as unknown as HeldBackWindow;
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const isShown = (one: Element) => one.checkVisibility({ visibilityProperty: true });
  const textOf = (one: Element | null | undefined) => (one?.textContent ?? '').trim();
  /** Without figures, and without what else the row says: what is pressed in one row need not be in the next. */
  const nameOf = (one: Element) => {
    const by = one.getAttribute('aria-labelledby');
    const labelled = by ? document.getElementById(by) : (one as HTMLInputElement).labels?.[0];
    const said = one.getAttribute('aria-label') ?? (textOf(labelled) || textOf(one));
    const row = [...(one.closest('tr')?.cells ?? [])].filter((cell) => !cell.contains(one)).map(textOf);
    const own = said.split(/\s+/).filter((word) => !row.some((cell) => cell.includes(word)));
    return own.join(' ').replace(/\d+/g, '#').slice(0, 60);
  };
  const layers = () => [...document.querySelectorAll('[role=dialog], [role=menu]')].filter(isShown);
  const fill = (scope: Element) => {
    let isFilled = false;
    for (const field of scope.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')) {
      const isText =
        field.tagName === 'TEXTAREA' || ['text', 'url', 'password', 'email', 'search'].includes(field.type);
      if (!isText || field.value !== '' || field.readOnly || field.disabled || field.role === 'combobox') continue;
      const { prototype } = field.tagName === 'TEXTAREA' ? HTMLTextAreaElement : HTMLInputElement;
      Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(field, 'a-long-walk');
      field.dispatchEvent(new Event('input', { bubbles: true }));
      isFilled = true;
    }
    return isFilled;
  };
  const pressed: string[] = [];
  for (;;) {
    const layer = layers().at(-1);
    const scope = layer ?? document.querySelector('main');
    if (!scope) return { pressed, became: 'nothing' as const };
    const forms = layer ? [layer] : [...scope.querySelectorAll('form')];
    if (forms.filter(fill).length > 0) await frame();
    const where = layer ? `${nameOf(layer)} › ` : '';
    const buttons = 'button, [role=button], [role=menuitem], input[type=checkbox]';
    const all = [...scope.querySelectorAll<HTMLButtonElement>(buttons)];
    // What a dialog is for stands at its end, and its cross at the beginning.
    const next = (layer ? all.reverse() : all).find((one) => {
      if (one.role === 'tab' || one.disabled || one.dataset.disabled || one.closest('[aria-hidden=true]')) return false;
      const name = nameOf(one);
      return !seen.includes(where + name) && !new RegExp(leave).test(name) && isShown(one);
    });
    if (next === undefined) return { pressed, became: layer ? ('closing' as const) : ('nothing' as const) };
    const name = where + nameOf(next);
    seen.push(name);
    pressed.push(name);
    const before = { path: location.pathname, layers: layers().length };
    next.click();
    // What was pressed asks, and what is answered is shown, a frame later.
    for (let calm = 0; calm < 2; calm = walk.inFlight === 0 ? calm + 1 : 0) {
      await walk.answered();
      await frame();
    }
    if (location.pathname !== before.path) return { pressed, became: 'left' as const };
    const opened = layers().at(-1);
    if (opened && layers().length > before.layers) return { pressed, became: 'layer' as const, name: nameOf(opened) };
  }
}

interface Options {
  /** What was pressed on this kind of page before. */
  readonly seen: Set<string>;
  /** Looks at what a button has opened. */
  readonly onLayer?: (name: string) => Promise<unknown>;
}

/** Presses every button of the page that is no navigation, and those of the dialogs and menus that open, once by name. */
export async function pressEverything(walker: Walker, { seen, onLayer }: Options): Promise<void> {
  const { page } = walker;
  const address = walker.address();
  for (let rounds = 0; rounds < 100; rounds += 1) {
    const found = await page.evaluate(pressOn, { seen: [...seen], leave: leftAlone.source });
    for (const name of found.pressed) seen.add(name);
    if (found.became === 'left') await walker.goTo(address);
    else if (found.became === 'layer') await onLayer?.(found.name);
    else if (found.became === 'closing') await closeLayer(walker, address);
    else return;
  }
  throw new Error(`${address}: buttons without end`);
}

/** By the keyboard; what does not go by it goes when the page is left. */
async function closeLayer(walker: Walker, address: string): Promise<void> {
  const { page } = walker;
  const layers = page.locator('[role=dialog]:visible, [role=menu]:visible');
  const before = await layers.count();
  await page.keyboard.press('Escape');
  await walker.settled();
  if ((await layers.count()) < before) return;
  await walker.goTo(address.startsWith('/account') ? '/' : '/account');
  await walker.goTo(address);
}
