import type { ReactNode } from 'react';
import { PageLink } from '../../../components/page-link.js';
import { type AuditPlace, auditPlace } from './audit-place.js';

interface Props {
  readonly entry: Parameters<typeof auditPlace>[0];
  /** What the row calls it. */
  readonly children: ReactNode;
}

/** What a row is about, as a link where it can be seen. */
export function AuditLink({ entry, children }: Props) {
  const place = auditPlace(entry);
  return place === null ? children : <To place={place}>{children}</To>;
}

const pages = { access: '/access', secrets: '/alerting/secrets', pauses: '/alerting/pauses' } as const;

function To({ place, children }: { place: AuditPlace; children: ReactNode }) {
  switch (place.of) {
    case 'job':
      return (
        <PageLink to="/jobs/$name" params={{ name: place.name }}>
          {children}
        </PageLink>
      );
    case 'host':
      return (
        <PageLink to="/hosts/$name" params={{ name: place.name }}>
          {children}
        </PageLink>
      );
    case 'document':
      return (
        <PageLink to="/alerting/documents/$kind" params={{ kind: place.kind }} search={{ name: place.name }}>
          {children}
        </PageLink>
      );
    case 'incident':
      return (
        <PageLink to="/incidents/$number" params={{ number: String(place.number) }}>
          {children}
        </PageLink>
      );
    case 'request':
      return (
        <PageLink to="/requests" search={{ number: place.number }}>
          {children}
        </PageLink>
      );
    default:
      return <PageLink to={pages[place.of]}>{children}</PageLink>;
  }
}
