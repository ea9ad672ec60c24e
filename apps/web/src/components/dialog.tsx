import { Modal, type ModalProps } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { useWords } from '../i18n/index.js';
import { isFocusFree } from '../lib/keep-focus.js';

/** A dialog whose cross has a name, and which begins in its first field: a cross with the focus is closed by the first key. */
export function Dialog({ children, ...props }: ModalProps) {
  const { t } = useWords();
  return (
    <Modal closeButtonProps={{ 'aria-label': t('common.close') }} {...props}>
      <FocusFirst opened={props.opened}>{children}</FocusFirst>
    </Modal>
  );
}

const fields = 'input:not([type=hidden]):not(:disabled), textarea:not(:disabled), select:not(:disabled)';

/**
 * Gives the focus to what asks for it by `data-autofocus`, else to the first field, else to the text; also where that is
 * there only once something is loaded, and where what had the focus has gone.
 */
function FocusFirst({ opened, children }: { opened: boolean; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const isOpen = useRef(opened);
  isOpen.current = opened;
  useEffect(() => {
    const node = box.current;
    if (!node) return;
    let isBegun = false;
    const look = () => {
      const wanted = node.querySelector<HTMLElement>('[data-autofocus]') ?? firstField(node);
      const first = wanted ?? node;
      // By this the dialog knows where to begin when it opens, again too.
      node.toggleAttribute('data-autofocus', wanted === null);
      first.setAttribute('data-autofocus', '');
      const at = document.activeElement;
      // While it closes, the focus goes back to where it was.
      if (isOpen.current && (isFocusFree(document) || (at === node && !isBegun))) first.focus();
      isBegun ||= wanted !== null;
    };
    look();
    const watch = new MutationObserver(look);
    watch.observe(node, { childList: true, subtree: true });
    return () => watch.disconnect();
  }, []);
  return (
    <div ref={box} tabIndex={-1} style={{ outline: 'none' }}>
      {children}
    </div>
  );
}

/** Of a choice, what is chosen. */
function firstField(node: Element): HTMLElement | null {
  const first = node.querySelector<HTMLInputElement>(fields);
  const isChoice = first?.type === 'radio';
  return (isChoice && node.querySelector<HTMLElement>(`input[name="${CSS.escape(first.name)}"]:checked`)) || first;
}
