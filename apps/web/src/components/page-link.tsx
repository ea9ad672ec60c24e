import { Anchor, type AnchorProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import { forwardRef } from 'react';

/** A link to a page of the dashboard; its target and parameters are checked against the routes. */
export const PageLink = createLink(
  forwardRef<HTMLAnchorElement, Omit<AnchorProps, 'href'>>((props, ref) => (
    <Anchor ref={ref} size="sm" underline="hover" {...props} />
  )),
);
