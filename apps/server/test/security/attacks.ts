/** How often something was tried and how often it was refused; `npm run test:security` adds it up. */
export interface Attacks {
  tried: number;
  refused: number;
}

declare module 'vitest' {
  interface TaskMeta {
    attacks?: Attacks;
  }
}
