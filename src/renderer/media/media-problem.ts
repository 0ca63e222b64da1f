/** Why a camera or microphone gives nothing. Closed: every one has words in each catalogue. */
export const mediaProblems = ['missing', 'in-use', 'refused', 'failed'] as const;
export type MediaProblem = (typeof mediaProblems)[number];

/**
 * Reads why `getUserMedia` failed (W3C Media Capture and Streams, 10.2).
 * @param error what it was rejected with
 * @returns the reason in the page's own closed vocabulary
 */
export function mediaProblemOf(error: unknown): MediaProblem {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  switch (name) {
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'in-use';
    case 'NotAllowedError':
    case 'SecurityError':
      return 'refused';
    default:
      return 'failed';
  }
}
