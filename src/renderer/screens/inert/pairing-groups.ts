const groupLength = 3;

/** A pairing code in groups of three, as people read codes out: `4F7K2M` is `4F7` and `K2M`. */
export function pairingGroups(code: string): string[] {
  return code.match(new RegExp(`.{1,${groupLength}}`, 'g')) ?? [];
}
