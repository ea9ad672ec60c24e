/** Of this program, as `--version` and reports say it. */
export const version = '0.1.0';
