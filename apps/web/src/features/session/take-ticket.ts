const wantedKey = 'carillon-wanted-page';

/** A one-time secret, or word of where somebody comes from, in the page's fragment. It is taken out at once, so that it is neither kept in history nor used twice. */
export function takeSecret(name: 'ticket' | 'invitation' | 'refused' | 'signed-in'): string | null {
  const secret = new URLSearchParams(window.location.hash.slice(1)).get(name);
  if (secret !== null) window.history.replaceState(window.history.state, '', window.location.pathname);
  return secret;
}

/** Remembers where somebody was when the session ended. */
export function rememberPage(path: string): void {
  if (!path.startsWith('/sign-in')) sessionStorage.setItem(wantedKey, path);
}

/** Where to go after signing in; a path of this site only. */
export function takeWantedPage(): string {
  const wanted = sessionStorage.getItem(wantedKey);
  sessionStorage.removeItem(wantedKey);
  return wanted?.startsWith('/') && !wanted.startsWith('//') ? wanted : '/';
}
