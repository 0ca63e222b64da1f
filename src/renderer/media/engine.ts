/** The laptop's browser is Electron's own, always newer than this. */
export const engine = { handlerName: 'Chrome111' } as const;
