import type { IssueCode, OutcomeResource } from './resources.ts';

/** A refusal as FHIR says it, with the HTTP status it travels with. */
export class FhirRefusal extends Error {
  override readonly name = 'FhirRefusal';
  readonly status: number;
  readonly outcome: OutcomeResource;

  constructor(status: number, code: IssueCode, words: string) {
    super(words);
    this.status = status;
    this.outcome = outcomeOf(code, words);
  }
}

/** An OperationOutcome with one thing that was wrong. */
export function outcomeOf(code: IssueCode, words: string): OutcomeResource {
  return { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, details: { text: words } }] };
}

/** Something is not there, or is not the caller's: which of the two is not said. */
export function notFound(): FhirRefusal {
  return new FhirRefusal(404, 'not-found', 'There is nothing with this id that your token may read.');
}

/** A search, or an id in it, that is not written as it should be. */
export function invalid(words: string): FhirRefusal {
  return new FhirRefusal(400, 'invalid', words);
}
