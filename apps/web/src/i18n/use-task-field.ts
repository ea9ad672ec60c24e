import { readTaskDifference } from '@carillon/core/state/task-difference';
import { useWords, type Word } from './index.js';

const part = /^(\w+)(?:\[(\d+|\+)\])?$/;

/** Parts of a task by the names that people use; what has no words keeps its name in Task Scheduler's XML. */
export function useTaskField() {
  const { t } = useWords();
  const nameOf = (name: string) => {
    const key = `task.field.${name}`;
    const said = t(key as Word);
    return said === key ? name : said;
  };
  const partText = (text: string): string => {
    const [, name, place] = part.exec(text) ?? [];
    if (name === undefined) return text;
    if (place === undefined) return nameOf(name);
    const values = { part: nameOf(name), n: Number(place) + 1 };
    return place === '+' ? t('task.part.more', values) : t('task.part', values);
  };
  /** `triggers[0].startBoundary` as `Trigger 1 · begins at`. */
  const fieldText = (path: string): string => path.split('.').map(partText).join(' · ');
  /** `triggers[0].startBoundary: wanted "…", found "…"` in words; what is no difference of a field stands as it is. */
  const differenceText = (text: string): string | null => {
    const parts = readTaskDifference(text);
    if (!parts) return null;
    const { path = '', wanted = '', found = '' } = parts;
    const side = (value: string) => (value === 'nothing' ? t('task.nothing') : value);
    return t('task.differs', { field: fieldText(path), wanted: side(wanted), found: side(found) });
  };
  return { fieldText, differenceText };
}
