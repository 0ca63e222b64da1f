import path from 'node:path';
import { build } from 'vite';
import { auditCheckBuild } from '../../build/vite/audit-check.ts';
import { projectFolder } from './runtime.ts';

/** Builds the check of exported records as `npm run build` does. @returns the one file */
export async function buildAuditCheck(folder: string): Promise<string> {
  await build({ ...auditCheckBuild(projectFolder, folder), logLevel: 'silent' });
  return path.join(folder, 'audit-check.mjs');
}
