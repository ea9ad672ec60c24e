import { Fragment, type ReactNode, useState } from 'react';
import { Dialog } from './dialog.js';

interface Props {
  readonly title: string;
  readonly size?: string;
  readonly button: (open: () => void) => ReactNode;
  /** The form; `done` closes the dialog for good. */
  readonly children: (done: () => void) => ReactNode;
}

/** A form in a dialog. Escape and the cross put it aside with what was typed; only when it is done it begins anew. */
export function FormDialog({ title, size, button, children }: Props) {
  const [opened, setOpened] = useState(false);
  // Of one form after the other; none before the first is wanted.
  const [form, setForm] = useState(0);
  const [isBegun, setBegun] = useState(false);
  const open = () => {
    setBegun(true);
    setOpened(true);
  };
  const done = () => {
    setOpened(false);
    setBegun(false);
    setForm((before) => before + 1);
  };
  return (
    <>
      {button(open)}
      <Dialog
        keepMounted
        opened={opened}
        onClose={() => setOpened(false)}
        // A click beside it is too easily made.
        closeOnClickOutside={false}
        title={title}
        {...(size === undefined ? {} : { size })}
      >
        {isBegun && <Fragment key={form}>{children(done)}</Fragment>}
      </Dialog>
    </>
  );
}
