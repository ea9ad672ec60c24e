/** The one-time word of this page, without which no style that is made while it runs counts; none where no server said one. */
export const styleNonce: string | undefined =
  document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.nonce || undefined;

/** Where the library that keeps a page still behind a dialog looks for it. */
export function offerStyleNonce(): void {
  if (styleNonce !== undefined) Object.assign(globalThis, { __webpack_nonce__: styleNonce });
}
