import { leafHash, nodeHash, rootOver } from '../tree-shape.ts';

/** The tree over entries as they are read: nothing is kept of it but its right edge. */
export class GrowingTree {
  /** Complete subtrees side by side, the largest first. */
  readonly #edge: { level: number; hash: Buffer }[] = [];
  #size = 0;

  /** Adds an entry by its hash, base64url. */
  add(entryHash: string): void {
    let grown = { level: 0, hash: leafHash(entryHash) };
    for (let left = this.#edge.at(-1); left?.level === grown.level; left = this.#edge.at(-1)) {
      this.#edge.pop();
      grown = { level: grown.level + 1, hash: nodeHash(left.hash, grown.hash) };
    }
    this.#edge.push(grown);
    this.#size += 1;
  }

  get size(): number {
    return this.#size;
  }

  /** Base64url. */
  get root(): string {
    return rootOver(this.#edge.map(({ hash }) => hash)).toString('base64url');
  }
}
