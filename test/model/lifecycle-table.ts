import { readFileSync } from 'node:fs';
import path from 'node:path';
import { modelFolder } from './spin.ts';

/** A transition of the model. */
export interface Transition {
  readonly from: string;
  readonly event: string;
  readonly to: string;
  /** Where it stands in lifecycle.pml, counted from 1. */
  readonly line: number;
}

const text = readFileSync(path.join(modelFolder, 'lifecycle.pml'), 'utf8');

/** The model's names for the lifecycle's states, without those of a laptop that does not run. */
export const modelStates = namesOf('life').filter((name) => name !== 'off' && name !== 'unusable');

/** The model's names for the lifecycle's events. */
export const modelEvents = namesOf('event').filter((name) => name !== 'nothing');

/** All transitions of the model; where there is none the state stays. */
export const modelTransitions: readonly Transition[] = text.split('\n').flatMap((line, index) => {
  const [, from, event, to] = /^ {2}ON\((\w+), (\w+), (\w+)\)$/.exec(line) ?? [];
  return from && event && to ? [{ from, event, to, line: index + 1 }] : [];
});

function namesOf(set: string): string[] {
  const [, list = ''] = new RegExp(`^mtype:${set} = \\{([^}]*)\\}`, 'm').exec(text) ?? [];
  return list.replaceAll(/\/\*.*?\*\//g, '').match(/\w+/g) ?? [];
}
