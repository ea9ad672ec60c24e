type Field = HTMLInputElement | HTMLTextAreaElement;
type Checker = () => boolean;

/** What a field held when somebody began to type into it. */
const begun = new WeakMap<Field, string>();
/** Fields into which somebody has typed. */
const typed = new WeakSet<Field>();
const checkers = new Set<Checker>();
/** The form or dialog in which somebody last pressed something. */
let acted: Element | null = null;

const formsAndDialogs = 'form, [role="dialog"]';
/** Parts of the page that hold nothing to be kept (a search, a question), or that have a checker of their own. */
const passing = '[data-unsaved="never"]';
const textTypes: ReadonlySet<string> = new Set([
  'text',
  'password',
  'email',
  'url',
  'tel',
  'number',
  'date',
  'datetime-local',
]);

/** A form that knows by itself whether it holds something unsaved. @returns ends it */
export function addUnsavedChecker(checker: Checker): () => void {
  checkers.add(checker);
  return () => checkers.delete(checker);
}

/** Whether somebody would lose what he typed if this page went now: in any form, also in a dialog that is put aside. */
export function isAnythingUnsaved(): boolean {
  return [...checkers].some((checker) => checker()) || typedFields(document).some(isChanged);
}

/** What a form holds was taken by the server: it is not lost any more. */
export function formIsSaved(): void {
  for (const field of acted?.isConnected ? typedFields(acted) : []) {
    begun.set(field, contentOf(field));
    typed.delete(field);
  }
}

/** Looks at what is typed on the page. @returns ends it */
export function watchTyping(page: Document): () => void {
  const onFocus = ({ target }: Event) => {
    if (isField(target)) begin(target);
  };
  const onInput = ({ target }: Event) => {
    if (isField(target) && isKept(target)) typed.add(target);
  };
  const onAct = ({ target }: Event) => {
    // A pill that is clicked away: seen before it goes.
    const field = target instanceof Element ? fieldOfPills(target) : null;
    if (field) {
      begin(field);
      if (isKept(field)) typed.add(field);
    }
    acted = (target instanceof Element && target.closest(formsAndDialogs)) || acted;
  };
  const listened = [
    ['focusin', onFocus],
    ['input', onInput],
    ['click', onAct],
    ['submit', onAct],
  ] as const;
  for (const [name, listener] of listened) page.addEventListener(name, listener, true);
  return () => {
    for (const [name, listener] of listened) page.removeEventListener(name, listener, true);
  };
}

function isField(target: EventTarget | null): target is Field {
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && textTypes.has(target.type));
}

const isKept = (field: Field) => field.closest(formsAndDialogs) !== null && field.closest(passing) === null;
const begin = (field: Field) => !typed.has(field) && begun.set(field, contentOf(field));
const isChanged = (field: Field) => !isEmptied(field) && contentOf(field) !== begun.get(field);
/** Of plain text; a list of names from which one was taken is changed. */
const isEmptied = (field: Field) => field.value.trim() === '' && pillsAround(field) === null;

/** The list of pills that a field stands in, the component library's. */
const pillsAround = (node: Element) => node.closest('[class*="-pillsList"]');

/** The field of the pills of which one, or the cross that takes all of them, is pressed. */
function fieldOfPills(pressed: Element): Field | null {
  const list = pressed.closest('[class*="InputWrapper-root"]')?.querySelector('[class*="-pillsList"]');
  return list?.querySelector<Field>('input:not([type=hidden])') ?? null;
}

/** What a field holds: its text, and the names that it has made pills of. */
function contentOf(field: Field): string {
  const pills = pillsAround(field)?.querySelectorAll('[class*="Pill-label"]') ?? [];
  return [...[...pills].map((pill) => pill.textContent), field.value.trim()].join('\n');
}

function typedFields(inside: Document | Element): Field[] {
  return [...inside.querySelectorAll<Field>('input, textarea')].filter((field) => typed.has(field));
}
