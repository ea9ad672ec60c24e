import type { AlertDocumentKind } from '@carillon/core/state/states';
import { PageLink } from '../../../components/page-link.js';

/** Leads to where a document is edited. */
export const DocumentLink = ({ kind, name }: { kind: AlertDocumentKind; name: string }) => (
  <PageLink
    to="/alerting/documents/$kind"
    params={{ kind }}
    search={{ name }}
    style={{ overflowWrap: 'anywhere', display: 'inline-block', minWidth: '8rem' }}
  >
    {name}
  </PageLink>
);
