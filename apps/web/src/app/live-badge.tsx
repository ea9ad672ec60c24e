import { useWords } from '../i18n/index.js';
import { useLinkState } from '../live/use-live.js';

/** How fresh the page is: a quiet dot with a word beside it. */
export function LiveBadge() {
  const { t } = useWords();
  const state = useLinkState();
  return (
    <output className="live" data-state={state} title={t(`live.${state}.text`)}>
      <span className="live-dot" aria-hidden />
      <span className="live-word">{t(`live.${state}`)}</span>
    </output>
  );
}
