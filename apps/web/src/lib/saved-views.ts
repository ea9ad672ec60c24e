/** A filter that somebody gave a name. */
export interface SavedView {
  readonly name: string;
  /** The query of its address, `health=failing&owner=ops`. */
  readonly query: string;
}

const mostViews = 50;
const mostCharacters = 2_000;

/** What the browser kept, as far as it is sound: it may be from another release, or from a person with a text editor. */
export function readViews(kept: string | null): SavedView[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(kept ?? '[]');
  } catch {
    return [];
  }
  if (!Array.isArray(parsed)) return [];
  return parsed
    .flatMap((item: unknown) => (isView(item) ? [{ name: item.name, query: item.query }] : []))
    .slice(0, mostViews);
}

function isView(item: unknown): item is SavedView {
  if (typeof item !== 'object' || item === null) return false;
  const { name, query } = item as Partial<SavedView>;
  return typeof name === 'string' && name !== '' && typeof query === 'string' && query.length <= mostCharacters;
}

/** With one more view, or another one of that name; by name. The newest is kept when there are too many. */
export function withView(views: readonly SavedView[], view: SavedView): SavedView[] {
  const others = views.filter(({ name }) => name !== view.name).slice(0, mostViews - 1);
  return [...others, view].sort((a, b) => a.name.localeCompare(b.name));
}

/** The query of a filter, its parts in a fixed order; '' where nothing is chosen. */
export function queryOf(filter: object): string {
  const given = Object.entries(filter).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]));
  return new URLSearchParams(given.sort(([a = ''], [b = '']) => a.localeCompare(b))).toString();
}
