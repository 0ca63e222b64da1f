// What code in the laptop's page can do to its bridge. Each function is sent into the page as it stands.

/** Values that no screen of ours would send, by a name that tells which. Built in the page. */
export function strangeValues(): Record<string, unknown> {
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  let deep: unknown = {};
  for (let level = 0; level < 200; level += 1) deep = { deep };
  return {
    undefined,
    null: null,
    true: true,
    number: 7,
    'not a number': Number.NaN,
    'empty text': '',
    text: 'x',
    list: [],
    'list of objects': [{}],
    'member too many': { extra: 1 },
    'prototype member': JSON.parse('{"__proto__":{"language":"en"},"constructor":1}') as unknown,
    'deep object': deep,
    'long text': 'x'.repeat(200_000),
    'object of long text': { ticket: 'x'.repeat(200_000) },
    'wrong types': { language: 7, ticket: {}, method: 'open', params: [] },
    map: new Map([['language', 'en']]),
    set: new Set([1]),
    date: new Date(0),
    bytes: new Uint8Array(8),
    buffer: new ArrayBuffer(8),
    'regular expression': /x/,
    'big integer': 7n,
    error: new Error('x'),
    cycle,
    'without prototype': Object.assign(Object.create(null) as object, { extra: 1 }),
    function: () => 'x',
    'object with a function': { language: () => 'en' },
    symbol: Symbol('x'),
    promise: Promise.resolve({}),
  };
}

/**
 * Sends every strange value through every one of some invocations.
 * @returns what came of each that was not a typed refusal or a plain success, as `invocation, value: what`
 */
export async function invokeStrangely(
  invocations: readonly string[],
  reasons: readonly string[],
  makeValues: () => Record<string, unknown>,
): Promise<string[]> {
  const invoke = window.sallyport.invoke as (name: string, params: unknown) => Promise<unknown>;
  const judge = (answer: unknown): string | undefined => {
    const { ok, refusal } = answer as { ok: unknown; refusal?: { reason: string } };
    if (ok === false && reasons.includes(refusal?.reason ?? '')) return undefined;
    return ok === true ? 'accepted' : `answered ${JSON.stringify(answer)}`;
  };
  const outcomes: string[] = [];
  for (const name of invocations) {
    for (const [what, value] of Object.entries(makeValues())) {
      const late = new Promise<string>((resolve) => setTimeout(resolve, 10_000, 'hung'));
      const asked = async (): Promise<string | undefined> => {
        try {
          return judge(await invoke(name, value));
        } catch (error) {
          return `threw ${String(error)}`;
        }
      };
      const outcome = await Promise.race([asked(), late]);
      if (outcome !== undefined) outcomes.push(`${name}, ${what}: ${outcome}`);
    }
  }
  return outcomes;
}

/**
 * Floods the bridge until a snapshot says that the laptop is inert.
 * @returns how many calls were answered how
 */
export async function flood(): Promise<{ calls: number; answered: number; tooMany: number; other: number }> {
  const count = { calls: 0, answered: 0, tooMany: 0, other: 0 };
  let isInert = false;
  while (!isInert && count.calls < 1_000_000) {
    const answers = await Promise.all(Array.from({ length: 10_000 }, () => window.sallyport.invoke('snapshot', {})));
    for (const answer of answers) {
      count.calls += 1;
      if (answer.ok) count.answered += 1;
      else if (answer.refusal.reason === 'too-many') count.tooMany += 1;
      else count.other += 1;
      if (answer.ok && answer.value.state === 'inert') isInert = true;
    }
  }
  return count;
}

/** Relays what a waiting laptop may not ask, and what is not well-formed. @returns the reason of each refusal */
export async function relayStrangely(): Promise<Record<string, string>> {
  const room = window.sallyport.invoke as (
    name: 'room',
    params: { method: string; params: unknown },
  ) => Promise<{ ok: boolean; refusal?: { reason: string } }>;
  const asked: Record<string, unknown> = {
    'room.join': { room: '3f8f5a6e-6b0e-4b5e-9a39-0d7f5c1d2e3f' },
    'room.admit': {},
    'room.startDebrief': {},
    'room.end': {},
    'room.consume': {},
    'room.resumeConsumer': {},
    'room.createTransport': { direction: 'sideways' },
    'room.connectTransport': { transport: 'x', dtlsParameters: null },
    'room.produce': { transport: 'x', kind: 'smell', source: 'camera', rtpParameters: {} },
    'room.pauseProducer': { producer: 7 },
    'room.closeProducer': null,
    'room.takeOver': {},
  };
  const answers: Record<string, string> = {};
  for (const [method, params] of Object.entries(asked)) {
    const answer = await room('room', { method, params });
    answers[method] = answer.ok ? 'accepted' : (answer.refusal?.reason ?? 'none');
  }
  return answers;
}
