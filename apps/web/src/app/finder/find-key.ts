const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The keys that open the finder, as the keyboard of this machine names them. */
export const findKey = isApple ? '⌘ K' : 'Ctrl K';
