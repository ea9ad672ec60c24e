/**
 * The words of another language: the same keys as the English ones. Chinese counts without a singular, so a key that
 * ends in `_one` has no counterpart there (plural categories after CLDR, as i18next reads them).
 */
export type Same<English> = { [Key in keyof English as Key extends `${string}_one` ? never : Key]: string };
