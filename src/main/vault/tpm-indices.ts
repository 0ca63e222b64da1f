/** A non-volatile index as the chip describes it to anybody. */
export interface TpmIndex {
  /** TPMA_NV bits. */
  readonly attributes: number;
  /** In bytes. */
  readonly size: number;
  /** TPM_ALG_ID of its name and policy. */
  readonly hash: number;
  /** Digest of its policy, lower-case hexadecimal. */
  readonly policy: string;
}

/** Bits of TPMA_NV (part 2 of the TPM 2.0 library, "TPMA_NV"). */
const POLICYWRITE = 0x0000_0008;
const POLICYREAD = 0x0008_0000;
const NO_DA = 0x0200_0000;
const WRITTEN = 0x2000_0000;
const SHA256 = 0x000b;

/** Length of every secret, in bytes. */
export const SECRET_LENGTH = 32;

/**
 * SECURITY: both reading and writing take the policy; neither the owner nor a password does instead. Guessing at other
 * things in the chip does not lock this one (S32).
 */
export const OUR_ATTRIBUTES = 'policywrite|policyread|no_da';

/** Says whether an index is made as ours are, whatever start of the machine it is bound to. */
export function isOurs({ attributes, size, hash }: TpmIndex): boolean {
  return (attributes & ~WRITTEN) === (POLICYWRITE | POLICYREAD | NO_DA) && size === SECRET_LENGTH && hash === SHA256;
}

/** Says whether anything was ever written to an index: the power can fail between its definition and that. */
export function isWritten({ attributes }: TpmIndex): boolean {
  return (attributes & WRITTEN) !== 0;
}

/**
 * Reads the list that `tpm2_nvreadpublic` prints.
 * @returns indices by handle; one whose description is not understood has NaN for numbers, so that it is nobody's of ours
 */
export function parseIndices(listing: string): ReadonlyMap<number, TpmIndex> {
  const blocks = listing.split(/^(?=0x[0-9a-f]+:)/im).filter((block) => block.startsWith('0x'));
  return new Map(blocks.map((block) => [Number.parseInt(block, 16), parseIndex(block)]));
}

function parseIndex(block: string): TpmIndex {
  const find = (pattern: RegExp): string => pattern.exec(block)?.[1] ?? '';
  return {
    attributes: Number.parseInt(find(/^ {2}attributes:\n(?: {4}friendly: .*\n)? {4}value: 0x([0-9A-F]+)$/im), 16),
    size: Number.parseInt(find(/^ {2}size: (\d+)$/m), 10),
    hash: Number.parseInt(find(/^ {2}hash algorithm:\n(?: {4}friendly: .*\n)? {4}value: 0x([0-9A-F]+)$/im), 16),
    policy: find(/^ {2}authorization policy: ([0-9A-F]+)$/im).toLowerCase(),
  };
}
