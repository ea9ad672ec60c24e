import { describe, expect, it } from 'vitest';
import { type Box, litPart, placeCard, scrollFor } from './place-card.js';

const desk = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };
const card = { width: 360, height: 190 };
const box = (left: number, top: number, width: number, height: number): Box => ({ left, top, width, height });

/** Px² that both cover. */
function shared(a: Box, b: Box): number {
  const across = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const down = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  return Math.max(0, across) * Math.max(0, down);
}

describe('the card', () => {
  const things = {
    'a part at the left': box(206, 260, 520, 200),
    'a button at the right of the title': box(1150, 70, 112, 36),
    'a row of a table': box(206, 180, 1058, 49),
    'a form at the bottom': box(206, 600, 1058, 180),
    'a button in the header': box(900, 13, 90, 26),
    'the whole page': box(206, 60, 1058, 4_000),
  };
  it.each(Object.entries(things))('hides nothing of %s, and stays in the window', (_, thing) => {
    const lit = litPart(thing, desk);
    const at = { ...placeCard(lit, card, desk), ...card };
    expect(shared(at, lit)).toBe(0);
    expect(at.left >= 0 && at.left + at.width <= desk.width && at.top >= 0 && at.top + at.height <= desk.height).toBe(
      true,
    );
  });

  it('stands at the side that has room: at the right, below, above, at the left', () => {
    const at = (thing: Box) => placeCard(litPart(thing, desk), card, desk);
    expect(at(things['a part at the left'])).toEqual({ left: 744, top: 254 });
    expect(at(things['a row of a table'])).toEqual({ left: 200, top: 247 });
    expect(at(things['a form at the bottom'])).toEqual({ left: 200, top: 392 });
    const low = { width: 1280, height: 480 };
    expect(placeCard(litPart(box(700, 150, 560, 200), low), card, low)).toEqual({ left: 322, top: 144 });
  });

  it('stands in the middle while there is nothing to stand beside', () => {
    expect(placeCard(null, card, desk)).toEqual({ left: 460, top: 305 });
  });

  it('is a sheet at the bottom of a phone, or at the top where what it speaks of is at the bottom', () => {
    const sheet = { width: 374, height: 260 };
    expect(placeCard(litPart(box(16, 70, 358, 300), phone), sheet, phone)).toEqual({ left: 8, top: 572 });
    const low = litPart(box(16, 620, 358, 200), phone);
    const at = { ...placeCard(low, sheet, phone), ...sheet };
    expect(at.top).toBe(12);
    expect(shared(at, low)).toBe(0);
  });
});

describe('the page', () => {
  it('stays where what is spoken of is in view', () => {
    expect(scrollFor(box(200, 100, 500, 200), desk)).toBe(0);
    expect(scrollFor(box(16, 64, 358, 200), phone)).toBe(0);
  });

  it('goes until it stands in the middle, on a phone under the header', () => {
    expect(scrollFor(box(200, 1_326, 500, 200), desk)).toBe(1_000);
    expect(scrollFor(box(200, 30, 500, 100), desk)).toBeLessThan(0);
    expect(scrollFor(box(16, 464, 358, 200), phone)).toBe(400);
  });

  it('is lit in its upper part alone where a thing is higher than there is room', () => {
    expect(litPart(box(200, 100, 500, 4_000), desk)).toEqual({ left: 194, top: 94, width: 512, height: 348 });
  });
});
