// One line for each thing that set-up does, and a sign of life while it takes long.

const heartbeatMs = 15_000;

/**
 * Prints one progress line.
 * @param {string} topic the part that is being set up
 * @param {string} text what is done, and why
 */
export function say(topic, text) {
  process.stderr.write(`setup  ${topic.padEnd(16)} ${text}\n`);
}

/**
 * Runs slow work under a progress line, repeating itself until the work ends.
 * @template T
 * @param {string} topic the part that is being set up
 * @param {string} text what is done, and why
 * @param {() => Promise<T>} work the slow thing
 * @returns {Promise<T>} what `work` returned
 */
export async function during(topic, text, work) {
  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  say(topic, `${text} …`);
  const heartbeat = setInterval(() => say(topic, `  … still at it (${seconds()})`), heartbeatMs);
  try {
    const result = await work();
    say(topic, `  … done (${seconds()})`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}
