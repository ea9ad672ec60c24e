import { PageLink } from './page-link.js';

export const JobLink = ({ name }: { name: string }) => (
  <PageLink to="/jobs/$name" params={{ name }}>
    {name}
  </PageLink>
);
export const HostLink = ({ name }: { name: string }) => (
  <PageLink to="/hosts/$name" params={{ name }}>
    {name}
  </PageLink>
);
